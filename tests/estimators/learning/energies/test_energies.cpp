/// Learning of energies of real numbers: families against numpy, chains and their weights against integrals, rules
/// against differences, and the learner against itself.
#include <omp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "estimators/learning/energies/energy_learner.hpp"
#include "estimators/significance.hpp"
#include "physics/chance.hpp"
#include "physics/continuous/families.hpp"
#include "physics/continuous/gaussian.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

struct ExactScore {
  double value;
  std::vector<double> gradient;
};
ExactScore scored(const std::shared_ptr<const EnergyFamily>& family, const std::vector<double>& theta,
                  const std::vector<double>& x) {
  const FamilyEnergy energy(family, theta);
  std::vector<double> gradient(theta.size(), 0);
  const double value = exact_score<double>(energy, x, gradient);
  return {value, gradient};
}

/// x drawn from exp(-E) / Z on the line, from its sums over fine cells.
std::vector<double> drawn_exactly(const std::function<double(double)>& energy, std::size_t count, Key key) {
  constexpr double low = -4, width = 0.002;
  std::vector<double> sum;
  for (double x = low; x < -low; x += width) sum.push_back((sum.empty() ? 0 : sum.back()) + std::exp(-energy(x)));
  std::vector<double> out;
  for (std::size_t r = 0; r < count; ++r) {
    Chance chance(Stream(key, Purpose::test, 0, r));
    const auto at = std::lower_bound(sum.begin(), sum.end(), chance.uniform() * sum.back()) - sum.begin();
    out.push_back(low + width * (static_cast<double>(at) + chance.uniform() - 0.5));
  }
  return out;
}

}  // namespace

TEST_CASE("score matching of families has numpy's values, gradients and optima") {
  constexpr double digits = 1e-9;
  SECTION("gaussian") {
    const std::vector<double> x = sines(1.5, 1, 2, 3, 6, 3);
    const auto found = scored(gaussian_family(3), {.1, -.2, .3, 1.5, .3, -.2, .3, 1.2, .4, -.2, .4, .9}, x);
    CHECK(found.value == Approx(-1.10578632414).epsilon(digits));
    CHECK(largest_gap(found.gradient, {0.0458630117408, -0.00574285680324, 0.0466335447779, 0.936633136988,
                                       0.192561217141, -0.944669746411, 0.192561217141, -0.447478519081,
                                       -0.115106351014, -0.944669746411, -0.115106351014, 0.132369245665}) < digits);
    const auto best =
        scored(gaussian_family(3),
               {0.0231953989036, -0.0904240194135, 0.141829241554, 1.06282839156, 0.365607484613, 0.547549506391,
                0.365607484613, 2.24729201893, 0.817197030384, 0.547549506391, 0.817197030384, 1.24052331459},
               x);
    CHECK(best.value == Approx(-2.27532186254).epsilon(digits));
    CHECK(largest_gap(best.gradient, std::vector<double>(12, 0)) < 1e-8);
  }
  SECTION("double well") {
    const std::vector<double> x = sines(1.2, 1, 2, 8);
    const auto found = scored(quartic_family(), {1, -2, .3}, x);
    CHECK(found.value == Approx(-3.71892382701).epsilon(digits));
    CHECK(largest_gap(found.gradient, {-6.23174556406, -1.68811898899, -0.899377082321}) < digits);
    const auto best = scored(quartic_family(), {16.6583719716, -36.4966502483, 21.0893644696}, x);
    CHECK(best.value == Approx(-32.7399326738).epsilon(digits));
    CHECK(largest_gap(best.gradient, {0, 0, 0}) < 1e-6);
  }
  SECTION("mixture, whose first weight less its second is the logarithm of their odds") {
    const auto found = scored(mixture_family(1, 2), {.4, 0, -1.1, .9, -.5, -.2}, sines(1.2, 1, 2, 8));
    CHECK(found.value == Approx(-0.805696801043).epsilon(digits));
    CHECK(largest_gap(found.gradient, {0.57375164333, -0.57375164333, 1.60562450361, 1.01804395651, 1.89141610476,
                                       1.8154428774}) < digits);
  }
  SECTION("Student-t experts, by the logarithms of their exponents") {
    std::vector<double> theta = sines(1.2, 1, 2, 3, 4, 2);
    const std::vector<double> exponent = {1.2, .9, 1.5, 1.1};
    for (const double a : exponent) theta.push_back(std::log(a));
    const auto found = scored(expert_family(Experts::Kind::student, 2, 4, 0), theta, sines(1.2, .5, 1.7, 2.3, 4, 2));
    CHECK(found.value == Approx(-0.900442445167).epsilon(digits));
    std::vector<double> expected = {-0.344642463381, 0.12809248945, -0.0912364165733, 0.472426058024,
                                    -1.91946212581,  1.56244547625, 0.789186457619,   -0.424799838435,
                                    0.059293170622,  0.14132704419, 0.475057331579,   0.219777999421};
    for (std::size_t j = 0; j < 4; ++j) expected[8 + j] *= exponent[j];
    CHECK(largest_gap(found.gradient, expected) < digits);
  }
}

TEST_CASE("families and the energies they stand for agree, and their jets with differences") {
  const auto x = sines(1.3, 1, 2, 3, 5, 2), v = sines(1, 2, 1, 2, 5, 2);
  const std::pair<std::shared_ptr<const EnergyFamily>, std::vector<double>> all[] = {
      {gaussian_family(2), {.1, -.2, 1.5, .3, .3, 1.2}},
      {mixture_family(2, 2), {.4, 0, 1, -1, .5, 2, -.3, .2}},
      {expert_family(Experts::Kind::student, 2, 3, .2), {1, .2, -.3, .8, .5, .5, .1, .2, .3}},
      {expert_family(Experts::Kind::unigauss, 2, 3, 1), {1, .2, -.3, .8, .5, .5, .1, -.2, .3}}};
  for (const auto& [family, theta] : all) {
    const FamilyEnergy energy(family, theta);
    const auto sampled = family->at(theta);
    std::vector<double> e(5), g(10), other_e(5), other_g(10);
    energy.energy_and_gradient(x, e, g);
    sampled->evaluate(x, other_e, other_g);
    CHECK(largest_gap(e, other_e) < 1e-12);
    CHECK(largest_gap(g, other_g) < 1e-12);
    const double h = 1e-5;
    std::vector<double> jet(15), hv(10), up(10), down(10), g_up(10), g_down(10);
    energy.along(x, v, jet);
    energy.hessian_times(x, v, hv);
    for (std::size_t i = 0; i < 10; ++i) up[i] = x[i] + h * v[i], down[i] = x[i] - h * v[i];
    energy.energy_and_gradient(up, e, g_up);
    energy.energy_and_gradient(down, e, g_down);
    for (std::size_t i = 0; i < 10; ++i) CHECK(hv[i] == Approx((g_up[i] - g_down[i]) / (2 * h)).margin(1e-8));
    for (std::size_t r = 0; r < 5; ++r) {
      CHECK(jet[5 + r] == Approx(g[2 * r] * v[2 * r] + g[2 * r + 1] * v[2 * r + 1]).margin(1e-12));
      CHECK(2 * jet[10 + r] == Approx(hv[2 * r] * v[2 * r] + hv[2 * r + 1] * v[2 * r + 1]).margin(1e-12));
    }
  }
}

TEST_CASE("weights of unadjusted chains know ratios of Z and means while parameters move, those without steps do not") {
  // E_k = (1 + .1 k) x^4 - (2 + .2 k) x^2 + .3 x; sums by numpy. 5 z-scores, false alarm 1e-4.
  constexpr std::size_t chains = 20'000;
  const double ratio[] = {1.06104649, 1.1281165, 1.20160985, 1.28200037},
               squared[] = {0.847126177, 0.845977723, 0.846049075, 0.847049411};
  const auto theta = [](double k) { return std::vector<double>{1 + .1 * k, -2 - .2 * k, .3}; };
  EnergyChains<double> all(chains, {{0}, {1}}, {.kind = MoveKind::unadjusted, .sweeps = 3, .step = .04}, Key(3));
  const auto x0 = drawn_exactly([](double x) { return ((x * x - 2) * x + .3) * x; }, chains, Key(4));
  for (std::size_t r = 0; r < chains; ++r) all.place(r, std::span(x0).subspan(r, 1));
  FamilyEnergy energy(quartic_family(), theta(0));
  std::vector<double> weight(chains, 0), of_parameters(chains, 0), z, z_mutant, before(chains), now(chains);
  for (std::size_t k = 1; k <= 4; ++k) {
    all.move(energy, 0, chains, k, weight);
    energy.energy(all.states(), before);
    energy.set_parameters(theta(static_cast<double>(k)));
    energy.energy(all.states(), now);
    for (std::size_t r = 0; r < chains; ++r) {
      weight[r] += before[r] - now[r];
      of_parameters[r] += before[r] - now[r];
    }
    const auto score = [&](const std::vector<double>& log_weight, std::vector<double>& out) {
      double one = 0, one_2 = 0, mean = 0;
      for (std::size_t r = 0; r < chains; ++r) {
        const double w = std::exp(log_weight[r]), x = all.states()[r];
        one += w / chains, one_2 += w * w / chains, mean += w * x * x / chains;
      }
      mean /= one;
      double noise = 0;
      for (std::size_t r = 0; r < chains; ++r) {
        const double x = all.states()[r], y = std::exp(log_weight[r]) / one * (x * x - mean);
        noise += y * y / chains / chains;
      }
      out.push_back((one - ratio[k - 1]) / std::sqrt((one_2 - one * one) / chains));
      out.push_back((mean - squared[k - 1]) / std::sqrt(noise));
    };
    score(weight, z);
    score(of_parameters, z_mutant);
  }
  CHECK_FALSE(largest_z(z, 1e-4).exceeds);
  CHECK(largest_z(z_mutant, 1e-4).exceeds);
}

TEST_CASE("chains that recover data from noise come from the posterior of it") {
  // p(x | x~) ~ exp(-E(x) - (x - x~)^2 / (2 .5^2)), x~ = -1; means by numpy, and .008 of bias for steps of 0.004.
  constexpr std::size_t chains = 3'000;
  EnergyChains<double> all(chains, {{0}, {1}}, {.kind = MoveKind::unadjusted, .sweeps = 150, .step = .004}, Key(5));
  const std::vector<double> centres(chains, -1.0);
  for (std::size_t r = 0; r < chains; ++r) all.place(r, std::span(centres).subspan(r, 1));
  all.move_pulled(FamilyEnergy(quartic_family(), std::vector<double>{1, -2, .3}), centres, .5, 1);
  double mean = 0, square = 0;
  for (const double x : all.states()) mean += x / chains, square += x * x / chains;
  CHECK(mean == Approx(-0.93031344057).margin(.008 + 4 * std::sqrt(.106 / chains)));
  CHECK(square - mean * mean == Approx(0.10589808869).margin(.012));
}

TEST_CASE("persistent chains give the slope of ln Z, and steps that are too long without Metropolis do not") {
  // Slopes in (a, b, c) of <E>_data + ln Z, batch by batch at the same parameters: z-scores of 3, false alarm 1e-4.
  const std::vector<double> theta{1, -2, .3}, x = sines(1.2, 1, 2, 8);
  std::vector<double> expected(3, 0);
  FamilyEnergy energy(quartic_family(), theta);
  make_grid_objective<double>({-4}, {4}, 2000)->add_gradient(energy, {}, x, 0, expected);
  const auto z_of = [&](EnergyMoves moves) {
    constexpr std::uint64_t updates = 40;
    const auto objective = make_chain_objective<double>({.chains = 200, .moves = moves}, {{0}, {1}}, Key(6));
    std::vector<double> z(3, 0), mean(3, 0), squares(3, 0);
    for (std::uint64_t u = 0; u < updates; ++u) {
      std::vector<double> batch;  // of as many as there are chains
      for (std::size_t k = 0; k < 25; ++k) append(batch, x);
      std::vector<double> gradient(3, 0);
      objective->add_gradient(energy, {}, batch, u, gradient);
      if (u < 10) continue;
      for (std::size_t i = 0; i < 3; ++i) mean[i] += gradient[i], squares[i] += gradient[i] * gradient[i];
    }
    const double n = updates - 10;
    for (std::size_t i = 0; i < 3; ++i) {
      mean[i] /= n;
      z[i] = (mean[i] - expected[i]) / std::sqrt((squares[i] / n - mean[i] * mean[i]) / (n - 1));
    }
    return z;
  };
  CHECK_FALSE(largest_z(z_of({.kind = MoveKind::hmc, .sweeps = 4}), 1e-4).exceeds);
  CHECK_FALSE(largest_z(z_of({.kind = MoveKind::langevin, .sweeps = 30}), 1e-4).exceeds);
  CHECK(largest_z(z_of({.kind = MoveKind::unadjusted, .sweeps = 30, .step = .05}), 1e-4).exceeds);
}

TEST_CASE("gradients of grid and noise contrast are differences of their values, and noise contrast knows ln Z") {
  const auto family = mixture_family(2, 2);
  const std::vector<double> theta{.4, 0, 1, -1, .5, 2, -.3, .2}, x = sines(1.3, 1, 2, 3, 6, 2);
  const std::unique_ptr<EnergyObjective<double>> rules[] = {
      make_grid_objective<double>({-5, -5}, {5, 5}, 60),
      make_noise_objective<double>({.1, .2}, {2, .5, .5, 3}, 3, Key(7))};
  for (const auto& rule : rules) {
    FamilyEnergy energy(family, theta);
    const std::vector<double> extra = rule->first_extra(energy);
    if (!extra.empty()) CHECK(extra[0] == Approx(0).margin(0.3));  // of a mixture
    std::vector<double> gradient(theta.size() + extra.size(), 0);
    rule->add_gradient(energy, extra, x, 1, gradient);
    const double h = 1e-5;
    const auto value = [&](std::size_t k, double by) {
      std::vector<double> at = theta, scratch(gradient.size(), 0), more = extra;
      (k < at.size() ? at[k] : more[k - at.size()]) += by;
      energy.set_parameters(at);
      return rule->add_gradient(energy, more, x, 1, scratch);
    };
    for (std::size_t k = 0; k < gradient.size(); ++k)
      CHECK(gradient[k] == Approx((value(k, h) - value(k, -h)) / (2 * h)).margin(1e-7));
  }
}

TEST_CASE("an energy learns the same bits with any number of threads, and stopped and gone on with") {
  const auto net = net_of("2", {"dense 6", "swish", "dense 1"}, {.kappa = 1});
  const Matrix data(2, 40, sines(1.5, 1, 2, 3, 40, 2));
  std::vector<ParameterBlock> blocks;
  for (const NetPart& part : net.parts())
    blocks.push_back({part.name, part.begin, part.shape[0], part.size / part.shape[0], !part.name.ends_with("weight")});
  const IndependentNormals start{{0, 0}, {1, 1}};
  const std::function<std::unique_ptr<EnergyObjective<float>>()> rules[] = {
      [&] { return make_chain_objective<float>({.chains = 8, .restart = .2, .l2_energy = .01}, start, Key(2)); },
      [&] {
        return make_chain_objective<float>({.rule = ChainRule::contrastive, .moves = {.kind = MoveKind::hmc}}, start,
                                           Key(2));
      },
      [&] {
        return make_chain_objective<float>(
            {.rule = ChainRule::weighted, .chains = 12, .moves = {.kind = MoveKind::unadjusted}}, start, Key(2));
      },
      [&] { return make_recovery_objective<float>(.3, {.kind = MoveKind::unadjusted}, start, Key(2)); },
      [&] {
        return make_grid_objective<float>({-3, -3}, {3, 3}, 12);
      },
      [&] { return make_score_objective<float>(ScoreRule::denoising, .3, Key(2)); },
      [&] { return make_score_objective<float>(ScoreRule::reduced, 0, Key(2)); },
      [&] {
        return make_noise_objective<float>({0, 0}, {1, 0, 0, 1}, 2, Key(2));
      }};
  for (const auto& rule : rules) {
    const auto learner = [&] {
      return EnergyLearner<float>(
          std::make_unique<NeuralEnergy<float>>(net, net.initial(Key(1))), blocks, rule(), data, net.initial(Key(1)),
          {.steps = {.optimizer = Optimizer::adam, .batch = 16, .updates = 8}, .spectral_norm = .9}, Key(3));
    };
    const auto run = [&](int threads, bool stop) {
      omp_set_num_threads(threads);
      auto one = learner();
      for (int u = 0; u < (stop ? 3 : 8); ++u) one.advance();
      if (!stop) return std::pair(one.parameters(), one.log_z().value);
      auto between = learner(), other = learner();  // stopped again before it went on
      between.load(one.save());
      other.load(between.save());
      while (!other.done()) other.advance();
      return std::pair(other.parameters(), other.log_z().value);
    };
    const auto plain = run(1, false), threaded = run(2, false), resumed = run(1, true);
    CHECK(plain.first == threaded.first);
    CHECK(plain.first == resumed.first);
    CHECK((plain.second == resumed.second || std::isnan(plain.second)));
    CHECK(plain.first != net.initial(Key(1)));
  }
  omp_set_num_threads(2);
}

}  // namespace gibbsite::test

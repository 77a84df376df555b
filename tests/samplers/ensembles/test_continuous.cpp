// Langevin and Hamiltonian moves: what they leave invariant, how often they accept, and mutants that must be found out.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/phi4.hpp"
#include "physics/continuous/wells.hpp"
#include "samplers/ensembles/continuous_ensemble.hpp"
#include "samplers/ensembles/continuous_ensemble_template.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/sign_clusters.hpp"
#include "samplers/simd/random/normals.hpp"
#include "tests/samplers/enumerator.hpp"
#include "tests/samplers/signs.hpp"

using namespace gibbsite;

namespace {

constexpr HamiltonianOptions langevin{1, 1, 0}, hmc{4, 1, 0}, underdamped{1, 8, 0.9}, uneven{1, 3, 0.5, 0.1};

std::shared_ptr<const DoubleWell> double_well() { return std::make_shared<const DoubleWell>(Quartic{1, -2, 0.3}); }

/// One field in a well with two bottoms, which moves side by side with others.
std::shared_ptr<const Phi4> one_field() { return std::make_shared<const Phi4>(Graph({}, {0.2}), -2, 0.5); }

/// Exact draws of exp(-E) on the line, one each at the middle of equal shares of probability (trapezoid rule).
std::vector<double> exact_draws(const ContinuousEnergy& model, std::size_t count) {
  constexpr std::size_t points = 200'001;
  constexpr double low = -4, high = 4, h = (high - low) / (points - 1);
  std::vector<double> x(points), energy(points), below(points, 0.0);
  for (std::size_t k = 0; k < points; ++k) x[k] = low + h * static_cast<double>(k);
  model.evaluate(x, energy, {});
  for (std::size_t k = 1; k < points; ++k)
    below[k] = below[k - 1] + 0.5 * h * (std::exp(-energy[k - 1]) + std::exp(-energy[k]));
  std::vector<double> draws;
  std::size_t k = 1;
  for (std::size_t s = 0; s < count; ++s) {
    const double wanted = below.back() * (static_cast<double>(s) + 0.5) / static_cast<double>(count);
    while (below[k] < wanted) ++k;
    draws.push_back(x[k - 1] + h * (wanted - below[k - 1]) / (below[k] - below[k - 1]));
  }
  return draws;
}

/// Replicas that begin as exact draws stay exact draws: z-scores of <x>, <x^2>, <x^4> and the share above 0 after
/// `sweeps` of them, the largest one. Beginnings fill the distribution evenly, so that the errors are at most those of
/// independent draws.
template <class Rules>
double largest_z(HamiltonianOptions options, double stride, std::uint32_t sweeps,
                 const std::shared_ptr<const ContinuousEnergy>& model = double_well()) {
  constexpr std::size_t count = 16'000;
  ContinuousEnsemble<Rules> ensemble(model, ContinuousReference::gaussian(0.2, 1), options, Key(11), count);
  const std::vector<double> begin = exact_draws(*model, count);
  for (std::size_t r = 0; r < count; ++r) ensemble.load(r, std::as_bytes(std::span(&begin[r], 1)));
  std::vector<Tally> tally(count);
  ensemble.sweep(std::vector<Setting>(count, Setting{1, stride}), {0, sweeps}, tally);
  std::vector<double> end(count);
  for (std::size_t r = 0; r < count; ++r) ensemble.save(r, std::as_writable_bytes(std::span(&end[r], 1)));
  const auto of = [](double x, int k) { return k == 0 ? x : k == 1 ? x * x : k == 2 ? x * x * x * x : x > 0 ? 1 : 0; };
  double largest = 0;
  for (int k = 0; k < 4; ++k) {
    double mean = 0, squares = 0, exact = 0;
    for (const double x : end) mean += of(x, k) / count;
    for (const double x : begin) exact += of(x, k) / count;
    for (const double x : end) squares += (of(x, k) - mean) * (of(x, k) - mean) / count;
    largest = std::max(largest, std::abs(mean - exact) / std::sqrt(squares / count));
  }
  return largest;
}

// Sidak over 4 quantities and 5 kernels at a false-alarm rate of 0.001; every mutant must be beyond it.
constexpr double allowed_z = 4.0;

struct NeverRefuses : Metropolised {
  static bool accept(double, Chance&) { return true; }
};
struct KeepsItsMomentum : Metropolised {
  static void refuse(std::span<double>) {}
};
struct LooksWhereItStands : Metropolised {
  static double step(double h, std::span<const double> x) { return h * (x[0] > 0 ? 1.0 : 0.3); }
};

/// Mean of min(1, exp(-dH)) of replicas that are in equilibrium.
double acceptance(std::shared_ptr<const ContinuousEnergy> model, HamiltonianOptions options, double stride) {
  constexpr std::size_t count = 20'000;
  const std::vector<double> begin = exact_draws(*model, count);
  const auto ensemble =
      make_continuous_ensemble(std::move(model), ContinuousReference::gaussian(0, 1), options, Key(5), count);
  for (std::size_t r = 0; r < count; ++r) ensemble->load(r, std::as_bytes(std::span(&begin[r], 1)));
  std::vector<Tally> tally(count);
  ensemble->sweep(std::vector<Setting>(count, Setting{1, stride}), {0, 1}, tally);
  double sum = 0;
  for (const Tally& own : tally) sum += own.accepted / own.tried;
  return sum / count;
}

/// The same of a trajectory of `steps` steps h on N(0, 1), one of them the linear map M: (x, p) = r (cos t, sin t) ends
/// at |M d_t|^2, and r^2 / 2 is exponential.
double acceptance_on_gaussian(double h, int steps) {
  double a = 1, b = 0, c = 0, e = 1;  // M = [[a, b], [c, e]]
  for (int k = 0; k < steps; ++k) {
    const double d = 1 - h * h / 2, low = -h * (1 - h * h / 4);
    const double na = d * a + h * c, nb = d * b + h * e, nc = low * a + d * c, ne = low * b + d * e;
    a = na, b = nb, c = nc, e = ne;
  }
  constexpr int points = 4000;
  double sum = 0;
  for (int k = 0; k < points; ++k) {
    const double t = 2 * std::numbers::pi * k / points, x = std::cos(t), p = std::sin(t);
    const double q = a * x + b * p, m = c * x + e * p;
    sum += 1 / (1 + std::max(0.0, q * q + m * m - 1)) / points;
  }
  return sum;
}

/// Clusters of signs that believe the temperature is twice what it is.
struct HalfAsCold : Signs {
  using Signs::Signs;
  Clusters bonds(double lambda) const { return {*this, 0.5 * lambda}; }
};

/// How far p P misses p, where P turns clusters of signs of three fields at given moduli.
template <class S>
double missed(const Graph& graph, double pull, double lambda) {
  constexpr std::size_t n = 3, states = 8;
  const S signs(graph, pull);
  std::vector<double> p(states), after(states, 0.0);
  const auto state = [](std::size_t number) {
    std::vector<double> x = {0.4, 1.1, 0.7};
    for (std::size_t i = 0; i < n; ++i) x[i] = (number >> i & 1) != 0 ? -x[i] : x[i];
    return x;
  };
  double z = 0;
  for (std::size_t k = 0; k < states; ++k) {
    const std::vector<double> x = state(k);
    double u = lambda * signs.energy(x);
    for (const double value : x) u -= (1 - lambda) * pull * value;
    z += p[k] = std::exp(-u);
  }
  for (double& weight : p) weight /= z;
  SwendsenWang::Workspace scratch;
  for (std::size_t from = 0; from < states; ++from) {
    std::vector<double> x;
    for_each_outcome(
        [&](Enumerator& chance) {
          x = state(from);
          Tally tally;
          SwendsenWang().sweep(signs, signs.bonds(lambda), std::span(x), 0, Direction::forward, chance, tally, scratch);
        },
        [&](double probability) {
          std::size_t to = 0;
          for (std::size_t i = 0; i < n; ++i) to |= std::size_t{x[i] < 0} << i;
          after[to] += p[from] * probability;
        });
  }
  double worst = 0;
  for (std::size_t k = 0; k < states; ++k) worst = std::max(worst, std::abs(after[k] - p[k]));
  return worst;
}

}  // namespace

TEST_CASE("clusters of signs leave fields at given moduli as they are, and at half of beta do not") {
  const Graph ring({{0, 1, 0.8}, {1, 2, -0.6}, {2, 0, 1.3}}, {0.2, -0.3, 0});
  CHECK(missed<Signs>(ring, 0, 1) < 1e-14);
  CHECK(missed<Signs>(ring, 0.4, 0.6) < 1e-14);
  CHECK(missed<HalfAsCold>(ring, 0, 1) > 1e-3);
  const auto model = std::make_shared<const Phi4>(ring, -2, 0.5);
  CHECK_NOTHROW(make_continuous_ensemble(model, ContinuousReference::box(-4, 4), hmc, Key(1), 2, SignMoves::clusters));
  CHECK_THROWS_AS(make_continuous_ensemble(model, ContinuousReference::box(-4, 5), hmc, Key(1), 2, SignMoves::clusters),
                  std::invalid_argument);
  CHECK_THROWS_AS(
      make_continuous_ensemble(double_well(), ContinuousReference::box(-4, 4), hmc, Key(1), 2, SignMoves::clusters),
      std::invalid_argument);
}

namespace {

/// Chi-square of where clusters lead from each state of three signs, against the exact transition matrix; at_half: they
/// believe the temperature is twice what it is.
double chi_square_of_clusters(double pull, double lambda, bool at_half) {
  constexpr std::size_t states = 8, draws = 8000;
  const Graph ring({{0, 1, 0.8}, {1, 2, -0.6}, {2, 0, 1.3}}, {0.2, -0.3, 0});
  const Signs signs(ring, pull);
  const SignClusters clusters(ring, pull);
  SwendsenWang::Workspace scratch;
  SignClusters::Workspace own;
  const auto state = [](std::size_t number) {
    std::vector<double> x = {0.4, 1.1, 0.7};
    for (std::size_t i = 0; i < 3; ++i) x[i] = (number >> i & 1) != 0 ? -x[i] : x[i];
    return x;
  };
  const auto number_of = [](const std::vector<double>& x) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < 3; ++i) number |= std::size_t{x[i] < 0} << i;
    return number;
  };
  double chi2 = 0;
  for (std::size_t from = 0; from < states; ++from) {
    std::vector<double> p(states), seen(states), x;
    for_each_outcome(
        [&](Enumerator& chance) {
          x = state(from);
          Tally tally;
          SwendsenWang().sweep(signs, signs.bonds(lambda), std::span(x), 0, Direction::forward, chance, tally, scratch);
        },
        [&](double probability) { p[number_of(x)] += probability; });
    for (std::size_t k = 0; k < draws; ++k) {
      Chance chance(Stream(Key(4), Purpose::test, k, from));
      x = state(from);
      clusters.sweep(at_half ? lambda / 2 : lambda, x, chance, own);
      seen[number_of(x)] += 1;
    }
    for (std::size_t to = 0; to < states; ++to)
      if (p[to] == 0)
        chi2 += seen[to] > 0 ? HUGE_VAL : 0;
      else
        chi2 += (seen[to] - draws * p[to]) * (seen[to] - draws * p[to]) / (draws * p[to]);
  }
  return chi2;
}

}  // namespace

TEST_CASE("clusters of signs lead where their exact transition matrix says, and at half of beta elsewhere") {
  constexpr double most = 101;  // 56 degrees of freedom: two tests at a false-alarm rate of 4e-4
  CHECK(chi_square_of_clusters(0, 1, false) < most);
  CHECK(chi_square_of_clusters(0.4, 0.6, false) < most);
  CHECK(chi_square_of_clusters(0, 1, true) > most);
}

TEST_CASE("Langevin and Hamiltonian moves leave the double well as it is") {
  CHECK(largest_z<Metropolised>(langevin, 0.9, 3) < allowed_z);
  CHECK(largest_z<Metropolised>(hmc, 0.5, 3) < allowed_z);
  CHECK(largest_z<Metropolised>(underdamped, 0.7, 3) < allowed_z);
  CHECK(largest_z<Metropolised>(underdamped, 0.2, 3) < allowed_z);
  CHECK(largest_z<Metropolised>(uneven, 1.2, 3) < allowed_z);
}

TEST_CASE(
    "moves without their correction, with momenta that go on where they were refused, or with steps that look "
    "where they stand, are found out") {
  CHECK(largest_z<NeverRefuses>(langevin, 0.4, 3) > allowed_z);
  CHECK(largest_z<NeverRefuses>(hmc, 0.5, 3) > allowed_z);
  CHECK(largest_z<KeepsItsMomentum>(underdamped, 0.7, 3) > allowed_z);
  CHECK(largest_z<LooksWhereItStands>(hmc, 0.5, 6) > allowed_z);
}

TEST_CASE("moves of eight replicas side by side leave a field as it is, and mutants of them do not") {
  CHECK(largest_z<Metropolised>(langevin, 0.9, 3, one_field()) < allowed_z);
  CHECK(largest_z<Metropolised>(hmc, 0.5, 3, one_field()) < allowed_z);
  CHECK(largest_z<Metropolised>(underdamped, 0.7, 3, one_field()) < allowed_z);
  CHECK(largest_z<Metropolised>(uneven, 1.2, 3, one_field()) < allowed_z);
  CHECK(largest_z<NeverRefuses>(hmc, 0.8, 3, one_field()) > allowed_z);
  CHECK(largest_z<KeepsItsMomentum>(underdamped, 0.7, 3, one_field()) > allowed_z);
}

TEST_CASE("normal numbers many at a time are normal, and those asked for first do not depend on how many") {
  constexpr std::size_t count = 40'000;
  std::vector<double> z(count), few(21), again(count);
  if (!simd::fill_normals(simd::Cipher(1, 2), z)) return;
  simd::fill_normals(simd::Cipher(1, 2), few);
  simd::fill_normals(simd::Cipher(1, 3), again);
  CHECK(std::equal(few.begin(), few.end(), z.begin()));
  double worst = 0, products[4] = {};
  std::array<double, 10> tenths{};
  for (std::size_t i = 0; i < count; ++i) {
    tenths[std::min<std::size_t>(9, static_cast<std::size_t>(5 * std::erfc(-z[i] / std::numbers::sqrt2)))] += 1;
    products[0] += z[i];
    products[1] += z[i] * z[i] - 1;
    products[2] += z[i] * z[(i + 8) % count];  // the other of its pair, mostly
    products[3] += z[i] * again[i];
  }
  products[1] /= std::numbers::sqrt2;
  for (const double sum : products) worst = std::max(worst, std::abs(sum) / std::sqrt(count));
  double chi2 = 0;
  for (const double n : tenths) chi2 += (n - count / 10) * (n - count / 10) / (count / 10.0);
  CHECK(worst < 4);    // one in 4,000 seeds
  CHECK(chi2 < 33.7);  // 9 degrees of freedom: one in 10,000
}

TEST_CASE("phi^4 on the 2 x 2 torus, each bond twice, has the fluctuations that a sum over its states has") {
  constexpr std::size_t count = 8192;
  const auto model = std::make_shared<const Phi4>(
      Graph({{0, 1, 1}, {0, 1, 1}, {2, 3, 1}, {2, 3, 1}, {0, 2, 1}, {0, 2, 1}, {1, 3, 1}, {1, 3, 1}}, {0, 0, 0, 0}), -2,
      0.5);
  const auto ensemble =
      make_continuous_ensemble(model, ContinuousReference::gaussian(0, 1), {5, 1, 0, 0.5}, Key(2), count);
  const std::size_t components = ensemble->layout().observables.size();
  std::vector<Tally> tally(count);
  std::vector<double> seen(count * components);
  ensemble->draw_reference(0);
  ensemble->sweep(std::vector<Setting>(count, {1, 0.5}), {1, 12}, tally);
  ensemble->observe(seen);
  double mean = 0, squares = 0;
  for (std::size_t r = 0; r < count; ++r) {
    const double phi_squared = seen[r * components + components - 1];
    mean += phi_squared / count;
    squares += phi_squared * phi_squared / count;
  }
  CHECK(std::abs(mean - 0.701387823518) < 4 * std::sqrt((squares - mean * mean) / count));
}

TEST_CASE("moves are accepted as often as theory says") {
  constexpr double four_errors = 4 * 0.25 / 141;  // of 20,000 numbers from 0 to 1
  CHECK(acceptance(double_well(), langevin, std::sqrt(2 * 0.01)) == Approx(0.9934292).margin(0.2 * four_errors));
  CHECK(acceptance(double_well(), langevin, std::sqrt(2 * 0.05)) == Approx(0.9317364).margin(0.5 * four_errors));
  CHECK(acceptance(double_well(), langevin, std::sqrt(2 * 0.2)) == Approx(0.6710718).margin(1.5 * four_errors));
  const auto normal =
      std::make_shared<const GaussianMixture>(std::vector<double>{0}, std::vector<double>{1}, std::vector<double>{1});
  CHECK(acceptance_on_gaussian(1.0, 1) == Approx(0.920833152).epsilon(1e-6));
  CHECK(acceptance_on_gaussian(0.5, 4) == Approx(0.981509656).epsilon(1e-6));
  CHECK(acceptance(normal, langevin, 1.0) == Approx(0.920833152).margin(four_errors));
  double of_all = 0;  // lengths from 1 to 7
  for (int steps = 1; steps <= 7; ++steps) of_all += acceptance_on_gaussian(1.3, steps) / 7;
  CHECK(acceptance(normal, hmc, 1.3) == Approx(of_all).margin(four_errors));
}

TEST_CASE("replicas begin inside of their box, and states outside of it are refused") {
  const auto ensemble = make_continuous_ensemble(double_well(), ContinuousReference::box(2, 3), hmc, Key(1), 2);
  double x = 0;
  ensemble->save(0, std::as_writable_bytes(std::span(&x, 1)));
  CHECK(x == 2);
  x = 1.5;
  CHECK_THROWS_AS(ensemble->load(0, std::as_bytes(std::span(&x, 1))), std::invalid_argument);
}

namespace {

void check_slices(const std::shared_ptr<const ContinuousEnergy>& model, SignMoves signs) {
  const auto reference = ContinuousReference::gaussian(0, 1.5);
  const auto make = [&](Slice slice) { return make_continuous_ensemble(model, reference, hmc, Key(3), slice, signs); };
  const auto whole = make(20), front = make({0, 7, 20}), back = make({7, 13, 20});
  std::vector<Setting> setting;
  for (std::size_t r = 0; r < 20; ++r) setting.push_back({r % 3 == 0 ? 0.0 : 0.05 * static_cast<double>(r), 0.3});
  std::vector<Tally> tally(20);
  for (Ensemble* e : {whole.get(), front.get(), back.get()}) {
    e->draw_reference(0);
    const auto own = std::span(setting).subspan(e->layout().first, e->layout().replicas);
    e->sweep(own, {1, 2}, std::span(tally).first(own.size()));
    if (e != whole.get()) load_all(*e, save_all(*e));
    e->sweep(own, {3, 3}, std::span(tally).first(own.size()));
  }
  auto parts = save_all(*front);
  const auto rest = save_all(*back);
  parts.insert(parts.end(), rest.begin(), rest.end());
  CHECK(parts == save_all(*whole));
  std::vector<double> lambda(20, 0.7), weight(20), observed(20 * whole->layout().observables.size());
  whole->log_weight(lambda, weight);
  whole->observe(observed);
  std::vector<double> x(4);
  for (std::size_t r = 0; r < 20; ++r) {
    whole->save(r, std::as_writable_bytes(std::span(x)));
    std::vector<double> energy(1);
    model->evaluate(x, energy, {});
    CHECK(observed[r * whole->layout().observables.size()] == energy[0]);
    CHECK(weight[r] == Approx(-0.3 * reference.energy(x) - 0.7 * energy[0]));
  }
}

}  // namespace

TEST_CASE("replicas of a continuous energy are the same in slices and after being saved and loaded") {
  check_slices(std::make_shared<const ManyWell>(Quartic{1, -6, -0.5}, 2), SignMoves::none);
  const auto ring =
      std::make_shared<const Phi4>(Graph({{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}}, {0, 0.1, 0, 0}), -2, 0.5);
  check_slices(ring, SignMoves::none);
  check_slices(ring, SignMoves::clusters);
}

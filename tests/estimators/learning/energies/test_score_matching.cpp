/// Score matching at its optimum and between walls: closed forms against numpy, slopes against differences, and what
/// walls do to those who do not know of them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "estimators/learning/energies/closed_form.hpp"
#include "estimators/learning/scores.hpp"
#include "estimators/significance.hpp"
#include "physics/chance.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

std::vector<double> learned_at_once(const std::shared_ptr<const EnergyFamily>& family, const Matrix& data,
                                    const std::optional<Walls>& walls, double* value = nullptr) {
  ClosedFormLearner learner(family, data, std::vector<double>(family->parameters(), 1), walls);
  CHECK_FALSE(learner.done());
  CHECK(std::isnan(learner.objective()));
  learner.advance();
  CHECK(learner.done());
  ClosedFormLearner other(family, data, std::vector<double>(family->parameters(), 1), walls);
  other.load(learner.save());
  CHECK(other.parameters() == learner.parameters());
  if (value != nullptr) *value = learner.objective();
  return learner.parameters();
}

/// The textbook well, a = 1, b = -2, c = 0.3, between two ends: its quantiles at shares of the whole.
std::vector<double> wells_between(double low, double high, const std::vector<double>& shares) {
  constexpr std::size_t cells = 20'000;
  const double width = (high - low) / cells;
  std::vector<double> sum;
  for (std::size_t k = 0; k < cells; ++k) {
    const double x = low + width * (static_cast<double>(k) + 0.5);
    sum.push_back((k == 0 ? 0 : sum.back()) + std::exp(-((x * x - 2) * x + .3) * x));
  }
  std::vector<double> out;
  for (const double share : shares) {
    const auto at = std::lower_bound(sum.begin(), sum.end(), share * sum.back()) - sum.begin();
    const double before = at == 0 ? 0 : sum[static_cast<std::size_t>(at - 1)];
    const double within = (share * sum.back() - before) / (sum[static_cast<std::size_t>(at)] - before);
    out.push_back(low + width * (static_cast<double>(at) + within));
  }
  return out;
}

}  // namespace

TEST_CASE("score matching solved at once is at numpy's optima, and at the truth of data that have no noise") {
  double value = 0;
  const Matrix six(3, 6, sines(1.5, 1, 2, 3, 6, 3)), eight(1, 8, sines(1.2, 1, 2, 8));
  CHECK(largest_gap(learned_at_once(gaussian_family(3), six, {}, &value),
                    {0.0231953989036, -0.0904240194135, 0.141829241554, 1.06282839156, 0.365607484613, 0.547549506391,
                     0.365607484613, 2.24729201893, 0.817197030384, 0.547549506391, 0.817197030384, 1.24052331459}) <
        1e-10);
  CHECK(value == Approx(-2.27532186254).epsilon(1e-10));
  CHECK(largest_gap(learned_at_once(quartic_family(), eight, {}, &value),
                    {16.6583719716, -36.4966502483, 21.0893644696}) < 1e-8);
  CHECK(value == Approx(-32.7399326738).epsilon(1e-10));
  std::vector<double> shares;
  for (std::size_t k = 0; k < 20'000; ++k) shares.push_back((static_cast<double>(k) + 0.5) / 20'000);
  CHECK(largest_gap(learned_at_once(quartic_family(), Matrix(1, 20'000, wells_between(-4, 4, shares)), {}, &value),
                    {1, -2, .3}) < 5e-3);
  CHECK(value == Approx(-3.09932797275).epsilon(1e-3));
}

TEST_CASE("between walls scores weighed by the distance from them find the truth, plain ones do not") {
  // 40 sets of 4,000 points of the well cut at -0.5 and 1.3; z-scores of (a, b, c), false alarm 1e-4.
  constexpr std::size_t sets = 40, points = 4'000;
  constexpr double low = -0.5, high = 1.3, truth[] = {1, -2, .3};
  const auto z_of = [&](const std::optional<Walls>& walls) {
    std::vector<double> mean(3, 0), squares(3, 0), z(3);
    for (std::size_t k = 0; k < sets; ++k) {
      std::vector<double> shares;
      Chance chance(Stream(Key(8), Purpose::test, 0, k));
      for (std::size_t n = 0; n < points; ++n) shares.push_back(chance.uniform());
      const auto t = learned_at_once(quartic_family(), Matrix(1, points, wells_between(low, high, shares)), walls);
      for (std::size_t i = 0; i < 3; ++i) mean[i] += t[i] / sets, squares[i] += t[i] * t[i] / sets;
    }
    for (std::size_t i = 0; i < 3; ++i)
      z[i] = (mean[i] - truth[i]) / std::sqrt((squares[i] - mean[i] * mean[i]) / (sets - 1));
    return z;
  };
  CHECK_FALSE(largest_z(z_of(Walls{low, high, {0.4}}), 1e-4).exceeds);
  CHECK_FALSE(largest_z(z_of(Walls{low, high, {10}}), 1e-4).exceeds);  // no end to their growth
  CHECK(largest_z(z_of({}), 1e-4).exceeds);
}

TEST_CASE("learning between walls has the slope of its value, of formulas and of nets") {
  const Walls walls{-2, 2.5, {0.7, 5}};
  const auto x = sines(1.9, 1, 2, 3, 7, 2);
  const auto rule = make_score_objective<double>(walls);
  const auto plain = net_of("2", {"dense 5", "swish", "dense 4", "tanh", "dense 1"}, {.kappa = 1});
  const std::pair<std::shared_ptr<JetEnergy<double>>, std::vector<double>> all[] = {
      {std::make_shared<NeuralEnergy<double>>(plain, plain.initial(Key(1))), plain.initial(Key(1))},
      {std::make_shared<FamilyEnergy>(expert_family(Experts::Kind::student, 2, 3, .2), sines(1, 1, 2, 9)),
       sines(1, 1, 2, 9)},
      {std::make_shared<FamilyEnergy>(mixture_family(2, 2), sines(.8, 1, 2, 8)), sines(.8, 1, 2, 8)},
      {std::make_shared<FamilyEnergy>(gaussian_family(2), sines(1, 2, 2, 6)), sines(1, 2, 2, 6)}};
  for (const auto& [energy, theta] : all) {
    std::vector<double> gradient(theta.size(), 0);
    rule->add_gradient(*energy, {}, x, 1, gradient);
    for (std::size_t k = 0; k < theta.size(); ++k) {
      JetEnergy<double>& own = *energy;
      const std::vector<double>& at = theta;
      const auto value = [&](double by) {
        std::vector<double> there = at, scratch(there.size(), 0);
        there[k] += by;
        own.set_parameters(there);
        return rule->add_gradient(own, {}, x, 1, scratch);
      };
      const double h = 1e-5;
      CHECK(gradient[k] == Approx((value(h) - value(-h)) / (2 * h)).margin(2e-7));
    }
    energy->set_parameters(theta);
  }
  // In the midst of a wide box all slopes weigh as much, and the rule is the plain one times that weight.
  const FamilyEnergy energy(gaussian_family(2), sines(1, 2, 2, 6));
  std::vector<double> one(6, 0), other(6, 0);
  const double weighed = make_score_objective<double>(Walls{-99, 99, {2, 2}})->add_gradient(energy, {}, x, 1, one),
               exact = exact_score<double>(energy, x, other);
  CHECK(weighed == Approx(2 * exact));
  for (std::size_t k = 0; k < 6; ++k) CHECK(one[k] == Approx(2 * other[k]).margin(1e-12));
}

}  // namespace gibbsite::test

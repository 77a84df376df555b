// Families whose energy is a formula: a quartic well, a mixture of round gaussians.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "physics/chance.hpp"
#include "physics/continuous/families.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/score_equations.hpp"
#include "physics/continuous/wells.hpp"
#include "physics/matrices/moments.hpp"

namespace gibbsite {
namespace {

class QuarticFamily final : public FormulaFamily {
 public:
  QuarticFamily() : FormulaFamily(1) { add_block("well", 3, 1, false); }
  RecordedNumber energy(std::span<const RecordedNumber> x, std::span<const RecordedNumber> t) const override {
    return ((t[0] * x[0] * x[0] + t[1]) * x[0] + t[2]) * x[0];
  }
  std::optional<std::vector<double>> score_optimum(const Matrix& data, const SlopeWeights& weights) const override {
    ScoreEquations equations(3);
    for (std::size_t s = 0; s < data.columns(); ++s) {
      const double x = data(0, s), h = weights.h.empty() ? 1 : weights.h[s],
                   by = weights.h.empty() ? 0 : weights.slope[s];
      const double slope[] = {4 * x * x * x, 2 * x, 1}, curvature[] = {12 * x * x, 2, 0};
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) equations.add(i, j, h * slope[i] * slope[j]);
        equations.add(i, h * curvature[i] + by * slope[i]);
      }
    }
    return equations.solution();
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    return std::make_shared<const DoubleWell>(Quartic{t[0], t[1], t[2]});
  }
  std::vector<double> first(const Matrix& data, Key) const override {
    const Moments spread(data.numbers(), 1);  // a harmonic well of that width, and as much of a quartic one
    const double s = spread.deviation(0);
    return {1 / (4 * s * s * s * s), 1 / (2 * s * s), -spread.mean[0] / (s * s)};
  }
};

class MixtureFamily final : public FormulaFamily {
 public:
  MixtureFamily(std::size_t units, std::size_t components) : FormulaFamily(units), components_(components) {
    add_block("log_weight", components, 1, true);
    add_block("mean", components, units, true);
    add_block("log_deviation", components, 1, true);
  }
  RecordedNumber energy(std::span<const RecordedNumber> x, std::span<const RecordedNumber> t) const override {
    const double d = static_cast<double>(units());
    const auto mean = t.subspan(components_), log_s = t.subspan(components_ * (1 + units()));
    std::vector<RecordedNumber> joint(components_), y(units());
    for (std::size_t k = 0; k < components_; ++k) {
      for (std::size_t i = 0; i < units(); ++i) y[i] = x[i] - mean[k * units() + i];
      joint[k] = t[k] - d * log_s[k] - 0.5 * dot(y, y) * exp(-2.0 * log_s[k]);
    }
    return 0.5 * d * std::log(2 * std::numbers::pi) + log_sum(t.first(components_)) - log_sum(joint);
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const auto part = [&](std::size_t begin, std::size_t count, auto of) {
      std::vector<double> out;
      for (const double number : t.subspan(begin, count)) out.push_back(of(number));
      return out;
    };
    const double most = *std::max_element(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(components_));
    return std::make_shared<const GaussianMixture>(
        part(components_, components_ * units(), [](double m) { return m; }),
        part(0, components_, [most](double l) { return std::exp(l - most); }),
        part(components_ * (1 + units()), components_, [](double l) { return std::exp(l); }));
  }
  /// Means are samples far from each other, each drawn by the square of its distance from those before (Arthur &
  /// Vassilvitskii, SODA 2007); widths those of the data over the number of components to each dimension.
  std::vector<double> first(const Matrix& data, Key key) const override {
    const Moments spread(data.numbers(), units());
    std::vector<double> t(components_, 0), square(data.columns(), 1);
    for (std::size_t k = 0; k < components_; ++k) {
      Chance chance(Stream(key, Purpose::start, 0, k));
      double sum = 0;
      for (const double s : square) sum += s;
      double left = chance.uniform() * sum;
      std::size_t at = 0;
      while (at + 1 < square.size() && left >= square[at]) left -= square[at++];
      const auto mean = data.column(at);
      t.insert(t.end(), mean.begin(), mean.end());
      for (std::size_t n = 0; n < square.size(); ++n) {
        double own = 0;
        for (std::size_t i = 0; i < units(); ++i) own += std::pow(data(i, n) - mean[i], 2);
        square[n] = k == 0 ? own : std::min(square[n], own);
      }
    }
    double log_s = 0;
    for (std::size_t i = 0; i < units(); ++i) log_s += std::log(spread.deviation(i)) / static_cast<double>(units());
    log_s -= std::log(static_cast<double>(components_)) / static_cast<double>(units());
    t.resize(parameters(), log_s);
    return t;
  }

 private:
  std::size_t components_;
};

}  // namespace

std::shared_ptr<const EnergyFamily> quartic_family() { return std::make_shared<const QuarticFamily>(); }
std::shared_ptr<const EnergyFamily> mixture_family(std::size_t units, std::size_t components) {
  return std::make_shared<const MixtureFamily>(units, components);
}

}  // namespace gibbsite

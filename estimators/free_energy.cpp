#include "estimators/free_energy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/bennett.hpp"
#include "estimators/exponential_average.hpp"
#include "estimators/log_sum_exp.hpp"

namespace gibbsite {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

void require_shape(const LadderRatios& ratios, bool both, const std::string& who) {
  const std::size_t row = ratios.chains * ratios.pairs;
  if (row == 0 || ratios.up.empty()) throw std::invalid_argument(who + ": there are no draws or no pairs of points");
  if (ratios.up.size() % row != 0 || (both && ratios.down.size() != ratios.up.size()))
    throw std::invalid_argument(who + ": the ratios do not fill [chain][draw][pair]; check chains and pairs");
  if (!ratios.added.empty() && ratios.added.size() / (ratios.pairs + 1) * ratios.pairs != ratios.up.size())
    throw std::invalid_argument(who + ": what is added does not fill [chain][draw][point]");
  for (const double v : ratios.up)
    if (!(v < infinite))
      throw std::invalid_argument(who + ": a log-weight difference is nan or +inf; the state drawn has no weight");
}

std::vector<double> column(std::span<const double> rows, std::size_t pairs, std::size_t k) {
  std::vector<double> x(rows.size() / pairs);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = rows[i * pairs + k];
  return x;
}

/// ln Z_{k+1} / Z_k. unexplained2: what must be added to the squared error that the influence has.
struct Ratio {
  double value = 0;
  std::vector<double> influence = {};
  double unexplained2 = 0;
  PairOverlap overlap = {};
};

struct Sampled {
  double error2 = 0, independent = 0;  // squared error of the mean influence, and the number of independent draws
};
Sampled sampled(const std::vector<double>& influence, std::size_t chains) {
  const Autocorrelation a = autocorrelation({influence, chains});
  if (!(a.variance > 0)) return {0, static_cast<double>(influence.size())};
  const double error2 = a.plain_error() * a.plain_error();
  return {error2, a.variance / error2};
}

Ratio step(const std::vector<double>& up, std::size_t chains) {
  Ratio ratio{.value = log_mean_exp(up)};
  ratio.influence.assign(up.size(), 0.0);
  if (!std::isfinite(ratio.value)) {
    ratio.unexplained2 = infinite;
    return ratio;
  }
  double squares = 0;
  for (std::size_t t = 0; t < up.size(); ++t) {
    const double weight = std::exp(up[t] - ratio.value);
    ratio.influence[t] = weight - 1;
    squares += weight * weight;
  }
  const auto [error2, independent] = sampled(ratio.influence, chains);
  const AverageCheck check = check_exponential_average(up, ratio.value, error2, independent);
  ratio.unexplained2 = check.error2 - error2;
  ratio.overlap = {static_cast<double>(up.size()) / squares, check.effective, check.trusted};
  if (check.trusted) ratio.value += error2 / 2;  // E ln x = ln E x - Var(x) / (2 x^2)
  return ratio;
}

Ratio two_sided_step(const std::vector<double>& up, const std::vector<double>& down, std::size_t chains) {
  Bennett b = bennett(up, down);
  Ratio ratio{.value = b.log_ratio, .influence = std::move(b.influence_up)};
  if (!std::isfinite(ratio.value)) {
    ratio.unexplained2 = infinite;
    return ratio;
  }
  for (std::size_t t = 0; t < ratio.influence.size(); ++t) ratio.influence[t] += b.influence_down[t];
  const auto [error2, independent] = sampled(ratio.influence, chains);
  ratio.overlap = {b.overlap, independent * b.overlap, independent * b.overlap >= fewest_effective_draws};
  // Without overlap the truth lies somewhere between what the two sides say alone.
  const double gap = log_mean_exp(up) + log_mean_exp(down);
  if (!ratio.overlap.trusted) ratio.unexplained2 = std::max(0.0, gap * gap / 4 - error2);
  return ratio;
}

/// value with the error of `influence`, and what the influence does not know.
Estimate widened(double value, const Chains& influence, double unexplained2) {
  Estimate estimate = estimate_from_influence(value, influence);
  if (unexplained2 > 0)
    estimate.error = std::isnan(estimate.error) ? std::sqrt(unexplained2)
                                                : std::sqrt(estimate.error * estimate.error + unexplained2);
  return estimate;
}

/// ln Z_k + <added_k>, from the influence on ln Z_k. Unknown where what is added never changed, unless it is 0.
Estimate with_added(const LadderRatios& ratios, std::size_t k, double value, std::vector<double> influence,
                    double unexplained2) {
  const std::vector<double> added = column(ratios.added, ratios.pairs + 1, k);
  const Autocorrelation own = autocorrelation({added, ratios.chains, ratios.memory});
  if (!(own.variance > 0) && own.mean != 0) return {.value = value + own.mean};
  if (!(own.variance > 0) && k == 0) return {.value = 0, .error = 0};
  for (std::size_t t = 0; t < influence.size(); ++t) influence[t] += added[t] - own.mean;
  return widened(value + own.mean, {influence, ratios.chains, ratios.memory}, unexplained2);
}

template <class Step>
LadderFreeEnergy climb(const LadderRatios& ratios, Step&& ratio_of) {
  LadderFreeEnergy result;
  result.log_z.push_back({.value = 0, .error = 0});
  std::vector<double> influence(ratios.up.size() / ratios.pairs, 0.0);
  double value = 0, unexplained2 = 0;
  if (!ratios.added.empty()) result.sum.push_back(with_added(ratios, 0, 0, influence, 0));
  for (std::size_t k = 0; k < ratios.pairs; ++k) {
    const Ratio ratio = ratio_of(k);
    value += ratio.value;
    unexplained2 += ratio.unexplained2;
    for (std::size_t t = 0; t < influence.size(); ++t) influence[t] += ratio.influence[t];
    result.log_z.push_back(widened(value, {influence, ratios.chains, ratios.memory}, unexplained2));
    if (!ratios.added.empty()) result.sum.push_back(with_added(ratios, k + 1, value, influence, unexplained2));
    result.pair.push_back(ratio.overlap);
  }
  return result;
}

}  // namespace

bool LadderFreeEnergy::trusted(std::size_t k) const {
  return std::all_of(pair.begin(), pair.begin() + static_cast<std::ptrdiff_t>(k),
                     [](const PairOverlap& p) { return p.trusted; });
}

LadderFreeEnergy stepping_stone(const LadderRatios& ratios) {
  require_shape(ratios, false, "stepping_stone");
  return climb(ratios, [&](std::size_t k) { return step(column(ratios.up, ratios.pairs, k), ratios.chains); });
}

LadderFreeEnergy bennett_ladder(const LadderRatios& ratios) {
  require_shape(ratios, true, "bennett_ladder");
  return climb(ratios, [&](std::size_t k) {
    return two_sided_step(column(ratios.up, ratios.pairs, k), column(ratios.down, ratios.pairs, k), ratios.chains);
  });
}

std::vector<std::string> overlap_warnings(const LadderFreeEnergy& free_energy, std::span<const double> lambda) {
  if (lambda.size() != free_energy.pair.size() + 1)
    throw std::invalid_argument("overlap_warnings: give every point of the ladder, one more than there are pairs");
  std::vector<std::string> sentences;
  for (std::size_t k = 0; k < free_energy.pair.size(); ++k) {
    const PairOverlap& p = free_energy.pair[k];
    if (p.trusted) continue;
    char text[240];
    std::snprintf(text, sizeof text,
                  "ln Z between beta = %.6g and %.6g rests on %.3g independent draws (overlap %.2g), %.0f are needed "
                  "to trust its error; put "
                  "points between them or run longer",
                  lambda[k], lambda[k + 1], p.effective, p.fraction, fewest_effective_draws);
    sentences.emplace_back(text);
  }
  return sentences;
}

}  // namespace gibbsite

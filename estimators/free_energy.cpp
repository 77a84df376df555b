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

void require_shape(const LadderRatios& ratios, bool both, const std::string& who) {
  const std::size_t row = ratios.chains * ratios.pairs;
  if (row == 0 || ratios.up.empty()) throw std::invalid_argument(who + ": there are no draws or no pairs of points");
  if (ratios.up.size() % row != 0 || (both && ratios.down.size() != ratios.up.size()))
    throw std::invalid_argument(who + ": the ratios do not fill [chain][draw][pair]; check chains and pairs");
  if (!ratios.added.empty() && ratios.added.size() / (ratios.pairs + 1) * ratios.pairs != ratios.up.size())
    throw std::invalid_argument(who + ": what is added does not fill [chain][draw][point]");
  if (!ratios.added_error.empty() && ratios.added_error.size() != ratios.pairs + 1)
    throw std::invalid_argument(who + ": errors of what is added are not one per point");
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
  double tau = 0;     // draws
  double error2 = 0;  // of the mean influence
  double odds = 0;    // how far the two sides are apart, where that is beyond chance
};

struct Sampled {
  double error2 = 0, independent = 0;  // squared error of the mean influence, and the number of independent draws
  double tau = 0;                      // draws
};
Sampled sampled(const std::vector<double>& influence, const LadderRatios& ratios) {
  const Autocorrelation a = autocorrelation({influence, ratios.chains, ratios.memory});
  if (!(a.variance > 0)) return {0, static_cast<double>(influence.size()), 0.5};
  const double error2 = a.plain_error() * a.plain_error();
  return {error2, a.variance / error2, a.tau};
}

/// exp(log_w) / <exp(log_w)> - 1 of every draw.
std::vector<double> relative(const std::vector<double>& log_w, double log_mean) {
  std::vector<double> x(log_w.size());
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = std::exp(log_w[t] - log_mean) - 1;
  return x;
}

/// The relative variance of exp(log_w), as the draws of the other side show it, who see the states that carry it more
/// often: <exp(2 log_w)> / <exp(log_w)>^2 = <exp(log_w)>_other / <exp(log_w)>, log_w = -back there. unknown where the
/// other side holds states without weight on this one.
double variance_seen_from(const std::vector<double>& back, double log_mean) {
  std::vector<double> log_w(back.size());
  for (std::size_t t = 0; t < back.size(); ++t) log_w[t] = -back[t];
  const double variance = std::expm1(log_mean_exp(log_w) - log_mean);
  return std::isfinite(variance) ? variance : unknown;
}

double mean_square(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum / static_cast<double>(x.size());
}

/// What each side says alone, ln <exp(up)> and -ln <exp(down)>, should be one number. Where they are further apart than
/// their common error and what either missed explain, one side never left a part of its states.
bool at_odds(const std::vector<double>& up, const std::vector<double>& down, double gap, const LadderRatios& ratios) {
  const double log_up = log_mean_exp(up), log_down = log_mean_exp(down);
  if (!std::isfinite(log_up) || !std::isfinite(log_down)) return false;
  const std::vector<double> of_up = relative(up, log_up), of_down = relative(down, log_down);
  std::vector<double> both = of_up;
  for (std::size_t t = 0; t < both.size(); ++t) both[t] += of_down[t];
  const Sampled s = sampled(both, ratios);
  const auto missed = [](double seen, double own) { return seen > own ? seen - own : 0; };  // 0 where unknown
  const double more = missed(variance_seen_from(down, log_up), mean_square(of_up)) +
                      missed(variance_seen_from(up, log_down), mean_square(of_down));
  constexpr double threshold = 3.5;
  return gap * gap > threshold * threshold * (s.error2 + more / s.independent);
}

Ratio two_sided_step(const std::vector<double>& up, const std::vector<double>& down, const LadderRatios& ratios) {
  Bennett b = bennett(up, down);
  Ratio ratio{.value = b.log_ratio, .influence = std::move(b.influence_up)};
  if (!std::isfinite(ratio.value)) {
    ratio.unexplained2 = infinite;
    return ratio;
  }
  for (std::size_t t = 0; t < ratio.influence.size(); ++t) ratio.influence[t] += b.influence_down[t];
  const Sampled s = sampled(ratio.influence, ratios);
  ratio.tau = s.tau;
  ratio.error2 = s.error2;
  ratio.overlap = {b.overlap, s.independent * b.overlap, s.independent * b.overlap >= fewest_effective_draws};
  // Without overlap, and where they do not agree, the truth lies somewhere between what the two sides say alone.
  const double gap = log_mean_exp(up) + log_mean_exp(down);
  if (at_odds(up, down, gap, ratios)) ratio.odds = gap;
  if (!ratio.overlap.trusted || ratio.odds != 0) ratio.unexplained2 = std::max(0.0, gap * gap / 4 - s.error2);
  return ratio;
}

Ratio step(const std::vector<double>& up, const std::vector<double>& down, const LadderRatios& ratios) {
  Ratio ratio{.value = log_mean_exp(up)};
  ratio.influence.assign(up.size(), 0.0);
  if (!std::isfinite(ratio.value)) {
    ratio.unexplained2 = infinite;
    return ratio;
  }
  ratio.influence = relative(up, ratio.value);
  const Sampled s = sampled(ratio.influence, ratios);
  ratio.tau = s.tau;
  ratio.error2 = s.error2;
  const double own = mean_square(ratio.influence);
  ratio.overlap.fraction = 1 / (1 + own);
  const double seen = down.empty() ? unknown : variance_seen_from(down, ratio.value);
  double error2 = s.error2;
  if (std::isnan(seen)) {
    const AverageCheck check = check_exponential_average(up, ratio.value, s.error2, s.independent);
    ratio.unexplained2 = check.error2 - s.error2;
    ratio.overlap.effective = check.effective;
    ratio.overlap.trusted = check.trusted;
  } else {
    ratio.unexplained2 = std::max(0.0, seen - own) / s.independent;
    error2 += ratio.unexplained2;
    ratio.overlap.effective = s.independent / (1 + std::max(0.0, seen));
    ratio.overlap.trusted = ratio.overlap.effective >= fewest_effective_draws;
    const Ratio both = two_sided_step(up, down, ratios);
    ratio.odds = both.odds;
    // The variance of what this side never saw says little of a skewed mean; Bennett's ratio says how far it is off.
    const double known2 = std::pow(ratio.value - both.value, 2) + both.error2 + both.unexplained2;
    if (!ratio.overlap.trusted || ratio.odds != 0) ratio.unexplained2 = std::max(0.0, known2 - s.error2);
  }
  if (ratio.overlap.trusted) ratio.value += error2 / 2;  // E ln x = ln E x - Var(x) / (2 x^2)
  return ratio;
}

/// value with the error of `influence`, and what the influence does not know.
Estimate widened(double value, const ChainSeries& influence, double unexplained2) {
  Estimate estimate = estimate_from_influence(value, influence);
  if (unexplained2 > 0)
    estimate.error = std::isnan(estimate.error) ? std::sqrt(unexplained2)
                                                : std::sqrt(estimate.error * estimate.error + unexplained2);
  return estimate;
}

/// ln Z_k + <added_k>, from the influence on ln Z_k. Where what is added never changed, its error is from elsewhere.
Estimate with_added(const LadderRatios& ratios, std::size_t k, double value, std::vector<double> influence,
                    double unexplained2) {
  const std::vector<double> added = column(ratios.added, ratios.pairs + 1, k);
  const Autocorrelation own = autocorrelation({added, ratios.chains, ratios.memory});
  if (!(own.variance > 0) && own.mean == 0 && k == 0) return {.value = 0, .error = 0};
  if (!(own.variance > 0) && own.mean != 0) {
    const double elsewhere = ratios.added_error.empty() ? unknown : ratios.added_error[k];
    if (std::isnan(elsewhere) && !(unexplained2 > 0)) return {.value = value + own.mean};
    const double more = std::isnan(elsewhere) ? 0 : elsewhere * elsewhere;
    return widened(value + own.mean, {influence, ratios.chains, ratios.memory}, unexplained2 + more);
  }
  for (std::size_t t = 0; t < influence.size(); ++t) influence[t] += added[t] - own.mean;
  return widened(value + own.mean, {influence, ratios.chains, ratios.memory}, unexplained2);
}

template <class Step>
LadderFreeEnergy climb(LadderRatios ratios, Step&& ratio_of) {
  LadderFreeEnergy result;
  result.log_z.push_back({.value = 0, .error = 0});
  std::vector<double> influence(ratios.up.size() / ratios.pairs, 0.0);
  double value = 0, unexplained2 = 0;
  if (!ratios.added.empty()) result.sum.push_back(with_added(ratios, 0, 0, influence, 0));
  for (std::size_t k = 0; k < ratios.pairs; ++k) {
    const Ratio ratio = ratio_of(k);
    value += ratio.value;
    unexplained2 += ratio.unexplained2;
    // A slow pair below hides in the noise of the quick ones: the sum remembers as long as its slowest part.
    ratios.memory = std::max(ratios.memory, static_cast<std::size_t>(3 * ratio.tau));
    for (std::size_t t = 0; t < influence.size(); ++t) influence[t] += ratio.influence[t];
    result.log_z.push_back(widened(value, {influence, ratios.chains, ratios.memory}, unexplained2));
    if (!ratios.added.empty()) {
      // Where the colder side of a pair is at odds, its own mean is wrong by as much more as that is larger than the
      // log ratio: beta E against (beta - beta_hotter) E.
      const double added = ratios.added[k + 1], down = ratios.down.empty() ? 0 : ratios.down[k];
      const double own = ratio.odds != 0 && down != 0 ? ratio.odds * added / down : 0;
      result.sum.push_back(with_added(ratios, k + 1, value, influence, unexplained2 + own * own));
    }
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
  return climb(ratios, [&](std::size_t k) {
    const auto down = ratios.down.empty() ? std::vector<double>() : column(ratios.down, ratios.pairs, k);
    return step(column(ratios.up, ratios.pairs, k), down, ratios);
  });
}

LadderFreeEnergy bennett_ladder(const LadderRatios& ratios) {
  require_shape(ratios, true, "bennett_ladder");
  return climb(ratios, [&](std::size_t k) {
    return two_sided_step(column(ratios.up, ratios.pairs, k), column(ratios.down, ratios.pairs, k), ratios);
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

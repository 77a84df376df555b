// Peaks of curves over temperature, and where the curves of two systems cross (estimators/temperature_curves.hpp).
#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>

#include "estimators/curve_differences.hpp"

namespace gibbsite {
namespace {

constexpr int digits = 30;  // bits of beta, 1e-9; a maximum has no more in double precision

std::size_t index_of(const CurveTable& table, Quantity quantity) {
  return static_cast<std::size_t>(std::find(table.quantities.begin(), table.quantities.end(), quantity) -
                                  table.quantities.begin());
}

Crossing measure_crossing(const TemperatureCurves& a, const TemperatureCurves& b, Quantity quantity, double beta) {
  const CurveDifferences at_a(a, beta), at_b(b, beta);
  const double slope_a = at_a.slope(a, quantity), slope_b = at_b.slope(b, quantity), slope = slope_a - slope_b;
  const Estimate q_a = a.estimate(quantity, at_a.here), q_b = b.estimate(quantity, at_b.here);
  return {{.value = beta, .error = std::hypot(q_a.error, q_b.error) / std::abs(slope)},
          {.value = (q_a.value + q_b.value) / 2,
           .error = std::hypot(slope_b * q_a.error, slope_a * q_b.error) / std::abs(slope)}};
}

/// Where a tabulated row is highest.
std::size_t highest(const std::vector<Estimate>& row) {
  std::size_t top = 0;
  for (std::size_t b = 1; b < row.size(); ++b)
    if (row[b].value > row[top].value) top = b;
  return top;
}

std::optional<Peak> refine_peak(const TemperatureCurves& curves, const CurveTable& table, Quantity quantity,
                                std::size_t top) {
  const auto& row = table.estimates[index_of(table, quantity)];
  // A curve without errors may have any shape; and where errors end on one side, the curve must have come down before.
  const auto known = [&](std::size_t b) { return table.trusted[b] && std::isfinite(row[b].error); };
  for (std::size_t b = top - 1; b <= top + 1; ++b)
    if (!known(b)) return std::nullopt;
  for (const bool upward : {false, true}) {
    std::size_t last = top;
    const std::size_t end = upward ? row.size() - 1 : 0;
    while (last != end && known(upward ? last + 1 : last - 1)) last += upward ? 1 : std::size_t{0} - 1;
    if (last != end && !(row[top].value - row[last].value > 3 * std::hypot(row[top].error, row[last].error)))
      return std::nullopt;
  }

  const double beta =
      boost::math::tools::brent_find_minima([&](double x) { return -curves.value(quantity, curves.at(x)); },
                                            table.beta[top - 1], table.beta[top + 1], digits)
          .first;
  const CurveDifferences at(curves, beta);
  const double bend = at.bend(curves, quantity);
  if (!(bend < 0) || !at.here.trusted) return std::nullopt;
  Reweighting::Influence moves = curves.influence(quantity, at.above);
  const Reweighting::Influence below = curves.influence(quantity, at.below);
  const auto difference = [&](std::vector<double>& x, const std::vector<double>& from) {
    for (std::size_t t = 0; t < x.size(); ++t) x[t] = -(x[t] - from[t]) / (2 * at.step * bend);
  };
  difference(moves.draws, below.draws);
  difference(moves.unseen, below.unseen);
  const Estimate place = curves.reweighting().estimate(beta, moves, at.here.trusted);
  const Estimate height = curves.estimate(quantity, at.here);
  if (!std::isfinite(place.error) || !std::isfinite(height.error)) return std::nullopt;
  return Peak{place, height};
}

}  // namespace

PeakSearch search_peak(const TemperatureCurves& curves, const CurveTable& table, Quantity quantity) {
  const std::size_t q = index_of(table, quantity);
  if (q == table.quantities.size() || table.beta.size() < 3) return {};
  const std::size_t top = highest(table.estimates[q]), last = table.beta.size() - 1;
  if (top == 0 || top == last) return {{}, top == 0, top == last};
  return {refine_peak(curves, table, quantity, top), false, false};
}

std::optional<Peak> find_peak(const TemperatureCurves& curves, const CurveTable& table, Quantity quantity) {
  return search_peak(curves, table, quantity).peak;
}

std::vector<Crossing> find_crossings(const TemperatureCurves& a, const CurveTable& table_a, const TemperatureCurves& b,
                                     const CurveTable& table_b, Quantity quantity) {
  const std::size_t q_a = index_of(table_a, quantity), q_b = index_of(table_b, quantity);
  std::vector<Crossing> crossings;
  if (q_a == table_a.quantities.size() || q_b == table_b.quantities.size()) return crossings;
  const auto difference = [&](double beta) { return a.value(quantity, a.at(beta)) - b.value(quantity, b.at(beta)); };
  double last = 0, last_beta = 0;  // the last difference beyond doubt
  for (std::size_t k = 0; k < table_a.beta.size(); ++k) {
    const Estimate x = table_a.estimates[q_a][k], y = table_b.estimates[q_b][k];
    const double d = x.value - y.value, beta = table_a.beta[k];
    if (!(std::abs(d) >= 3 * std::hypot(x.error, y.error))) continue;
    if (last * d < 0) {
      std::uintmax_t steps = 100;
      const auto [low, high] = boost::math::tools::toms748_solve(difference, last_beta, beta, last, d,
                                                                 boost::math::tools::eps_tolerance<double>(40), steps);
      crossings.push_back(measure_crossing(a, b, quantity, (low + high) / 2));
    }
    last = d;
    last_beta = beta;
  }
  return crossings;
}

}  // namespace gibbsite

#include "estimators/response.hpp"

#include <algorithm>
#include <cmath>

namespace gibbsite {
namespace {

using G = Response::Column;

double column_of(Response::Column column, double x, double centre) {
  switch (column) {
    case G::deviation:
      return x - centre;
    case G::squared_deviation:
      return (x - centre) * (x - centre);
    case G::absolute:
      return std::abs(x) - centre;
    case G::square:
      return x * x - centre;
    default:
      return x * x * x * x;
  }
}

double spread(std::span<const double> m) { return m[1] - m[0] * m[0]; }
double binder(std::span<const double> m) { return 1 - m[1] / (3 * m[0] * m[0]); }

}  // namespace

SweepMoments SweepMoments::part(std::size_t first, std::size_t count) const {
  const auto cut = [&](std::span<const double> all) { return all.empty() ? all : all.subspan(first, count); };
  return {cut(mean), cut(variance), cut(absolute), cut(square), cut(fourth)};
}

std::vector<std::vector<double>> Response::of(std::span<const double> x) const {
  std::vector<std::vector<double>> out;
  for (const G g : columns) {
    std::vector<double>& column = out.emplace_back(x.size());
    std::transform(x.begin(), x.end(), column.begin(), [&](double v) { return column_of(g, v / per, centre); });
  }
  return out;
}

std::vector<std::vector<double>> Response::of(const SweepMoments& m) const {
  std::vector<std::vector<double>> out;
  const double per2 = per * per;
  for (const G g : columns) {
    const std::span<const double> from = g == G::deviation           ? m.mean
                                         : g == G::squared_deviation ? m.variance
                                         : g == G::absolute          ? m.absolute
                                         : g == G::square            ? m.square
                                                                     : m.fourth;
    if (from.empty()) return {};
    std::vector<double>& column = out.emplace_back(from.size());
    for (std::size_t t = 0; t < from.size(); ++t) {
      const double off = g == G::squared_deviation ? m.mean[t] / per - centre : 0;
      column[t] = g == G::deviation || g == G::absolute ? from[t] / per - centre
                  : g == G::squared_deviation           ? from[t] / per2 + off * off
                  : g == G::square                      ? from[t] / per2 - centre
                                                        : from[t] / (per2 * per2);
    }
  }
  return out;
}

Estimate Response::finished(Estimate e) const {
  e.value = scale * std::clamp(e.value, lowest, highest);
  e.error *= std::abs(scale);
  return e;
}

Response mean_response(double centre, double per) {
  return {.centre = centre, .columns = {G::deviation}, .f = [centre](auto m) { return centre + m[0]; }, .per = per};
}
Response variance_response(double scale, double centre) {
  return {.scale = scale, .centre = centre, .columns = {G::deviation, G::squared_deviation}, .f = spread, .lowest = 0};
}
Response square_response(double scale, double centre) {
  return {.scale = scale, .centre = centre, .columns = {G::square}, .f = [centre](auto m) { return centre + m[0]; }};
}
Response absolute_response(double centre) {
  return {.centre = centre, .columns = {G::absolute}, .f = [centre](auto m) { return centre + m[0]; }};
}
Response absolute_variance_response(double scale) {
  return {.scale = scale, .columns = {G::absolute, G::square}, .f = spread, .lowest = 0};
}
Response binder_response() { return {.columns = {G::square, G::fourth}, .f = binder, .highest = 2.0 / 3}; }

Estimate estimate(const Response& response, const ChainSeries& x) {
  const auto columns = response.of(x.values);
  std::vector<ChainSeries> inputs;
  for (const auto& column : columns) inputs.push_back({column, x.chains, x.memory});
  return response.finished(derived(inputs, response.f));
}

}  // namespace gibbsite

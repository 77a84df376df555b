#include "estimators/response.hpp"

#include <algorithm>
#include <cmath>

namespace gibbsite {
namespace {

double deviation(double x, double centre) { return x - centre; }
double squared_deviation(double x, double centre) { return (x - centre) * (x - centre); }
double square(double x, double) { return x * x; }
double fourth(double x, double) { return x * x * x * x; }
double absolute(double x, double) { return std::abs(x); }

double spread(std::span<const double> m) { return m[1] - m[0] * m[0]; }
double binder(std::span<const double> m) { return 1 - m[1] / (3 * m[0] * m[0]); }

}  // namespace

std::vector<std::vector<double>> Response::of(std::span<const double> x) const {
  std::vector<std::vector<double>> out;
  for (const Column g : columns) {
    std::vector<double>& column = out.emplace_back(x.size());
    std::transform(x.begin(), x.end(), column.begin(), [&](double v) { return g(v, centre); });
  }
  return out;
}

Estimate Response::finished(Estimate e) const {
  e.value = scale * std::clamp(e.value, lowest, highest);
  e.error *= std::abs(scale);
  return e;
}

Response mean_response(double centre) {
  return {.centre = centre, .columns = {deviation}, .f = [centre](auto m) { return centre + m[0]; }};
}
Response variance_response(double scale, double centre) {
  return {.scale = scale, .centre = centre, .columns = {deviation, squared_deviation}, .f = spread, .lowest = 0};
}
Response square_response(double scale) {
  return {.scale = scale, .columns = {square}, .f = [](auto m) { return m[0]; }};
}
Response absolute_response() {
  return {.columns = {absolute}, .f = [](auto m) { return m[0]; }};
}
Response absolute_variance_response(double scale) {
  return {.scale = scale, .columns = {absolute, square}, .f = spread, .lowest = 0};
}
Response binder_response() { return {.columns = {square, fourth}, .f = binder, .highest = 2.0 / 3}; }

Estimate estimate(const Response& response, const ChainSeries& x) {
  const auto columns = response.of(x.values);
  std::vector<ChainSeries> inputs;
  for (const auto& column : columns) inputs.push_back({column, x.chains, x.memory});
  return response.finished(derived(inputs, response.f));
}

}  // namespace gibbsite

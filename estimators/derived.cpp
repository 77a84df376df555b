#include "estimators/derived.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"

namespace gibbsite {
namespace {

void require_together(std::span<const Chains> inputs, const char* who) {
  if (inputs.empty()) throw std::invalid_argument(std::string(who) + ": there are no inputs; give one series at least");
  for (const Chains& x : inputs) {
    require_valid(x, who);
    if (x.chains != inputs[0].chains || x.draws() != inputs[0].draws())
      throw std::invalid_argument(std::string(who) +
                                  ": inputs differ in chains or draws; give series that were drawn together");
  }
}

bool usable(double error) { return error > 0; }  // neither 0 nor unknown

}  // namespace

Expansion expand(const FunctionOfMeans& f, std::span<const double> means, std::span<const double> errors,
                 const std::function<double(std::size_t, std::size_t)>& correlation) {
  const std::size_t n = means.size();
  std::vector<double> at(means.begin(), means.end());
  const auto moved = [&](std::size_t a, double steps_a, std::size_t b, double steps_b) {
    at[a] += steps_a * errors[a];
    at[b] += steps_b * errors[b];
    const double value = f(at);
    at[a] = means[a];
    at[b] = means[b];
    return value;
  };
  const double centre = f(at);
  Expansion result{centre, std::vector<double>(n, 0.0)};
  double bias = 0;
  for (std::size_t a = 0; a < n; ++a) {
    if (!usable(errors[a])) continue;
    const double up = moved(a, 1, a, 0), down = moved(a, -1, a, 0);
    result.slope[a] = (up - down) / 2;
    bias += (up - 2 * centre + down) / 2;
    for (std::size_t b = a + 1; b < n; ++b) {
      if (!usable(errors[b])) continue;
      const double mixed = (moved(a, 1, b, 1) - moved(a, 1, b, -1) - moved(a, -1, b, 1) + moved(a, -1, b, -1)) / 4;
      if (mixed != 0) bias += mixed * correlation(a, b);
    }
  }
  result.value -= bias;
  return result;
}

Estimate derived(std::span<const Chains> inputs, const FunctionOfMeans& f) {
  require_together(inputs, "derived");
  std::vector<double> means, errors;
  for (const Chains& x : inputs) {
    const Autocorrelation a = autocorrelation(x);
    means.push_back(a.mean);
    errors.push_back(a.plain_error());
  }
  const std::size_t size = inputs[0].values.size(), chains = inputs[0].chains, memory = inputs[0].memory;
  std::vector<double> series(size);
  // Var(<a> + <b>) in units of both errors is 2 (1 + correlation).
  const auto correlation = [&](std::size_t a, std::size_t b) {
    for (std::size_t t = 0; t < size; ++t)
      series[t] = inputs[a].values[t] / errors[a] + inputs[b].values[t] / errors[b];
    const double error = autocorrelation({series, chains, memory}).plain_error();
    return std::isnan(error) ? -1.0 : std::clamp(error * error / 2 - 1, -1.0, 1.0);
  };
  const Expansion expansion = expand(f, means, errors, correlation);
  if (!std::isfinite(expansion.value)) return {};

  std::fill(series.begin(), series.end(), 0.0);
  for (std::size_t a = 0; a < inputs.size(); ++a)
    if (expansion.slope[a] != 0)
      for (std::size_t t = 0; t < size; ++t)
        series[t] += expansion.slope[a] * (inputs[a].values[t] - means[a]) / errors[a];
  Estimate estimate = estimate_from_influence(expansion.value, {series, chains, memory});
  // Frozen chains in different states: influences cancel to rounding, and say nothing of the error.
  double most = 0, spread = 0;
  for (std::size_t t = 0; t < size; ++t) {
    double parts = 0;
    for (std::size_t a = 0; a < inputs.size(); ++a)
      if (expansion.slope[a] != 0) parts += std::abs(expansion.slope[a] * (inputs[a].values[t] - means[a]) / errors[a]);
    spread = std::max(spread, parts);
    most = std::max(most, std::abs(series[t]));
  }
  if (most <= 1e-9 * spread) estimate.error = unknown;
  return estimate;
}

Estimate jackknife(std::span<const Chains> inputs, const FunctionOfMeans& f, std::size_t blocks) {
  require_together(inputs, "jackknife");
  const std::size_t chains = inputs[0].chains, draws = inputs[0].draws();
  if (blocks < 2 || blocks > chains * draws)
    throw std::invalid_argument("jackknife: ask for at least 2 blocks and at most as many as there are draws");
  const std::size_t per_chain = std::max<std::size_t>((blocks + chains / 2) / chains, 1), total = per_chain * chains;
  if (total < 2) return {};
  const std::size_t inputs_count = inputs.size();
  std::vector<double> block(total * inputs_count, 0.0), length(total), sum(inputs_count, 0.0), at(inputs_count);
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t k = 0; k < per_chain; ++k) {
      const std::size_t first = k * draws / per_chain, last = (k + 1) * draws / per_chain, b = c * per_chain + k;
      length[b] = static_cast<double>(last - first);
      for (std::size_t a = 0; a < inputs_count; ++a) {
        for (const double v : inputs[a].chain(c).subspan(first, last - first)) block[b * inputs_count + a] += v;
        sum[a] += block[b * inputs_count + a];
      }
    }
  const double n = static_cast<double>(chains * draws), m = static_cast<double>(total);
  for (std::size_t a = 0; a < inputs_count; ++a) at[a] = sum[a] / n;
  const double whole = f(at);
  std::vector<double> without(total);
  for (std::size_t b = 0; b < total; ++b) {
    for (std::size_t a = 0; a < inputs_count; ++a) at[a] = (sum[a] - block[b * inputs_count + a]) / (n - length[b]);
    without[b] = f(at);
  }
  const double centre = mean(without);
  double squares = 0;
  for (const double v : without) squares += (v - centre) * (v - centre);
  return {.value = m * whole - (m - 1) * centre, .error = std::sqrt((m - 1) / m * squares)};
}

Estimate variance(const Chains& x) {
  const Autocorrelation a = autocorrelation(x);
  std::vector<double> square(x.values.begin(), x.values.end());
  for (double& v : square) v = (v - a.mean) * (v - a.mean);
  const double bias = a.variance > 0 ? a.plain_error() * a.plain_error() : 0;
  return estimate_from_influence(mean(square) + bias, {square, x.chains, x.memory});
}

}  // namespace gibbsite

#include "estimators/derived.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/convergence.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

void require_together(std::span<const ChainSeries> inputs, const char* who) {
  if (inputs.empty()) throw std::invalid_argument(std::string(who) + ": there are no inputs; give one series at least");
  for (const ChainSeries& x : inputs) {
    require_valid(x, who);
    if (x.chains != inputs[0].chains || x.draws() != inputs[0].draws())
      throw std::invalid_argument(std::string(who) +
                                  ": inputs differ in chains or draws; give series that were drawn together");
  }
}

bool usable(double error) { return error > 0; }  // neither 0 nor unknown

/// a or 0: differences of numbers of this size that are smaller are rounding.
double beyond_rounding(double difference, double size) { return std::abs(difference) <= 1e-13 * size ? 0 : difference; }

}  // namespace

Expansion expand(const FunctionOfMeans& f, std::span<const double> means, std::span<const double> errors,
                 const std::function<double(std::size_t, std::size_t)>& correlation) {
  const auto n = static_cast<Eigen::Index>(means.size());
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
  Expansion result{centre, std::vector<double>(means.size(), 0.0)};
  Eigen::MatrixXd h = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t a = 0; a < means.size(); ++a) {
    if (!usable(errors[a])) continue;
    const auto i = static_cast<Eigen::Index>(a);
    const double up = moved(a, 1, a, 0), down = moved(a, -1, a, 0);
    const double size = std::abs(up) + 2 * std::abs(centre) + std::abs(down);
    result.slope[a] = (up - down) / 2;
    h(i, i) = beyond_rounding(up - 2 * centre + down, size);
    for (std::size_t b = a + 1; b < means.size(); ++b) {
      if (!usable(errors[b])) continue;
      const auto j = static_cast<Eigen::Index>(b);
      h(i, j) = h(j, i) = beyond_rounding(
          (moved(a, 1, b, 1) - moved(a, 1, b, -1) - moved(a, -1, b, 1) + moved(a, -1, b, -1)) / 4, size);
    }
  }
  Eigen::MatrixXd r = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = i + 1; j < n; ++j)
      if (!h.row(i).isZero(0) && !h.row(j).isZero(0))
        r(i, j) = r(j, i) = correlation(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  const Eigen::MatrixXd m = h * r;
  result.value -= m.trace() / 2;
  result.second2 = std::max(0.0, (m * m).trace()) + m.trace() * m.trace();
  return result;
}

Estimate derived(std::span<const ChainSeries> inputs, const FunctionOfMeans& f) {
  require_together(inputs, "derived");
  std::vector<double> means, errors;
  std::vector<Autocorrelation> memories;
  Estimate estimate;
  double degrees = std::numeric_limits<double>::infinity(), slowest = unknown;
  for (const ChainSeries& x : inputs) {
    const Autocorrelation& a = memories.emplace_back(autocorrelation(x));
    means.push_back(a.mean);
    errors.push_back(a.plain_error());
    if (!usable(errors.back())) continue;
    degrees = std::min(degrees, a.degrees);
    if (!(slowest >= a.tau)) slowest = a.tau;
  }
  const std::size_t size = inputs[0].values.size(), chains = inputs[0].chains, memory = inputs[0].memory;
  std::vector<double> series(size);
  // Var(<a> + <b>) in units of both errors is 2 (1 + correlation).
  const auto correlation = [&](std::size_t a, std::size_t b) {
    for (std::size_t t = 0; t < size; ++t)
      series[t] = (inputs[a].values[t] - means[a]) / errors[a] + (inputs[b].values[t] - means[b]) / errors[b];
    const double error = autocorrelation({series, chains, memory}).plain_error();
    return std::isnan(error) ? -1.0 : std::clamp(error * error / 2 - 1, -1.0, 1.0);
  };
  const Expansion expansion = expand(f, means, errors, correlation);
  if (!std::isfinite(expansion.value)) return {};
  estimate.value = expansion.value;

  double error2 = expansion.second2;
  const auto first_order = [&](const ChainSeries& influence, const Autocorrelation& a, double scale) {
    const double plain = a.plain_error();
    estimate.tau = a.tau;
    estimate.ess = a.variance / (plain * plain);
    estimate.rhat = split_rhat(influence);
    degrees = std::min(degrees, a.degrees);
    error2 += scale * scale * plain * plain;
  };
  // One input alone carries the first order, as in a mean or a variance: its influence is known already.
  double steepest = 0;
  for (const double slope : expansion.slope) steepest = std::max(steepest, std::abs(slope));
  std::vector<std::size_t> steep;
  for (std::size_t a = 0; a < inputs.size(); ++a)
    if (std::abs(expansion.slope[a]) > 1e-9 * steepest) steep.push_back(a);
  if (steep.size() == 1) {
    const std::size_t a = steep.front();
    first_order(inputs[a], memories[a], expansion.slope[a] / errors[a]);
  } else {
    // The influence, and how large its parts are: where they cancel to rounding the first order says nothing.
    double largest = 0, largest_part = 0;
    for (std::size_t t = 0; t < size; ++t) {
      double parts = 0, sum = 0;
      for (const std::size_t a : steep) {
        const double part = expansion.slope[a] * ((inputs[a].values[t] - means[a]) / errors[a]);
        sum += part;
        parts += std::abs(part);
      }
      series[t] = sum;
      largest = std::max(largest, std::abs(sum));
      largest_part = std::max(largest_part, parts);
    }
    const ChainSeries influence{series, chains, memory};
    if (largest > 1e-9 * largest_part) {
      first_order(influence, autocorrelation(influence), 1);
    } else if (error2 > 0) {
      estimate.tau = slowest;
      estimate.ess = static_cast<double>(size) / std::max(2 * slowest, 1.0);
      estimate.rhat = split_rhat(inputs[0]);
    }
  }
  if (!(error2 > 0)) return estimate;
  estimate.degrees = degrees;
  estimate.error = std::sqrt(error2) * widening(degrees);
  return estimate;
}

Estimate jackknife(std::span<const ChainSeries> inputs, const FunctionOfMeans& f, std::size_t blocks) {
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

Estimate variance(const ChainSeries& x) {
  require_valid(x, "variance");
  const double centre = mean(x.values);
  std::vector<double> first(x.values.begin(), x.values.end()), second(first.size());
  for (std::size_t t = 0; t < first.size(); ++t) {
    first[t] -= centre;
    second[t] = first[t] * first[t];
  }
  const ChainSeries inputs[] = {{first, x.chains, x.memory}, {second, x.chains, x.memory}};
  return derived(inputs, [](std::span<const double> m) { return m[1] - m[0] * m[0]; });
}

}  // namespace gibbsite

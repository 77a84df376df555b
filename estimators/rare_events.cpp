#include "estimators/rare_events.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/bennett.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

/// df/da at the means. step: how far each input varies.
std::vector<double> gradient(const FunctionOfMeans& f, std::vector<double> means, std::span<const double> step) {
  std::vector<double> out(means.size(), 0.0);
  for (std::size_t a = 0; a < means.size(); ++a) {
    if (!(step[a] > 0)) continue;
    const double at = means[a];
    means[a] = at + step[a];
    const double up = f(means);
    means[a] = at - step[a];
    out[a] = (up - f(means)) / (2 * step[a]);
    means[a] = at;
  }
  return out;
}

double rms(std::span<const double> x, double centre) {
  double sum = 0;
  for (const double v : x) sum += (v - centre) * (v - centre);
  return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(x.size(), 1)));
}

/// y of every value, from its columns.
std::vector<double> influence(const std::vector<std::vector<double>>& columns, std::span<const double> means,
                              std::span<const double> slope) {
  std::vector<double> y(columns[0].size(), 0.0);
  for (std::size_t a = 0; a < columns.size(); ++a)
    if (slope[a] != 0)
      for (std::size_t t = 0; t < y.size(); ++t) y[t] += slope[a] * (columns[a][t] - means[a]);
  return y;
}

double square_of(std::span<const double> y) {
  const double n = static_cast<double>(y.size());
  double sum = 0;
  for (const double v : y) sum += v * v / n;
  return sum;
}

double weighted_square(std::span<const double> y, std::span<const double> w) {
  double sum = 0;
  for (std::size_t t = 0; t < y.size(); ++t) sum += w[t] * y[t] * y[t];
  return sum;
}

double largest_of(std::span<const double> y) {
  double largest = 0;
  for (const double v : y) largest = std::max(largest, std::abs(v));
  return largest;
}

/// How many draws carry sum w y^2 (Kish's number).
double events_in(std::span<const double> y, std::span<const double> w) {
  double sum = 0, squares = 0;
  for (std::size_t t = 0; t < y.size(); ++t) {
    const double part = w[t] * y[t] * y[t];
    sum += part;
    squares += part * part;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

}  // namespace

PooledWeights pooled_weights(std::span<const double> down, std::span<const double> up) {
  const Bennett b = bennett(up, down);  // from the hotter to the own distribution
  PooledWeights out{{}, {}, b.overlap};
  if (!std::isfinite(b.log_ratio)) return out;
  const double own = static_cast<double>(down.size()), hotter = static_cast<double>(up.size());
  double sum = 0;
  // p_j / p_k at a draw, and 1 / (n_k + n_j p_j / p_k)
  const auto weight = [&](double log_ratio) {
    const double w = 1 / (own + hotter * std::exp(log_ratio + b.log_ratio));
    sum += w;
    return w;
  };
  for (const double v : down) out.own.push_back(weight(v));
  for (const double v : up) out.hotter.push_back(weight(-v));
  for (auto* w : {&out.own, &out.hotter})
    for (double& v : *w) v /= sum;
  return out;
}

RareEstimate estimate(const Response& response, const ChainSeries& x, const Beyond& beyond) {
  const auto values = response.of(x.values);
  const auto of_sweeps = response.of(beyond.moments);
  const bool summed = !of_sweeps.empty();
  const auto& columns = summed ? of_sweeps : values;
  std::vector<ChainSeries> inputs;
  std::vector<double> means, step;
  for (std::size_t a = 0; a < columns.size(); ++a) {
    inputs.push_back({columns[a], x.chains, x.memory});
    means.push_back(mean(columns[a]));
    step.push_back(rms(values[a], means.back()));
  }
  const double n = static_cast<double>(x.values.size());
  RareEstimate result{derived(inputs, response.f)};
  Estimate& e = result.estimate;
  double more2 = 0;
  const auto slope_of = [&] {
    for (double& s : step) s *= 1e-3;
    return gradient(response.f, means, step);
  };
  double tau_of_means = e.tau;
  if (summed && e.error > 0) {  // tau and ess speak of single sweeps: of y, not of its means over a draw
    auto steps = step;
    for (double& s : steps) s *= 1e-3;
    const auto slope = gradient(response.f, means, steps);
    const double all = square_of(influence(values, means, slope)), own = square_of(influence(columns, means, slope));
    if (all > 0 && own > 0) {
      e.tau *= own / all;
      e.ess *= all / own;
    }
  }
  if (!beyond.hotter.empty() && beyond.weights != nullptr && !beyond.weights->own.empty()) {
    const auto elsewhere = response.of(beyond.hotter);
    for (std::size_t a = 0; a < step.size(); ++a) step[a] = std::max(step[a], rms(elsewhere[a], means[a]));
    const auto slope = slope_of();
    const auto y = influence(values, means, slope), other = influence(elsewhere, means, slope);
    const double own = square_of(y);
    const double pooled = weighted_square(y, beyond.weights->own) + weighted_square(other, beyond.weights->hotter);
    const double tau = std::max({summed ? 0.0 : 0.5, beyond.tau, std::isnan(e.tau) ? 0.5 : e.tau});
    more2 = std::max(0.0, pooled - own) * 2 * tau / n;
    if (std::isnan(e.error) && std::sqrt(pooled) <= 1e-12 * std::abs(e.value)) more2 = 0;
    // Of what only the hotter draws saw, and a few times at that, one event more may be missing here.
    if (std::isnan(e.error) && more2 > 0 && !beyond.unseen.empty() &&
        events_in(other, beyond.weights->hotter) < fewest_events) {
      const auto far = influence(response.of(beyond.unseen), means, slope);
      more2 = std::max(more2, std::pow(largest_of(far) * std::max(1.0, 2 * tau) / n, 2));
    }
  } else if (!beyond.unseen.empty() && e.error > 0) {
    const auto slope = slope_of();
    const auto y = influence(columns, means, slope), far = influence(response.of(beyond.unseen), means, slope);
    double second = 0, fourth = 0;
    for (const double v : y) {
      second += v * v / n;
      fourth += v * v * v * v / n;
    }
    const double independent = n / std::max(1.0, 2 * tau_of_means);
    const double events = fourth > 0 ? independent * second * second / fourth : independent;
    if (events < fewest_events) {
      result.events = events;
      more2 = std::pow(largest_of(far) / independent, 2);
    }
  }
  if (more2 > 0) {
    const double wide = widening(e.degrees);
    e.error = std::sqrt((std::isnan(e.error) ? 0 : e.error * e.error) + wide * wide * more2);
  }
  e = response.finished(e);
  return result;
}

std::vector<double> beyond_hot_side(std::span<const double> x, double limit) {
  std::vector<double> sorted(x.begin(), x.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const double median = *middle, top = *std::max_element(x.begin(), x.end());
  return {std::min(median + 1.25 * (top - median), std::max(limit, top))};
}

std::vector<double> beyond_both_sides(std::span<const double> x, double lowest, double highest) {
  std::vector<double> sorted(x.begin(), x.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  const double median = *middle;
  return {std::max(lowest, median - 2 * (median - *low)), std::min(highest, median + 2 * (*high - median))};
}

}  // namespace gibbsite

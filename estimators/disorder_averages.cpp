#include "estimators/disorder_averages.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "estimators/chain_series.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

double known_error(double error) { return error > 0 ? error : 0; }

double binder_from(double second, double fourth) { return 1 - fourth / (3 * second * second); }

/// <q^2> and <q^4> of each sample.
struct SampleMoments {
  std::vector<double> second, fourth;
};
SampleMoments moments_of(const std::vector<Estimate>& squares, const std::vector<Estimate>& binders) {
  SampleMoments m;
  for (std::size_t k = 0; k < squares.size(); ++k) {
    const double q2 = squares[k].value, e2 = known_error(squares[k].error);
    m.second.push_back(q2);
    m.fourth.push_back(3 * (q2 * q2 - e2 * e2) * (1 - binders[k].value));  // <q^2>^2 of a noisy <q^2> is too large
  }
  return m;
}

/// B of all samples but one, at every beta of [first, last]; of all where `without` is none of them.
std::vector<double> binders_without(const std::vector<SampleMoments>& m, std::size_t first, std::size_t last,
                                    std::size_t without) {
  std::vector<double> out;
  for (std::size_t k = first; k <= last; ++k) {
    double second = 0, fourth = 0, n = 0;
    for (std::size_t i = 0; i < m[k].second.size(); ++i)
      if (i != without) second += m[k].second[i], fourth += m[k].fourth[i], n += 1;
    out.push_back(binder_from(second / n, fourth / n));
  }
  return out;
}

struct LineRoot {
  double beta, value;
};
/// The root of the line through a - b, weighted, and there the line through b.
LineRoot root_of(std::span<const double> beta, std::span<const double> a, std::span<const double> b,
                 std::span<const double> weight) {
  double sum = 0, x = 0, d = 0, v = 0, xx = 0, xd = 0, xv = 0;
  for (std::size_t k = 0; k < beta.size(); ++k) {
    sum += weight[k];
    x += weight[k] * beta[k];
    d += weight[k] * (a[k] - b[k]);
    v += weight[k] * (a[k] + b[k]) / 2;
  }
  x /= sum, d /= sum, v /= sum;
  for (std::size_t k = 0; k < beta.size(); ++k) {
    const double off = beta[k] - x;
    xx += weight[k] * off * off;
    xd += weight[k] * off * (a[k] - b[k]);
    xv += weight[k] * off * (a[k] + b[k]) / 2;
  }
  const double root = x - d * xx / xd;
  return {root, v + xv / xx * (root - x)};
}

/// The jackknife over the samples of one size.
void add_scatter(std::span<const LineRoot> without, double& beta2, double& value2) {
  double beta = 0, value = 0;
  const auto n = static_cast<double>(without.size());
  for (const LineRoot& r : without) beta += r.beta / n, value += r.value / n;
  for (const LineRoot& r : without) {
    beta2 += (n - 1) / n * (r.beta - beta) * (r.beta - beta);
    value2 += (n - 1) / n * (r.value - value) * (r.value - value);
  }
}

}  // namespace

Estimate average_over_samples(const std::vector<Estimate>& samples) {
  if (samples.empty()) throw std::invalid_argument("disorder average: there are no samples");
  const auto n = static_cast<double>(samples.size());
  std::vector<double> values;
  double squares = 0, noise = 0;
  for (const Estimate& sample : samples) {
    values.push_back(sample.value);
    noise += known_error(sample.error) * known_error(sample.error);
  }
  Estimate average{.value = mean(values)};
  if (samples.size() < fewest_samples) return average;
  for (const double value : values) squares += (value - average.value) * (value - average.value);
  average.degrees = n - 1;
  average.error = widening(average.degrees) * std::sqrt(std::max(squares / (n - 1) / n, noise / (n * n)));
  return average;
}

Estimate binder_over_samples(const std::vector<Estimate>& squares, const std::vector<Estimate>& binders) {
  const std::size_t count = squares.size();
  if (count == 0 || binders.size() != count)
    throw std::invalid_argument("disorder average: give <q^2> and a Binder cumulant for each sample");
  const auto n = static_cast<double>(count);
  const auto [second, fourth] = moments_of(squares, binders);
  const double sum2 = std::accumulate(second.begin(), second.end(), 0.0);
  const double sum4 = std::accumulate(fourth.begin(), fourth.end(), 0.0);
  const double whole = binder_from(sum2 / n, sum4 / n);
  if (count < 2) return {.value = whole};
  std::vector<double> without;
  double noise = 0;
  for (std::size_t k = 0; k < count; ++k) {
    without.push_back(binder_from((sum2 - second[k]) / (n - 1), (sum4 - fourth[k]) / (n - 1)));
    const double q2 = sum2 / n, by_binder = second[k] * second[k] / (q2 * q2);
    const double by_square = -2 * second[k] * (1 - binders[k].value) / (q2 * q2) + 2 * (sum4 / n) / (3 * q2 * q2 * q2);
    noise +=
        std::pow(by_binder * known_error(binders[k].error), 2) + std::pow(by_square * known_error(squares[k].error), 2);
  }
  const double centre = mean(without);
  Estimate binder{.value = n * whole - (n - 1) * centre};
  if (count < fewest_samples) return binder;
  double scatter = 0;
  for (const double b : without) scatter += (b - centre) * (b - centre);
  binder.degrees = n - 1;
  binder.error = widening(binder.degrees) * std::sqrt(std::max((n - 1) / n * scatter, noise / (n * n)));
  return binder;
}

std::vector<GlassCrossing> glass_crossings(std::span<const double> beta, const GlassCurve& a, const GlassCurve& b) {
  const std::size_t count = beta.size();
  for (const auto* curve : {&a.squares, &a.binders, &b.squares, &b.binders})
    if (curve->size() != count) throw std::invalid_argument("glass crossings: give samples at every beta");
  std::vector<SampleMoments> of_a, of_b;
  std::vector<Estimate> g_a, g_b;
  for (std::size_t k = 0; k < count; ++k) {
    g_a.push_back(binder_over_samples(a.squares[k], a.binders[k]));
    g_b.push_back(binder_over_samples(b.squares[k], b.binders[k]));
    of_a.push_back(moments_of(a.squares[k], a.binders[k]));
    of_b.push_back(moments_of(b.squares[k], b.binders[k]));
  }
  std::vector<GlassCrossing> crossings;
  constexpr double beyond_doubt = 2;
  double last = 0;
  std::size_t since = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double d = g_a[k].value - g_b[k].value, error = std::hypot(g_a[k].error, g_b[k].error);
    if (!(std::abs(d) >= beyond_doubt * error)) continue;
    if (last * d < 0) {
      std::vector<double> weight;
      for (std::size_t i = since; i <= k; ++i)
        weight.push_back(1 / (g_a[i].error * g_a[i].error + g_b[i].error * g_b[i].error));
      const auto betas = beta.subspan(since, k - since + 1);
      const std::size_t samples_a = of_a[since].second.size(), samples_b = of_b[since].second.size();
      const auto whole_a = binders_without(of_a, since, k, samples_a),
                 whole_b = binders_without(of_b, since, k, samples_b);
      const LineRoot at = root_of(betas, whole_a, whole_b, weight);
      std::vector<LineRoot> without_a, without_b;
      for (std::size_t i = 0; i < samples_a; ++i)
        without_a.push_back(root_of(betas, binders_without(of_a, since, k, i), whole_b, weight));
      for (std::size_t i = 0; i < samples_b; ++i)
        without_b.push_back(root_of(betas, whole_a, binders_without(of_b, since, k, i), weight));
      double beta2 = 0, value2 = 0;
      add_scatter(without_a, beta2, value2);
      add_scatter(without_b, beta2, value2);
      const double degrees = static_cast<double>(std::min(samples_a, samples_b)) - 1, wide = widening(degrees);
      crossings.push_back({{.value = at.beta, .error = wide * std::sqrt(beta2), .degrees = degrees},
                           {.value = at.value, .error = wide * std::sqrt(value2), .degrees = degrees}});
    }
    last = d;
    since = k;
  }
  return crossings;
}

}  // namespace gibbsite

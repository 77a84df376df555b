#include "estimators/autocorrelation.hpp"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <stdexcept>

#include "estimators/autocovariance.hpp"
#include "estimators/convergence.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

/// Whether the window closes at W, given tau(W).
bool closes(const Windowing& windowing, double tau, double w, double n) {
  if (windowing.rule == Window::madras_sokal) return w >= windowing.factor * tau;
  if (tau <= 0.5) return true;
  const double decay = windowing.factor / std::log((2 * tau + 1) / (2 * tau - 1));  // eq. 51
  return std::exp(-w / decay) < decay / std::sqrt(w * n);                           // eq. 52
}

/// Squared error of the common mean from the spread of the chain means, C - 1 degrees of freedom.
double error2_between(const ChainSeries& x, double centre) {
  double sum = 0;
  for (std::size_t c = 0; c < x.chains; ++c) sum += std::pow(mean(x.chain(c)) - centre, 2);
  return sum / static_cast<double>(x.chains * (x.chains - 1));
}

/// Equal but for rounding: states of one energy can differ in the last bits of their sums.
bool all_equal(std::span<const double> x) {
  const double most = 1e-12 * std::abs(x.front());
  return std::all_of(x.begin(), x.end(), [&](double v) { return std::abs(v - x.front()) <= most; });
}

/// Means of `length` draws in a row, those left over at the end of a chain without them; [chain][block].
std::vector<double> block_means(const ChainSeries& x, std::size_t length) {
  std::vector<double> means;
  means.reserve(x.values.size() / length);
  for (std::size_t c = 0; c < x.chains; ++c) {
    const auto chain = x.chain(c);
    for (std::size_t begin = 0; begin + length <= chain.size(); begin += length)
      means.push_back(mean(chain.subspan(begin, length)));
  }
  return means;
}

}  // namespace

double Autocorrelation::plain_error() const noexcept { return error / widening(degrees); }

Autocorrelation autocorrelation(const ChainSeries& x, Windowing windowing) {
  require_valid(x, "autocorrelation");
  if (!(windowing.factor > 0)) throw std::invalid_argument("autocorrelation: the window factor must be positive");
  Autocorrelation result;
  result.mean = mean(x.values);
  if (all_equal(x.values)) {
    result.mean = x.values.front();
    result.variance = 0;
    return result;
  }
  // A window that is long anyway, because of what is known to be remembered, is made of blocks.
  const std::size_t memory = std::min(x.memory, x.draws() / 20);
  std::size_t block = std::max<std::size_t>(memory / Autocovariance::direct_lags, 1);
  std::vector<double> means;
  ChainSeries series = x;
  if (block > 1) means = block_means(x, block);
  if (means.empty() || all_equal(means))
    block = 1;
  else
    series = {means, x.chains, x.memory / block};
  const double n = static_cast<double>(series.values.size());
  Autocovariance gamma(series, result.mean);
  const double gamma0 = gamma(0);

  const std::size_t shortest = memory / block;
  double tau = 0.5, guide = 0.5, rho = 0;
  bool alternates = false;
  for (std::size_t w = 1; w <= gamma.max_lag() && !result.window_closed; ++w) {
    rho = gamma(w) / gamma0;
    if (w == 1) alternates = rho < -3 / std::sqrt(n);
    tau += rho;
    guide += alternates ? std::abs(rho) : rho;
    result.window = w;
    result.window_closed = w >= shortest && closes(windowing, guide, static_cast<double>(w), n);
  }
  if (alternates) tau -= rho / 2;  // the mean of the last two partial sums
  tau = std::max(tau, 0.5 / std::max(1.0, std::log10(n)));

  const double w = static_cast<double>(result.window);
  const double sum = 2 * tau * gamma0;  // C(W), eq. 35
  const double single = block > 1 ? Autocovariance(x, result.mean)(0) : gamma0;
  result.variance = single + sum / n;               // eq. 49, at t = 0
  double error2 = sum * (1 + (2 * w + 1) / n) / n;  // eq. 49, over the window
  const double freedom = std::max(w + 0.5 - 0.5 * n * error2 / (gamma0 + sum / n), 0.5);
  result.tau = 0.5 * static_cast<double>(x.values.size()) * error2 / result.variance;  // eq. 41
  result.tau_error = 2 * result.tau * std::sqrt(freedom / n);                          // eq. 42
  result.degrees = n / (2 * freedom);
  result.window *= block;

  if (x.chains > 1) {
    const double between = error2_between(x, result.mean);
    const auto spread = static_cast<double>(x.chains - 1);
    const boost::math::fisher_f f(spread, result.degrees);
    if (between > error2 * quantile(complement(f, 1e-3))) {
      result.chains_disagree = true;
      result.degrees = spread;
      error2 = between;
    }
  }
  result.error = std::sqrt(error2) * widening(result.degrees);
  return result;
}

Estimate estimate_from_influence(double value, const ChainSeries& influence) {
  Estimate estimate = estimate_mean(influence);
  estimate.value = value;
  return estimate;
}

Estimate estimate_mean(const ChainSeries& x) {
  const Autocorrelation a = autocorrelation(x);
  return {.value = a.mean,
          .error = a.error,
          .tau = a.tau,
          .ess = a.variance / (a.plain_error() * a.plain_error()),
          .rhat = split_rhat(x),
          .degrees = a.degrees};
}

}  // namespace gibbsite

/// Autocovariance function of a set of chains, lag by lag.
///
///   Gamma(t) = 1 / (C (n - t)) sum_c sum_i d_c(i) d_c(i + t)
///
/// (U. Wolff, Comput. Phys. Commun. 156, 143 (2004), eq. 31) with d the deviations from a mean. The first lags are
/// summed directly, O(C n) each, because most series are forgotten after a few. Whoever asks for more gets L = 1024,
/// 8192, ... lags by fast Fourier transforms of length 4 L (Wiener-Khinchin), O(C n log L), and at last all of them.
#pragma once

#include <cstddef>
#include <vector>

#include "estimators/chain_series.hpp"

namespace gibbsite {

class Autocovariance {
 public:
  static constexpr std::size_t direct_lags = 64;

  /// x is checked by the caller; centre: the mean to subtract, in the units of x.
  Autocovariance(const ChainSeries& x, double centre);

  std::size_t max_lag() const noexcept { return draws_ / 2; }
  /// Gamma(lag), lag <= max_lag(), in the squared units of x.
  double operator()(std::size_t lag);

 private:
  void transform(std::size_t lag);

  std::size_t chains_, draws_;
  std::vector<double> deviation_;
  std::vector<double> lags_;  // the first ones, once they were transformed
};

}  // namespace gibbsite

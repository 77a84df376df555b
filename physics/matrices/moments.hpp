/// Means, variances and covariances of samples.
#pragma once

#include <span>
#include <vector>

namespace gibbsite {

struct Moments {
  /// values: [sample][width], one sample at least. weight: of each sample, any sum; empty: all alike. Variances are
  /// means of squares (1/N).
  Moments(std::span<const double> values, std::size_t width, std::span<const double> weight = {});

  std::vector<double> mean, variance;  ///< [width]

  /// Whether number i is more than one and the same in all samples, but for rounding.
  bool varies(std::size_t i) const;
  /// Its standard deviation; 1 where it never varies.
  double deviation(std::size_t i) const;
  std::vector<double> deviations() const;
};

/// <(x - m)(x - m)'> of all samples alike, [width][width].
std::vector<double> covariance_of(std::span<const double> values, std::span<const double> mean);

}  // namespace gibbsite

/// Series and weights of known properties, and the one check of errors that everything here must pass and every mutant
/// must fail.
#pragma once

#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <vector>

#include "estimators/significance.hpp"
#include "physics/random.hpp"

namespace gibbsite::synthetic {

/// Standard normal numbers; number `index` of a test shares none with another.
class Normal {
 public:
  Normal(std::uint64_t test, std::uint64_t index) : stream_(Key{test}, Purpose::test, index, 0) {}
  double operator()() { return normal_(stream_); }
  std::uint64_t bits() { return stream_(); }
  double uniform() { return static_cast<double>(stream_() >> 11) * 0x1p-53; }

 private:
  Stream stream_;
  boost::random::normal_distribution<double> normal_;
};

/// Stationary Gaussian AR(1) of mean 0 and variance 1, x' = a x + sqrt(1 - a^2) xi, chains one behind the other.
/// tau = 1/2 (1 + a) / (1 - a); of x^2 it is that with a^2 in the place of a.
inline double ar1_coefficient(double tau) { return (2 * tau - 1) / (2 * tau + 1); }
inline std::vector<double> ar1(Normal& normal, double tau, std::size_t chains, std::size_t draws) {
  const double a = ar1_coefficient(tau), b = std::sqrt(1 - a * a);
  std::vector<double> x(chains * draws);
  for (std::size_t c = 0; c < chains; ++c) {
    double value = normal();
    for (std::size_t t = 0; t < draws; ++t) {
      x[c * draws + t] = value;
      value = a * value + b * normal();
    }
  }
  return x;
}

/// Log weights of n particles, Gaussian: ln <exp(w)> = centre + sigma^2 / 2.
inline std::vector<double> gaussian_weights(std::uint64_t run, std::size_t n, double centre, double sigma) {
  Normal normal(702, run);
  std::vector<double> w(n);
  for (double& v : w) v = centre + sigma * normal();
  return w;
}

/// Errors are honest: over many runs z has mean 0 and variance 1.
struct Calibration {
  std::size_t runs = 0;
  double mean = 0, variance = 0;

  /// |mean| within Sidak's threshold for two comparisons at 1e-3, and the variance within a fifth of 1: with 1024 runs
  /// a standard normal z leaves [0.8, 1.2] with probability 1e-5. An error a fifth too small gives 1.56, a fifth too
  /// large 0.69.
  bool honest() const {
    return std::abs(mean) * std::sqrt(static_cast<double>(runs)) < sidak_threshold(2) && variance > 0.8 &&
           variance < 1.2;
  }
};
inline std::ostream& operator<<(std::ostream& out, const Calibration& c) {
  return out << "z over " << c.runs << " runs: mean " << c.mean << ", variance " << c.variance;
}

inline Calibration calibrate(const std::function<double(std::uint64_t run)>& z, std::size_t runs = 1024) {
  double sum = 0, sum2 = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const double value = z(run);
    sum += value;
    sum2 += value * value;
  }
  const double n = static_cast<double>(runs), mean = sum / n;
  return {runs, mean, (sum2 - n * mean * mean) / (n - 1)};
}

}  // namespace gibbsite::synthetic

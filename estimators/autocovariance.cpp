#include "estimators/autocovariance.hpp"

#include <algorithm>
#include <cassert>
#include <complex>
#include <unsupported/Eigen/FFT>

namespace gibbsite {
namespace {

/// Eight partial sums: fast, and the same bits wherever the arrays lie in memory.
double dot(const double* a, const double* b, std::size_t n) {
  double part[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t j = 0; j < 8; ++j) part[j] += a[i + j] * b[i + j];
  for (; i < n; ++i) part[i % 8] += a[i] * b[i];
  return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
}

/// The smallest 2^a or 3 2^a that is at least n.
std::size_t transform_length(std::size_t n) {
  std::size_t power = 4;
  while (power < n) power *= 2;
  return power >= 16 && power / 4 * 3 >= n ? power / 4 * 3 : power;
}

}  // namespace

Autocovariance::Autocovariance(const Chains& x, double centre)
    : chains_(x.chains), draws_(x.draws()), deviation_(x.values.begin(), x.values.end()) {
  for (double& d : deviation_) d -= centre;
}

double Autocovariance::operator()(std::size_t lag) {
  assert(lag <= max_lag());
  if (lag < direct_lags) {
    double sum = 0;
    for (std::size_t c = 0; c < chains_; ++c) {
      const double* d = deviation_.data() + c * draws_;
      sum += dot(d, d + lag, draws_ - lag);
    }
    return sum / static_cast<double>(chains_ * (draws_ - lag));
  }
  if (lags_.empty()) transform();
  return lags_[lag];
}

void Autocovariance::transform() {
  const std::size_t length = transform_length(draws_ + max_lag());
  static thread_local Eigen::FFT<double> fft(Eigen::FFT<double>::impl_type(), Eigen::FFT<double>::HalfSpectrum);
  std::vector<double> padded(length, 0.0);
  std::vector<std::complex<double>> frequency(length / 2 + 1), power(length / 2 + 1);
  for (std::size_t c = 0; c < chains_; ++c) {
    std::copy_n(deviation_.begin() + static_cast<std::ptrdiff_t>(c * draws_), draws_, padded.begin());
    fft.fwd(frequency.data(), padded.data(), static_cast<Eigen::Index>(length));
    for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(frequency[k]);
  }
  fft.inv(padded.data(), power.data(), static_cast<Eigen::Index>(length));
  lags_.resize(max_lag() + 1);
  for (std::size_t t = 0; t < lags_.size(); ++t) lags_[t] = padded[t] / static_cast<double>(chains_ * (draws_ - t));
}

}  // namespace gibbsite

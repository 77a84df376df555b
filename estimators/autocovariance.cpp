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

Autocovariance::Autocovariance(const ChainSeries& x, double centre)
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
  if (lags_.size() <= lag) transform(lag);
  return lags_[lag];
}

/// Segments x of every chain against y, the same and as many draws behind it as there are lags: conj(X) Y.
void Autocovariance::transform(std::size_t lag) {
  std::size_t lags = 16 * direct_lags;
  while (lags <= lag) lags *= 8;
  if (8 * lags > draws_) lags = max_lag() + 1;
  const bool whole = lags > max_lag();
  const std::size_t length = transform_length(whole ? draws_ + lags : 4 * lags);
  const std::size_t segment = whole ? draws_ : length - lags;
  static thread_local Eigen::FFT<double> fft(Eigen::FFT<double>::impl_type(), Eigen::FFT<double>::HalfSpectrum);
  using Spectrum = std::vector<std::complex<double>>;
  std::vector<double> padded(length);
  Spectrum x(length / 2 + 1), y, power(length / 2 + 1);
  const auto spectrum = [&](const double* from, std::size_t count, Spectrum& out) {
    std::fill(std::copy_n(from, count, padded.begin()), padded.end(), 0.0);
    out.resize(length / 2 + 1);
    fft.fwd(out.data(), padded.data(), static_cast<Eigen::Index>(length));
  };
  for (std::size_t c = 0; c < chains_; ++c)
    for (std::size_t begin = 0; begin < draws_; begin += segment) {
      const double* from = deviation_.data() + c * draws_ + begin;
      const std::size_t left = draws_ - begin, count = std::min(segment, left), more = std::min(count + lags - 1, left);
      spectrum(from, count, x);
      if (more > count) spectrum(from, more, y);
      for (std::size_t k = 0; k < power.size(); ++k)
        power[k] += more > count ? std::conj(x[k]) * y[k] : std::complex<double>(std::norm(x[k]));
    }
  fft.inv(padded.data(), power.data(), static_cast<Eigen::Index>(length));
  lags_.resize(lags);
  for (std::size_t t = 0; t < lags; ++t) lags_[t] = padded[t] / static_cast<double>(chains_ * (draws_ - t));
}

}  // namespace gibbsite

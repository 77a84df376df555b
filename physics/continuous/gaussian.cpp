#include "physics/continuous/gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "physics/matrices/cholesky.hpp"

namespace gibbsite {

Gaussian::Gaussian(std::vector<double> mean, std::vector<double> precision)
    : ContinuousEnergy(mean.size()), mean_(std::move(mean)), precision_(std::move(precision)) {
  const std::size_t d = units();
  const auto finite = [](double x) { return std::isfinite(x); };
  if (d == 0 || precision_.size() != d * d || !std::all_of(mean_.begin(), mean_.end(), finite) ||
      !std::all_of(precision_.begin(), precision_.end(), finite))
    throw std::invalid_argument("a gaussian needs a mean of d finite numbers and a precision of d x d");
  std::vector<double> lower = precision_;  // of L = C C', row by row
  log_z_ = 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::abs(precision_[i * d + j] - precision_[j * d + i]) > 1e-9 * std::abs(precision_[i * d + i]))
        throw std::invalid_argument("the precision of a gaussian is not symmetric");
  if (!to_cholesky_factor(lower, d))
    throw std::invalid_argument("the precision of a gaussian is not positive definite");
  for (std::size_t i = 0; i < d; ++i) log_z_ -= std::log(lower[i * d + i]);
  variance_ = 0;  // tr L^-1 / d, column by column of C^-1
  for (std::size_t j = 0; j < d; ++j) {
    std::vector<double> column(d, 0);
    for (std::size_t i = j; i < d; ++i) {
      double sum = i == j ? 1 : 0;
      for (std::size_t k = j; k < i; ++k) sum -= lower[i * d + k] * column[k];
      column[i] = sum / lower[i * d + i];
      variance_ += column[i] * column[i] / static_cast<double>(d);
    }
  }
}

void Gaussian::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units();
  std::vector<double> slope(d);
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const double* at = x.data() + s * d;
    double sum = 0;
    std::fill(slope.begin(), slope.end(), 0.0);
    for (std::size_t j = 0; j < d; ++j) {  // by rows of a symmetric matrix, side by side
      const double y = at[j] - mean_[j];
      const double* row = precision_.data() + j * d;
      for (std::size_t i = 0; i < d; ++i) slope[i] += row[i] * y;
    }
    for (std::size_t i = 0; i < d; ++i) sum += slope[i] * (at[i] - mean_[i]);
    energy[s] = 0.5 * sum;
    if (!gradient.empty()) std::copy(slope.begin(), slope.end(), gradient.begin() + static_cast<std::ptrdiff_t>(s * d));
  }
}

bool Gaussian::symmetric() const noexcept {
  return std::all_of(mean_.begin(), mean_.end(), [](double m) { return m == 0; });
}

void Gaussian::set_ordered(std::span<double> x) const { std::copy(mean_.begin(), mean_.end(), x.begin()); }

ContinuousEnergy::Extent Gaussian::extent() const noexcept {
  double mean = 0, square = 0;
  for (const double m : mean_) mean += m / static_cast<double>(units());
  for (const double m : mean_) square += (m - mean) * (m - mean) / static_cast<double>(units());
  return {mean, std::sqrt(variance_ + square)};
}

}  // namespace gibbsite

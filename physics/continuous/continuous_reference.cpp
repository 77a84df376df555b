#include "physics/continuous/continuous_reference.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace gibbsite {

ContinuousReference ContinuousReference::gaussian(double mean, double scale) {
  if (!std::isfinite(mean) || !(scale > 0) || !std::isfinite(scale))
    throw std::invalid_argument("a gaussian reference needs a finite mean and a scale above 0");
  ContinuousReference reference;
  reference.mean_ = mean;
  reference.scale_ = scale;
  reference.precision_ = 1 / (scale * scale);
  return reference;
}

ContinuousReference ContinuousReference::box(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(high > low))
    throw std::invalid_argument("a box needs two finite ends, the lower one first");
  ContinuousReference reference;
  reference.box_ = true;
  reference.low_ = low;
  reference.high_ = high;
  reference.mean_ = 0.5 * (low + high);
  reference.scale_ = (high - low) / std::sqrt(12.0);
  return reference;
}

double ContinuousReference::log_z(std::size_t units) const noexcept {
  const double one = box_ ? std::log(high_ - low_) : 0.5 * std::log(2 * std::numbers::pi) + std::log(scale_);
  return static_cast<double>(units) * one;
}

void ContinuousReference::draw(std::span<double> x, Chance& chance) const {
  for (double& value : x) value = box_ ? low_ + (high_ - low_) * chance.uniform() : mean_ + scale_ * chance.normal();
}

double ContinuousReference::energy(std::span<const double> x) const noexcept {
  if (box_) {
    for (const double value : x)
      if (!(value >= low_ && value <= high_)) return std::numeric_limits<double>::infinity();
    return 0;
  }
  double sum = 0;
  for (const double value : x) sum += (value - mean_) * (value - mean_);
  return 0.5 * sum * precision_;
}

double ContinuousReference::potential(std::span<const double> x, double energy, double lambda) const noexcept {
  const double own = this->energy(x);
  return box_ ? own + lambda * energy : (1 - lambda) * own + lambda * energy;
}

}  // namespace gibbsite

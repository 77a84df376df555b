#include "physics/continuous/mixtures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

namespace gibbsite {
namespace {

bool all_positive(std::span<const double> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return x > 0 && std::isfinite(x); });
}

/// ln sum exp of a few numbers, which become their shares.
double to_shares(std::span<double> logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double& value : logs) sum += value = std::exp(value - most);
  for (double& value : logs) value /= sum;
  return most + std::log(sum);
}

void add_shares(std::vector<Observable>& all, std::size_t count, const std::string& name, const std::string& of) {
  for (std::size_t k = 0; k < count; ++k)
    all.push_back({name + std::to_string(k + 1), "1", "share of states nearest to " + of + " " + std::to_string(k + 1),
                   Role::other, Parity::even, 0, 1});
}

}  // namespace

Rings::Rings(std::vector<double> radii, double width) : ContinuousEnergy(2), radii_(std::move(radii)), width_(width) {
  if (radii_.empty() || !all_positive(radii_) || !(width > 0) || !std::isfinite(width))
    throw std::invalid_argument("rings need radii and a width above 0");
}

void Rings::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  std::vector<double> share(radii_.size());
  const double precision = 1 / (width_ * width_);
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const double* at = x.data() + 2 * s;
    const double r = std::hypot(at[0], at[1]);
    for (std::size_t k = 0; k < radii_.size(); ++k) share[k] = -0.5 * precision * (r - radii_[k]) * (r - radii_[k]);
    energy[s] = -to_shares(share);
    if (gradient.empty()) continue;
    double slope = 0;  // dE/dr
    for (std::size_t k = 0; k < radii_.size(); ++k) slope += share[k] * precision * (r - radii_[k]);
    for (std::size_t i = 0; i < 2; ++i) gradient[2 * s + i] = r > 0 ? slope * at[i] / r : 0;
  }
}

void Rings::set_ordered(std::span<double> x) const {
  x[0] = radii_.front();
  x[1] = 0;
}

ContinuousEnergy::Extent Rings::extent() const noexcept {
  return {0, *std::max_element(radii_.begin(), radii_.end()) / std::numbers::sqrt2};
}

std::vector<Observable> Rings::measured() const {
  std::vector<Observable> all = {{"radius", "1", "distance |x| from the origin", Role::other, Parity::even, 0},
                                 {"radius_squared", "1", "square of the distance", Role::other, Parity::even, 0}};
  add_shares(all, radii_.size(), "ring_", "ring");
  return all;
}

void Rings::measure(std::span<const double> x, std::span<double> out) const {
  const double r = std::hypot(x[0], x[1]);
  out[0] = r;
  out[1] = r * r;
  std::size_t nearest = 0;
  for (std::size_t k = 0; k < radii_.size(); ++k) {
    out[2 + k] = 0;
    if (std::abs(r - radii_[k]) < std::abs(r - radii_[nearest])) nearest = k;
  }
  out[2 + nearest] = 1;
}

GaussianMixture::GaussianMixture(std::vector<double> means, std::vector<double> weights, std::vector<double> deviations)
    : ContinuousEnergy(weights.empty() ? 0 : means.size() / weights.size()),
      means_(std::move(means)),
      weights_(std::move(weights)),
      deviations_(std::move(deviations)) {
  if (weights_.empty() || means_.empty() || means_.size() % weights_.size() != 0)
    throw std::invalid_argument("a gaussian mixture needs a mean of the same length for each of its weights");
  if (deviations_.size() == 1) deviations_.resize(weights_.size(), deviations_[0]);
  if (deviations_.size() != weights_.size())
    throw std::invalid_argument("a gaussian mixture needs one standard deviation, or one for each of its weights");
  if (!all_positive(weights_) || !all_positive(deviations_) ||
      !std::all_of(means_.begin(), means_.end(), [](double m) { return std::isfinite(m); }))
    throw std::invalid_argument("a gaussian mixture needs finite means, and weights and a width above 0");
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    const double s = deviations_[k];
    log_norm_.push_back(std::log(weights_[k]) -
                        static_cast<double>(units()) * (0.5 * std::log(2 * std::numbers::pi) + std::log(s)));
    precision_.push_back(1 / (s * s));
  }
}

void GaussianMixture::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units();
  std::vector<double> share(weights_.size());
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const double* at = x.data() + s * d;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      double squares = 0;
      for (std::size_t i = 0; i < d; ++i) squares += (at[i] - means_[k * d + i]) * (at[i] - means_[k * d + i]);
      share[k] = log_norm_[k] - 0.5 * precision_[k] * squares;
    }
    energy[s] = -to_shares(share);
    if (gradient.empty()) continue;
    for (std::size_t i = 0; i < d; ++i) {
      double slope = 0;
      for (std::size_t k = 0; k < weights_.size(); ++k) slope += share[k] * precision_[k] * (at[i] - means_[k * d + i]);
      gradient[s * d + i] = slope;
    }
  }
}

void GaussianMixture::set_ordered(std::span<double> x) const {
  const auto heaviest = static_cast<std::size_t>(std::max_element(weights_.begin(), weights_.end()) - weights_.begin());
  std::copy_n(means_.begin() + static_cast<std::ptrdiff_t>(heaviest * units()), units(), x.begin());
}

ContinuousEnergy::Extent GaussianMixture::extent() const noexcept {
  const std::size_t d = units();
  double mean = 0, squares = 0, within = 0;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    within += weights_[k] * deviations_[k] * deviations_[k];
    for (std::size_t i = 0; i < d; ++i) {
      mean += weights_[k] * means_[k * d + i] / static_cast<double>(d);
      squares += weights_[k] * means_[k * d + i] * means_[k * d + i] / static_cast<double>(d);
    }
  }
  return {mean, std::sqrt(std::max(0.0, squares - mean * mean) + within)};
}

std::vector<Observable> GaussianMixture::measured() const {
  std::vector<Observable> all = ContinuousEnergy::measured();
  add_shares(all, weights_.size(), "component_", "the mean of component");
  return all;
}

void GaussianMixture::measure(std::span<const double> x, std::span<double> out) const {
  ContinuousEnergy::measure(x, out);
  std::size_t nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    out[2 + k] = 0;
    double squares = 0;
    for (std::size_t i = 0; i < units(); ++i)
      squares += (x[i] - means_[k * units() + i]) * (x[i] - means_[k * units() + i]);
    if (squares < least) {
      least = squares;
      nearest = k;
    }
  }
  out[2 + nearest] = 1;
}

}  // namespace gibbsite

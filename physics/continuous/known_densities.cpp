#include "physics/continuous/known_densities.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace gibbsite {
namespace {

using std::numbers::pi;
using Point = std::array<double, 2>;

/// Gaussians of one deviation on the line or in the plane.
class FewGaussians final : public KnownDensity {
 public:
  FewGaussians(std::size_t dimension, std::vector<double> means, std::vector<double> weights, double deviation,
               double reach)
      : dimension_(dimension),
        means_(std::move(means)),
        weights_(std::move(weights)),
        deviation_(deviation),
        reach_(reach) {}

  std::size_t dimension() const noexcept override { return dimension_; }
  std::size_t draw(std::span<double> x, Chance& chance) const override {
    double u = chance.uniform();
    std::size_t k = 0;
    while (k + 1 < weights_.size() && u >= weights_[k]) u -= weights_[k++];
    for (std::size_t i = 0; i < dimension_; ++i) x[i] = means_[k * dimension_ + i] + deviation_ * chance.normal();
    return k;
  }
  std::size_t parts() const noexcept override { return weights_.size(); }
  double log_density(std::span<const double> x) const override {
    std::vector<double> terms;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      double squares = 0;
      for (std::size_t i = 0; i < dimension_; ++i) squares += std::pow(x[i] - means_[k * dimension_ + i], 2);
      terms.push_back(std::log(weights_[k]) - squares / (2 * deviation_ * deviation_));
    }
    const double most = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - most);
    return most + std::log(sum) - static_cast<double>(dimension_) * std::log(std::sqrt(2 * pi) * deviation_);
  }
  double reach() const noexcept override { return reach_; }

 private:
  std::size_t dimension_;
  std::vector<double> means_, weights_;
  double deviation_, reach_;
};

class Pinwheel final : public KnownDensity {
 public:
  std::size_t draw(std::span<double> x, Chance& chance) const override {
    const std::size_t part = chance.pick(arms);
    const auto arm = static_cast<double>(part);
    const double along = 1 + radial * chance.normal(), across = tangential * chance.normal();
    const auto [u, v] = turned(along, across, 2 * pi * arm / arms + rate * std::exp(std::hypot(along, across)));
    x[0] = size * u, x[1] = size * v;
    return part;
  }
  std::size_t parts() const noexcept override { return arms; }
  double log_density(std::span<const double> x) const override {
    const double u = x[0] / size, v = x[1] / size, twist = rate * std::exp(std::min(std::hypot(u, v), 300.0));
    std::array<double, arms> terms{};
    for (std::size_t k = 0; k < arms; ++k) {
      const auto [along, across] = turned(u, v, -2 * pi * static_cast<double>(k) / arms - twist);
      terms[k] = -0.5 * (std::pow((along - 1) / radial, 2) + std::pow(across / tangential, 2));
    }
    const double most = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - most);
    return most + std::log(sum / arms) - std::log(2 * pi * radial * tangential * size * size);
  }
  double reach() const noexcept override { return 6; }

 private:
  static constexpr std::size_t arms = 5;
  static constexpr double radial = 0.3, tangential = 0.1, rate = 0.25, size = 2;
  static Point turned(double u, double v, double angle) {
    const double c = std::cos(angle), s = std::sin(angle);
    return {c * u - s * v, s * u + c * v};
  }
};

class Checkerboard final : public KnownDensity {
 public:
  std::size_t draw(std::span<double> x, Chance& chance) const override {
    const double column = static_cast<double>(chance.pick(4)), row = 2 * static_cast<double>(chance.pick(2));
    x[0] = 2 * (column + chance.uniform()) - reach();
    x[1] = 2 * (row + (is_odd(column) ? 1 : 0) + chance.uniform()) - reach();
    return 0;
  }
  double log_density(std::span<const double> x) const override {
    const double column = std::floor((x[0] + reach()) / 2), row = std::floor((x[1] + reach()) / 2);
    const bool inside = column >= 0 && column < 4 && row >= 0 && row < 4;
    const bool odd = std::fmod(row, 2) != 0;
    return inside && odd == is_odd(column) ? -5 * std::numbers::ln2 : -std::numeric_limits<double>::infinity();
  }
  double reach() const noexcept override { return 4; }

 private:
  /// Of odd columns the odd squares count.
  static bool is_odd(double column) { return std::fmod(column, 2) != 0; }
};

class WellOfTwo final : public KnownDensity {
 public:
  std::size_t dimension() const noexcept override { return 1; }
  std::size_t draw(std::span<double> x, Chance& chance) const override {
    constexpr double below = -1.31;  // the least energy, -1.305
    do {
      x[0] = range * (2 * chance.uniform() - 1);
    } while (!(chance.uniform() < std::exp(below - energy(x[0]))));
    return 0;
  }
  double log_density(std::span<const double> x) const override { return -energy(x[0]) - log_z; }
  double reach() const noexcept override { return range; }

 private:
  static double energy(double x) noexcept { return ((x * x - 2) * x + 0.3) * x; }
  static constexpr double range = 3;               // beyond, there is less than exp(-60)
  static constexpr double log_z = 1.717068554550;  // by quadrature
};

class CorrelatedGaussian final : public KnownDensity {
 public:
  std::size_t draw(std::span<double> x, Chance& chance) const override {
    x[0] = chance.normal();
    x[1] = correlation * x[0] + std::sqrt(1 - correlation * correlation) * chance.normal();
    return 0;
  }
  double log_density(std::span<const double> x) const override {
    const double rest = 1 - correlation * correlation;
    return -(x[0] * x[0] - 2 * correlation * x[0] * x[1] + x[1] * x[1]) / (2 * rest) - std::log(2 * pi) -
           std::log(rest) / 2;
  }
  double reach() const noexcept override { return 7; }

 private:
  static constexpr double correlation = 0.6;
};

}  // namespace

std::unique_ptr<const KnownDensity> eight_gaussians() {
  std::vector<double> means;
  for (int k = 0; k < 8; ++k) {
    means.push_back(2 * std::numbers::sqrt2 * std::cos(pi * k / 4));
    means.push_back(2 * std::numbers::sqrt2 * std::sin(pi * k / 4));
  }
  return std::make_unique<FewGaussians>(2, std::move(means), std::vector<double>(8, 1.0 / 8), std::numbers::sqrt2 / 4,
                                        6);
}

std::unique_ptr<const KnownDensity> pinwheel() { return std::make_unique<Pinwheel>(); }
std::unique_ptr<const KnownDensity> checkerboard() { return std::make_unique<Checkerboard>(); }

std::unique_ptr<const KnownDensity> well_of_two() { return std::make_unique<WellOfTwo>(); }
std::unique_ptr<const KnownDensity> correlated_gaussian() { return std::make_unique<CorrelatedGaussian>(); }

std::unique_ptr<const KnownDensity> two_modes(double weight, double at) {
  if (!(weight > 0 && weight < 1) || !(at >= 0) || !std::isfinite(at))
    throw std::invalid_argument("two modes need a weight between 0 and 1, and a place from 0");
  return std::make_unique<FewGaussians>(1, std::vector<double>{-at, at}, std::vector<double>{weight, 1 - weight}, 1,
                                        std::ceil(at) + 7);
}

}  // namespace gibbsite

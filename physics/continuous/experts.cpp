#include "physics/continuous/experts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gibbsite {

Experts::Experts(Kind kind, std::vector<double> w, std::vector<double> numbers, double kappa)
    : ContinuousEnergy(numbers.empty() ? 0 : w.size() / numbers.size()),
      kind_(kind),
      w_(std::move(w)),
      numbers_(std::move(numbers)),
      kappa_(kappa) {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (numbers_.empty() || w_.empty() || w_.size() % numbers_.size() != 0 ||
      !std::all_of(w_.begin(), w_.end(), finite) || !std::all_of(numbers_.begin(), numbers_.end(), finite))
    throw std::invalid_argument("experts need a direction of the same length and a finite number each");
  if (!(kappa >= 0) || !std::isfinite(kappa)) throw std::invalid_argument("kappa of experts is below 0");
  if (kind == Kind::unigauss && kappa == 0)
    throw std::invalid_argument("unigauss experts need kappa above 0, without which ln Z is infinite");
  if (kind == Kind::student) {
    if (std::any_of(numbers_.begin(), numbers_.end(), [](double a) { return !(a > 0); }))
      throw std::invalid_argument("Student-t experts need exponents above 0");
    const double sum = std::accumulate(numbers_.begin(), numbers_.end(), 0.0);
    if (kappa == 0 && (count() < units() || 2 * sum <= static_cast<double>(units())))
      throw std::invalid_argument(
          "Student-t experts without kappa need as many directions as coordinates, and exponents that add up to more "
          "than half of their number; else ln Z is infinite");
  }
}

void Experts::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units();
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const double* at = x.data() + s * d;
    double* slope = gradient.empty() ? nullptr : gradient.data() + s * d;
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) {
      sum += 0.5 * kappa_ * at[i] * at[i];
      if (slope != nullptr) slope[i] = kappa_ * at[i];
    }
    for (std::size_t j = 0; j < count(); ++j) {
      const double* w = w_.data() + j * d;
      double y = 0;
      for (std::size_t i = 0; i < d; ++i) y += w[i] * at[i];
      double pull = 0;  // de/dy
      if (kind_ == Kind::student) {
        sum += numbers_[j] * std::log1p(0.5 * y * y);
        pull = numbers_[j] * y / (1 + 0.5 * y * y);
      } else {
        const double z = y + numbers_[j];
        sum -= std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
        pull = -1 / (1 + std::exp(-z));
      }
      if (slope != nullptr)
        for (std::size_t i = 0; i < d; ++i) slope[i] += pull * w[i];
    }
    energy[s] = sum;
  }
}

void Experts::set_ordered(std::span<double> x) const { std::fill(x.begin(), x.end(), 0.0); }

ContinuousEnergy::Extent Experts::extent() const noexcept {
  if (kappa_ > 0) return {0, 1 / std::sqrt(kappa_)};
  double curvature = 0;  // of E at 0, a coordinate
  for (std::size_t j = 0; j < count(); ++j)
    for (std::size_t i = 0; i < units(); ++i)
      curvature += numbers_[j] * w_[j * units() + i] * w_[j * units() + i] / static_cast<double>(units());
  return {0, curvature > 0 ? 2 / std::sqrt(curvature) : 1};
}

}  // namespace gibbsite

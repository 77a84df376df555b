#include "physics/continuous/experts.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

/// Rank of the rows of w that are chosen, by elimination.
std::size_t rank_of(std::span<const double> w, std::size_t d, const std::vector<bool>& chosen) {
  std::vector<std::vector<double>> rows;
  for (std::size_t j = 0; j < chosen.size(); ++j)
    if (chosen[j])
      rows.emplace_back(w.begin() + static_cast<std::ptrdiff_t>(j * d),
                        w.begin() + static_cast<std::ptrdiff_t>((j + 1) * d));
  std::size_t rank = 0;
  for (std::size_t column = 0; column < d && rank < rows.size(); ++column) {
    const auto pivot =
        std::max_element(rows.begin() + static_cast<std::ptrdiff_t>(rank), rows.end(),
                         [&](const auto& a, const auto& b) { return std::abs(a[column]) < std::abs(b[column]); });
    if (!(std::abs((*pivot)[column]) > 1e-12)) continue;
    std::swap(*pivot, rows[rank]);
    for (std::size_t k = rank + 1; k < rows.size(); ++k) {
      const double by = rows[k][column] / rows[rank][column];
      for (std::size_t i = column; i < d; ++i) rows[k][i] -= by * rows[rank][i];
    }
    ++rank;
  }
  return rank;
}

/// Whether prod_j (1 + (w_j . x)^2 / 2)^(-a_j) has an integral: in every subspace V that some directions span by being
/// orthogonal to it, 2 sum of a_j of the directions that are not must exceed dim V. All sets of directions where they
/// are few, else none and all but one.
bool falls_off(std::span<const double> w, std::span<const double> a, std::size_t d) {
  const std::size_t count = a.size();
  constexpr std::size_t few = 12;
  const std::size_t sets = count <= few ? std::size_t{1} << count : count + 1;
  if (rank_of(w, d, std::vector<bool>(count, true)) < d) return false;
  for (std::size_t set = 0; set < sets; ++set) {
    std::vector<bool> chosen(count, false);
    for (std::size_t j = 0; j < count; ++j) chosen[j] = count <= few ? (set >> j & 1) != 0 : set > 0 && j != set - 1;
    const std::size_t rank = rank_of(w, d, chosen);
    if (rank == d) continue;
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
      std::vector<bool> more = chosen;
      more[j] = true;
      if (rank_of(w, d, more) > rank) sum += 2 * a[j];
    }
    if (!(sum > static_cast<double>(d - rank))) return false;
  }
  return true;
}

}  // namespace

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
    if (kappa == 0 && !falls_off(w_, numbers_, units()))
      throw std::invalid_argument(
          "Student-t experts without kappa need directions that span all coordinates, and along every one of them (and "
          "every "
          "plane, ...) exponents that add up to more than half of its dimension; else ln Z is infinite");
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

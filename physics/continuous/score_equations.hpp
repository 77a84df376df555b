/// The linear equations that score matching leaves for an energy that is linear in its parameters, E = t . f(x):
/// J = t'At / 2 - k't with A = <sum_i h_i d_i f d_i f'> and k = <sum_i d_i (h_i d_i f)>, so that A t = k (Hyvarinen,
/// JMLR 6, 695 (2005), sec. 3).
#pragma once

#include <cmath>
#include <stdexcept>
#include <vector>

#include "physics/matrices/cholesky.hpp"

namespace gibbsite {

[[noreturn]] inline void refuse_open_equations() {
  throw std::invalid_argument(
      "the data leave parameters open (too few samples, or numbers that depend on each other linearly): give more "
      "data, or take another optimizer than \"closed-form\"");
}

class ScoreEquations {
 public:
  explicit ScoreEquations(std::size_t unknowns) : a_(unknowns * unknowns, 0), k_(unknowns, 0) {}

  void add(std::size_t i, std::size_t j, double a) { a_[i * k_.size() + j] += a; }
  void add(std::size_t i, double k) { k_[i] += k; }
  /// Throws std::invalid_argument where A is singular, but for rounding. Cost: unknowns^3 / 6.
  std::vector<double> solution() const {
    const std::size_t n = k_.size();
    std::vector<double> lower = a_, t = k_, scale(n);
    constexpr double rounding = 1e-12;  // A's diagonal scaled to 1
    for (std::size_t i = 0; i < n; ++i) scale[i] = a_[i * n + i] > 0 ? 1 / std::sqrt(a_[i * n + i]) : 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) lower[i * n + j] *= scale[i] * scale[j];
    bool open = !to_cholesky_factor(lower, n);
    for (std::size_t i = 0; i < n; ++i) open = open || !(lower[i * n + i] * lower[i * n + i] > rounding);
    if (open) refuse_open_equations();
    for (std::size_t i = 0; i < n; ++i) {
      t[i] *= scale[i];
      for (std::size_t j = 0; j < i; ++j) t[i] -= lower[i * n + j] * t[j];
      t[i] /= lower[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = i + 1; j < n; ++j) t[i] -= lower[j * n + i] * t[j];
      t[i] /= lower[i * n + i];
    }
    for (std::size_t i = 0; i < n; ++i) t[i] *= scale[i];
    return t;
  }

 private:
  std::vector<double> a_, k_;
};

}  // namespace gibbsite

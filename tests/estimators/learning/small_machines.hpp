/// Machines of a few units with parameters that are functions of their indices, and data that are counts of states, for
/// tests against exact numbers.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "estimators/learning/objective.hpp"

namespace gibbsite {

using Numbers = std::vector<double>;

inline const double pi_digits[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};  // of 80

/// States of n units of two states, unit i as bit i, each as often as `counts` says.
inline Matrix counted(std::size_t n, std::span<const double> counts, double low) {
  Numbers values;
  std::size_t samples = 0;
  for (std::size_t s = 0; s < counts.size(); ++s)
    for (int k = 0; k < counts[s]; ++k, ++samples)
      for (std::size_t i = 0; i < n; ++i) values.push_back(s >> i & 1U ? 1 : low);
  return {n, samples, values};
}

inline ParametricMachine spins(std::size_t n) { return {Layer{.kind = UnitKind::spin, .units = n}, Layer{}, true}; }
inline ParametricMachine rbm(std::size_t visible, std::size_t hidden, UnitKind kind = UnitKind::binary) {
  return {Layer{.kind = kind, .units = visible}, Layer{.kind = UnitKind::binary, .units = hidden}, false};
}
inline std::shared_ptr<const ParametricMachine> shared(ParametricMachine machine) {
  return std::make_shared<const ParametricMachine>(std::move(machine));
}

/// W_ij = .5 sin(1 + 3 i + 7 j), b_i = cos(2 i + 1) / 2, between spins.
inline Numbers theta_of_spins() {
  Numbers theta;
  for (int i = 0; i < 4; ++i) theta.push_back(std::cos(2 * i + 1) / 2);
  for (int i = 0; i < 4; ++i)
    for (int j = i + 1; j < 4; ++j) theta.push_back(.5 * std::sin(1 + 3 * i + 7 * j));
  return theta;
}
/// W_ij = 1.5 sin(1 + 3 i + 7 j + i j), b_i = cos(2 i + 1) / 2, c_j = sin(5 j + 2) / 2.
inline Numbers theta_of_rbm() {
  Numbers theta;
  for (int i = 0; i < 4; ++i) theta.push_back(std::cos(2 * i + 1) / 2);
  for (int j = 0; j < 2; ++j) theta.push_back(std::sin(5 * j + 2) / 2);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j) theta.push_back(1.5 * std::sin(1 + 3 * i + 7 * j + i * j));
  return theta;
}

inline void check_equal(const Numbers& found, const Numbers& expected, double margin = 1e-10) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    INFO(k);
    CHECK(found[k] == Approx(expected[k]).epsilon(0).margin(margin * std::max(1.0, std::abs(expected[k]))));
  }
}

inline Numbers direction(Objective& objective, const Numbers& theta, const Matrix& batch) {
  Numbers out(theta.size(), 0);
  objective.add_gradient(theta, batch, 0, out);
  return out;
}

/// sum p0 ln(p0 / p), p0 = counts / sum of counts.
inline double divergence(const ParametricMachine& machine, std::span<const double> theta, const Matrix& data,
                         std::span<const double> counts) {
  const double log_z = machine.log_z(theta);
  double kl = 0, total = 0;
  for (const double c : counts) total += c;
  for (const double w : machine.log_weight(theta, data)) kl -= (w - log_z) / total;
  for (const double c : counts)
    if (c > 0) kl += c / total * std::log(c / total);
  return kl;
}

/// 120 states of 4 units, of which a few are frequent.
inline const double uneven_counts[16] = {30, 1, 1, 2, 1, 9, 2, 18, 13, 2, 9, 1, 7, 1, 2, 21};

}  // namespace gibbsite

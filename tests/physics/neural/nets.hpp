/// Neural energies of the tests, and numbers as sines, so that they can be written anywhere else.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "physics/neural/neural_energy.hpp"

namespace gibbsite::test {

/// s sin(p + q i + r j + i j), row by row.
inline std::vector<double> sines(double s, double p, double q, double r, std::size_t rows, std::size_t columns) {
  std::vector<double> m;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const auto a = static_cast<double>(i), b = static_cast<double>(j);
      m.push_back(s * std::sin(p + q * a + r * b + a * b));
    }
  return m;
}
/// s sin(p + q i).
inline std::vector<double> sines(double s, double p, double q, std::size_t n) { return sines(s, p, q, 0, n, 1); }

inline void append(std::vector<double>& to, const std::vector<double>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline NeuralNet net_of(const std::string& shape, const std::vector<std::string>& layers,
                        Confinement confinement = {}) {
  std::vector<LayerSpec> specs;
  for (const std::string& layer : layers) specs.push_back(parse_layer(layer));
  return NeuralNet(parse_shape(shape), specs, std::move(confinement));
}

/// E(x) = a . softplus(W2 tanh(W1 x + b1) + b2) + kappa |x|^2 / 2 in the plane, 44 parameters.
inline NeuralNet plane_net() {
  return net_of("2", {"dense 5", "tanh", "dense 4", "softplus", "dense 1 without bias"}, {.kappa = 1, .learned = true});
}
inline std::vector<double> plane_theta() {
  std::vector<double> theta = sines(.8, 1, 2, 3, 5, 2);
  append(theta, sines(.3, 2, 5, 5));
  append(theta, sines(.7, .5, 3, 7, 4, 5));
  append(theta, sines(.2, 1, 3, 4));
  append(theta, sines(1.5, 2, 2, 4));
  theta.push_back(1);
  return theta;
}

/// The largest difference of two sets of numbers.
inline double largest_gap(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}
template <class To, class From>
std::vector<To> as(const std::vector<From>& numbers) {
  return std::vector<To>(numbers.begin(), numbers.end());
}

}  // namespace gibbsite::test

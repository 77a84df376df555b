/// Small networks of every kind of units, their references, and how their exact answers are read.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "physics/reference.hpp"

namespace gibbsite::test {

inline double weight(std::size_t i, std::size_t j) {
  return std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
}

inline Matrix weights(std::size_t rows, std::size_t columns, double scale) {
  Matrix w(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) w(i, j) = scale * weight(i, j);
  return w;
}

inline Layer layer(UnitKind kind, std::size_t units, std::size_t states = 1) {
  Layer out{.kind = kind, .units = units, .states = states};
  for (std::size_t i = 0; i < out.width(); ++i) out.bias.push_back(std::cos(2.0 * static_cast<double>(i) + 1) / 2);
  for (std::size_t i = 0; kind == UnitKind::gaussian && i < units; ++i)
    out.variance.push_back(0.7 + 0.4 * static_cast<double>(i));
  return out;
}

/// b_i = cos(2i + 1)/2, c_j = sin(5j + 2)/2, W_ij = s sin(1 + 3i + 7j).
inline Network rbm(std::size_t visible, std::size_t hidden, double scale) {
  Layer top{.units = hidden};
  for (std::size_t j = 0; j < hidden; ++j) top.bias.push_back(std::sin(5.0 * static_cast<double>(j) + 2) / 2);
  return {{layer(UnitKind::binary, visible), top}, {weights(visible, hidden, scale)}};
}

inline Network stack(std::vector<Layer> layers, double scale = 0.8, double constant = 0.37) {
  std::vector<Matrix> w;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l)
    w.push_back(weights(layers[l].width(), layers[l + 1].width(), scale / (1 + 0.1 * static_cast<double>(l))));
  return {std::move(layers), std::move(w), constant};
}

struct Named {
  std::string name;
  Network network;
};

inline std::vector<Named> small_networks() {
  using enum UnitKind;
  return {{"binary, visible side smaller", stack({layer(binary, 3), layer(binary, 5)})},
          {"binary, more than a block", stack({layer(binary, 8), layer(binary, 7)})},
          {"spins over binary", stack({layer(spin, 4), layer(binary, 3)})},
          {"spins", stack({layer(spin, 3), layer(spin, 4)})},
          {"categorical", stack({layer(categorical, 3, 4), layer(binary, 4)})},
          {"categorical of 60 states", stack({layer(categorical, 2, 60), layer(spin, 2)})},
          {"categorical of 70 states", stack({layer(categorical, 1, 70), layer(spin, 2)})},
          {"gaussian", stack({layer(gaussian, 2), layer(binary, 3)})},
          {"gaussian, deep", stack({layer(gaussian, 1), layer(binary, 2), layer(spin, 3), layer(binary, 2)})},
          {"three layers", stack({layer(binary, 4), layer(binary, 3), layer(binary, 4)})},
          {"three layers of different kinds", stack({layer(spin, 3), layer(binary, 5), layer(spin, 2)})},
          {"four layers", stack({layer(binary, 4), layer(spin, 3), layer(binary, 3), layer(binary, 4)})},
          {"categorical, deep", stack({layer(categorical, 2, 3), layer(binary, 3), layer(binary, 3)})}};
}

inline Reference base_rates(const Layer& visible) {
  std::vector<double> mean(visible.width()), variance;
  for (std::size_t i = 0; i < mean.size(); ++i)
    mean[i] = visible.kind == UnitKind::categorical ? 1 / static_cast<double>(visible.states)
                                                    : 0.1 + 0.7 / static_cast<double>(i + 1);
  if (visible.kind == UnitKind::categorical) {
    mean[0] *= 1.5;
    mean[1] *= 0.5;
  }
  for (std::size_t i = 0; visible.kind == UnitKind::gaussian && i < visible.units; ++i) variance.push_back(2.5);
  return Reference::base_rates(visible, mean, variance, 20);
}

inline const std::vector<double> lambdas{0, 0.3, 1, 1.7};

template <class T>
T get(std::variant<T, std::string> answer) {
  if (auto* why_not = std::get_if<std::string>(&answer)) FAIL(*why_not);
  return std::get<T>(std::move(answer));
}

/// To `tolerance` of the value or of 1.
inline void check_close(double a, double b, double tolerance) {
  CHECK(a == Approx(b).epsilon(tolerance).margin(tolerance));
}

}  // namespace gibbsite::test

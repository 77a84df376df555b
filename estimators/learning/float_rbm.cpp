#include "estimators/learning/float_rbm.hpp"

#include <algorithm>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite {
namespace {

constexpr float never_on = -1e30F;

}  // namespace

FloatRbm::FloatRbm(const ParametricMachine& machine, std::span<const double> theta)
    : visible(machine.width()),
      hidden(machine.hidden().units),
      length((hidden + simd::lanes - 1) / simd::lanes * simd::lanes),
      stride(length + (length / simd::lanes % 2 == 0 ? simd::lanes : 0)),
      weights(visible * stride + simd::lanes),
      visible_bias(visible),
      hidden_bias(length) {
  const auto to_float = [](double x) { return static_cast<float>(x); };
  const auto copy = [&](std::span<const double> from, float* to) {
    std::transform(from.begin(), from.end(), to, to_float);
  };
  copy(theta.subspan(machine.block("visible_bias")->offset, visible), visible_bias.data());
  std::fill_n(hidden_bias.data(), length, never_on);
  copy(theta.subspan(machine.block("hidden_bias")->offset, hidden), hidden_bias.data());
  const std::size_t w = machine.block("weights")->offset;
  for (std::size_t i = 0; i < visible; ++i) copy(theta.subspan(w + i * hidden, hidden), weights.data() + i * stride);
}

void FloatRbm::copy_to(const ParametricMachine& machine, std::span<double> theta) const {
  std::copy_n(visible_bias.data(), visible, theta.data() + machine.block("visible_bias")->offset);
  std::copy_n(hidden_bias.data(), hidden, theta.data() + machine.block("hidden_bias")->offset);
  const std::size_t w = machine.block("weights")->offset;
  for (std::size_t i = 0; i < visible; ++i)
    std::copy_n(weights.data() + i * stride, hidden, theta.data() + w + i * hidden);
}

}  // namespace gibbsite

// What a deep learner in floats has learned, and all of its state.
#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

#include "estimators/learning/deep_float_learner.hpp"

namespace gibbsite {
namespace {

constexpr float far_too_large = 1e8F;  // of a weight: a rate is too high
std::vector<double> numbers_of(const simd::Buffer<float>& x) { return {x.data(), x.data() + x.size()}; }

}  // namespace

std::vector<double> DeepFloatLearner::parameters() const {
  std::vector<double> theta(machine_->parameters());
  for (std::size_t l = 0; l < depth(); ++l) {
    const Level& level = levels_[l];
    std::copy_n(level.bias.data(), level.units, theta.data() + machine_->bias(l).offset);
    if (l + 1 == depth()) break;
    const Level& high = levels_[l + 1];
    for (std::size_t i = 0; i < level.units; ++i)
      std::copy_n(bonds_[l].weights.data() + i * high.stride, high.units,
                  theta.data() + machine_->weights(l).offset + i * high.units);
  }
  return theta;
}

bool DeepFloatLearner::bounded() const {
  const auto small = [](float x) { return std::abs(x) < far_too_large; };
  return std::all_of(bonds_.begin(), bonds_.end(),
                     [](const Bond& bond) {
                       return std::all_of(bond.largest.begin(), bond.largest.end(), [](std::uint32_t bits) {
                         return bits < std::bit_cast<std::uint32_t>(far_too_large);
                       });
                     }) &&
         std::all_of(levels_.begin(), levels_.end(), [&](const Level& level) {
           return std::all_of(level.bias.data(), level.bias.data() + level.units, small);
         });
}

Matrix DeepFloatLearner::model_states(std::size_t l) const {
  const Level& level = levels_[l];
  Matrix out(level.units, chains_);
  for (std::size_t n = 0; n < chains_; ++n)
    std::copy_n(level.rows.data() + (batch() + n) * level.stride, level.units, out.column(n).data());
  return out;
}

Snapshot DeepFloatLearner::save() const {
  Snapshot out;
  for (std::size_t l = 0; l < depth(); ++l) {
    const Level& level = levels_[l];
    const std::string number = std::to_string(l);
    out.numbers["deep_float_bias_" + number] = numbers_of(level.bias);
    out.numbers["deep_float_bias_velocity_" + number] = numbers_of(level.velocity);
    out.numbers["deep_float_offset_" + number] = numbers_of(level.offset);
    if (l % 2 == 1) {
      std::vector<std::byte>& chains = out.bytes["deep_float_chains_" + number];
      for (std::size_t k = 0; k < level.drawn.size(); ++k) chains.push_back(static_cast<std::byte>(level.drawn[k]));
    }
    if (l + 1 == depth()) break;
    out.numbers["deep_float_weights_" + number] = numbers_of(bonds_[l].weights);
    out.numbers["deep_float_velocity_" + number] = numbers_of(bonds_[l].velocity);
  }
  out.counts["deep_float_update"] = {update_, options_.steps.updates, begun_ ? std::uint64_t{1} : 0};
  return out;
}

void DeepFloatLearner::load(const Snapshot& snapshot) {
  const auto take = [&](const std::string& name, Floats& to) {
    const auto found = snapshot.numbers.find(name);
    if (found == snapshot.numbers.end() || found->second.size() != to.size())
      throw std::invalid_argument("the checkpoint is of another machine, or of another layout");
    std::transform(found->second.begin(), found->second.end(), to.data(),
                   [](double x) { return static_cast<float>(x); });
  };
  for (std::size_t l = 0; l < depth(); ++l) {
    Level& level = levels_[l];
    const std::string number = std::to_string(l);
    take("deep_float_bias_" + number, level.bias);
    take("deep_float_bias_velocity_" + number, level.velocity);
    take("deep_float_offset_" + number, level.offset);
    if (l % 2 == 1) {
      const auto& chains = snapshot.bytes.at("deep_float_chains_" + number);
      if (chains.size() != level.drawn.size()) throw std::invalid_argument("the checkpoint is of other chains");
      std::transform(chains.begin(), chains.end(), level.drawn.data(),
                     [](std::byte x) { return static_cast<float>(x); });
    }
    if (l + 1 == depth()) break;
    take("deep_float_weights_" + number, bonds_[l].weights);
    take("deep_float_velocity_" + number, bonds_[l].velocity);
  }
  const auto& counts = snapshot.counts.at("deep_float_update");
  update_ = counts.at(0), options_.steps.updates = counts.at(1), begun_ = counts.at(2) != 0;
}

}  // namespace gibbsite

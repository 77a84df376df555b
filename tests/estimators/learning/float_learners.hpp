/// What tests of learning in single precision share.
#pragma once

#include <algorithm>
#include <cmath>

#include "estimators/learning/float_learner.hpp"
#include "estimators/learning/trainer.hpp"
#include "tests/samplers/statistics.hpp"

namespace gibbsite::test {

using Doubles = std::vector<double>;

/// What the model does, said by others.
class GivenStates final : public Objective {
 public:
  explicit GivenStates(std::shared_ptr<const ParametricMachine> machine) : machine_(std::move(machine)) {}
  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    const auto even_weights = [](const Matrix& v, double sum) {
      return Doubles(v.columns(), sum / static_cast<double>(v.columns()));
    };
    machine_->add_gradient(theta, batch, even_weights(batch, 1), out);
    machine_->add_gradient(theta, states, even_weights(states, -1), out);
  }
  Matrix states;

 private:
  std::shared_ptr<const ParametricMachine> machine_;
};

inline double largest_difference(const Doubles& a, const Doubles& b) {
  double most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

/// The largest difference of parameters from a plain trainer that is told of the same chains' states.
inline double off_from_plain(FloatLearner& fast, const std::shared_ptr<const ParametricMachine>& machine,
                             const Matrix& data, const TrainingOptions& options, Key key) {
  auto given = std::make_unique<GivenStates>(machine);
  GivenStates& model = *given;
  Trainer plain(machine, std::move(given), data, fast.parameters(), options, key);
  double most = 0;
  while (!fast.done()) {
    fast.advance();
    model.states = fast.model_states();
    plain.advance();
    most = std::max(most, largest_difference(fast.parameters(), plain.parameters()));
  }
  return most;
}

/// p-value of the direction of the first parameters at theta, the mean over `times` updates of unit rate that begin
/// there, against what it should be.
inline double p_value_of_direction(FloatLearner& fast, const Doubles& expected, int times) {
  Snapshot begin = fast.save();
  const Doubles first = fast.parameters();
  std::vector<Doubles> found(expected.size());
  for (int k = 0; k < times; ++k) {
    begin.counts["float_update"][0] = static_cast<std::uint64_t>(k);
    fast.load(begin);
    fast.advance();
    const Doubles now = fast.parameters();
    for (std::size_t p = 0; p < expected.size(); ++p) found[p].push_back(now[p] - first[p]);
  }
  double least = 1;
  for (std::size_t p = 0; p < expected.size(); ++p) least = std::min(least, statistics::agrees(found[p], expected[p]));
  return least;
}

}  // namespace gibbsite::test

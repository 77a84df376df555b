/// Storing patterns in a network of spins by a rule (physics/boltzmann.hpp), as something that learns: one update, in
/// which all data become patterns. Parameters are those of a ParametricMachine of spins with bonds among them.
#pragma once

#include "estimators/learning/learner.hpp"
#include "physics/boltzmann.hpp"
#include "physics/parametric_machine.hpp"

namespace gibbsite {

/// Samples of spins, [unit][sample], as patterns.
std::vector<std::vector<std::int8_t>> patterns_of(const Matrix& data);

class PatternLearner final : public Learner {
 public:
  /// data: [unit][sample] of -1 and +1. Throws std::invalid_argument where a rule cannot store them.
  PatternLearner(const ParametricMachine& machine, const Matrix& data, PatternRule rule);

  bool done() const override { return stored_; }
  void advance() override;
  void finish() override { stored_ = true; }
  std::uint64_t update() const override { return stored_ ? 1 : 0; }
  std::uint64_t updates() const override { return 1; }
  std::uint64_t batches() const override { return 1; }
  std::vector<double> parameters() const override { return theta_; }
  bool bounded() const override { return true; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  bool stored_ = false;
  std::vector<double> theta_, rule_gives_;
};

}  // namespace gibbsite

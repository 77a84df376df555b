/// Something that learns: it advances by one update at a time, and can stop and go on at each of them with the same
/// bits. What it learns is a vector of parameters; how it takes its steps is its own matter (trainer.hpp for machines
/// as functions of their parameters).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

/// Parameters that learning has come through, of whose samples it took care.
struct Checkpoint {
  std::uint64_t update = 0;   ///< updates before it
  std::vector<double> theta;  ///< in the machine's own order
  Estimate log_z = {};
};

class Learner {
 public:
  virtual ~Learner() = default;
  Learner() = default;
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  virtual bool done() const = 0;
  /// One update.
  virtual void advance() = 0;
  /// No more updates.
  virtual void finish() = 0;
  virtual std::uint64_t update() const = 0;
  virtual std::uint64_t updates() const = 0;  ///< in all
  virtual std::uint64_t batches() const = 0;  ///< of an epoch
  double epoch() const { return static_cast<double>(update()) / static_cast<double>(batches()); }
  /// A copy of what has been learned so far, in the machine's own order.
  virtual std::vector<double> parameters() const = 0;
  /// How parameters and chains stand in memory, for people.
  virtual std::string layout() const { return "plain"; }
  /// Whether all parameters are numbers of a size that can still be learned from.
  virtual bool bounded() const = 0;
  /// ln Z as learning itself knows it, where it does.
  virtual Estimate log_z() const { return {}; }
  /// In their order; none where it keeps no account.
  virtual std::span<const Checkpoint> checkpoints() const { return {}; }
  /// Share of its chains that carry the model's expectation; nan without chains.
  virtual double effective_fraction() const { return unknown; }
  /// Mean over the updates since the last evaluated() of what is made small, where it has a value.
  virtual double objective() const { return unknown; }
  virtual void evaluated() {}

  virtual Snapshot save() const = 0;
  /// Throws std::invalid_argument for a snapshot of another machine.
  virtual void load(const Snapshot& snapshot) = 0;
};

}  // namespace gibbsite

/// Independent Markov chains over a grid of lambda.
#pragma once

#include "samplers/methods/chains.hpp"

namespace gibbsite {

/// C chains at each of B lambdas; replica r = c B + b stands in slot r for good. Sweeps per draw: options.every.
/// Strides are tuned per lambda, from the tallies of its C chains, over windows of 1, 1, 2, 4, ... sweeps in the first
/// half of thermalization.
class Mcmc final : public ChainMethod {
 public:
  /// Throws as ChainMethod does.
  Mcmc(Ensemble& ensemble, ChainOptions options);

  void advance() override;
  Progress progress() const override;
  Snapshot save() const override;
  void load(const Snapshot& snapshot, Trace trace) override;

 private:
  void thermalize();
  void tune(Tuning window);

  std::uint64_t window_end_ = 1;  // of tuning
};

}  // namespace gibbsite

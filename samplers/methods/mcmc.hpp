/// Independent Markov chains over a grid of lambda.
#pragma once

#include "samplers/methods/chains.hpp"

namespace gibbsite {

/// C chains at each of B lambdas; replica r = c B + b stands in slot r for good. Sweeps per draw: options.every.
/// Strides are tuned per lambda, from the tallies of its C chains, over windows of 1, 1, 2, 4, ... sweeps in the first
/// half of thermalization.
class Mcmc final : public Method {
 public:
  /// The ensemble must be new, of chains x lambdas replicas, and outlive the method. Throws std::invalid_argument if it
  /// does not fit.
  Mcmc(Ensemble& ensemble, ChainOptions options);

  bool done() const override { return sweeps_ >= options_.thermalization && chain_trace_.full(); }
  void advance() override;
  Progress progress() const override;
  const Trace& trace() const override { return chain_trace_.trace(); }
  std::span<const Field> fields() const override { return chain_trace_.fields(); }
  void finish() override { chain_trace_.close(); }
  Snapshot save() const override;
  void load(const Snapshot& snapshot, Trace trace) override;

  const ChainTrace& chain_trace() const noexcept { return chain_trace_; }
  const ChainOptions& options() const noexcept { return options_; }
  /// Tallies of the kept sweeps and settings in use, [slot].
  std::span<const Tally> tally() const noexcept { return tally_; }
  std::span<const Setting> settings() const noexcept { return setting_; }

 private:
  void thermalize();
  void tune(Tuning window);

  Ensemble& ensemble_;
  ChainOptions options_;
  ChainTrace chain_trace_;
  std::vector<Setting> setting_;
  std::vector<Tally> tally_;
  std::uint64_t sweeps_ = 0;      // since the start; also the time of the next sweep
  std::uint64_t window_end_ = 1;  // of tuning
};

}  // namespace gibbsite

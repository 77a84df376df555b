/// States drawn for people's own tools: independent chains, each annealed from an exact draw of the reference to the
/// target and swept there; then states every so many sweeps. No state is an exact draw of the target: what annealing
/// and thermalization did not reach is missed by all chains alike, and what separates chains shows in their energies.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

struct SamplePlan {
  std::size_t states = 0, chains = 0;
  double lambda = 1;
  std::uint64_t annealing = 0, thermalization = 0, every = 1;

  std::uint64_t rounds() const noexcept { return (states + chains - 1) / chains; }  ///< states of a chain
  double sweeps() const noexcept {
    return static_cast<double>(annealing) + static_cast<double>(thermalization) +
           static_cast<double>((rounds() - 1) * every);
  }
};

struct DrawnStates {
  std::vector<std::byte> states;  ///< canonical, one behind the other: [state], chain by chain within a round
  std::vector<double> energy;     ///< [state]
  double rhat = unknown;          ///< split R-hat of the energy in the second half of thermalization
  double tau = unknown;           ///< its autocorrelation time there, in sweeps
  std::vector<std::string> warnings;
};

/// The ensemble must be new, of plan.chains replicas. Pure function of the ensemble's key and the plan.
DrawnStates draw_states(Ensemble& ensemble, const SamplePlan& plan, const std::function<void(const Progress&)>& report);

}  // namespace gibbsite

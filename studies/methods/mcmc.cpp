// Independent chains, as a study names them.
#include "samplers/methods/mcmc.hpp"

#include "studies/methods/chain_extension.hpp"
#include "studies/methods/chain_findings.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/entries.hpp"

namespace gibbsite {

const MethodEntry& mcmc_entry() {
  static const MethodEntry entry{
      .name = "mcmc",
      .meaning = "independent chains over a grid of beta, from hot and cold starts",
      .add_keys = add_chain_keys,
      .check = check_chains,
      .check_system = check_chains_of,
      .plan = [](const Study& study) { return plan_of_chains(study, "chain"); },
      .replicas = replicas_of_chains,
      .sweeps = sweeps_of_chains,
      .needs = needs_of_chains,
      .draws = [](const Study& study, const System& system) { return draws_of_chains(study, system, 0); },
      .target = target_of_chains,
      .make = [](const Study& study, const System& system, Ensemble& ensemble, Key key) -> std::unique_ptr<Method> {
        return std::make_unique<Mcmc>(ensemble, chain_options(study, system, ensemble.layout(), key));
      },
      .can_estimate = can_estimate_chains,
      .series =
          [](const Study& study, const Method& method) {
            return series_of_chains(study.keys<StoreKeys>(), static_cast<const ChainMethod&>(method),
                                    "independent chain");
          },
      .add_snapshots = add_snapshots_of_chains,
      .findings =
          [](const Study&, const System& system, const Ensemble& ensemble, const Method& method) {
            return chain_findings({system, ensemble, static_cast<const ChainMethod&>(method), "chain"}, {});
          },
      .sweeps_per_draw = sweeps_per_draw_of_chains,
      .final_state = final_state_of_chains,
      .longer = longer_chains};
  return entry;
}

}  // namespace gibbsite

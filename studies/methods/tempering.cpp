// Replica exchange, as a study names it.
#include "samplers/methods/tempering.hpp"

#include "studies/files/variables.hpp"
#include "studies/methods/chain_extension.hpp"
#include "studies/methods/chain_findings.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/entries.hpp"
#include "studies/methods/tempering_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

void add_tempering_keys(KeyTable& table) {
  add_chain_keys(table);
  add_ladder_key(table);
}

void check_tempering(const Study& study) {
  check_chains(study);
  if (study.method.beta.size() < 2)
    throw RequestError("method.name = \"tempering\" needs at least 2 values in method.beta to exchange between");
}

}  // namespace

void add_ladder_key(KeyTable& table) {
  StudyKey& key = Section<TemperingKeys>(table, "method")
                      .choice("ladder", &TemperingKeys::ladder, {"fixed", "adaptive"},
                              "tempering: whether interior betas may move; trajectory: they do by default");
  key.get = [](const Study& study) {
    const std::string& word = study.keys<TemperingKeys>().ladder;
    return std::optional(
        Value{!word.empty() ? word : std::string(study.method.name == "trajectory" ? "adaptive" : "fixed")});
  };
}

void add_tempering_diagnostics(Group& group, const Tempering& tempering, std::vector<std::string>& warnings) {
  add_ladder_diagnostics(group, tempering, warnings);
  add_scalar(
      group, "memory", static_cast<double>(tempering.memory()), "1",
      "draws that a rung remembers, one and a half round trips: no window of an autocorrelation time is shorter");
}

const MethodEntry& tempering_entry() {
  static const MethodEntry entry{
      .name = "tempering",
      .meaning = "non-reversible replica exchange on a ladder of beta, fixed or adaptive; ln Z along the ladder",
      .add_keys = add_tempering_keys,
      .check = check_tempering,
      .check_system = check_chains_of,
      .plan = [](const Study& study) { return plan_of_chains(study, "ladder"); },
      .replicas = replicas_of_chains,
      .sweeps = sweeps_of_chains,
      .needs = needs_of_chains,
      .draws = [](const Study& study, const System& system) { return draws_of_chains(study, system, 1); },
      .target = target_of_chains,
      .make = [](const Study& study, const System& system, Ensemble& ensemble, Key key) -> std::unique_ptr<Method> {
        const bool adaptive = study.keys<TemperingKeys>().ladder == "adaptive";
        return std::make_unique<Tempering>(ensemble, chain_options(study, system, ensemble.layout(), key),
                                           adaptive ? Ladder::adaptive : Ladder::fixed);
      },
      .can_estimate = can_estimate_chains,
      .series =
          [](const Study& study, const Method& method) {
            return series_of_chains(study.keys<StoreKeys>(), static_cast<const ChainMethod&>(method),
                                    "independent ladder");
          },
      .add_snapshots = add_snapshots_of_chains,
      .findings =
          [](const Study&, const System& system, const Ensemble& ensemble, const Method& method) {
            const auto& tempering = static_cast<const Tempering&>(method);
            return chain_findings({system, ensemble, tempering, "ladder"},
                                  [&](Group& diagnostics, std::vector<std::string>& warnings) {
                                    add_tempering_diagnostics(diagnostics, tempering, warnings);
                                  });
          },
      .sweeps_per_draw = sweeps_per_draw_of_chains,
      .final_state = final_state_of_chains,
      .longer = longer_chains};
  return entry;
}

}  // namespace gibbsite

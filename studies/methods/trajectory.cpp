// Replica exchange along the snapshots of a training, as a study names it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "samplers/methods/tempering.hpp"
#include "studies/methods/chain_findings.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/entries.hpp"
#include "studies/methods/tempering_keys.hpp"
#include "studies/models/snapshots.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

void add_trajectory_keys(KeyTable& table) {
  add_chain_keys(table);
  add_ladder_key(table);
  Section<TrajectoryKeys>(table, "method")
      .integer("rungs", &TrajectoryKeys::rungs, {0, 100'000},
               "trajectory: places on it, evenly spaced at first; 0: as many as there are snapshots");
}

/// Rungs on the snapshots of the study's file, where it says nothing else.
void settle_trajectory(Study& study) {
  const std::string& file = study.keys<NetworkKeys>().file;
  if (file.empty()) return;
  study.keys<NetworkKeys>().reference = "trajectory";
  if (!study.method.beta.empty()) return;
  auto rungs = static_cast<std::size_t>(study.keys<TrajectoryKeys>().rungs);
  if (rungs == 0) rungs = std::max<std::size_t>(read_trajectory(file).size(), 2);
  for (std::size_t b = 0; b < rungs; ++b)
    study.method.beta.push_back(rungs == 1 ? 1 : static_cast<double>(b) / static_cast<double>(rungs - 1));
}

void check_trajectory(const Study& study) {
  check_chains(study);
  const std::size_t rungs = study.method.beta.size(),
                    asked = static_cast<std::size_t>(study.keys<TrajectoryKeys>().rungs);
  if (rungs < 2)
    throw RequestError("method.name = \"trajectory\" needs at least 2 rungs to exchange between; raise method.rungs");
  if (asked > 0 && asked != rungs)
    throw RequestError(fmt::format(
        "method.rungs = {}, but method.beta has {} places on the trajectory; leave one of them out", asked, rungs));
}

/// Where replicas do not come through for want of rungs, how many it takes: rejections of a half between neighbours.
void ask_for_rungs(const Tempering& tempering, std::vector<std::string>& warnings) {
  const std::vector<double> rate = tempering.swap_rate();
  const auto trips = tempering.round_trips();
  std::uint64_t total = 0;
  for (const std::uint64_t n : trips) total += n;
  const double lowest = *std::min_element(rate.begin(), rate.end());
  if (lowest > 0.3 || total >= 10 * tempering.chain_trace().chains()) return;
  double barrier = 0;
  for (const double r : rate) barrier += 1 - r;
  const auto wanted = static_cast<std::size_t>(std::ceil(2 * barrier)) + 1;
  if (wanted > rate.size() + 1)
    warnings.push_back(
        fmt::format("{} rungs are few for this trajectory, whose barrier is {:.3g}: exchanges between two of them are "
                    "accepted with probability {:.2g}; use method.rungs = {}, or train with training.method = "
                    "\"trajectory\", which sets snapshots as they are needed",
                    rate.size() + 1, barrier, lowest, wanted));
}

}  // namespace

const MethodEntry& trajectory_entry() {
  static const MethodEntry entry = [] {
    MethodEntry e = tempering_entry();
    e.name = "trajectory";
    e.meaning =
        "replica exchange along the snapshots of a machine's training, from independent units to the model; ln Z along "
        "them";
    e.add_keys = add_trajectory_keys;
    e.settle = settle_trajectory;
    e.settled_by = "model.file, an rbm with the snapshots of its training";
    e.check = check_trajectory;
    e.make = [](const Study& study, const System& system, Ensemble& ensemble, Key key) -> std::unique_ptr<Method> {
      const bool fixed = study.keys<TemperingKeys>().ladder == "fixed";
      return std::make_unique<Tempering>(ensemble, chain_options(study, system, ensemble.layout(), key),
                                         fixed ? Ladder::fixed : Ladder::adaptive);
    };
    e.findings = [](const Study&, const System& system, const Ensemble& ensemble, const Method& method) {
      const auto& tempering = static_cast<const Tempering&>(method);
      return chain_findings({system, ensemble, tempering, "ladder"},
                            [&](Group& diagnostics, std::vector<std::string>& warnings) {
                              add_tempering_diagnostics(diagnostics, tempering, warnings);
                              ask_for_rungs(tempering, warnings);
                            });
    };
    return e;
  }();
  return entry;
}

}  // namespace gibbsite

// How well replicas travelled along the ladder, and what to say when they did not.
#include <fmt/format.h>

#include <algorithm>

#include "studies/files/variables.hpp"
#include "studies/methods/chain_findings.hpp"

namespace gibbsite {

void add_ladder_diagnostics(Group& group, const Tempering& tempering, std::vector<std::string>& warnings) {
  const std::size_t pairs = tempering.lambda().size() - 1, chains = tempering.chain_trace().chains();
  const std::vector<double> rate = tempering.swap_rate();
  double barrier = 0, inefficiency = 0, lowest = 1;
  std::size_t worst = 0;
  for (std::size_t k = 0; k < pairs; ++k) {
    barrier += 1 - rate[k];
    inefficiency += (1 - rate[k]) / rate[k];
    if (rate[k] < lowest) worst = k;
    lowest = std::min(lowest, rate[k]);
  }
  add_index(group, "pair", pairs, "neighbouring rungs, pair k joins rungs k and k + 1");
  add(group, "swap_rate", {"pair"}, {pairs}, rate, "1", "mean acceptance of exchanges");
  add_scalar(group, "communication_barrier", barrier, "1", "Lambda, the sum of all rejection rates");
  const double sweeps = static_cast<double>(tempering.trace().draws() * tempering.options().every);
  const double predicted = sweeps / (2 + 2 * inefficiency);
  add_scalar(group, "round_trips_predicted", predicted, "1", "round trips per ladder if rungs were independent draws");
  std::vector<std::int64_t> trips(tempering.round_trips().begin(), tempering.round_trips().end());
  std::int64_t total = 0;
  for (const std::int64_t n : trips) total += n;
  add_index(group, "chain", chains, "independent ladder");
  add_index(group, "replica", pairs + 1, "replica of a ladder");
  add(group, "round_trips", {"chain", "replica"}, {chains, pairs + 1}, std::move(trips), "1",
      "round trips from the first rung to the last and back");
  const double per_ladder = static_cast<double>(total) / static_cast<double>(chains);
  add_scalar(group, "round_trips_per_ladder", per_ladder, "1", "round trips, mean over ladders");
  if (lowest < 0.02)
    warnings.push_back(
        fmt::format("tempering is nearly cut in two between beta = {:.6g} and {:.6g}: exchanges there are accepted "
                    "with probability {:.2g}; "
                    "put rungs between them or use ladder = \"adaptive\"",
                    tempering.lambda()[worst], tempering.lambda()[worst + 1], lowest));
  if (total == 0)
    warnings.push_back(
        fmt::format("tempering is stuck: no replica made a round trip along the ladder in {:.0f} sweeps; cold rungs "
                    "have not been refreshed. "
                    "Use more rungs, ladder = \"adaptive\", or more sweeps",
                    sweeps));
  else if (per_ladder < 10)
    warnings.push_back(fmt::format(
        "only {:.1f} round trips per ladder: cold rungs were seldom refreshed; use more sweeps or rungs", per_ladder));
}

}  // namespace gibbsite

#include "studies/methods/optimum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/time_to_solution.hpp"
#include "studies/files/variables.hpp"
#include "studies/systems/lattice_keys.hpp"

namespace gibbsite {
namespace {

/// The first draw of each chain, at any beta, at an energy; its sweep, or nan.
std::vector<double> first_hits(const ChainMethod& method, double target) {
  const Field* energy = find_field(method.fields(), "energy");
  const std::size_t chains = method.chain_trace().chains(), betas = method.lambda().size();
  std::vector<double> first(chains, unknown);
  if (energy == nullptr) return first;
  const double close = 1e-9 * std::max(1.0, std::abs(target));
  const auto every = static_cast<double>(method.options().every);
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t t = 0; t < method.trace().draws() && std::isnan(first[c]); ++t)
      for (std::size_t b = 0; b < betas; ++b)
        if (method.trace().at(t, energy->offset + c * betas + b) <= target + close)
          first[c] = static_cast<double>(method.options().thermalization) + static_cast<double>(t + 1) * every;
  return first;
}

void add_cut(const Study& study, const Group& model, double energy, Group& group) {
  const double coupling = study.keys<InteractionKeys>().coupling;
  if (study.keys<LatticeKeys>().couplings.empty() || coupling == 0) return;
  const auto J = doubles(model, "J"), h = doubles(model, "h");
  if (J.empty() || std::any_of(h.begin(), h.end(), [](double field) { return field != 0; })) return;
  double sum = 0;
  for (const double value : J) sum += value / coupling;
  add_scalar(group, "cut_value", (sum + energy / coupling) / 2, "1",
             "sum of the weights between spins that differ, (sum of weights + E / coupling) / 2");
}

}  // namespace

void report_optimum(const Study& study, const Group& model, const ChainMethod& method, Findings& found) {
  found.warnings.clear();
  found.notes.clear();
  if (!method.lowest().known()) return;
  const double energy = method.lowest().energy();
  const std::vector<double> first = first_hits(method, energy);
  const auto& options = method.options();
  const double length = static_cast<double>(options.thermalization) +
                        static_cast<double>(method.trace().draws()) * static_cast<double>(options.every);
  const TimeToSolution time = time_to_solution(first, length);
  Group& group = found.diagnostics;
  if (group.find("chain") == nullptr) add_index(group, "chain", first.size(), "chain");  // ladders are counted already
  add(group, "first_hit", {"chain"}, {first.size()}, first, "sweep",
      "sweeps from the start to the first draw at the lowest energy; nan: not reached");
  add_scalar(group, "optimum_energy", energy, "J", "lowest energy seen");
  add_scalar(group, "chains_reached", static_cast<double>(time.successes), "1", "chains with a draw at that energy");
  add_scalar(group, "run_length", length, "sweep", "sweeps of each chain");
  add_scalar(group, "time_to_solution", time.time.value, "sweep",
             "sweeps until chains, started again every restart_after sweeps, have reached it with probability 0.99");
  add_scalar(group, "time_to_solution_error", time.time.error, "sweep", "standard error of time_to_solution");
  add_scalar(group, "restart_after", time.restart, "sweep", "sweeps after which to start again");
  add_cut(study, model, energy, group);
  if (time.successes == 0)
    found.warnings.emplace_back(
        "the lowest energy was seen before the first draw or between draws: set method.thermalization = 0 and a "
        "smaller "
        "method.every to see when");
  else if (time.successes == 1 && first.size() > 1)
    found.warnings.push_back(fmt::format(
        "one of {} chains alone reached the lowest energy: there may well be lower ones; run longer, or more "
        "chains",
        first.size()));
}

}  // namespace gibbsite

/// What entries of methods that run chains have in common: their keys, options, checks, series and snapshots.
#pragma once

#include <cstdint>
#include <string>

#include "samplers/methods/chains.hpp"
#include "studies/methods/entry.hpp"
#include "studies/methods/sweep_keys.hpp"

namespace gibbsite {

struct ChainKeys {
  std::int64_t chains = 4;
  std::string start = "mixed";  ///< hot | cold | mixed, or a file; resolved path
  std::int64_t sweeps = 20000;
  double target_error = 0;  ///< stop when `target` is known this well at every beta; 0: run all sweeps
  std::string target = "energy_density";
  std::string objective = "averages";  ///< or "lowest": what the report is about
  std::int64_t snapshots = 0;          ///< configurations kept per replica, evenly spaced
};

void add_chain_keys(KeyTable& table);
void check_chains(const Study& study);
void check_chains_of(const Study& study, const System& system);
/// "mcmc: 4 chains x 20000 sweeps at 13 betas, after 1000 sweeps of thermalization".
std::string plan_of_chains(const Study& study, const char* chain);
std::size_t replicas_of_chains(const Study& study);
double sweeps_of_chains(const Study& study);
std::vector<MemoryNeed> needs_of_chains(const Study& study, const SystemSize& size);
std::optional<SweepsPerDraw> sweeps_per_draw_of_chains(const Study& study, const System& system);
/// more: fields that the method adds to those of chains.
DrawsToCome draws_of_chains(const Study& study, const System& system, std::size_t more);
Target target_of_chains(const Study& study);
/// Throws RequestError for a first state that does not fit the system.
ChainOptions chain_options(const Study& study, const System& system, const Layout& layout, Key key);

bool can_estimate_chains(const Method& method);
/// chain: "independent chain", as the file says.
Group series_of_chains(const StoreKeys& stored, const ChainMethod& method, const char* chain);
void add_snapshots_of_chains(Group& group, const Ensemble& ensemble, const Method& method);

}  // namespace gibbsite

#include "studies/study/sampler_kinds.hpp"

#include <algorithm>

namespace gibbsite {

std::span<const SamplerEntry> sampler_entries() {
  using enum SamplerKind;
  static const SamplerEntry all[] = {
      {heat_bath, "heat-bath",
       "each spin drawn anew given its neighbours; valid everywhere (scan: sequential, checkerboard, random); "
       "networks: all units of a layer at once",
       false},
      {metropolis, "metropolis",
       "single flips, accepted with min(1, exp(-beta dE)) (scan: random, sequential, checkerboard)", false,
       ScanOrder::random},
      {wolff, "wolff",
       "one cluster at a time; a sweep is a fixed number of them, tuned per beta; fields by a ghost spin", true},
      {swendsen_wang, "swendsen-wang", "all clusters at once; fields by a ghost spin", true},
      {langevin, "langevin", "real numbers: one step along the gradient and noise, with Metropolis' correction (MALA)",
       false, ScanOrder::sequential, true},
      {hmc, "hmc", "real numbers: Hamiltonian trajectories of random length; steps tuned per beta", false,
       ScanOrder::sequential, true},
      {underdamped, "underdamped", "real numbers: Langevin steps that keep part of their momentum, Metropolised", false,
       ScanOrder::sequential, true},
      {locally_balanced, "locally-balanced",
       "single flips of units of two states, chosen by what each does to p (Gibbs with gradients): spins on lattices "
       "and graphs, boltzmann, hopfield",
       false, ScanOrder::random, false, true}};
  return all;
}

const SamplerEntry& sampler_entry(SamplerKind kind) {
  const auto all = sampler_entries();
  return *std::find_if(all.begin(), all.end(), [&](const SamplerEntry& entry) { return entry.kind == kind; });
}

const SamplerEntry* sampler_named(const std::string& name) {
  for (const SamplerEntry& entry : sampler_entries())
    if (entry.name == name) return &entry;
  return nullptr;
}

std::vector<std::string> names_of_samplers() {
  std::vector<std::string> names;
  for (const SamplerEntry& entry : sampler_entries()) names.push_back(entry.name);
  return names;
}

}  // namespace gibbsite

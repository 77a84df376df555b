/// How a study can have its system moved: the samplers by name, and what follows from which it is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "samplers/kernels/scan.hpp"

namespace gibbsite {

enum class SamplerKind { heat_bath, metropolis, wolff, swendsen_wang, langevin, hmc, underdamped, locally_balanced };

struct SamplerEntry {
  SamplerKind kind;
  std::string name;     ///< as in studies: "heat-bath"
  std::string meaning;  ///< one line
  bool by_clusters;
  ScanOrder scan = ScanOrder::sequential;  ///< of sites, where a study leaves it open and the layout is the plain one
  bool by_gradient = false;                ///< follows the gradient of an energy of real numbers

  bool by_flips = false;  ///< chooses units of two states by what their flip does

  /// Whether it visits units one after the other.
  bool visits() const noexcept { return !by_clusters && !by_gradient && !by_flips; }
};

/// All of them, in the order in which they are listed.
std::span<const SamplerEntry> sampler_entries();
const SamplerEntry& sampler_entry(SamplerKind kind);
/// nullptr where none has this name.
const SamplerEntry* sampler_named(const std::string& name);
std::vector<std::string> names_of_samplers();

}  // namespace gibbsite

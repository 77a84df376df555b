#include "studies/catalogue/study_memory.hpp"

#include <fmt/format.h>

#include <vector>

#include "studies/catalogue/catalogue.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {
namespace {

double bonds_per_site(const Study::Model& m, double sites) {
  if (m.lattice == "complete") return (sites - 1) / 2;
  if (m.lattice == "chain") return 1;
  if (m.lattice == "square") return 2;
  if (m.lattice == "cubic" || m.lattice == "triangular") return 3;
  if (m.lattice == "honeycomb") return 1.5;
  return static_cast<double>(m.size.size() > 1 ? static_cast<std::int64_t>(m.size.size()) : m.dimension);
}

double sites_of(const Study::Model& m) {
  double sites = m.lattice == "honeycomb" ? 2 : 1;
  const bool one = m.size.size() == 1;
  const double sides = m.lattice == "chain" || m.lattice == "complete" ? 1
                       : m.lattice == "cubic"                          ? 3
                       : m.lattice == "hypercubic"                     ? static_cast<double>(m.dimension)
                                                                       : 2;
  if (one)
    for (double d = 0; d < sides; ++d) sites *= static_cast<double>(m.size[0]);
  else
    for (const std::int64_t side : m.size) sites *= static_cast<double>(side);
  return sites;
}

/// What stands in the memory once, whatever moves on it, and its sites.
std::pair<MemoryNeed, double> system_of(const Study& study) {
  const Study::Model& m = study.model;
  if (!m.couplings.empty() || !m.file.empty()) return {};  // no larger than their files
  if (m.name == "ising") {
    const double sites = sites_of(m), bonds = sites * bonds_per_site(m, sites);
    // Graph: a bond and its coupling, and at either end neighbour and coupling; a site's field and row.
    return {{40 * bonds + 12 * sites, fmt::format("{:.3g} sites and {:.3g} bonds", sites, bonds), "model.size"}, sites};
  }
  double units = 0, weights = 0, before = 0;
  for (const std::int64_t layer : m.layers) {
    units += static_cast<double>(layer);
    weights += before * static_cast<double>(layer);
    before = static_cast<double>(layer);
  }
  const bool full = m.name == "boltzmann" || m.name == "hopfield";
  if (full) weights = units * units;
  MemoryNeed need{8 * weights, fmt::format("{:.3g} weights", weights), "model.layers"};
  if (m.name == "hopfield") {
    need.bytes += units * static_cast<double>(m.patterns);
    need.what += fmt::format(" and {} patterns of {:.3g} units", m.patterns, units);
    if (static_cast<double>(m.patterns) > units) need.keys += " or model.patterns";
  }
  return {need, units};
}

MemoryNeed of_replicas(double replicas, double sites, const std::string& keys) {
  constexpr double bits = 8;  // to a byte: units in the densest layouts
  return {replicas * sites / bits, fmt::format("{:.3g} replicas of {:.3g} sites", replicas, sites), keys};
}

MemoryNeed of_schedule(double temperatures, const std::string& key) {
  return {8 * temperatures, fmt::format("{:.3g} temperatures", temperatures), key};
}

/// `place`: the key that says how large the system is.
std::vector<MemoryNeed> needs_of_replicas(const Study& study, double sites, const std::string& place) {
  const Study::Method& m = study.method;
  if (m.beta.empty()) {  // gibbsite loglik
    const auto ladders = static_cast<double>(study.tempering.ladders);
    return {of_replicas(static_cast<double>(study.ais.particles), sites, "ais.particles"),
            of_replicas(static_cast<double>(study.tempering.rungs) * ladders, sites,
                        "tempering.rungs or tempering.ladders"),
            of_schedule(static_cast<double>(study.ais.temperatures), "ais.temperatures"),
            of_schedule(static_cast<double>(study.raise.temperatures), "raise.temperatures")};
  }
  const auto count = static_cast<double>(replicas(study));
  if (m.name == "annealing")
    return {of_replicas(count, sites, "method.particles" + place),
            of_schedule(m.temperatures.size() > 1 ? 0 : m.temperatures.front(), "method.temperatures")};
  MemoryNeed snapshots = of_replicas(static_cast<double>(m.snapshots) * count, sites, "method.snapshots");
  snapshots.what = "snapshots of " + snapshots.what;
  return {of_replicas(count, sites, "method.chains" + place), snapshots};
}

}  // namespace

void check_memory(const Study& study, double memory) {
  const auto [system, sites] = system_of(study);
  if (sites == 0) return;
  std::vector<MemoryNeed> needs =
      needs_of_replicas(study, sites, study.model.name == "ising" ? " or model.size" : " or model.layers");
  needs.push_back(system);
  check_memory(needs, memory);
}

void check_memory(std::span<const Task> tasks, double memory) {
  MemoryNeed all{0, fmt::format("the systems of {} tasks", tasks.size()), "the number of values under [grid]"};
  for (const Task& task : tasks) all.bytes += system_of(task.study).first.bytes;
  check_memory(std::span(&all, 1), memory);
}

void check_memory_of_replicas(const Study& study, double sites, double memory) {
  check_memory(needs_of_replicas(study, sites, ""), memory);
}

}  // namespace gibbsite

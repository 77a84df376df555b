#include "studies/systems/graph_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "studies/files/variables.hpp"

namespace gibbsite {

ScanOrder scan_of(const Study& study) {
  if (study.sampler.scan == "default") return study.sampler.entry().scan;
  if (study.sampler.scan == "random") return ScanOrder::random;
  return study.sampler.scan == "checkerboard" ? ScanOrder::checkerboard : ScanOrder::sequential;
}

void refuse_sampler(const Study& study) {
  throw RequestError(fmt::format("{} cannot move the model {}: `gibbsite list samplers` shows what can",
                                 study.sampler.entry().name, study.model.name));
}

std::string GraphSystem::description() const {
  return fmt::format("{}, {}", study_.model.name, describe_lattice(study_, graph()));
}

bool GraphSystem::disordered() const {
  const auto& keys = study_.keys<LatticeKeys>();
  return graph().sites() > 1 && (keys.disorder != "none" || !keys.couplings.empty());
}

namespace {

Group record_of_lattice(const Lattice& lattice, const Graph& graph) {
  Group group{.name = "model"};
  const bool complete = lattice.geometry == Geometry::complete;
  group.attributes.emplace_back("lattice", std::string(kind_of(lattice.geometry).name));
  if (!complete)
    group.attributes.emplace_back("boundary", std::string(lattice.boundary == Boundary::open ? "open" : "periodic"));
  group.attributes.emplace_back("coupling", lattice.coupling);
  group.attributes.emplace_back("field", lattice.field);
  group.attributes.emplace_back("sites", static_cast<std::int64_t>(graph.sites()));
  group.attributes.emplace_back("bonds", static_cast<std::int64_t>(graph.bond_count()));
  const std::size_t sides = lattice.size.size();
  add_index(group, "side", sides, "side");
  add(group, "size", {"side"}, {sides}, std::vector<std::int64_t>(lattice.size.begin(), lattice.size.end()), "1",
      complete ? "sites" : "cells along the side; the first side runs fastest in the numbering");
  const auto steps = steps_of(lattice);
  if (steps.empty()) return group;
  std::vector<std::int64_t> along;
  for (const std::vector<int>& step : steps) along.insert(along.end(), step.begin(), step.end());
  add_index(group, "step", steps.size(), "bond of a cell");
  add(group, "steps", {"step", "side"}, {steps.size(), sides}, std::move(along), "1",
      "how far along each side the cell is to which the bond leads");
  return group;
}

}  // namespace

Group GraphSystem::record() const {
  if (is_plain(lattice_)) return record_of_lattice(lattice_, graph());
  Group group{.name = "model"};
  const std::size_t bonds = graph().bond_count();
  std::vector<std::int64_t> i(bonds), j(bonds);
  std::vector<double> J(bonds);
  for (std::size_t b = 0; b < bonds; ++b) {
    i[b] = graph().bonds()[b].i;
    j[b] = graph().bonds()[b].j;
    J[b] = graph().bonds()[b].J;
  }
  if (bonds > 0) {
    add_index(group, "bond", bonds, "bond");
    add(group, "i", {"bond"}, {bonds}, std::move(i), "1", "first site of the bond, counted from 0");
    add(group, "j", {"bond"}, {bonds}, std::move(j), "1", "second site of the bond, counted from 0");
    add(group, "J", {"bond"}, {bonds}, std::move(J), "J", "coupling");
  }
  add_index(group, "site", graph().sites(), "site");
  add(group, "h", {"site"}, {graph().sites()}, std::vector<double>(graph().fields().begin(), graph().fields().end()),
      "J", "field");
  return group;
}

void GraphSystem::check_range(std::span<const double> beta) const {
  double largest = 0;  // energy
  if (is_plain(lattice_)) {
    largest = static_cast<double>(graph().bond_count()) * *graph().common_strength() +
              static_cast<double>(graph().sites()) * std::abs(*graph().common_field());
  } else {
    for (const Bond& bond : graph().bonds()) largest += std::abs(bond.J);
    for (const double h : graph().fields()) largest += std::abs(h);
  }
  constexpr double most = 1e150, least = 1e-150;  // so that squares are numbers too
  if (largest > most || largest * beta.back() > most || (largest > 0 && largest < least))
    throw RequestError(fmt::format(
        "energies up to {:.3g} (beta up to {:.3g}) are beyond what numbers can hold; scale couplings, fields and beta",
        largest, beta.back()));
}

void GraphSystem::check(const Study& study) const {
  check_range(study.method.beta);
  const SamplerEntry& sampler = study.sampler.entry();
  if (sampler.by_gradient || (sampler.by_flips && unit_states().values.size() != 2)) refuse_sampler(study);
  if (sampler.by_flips) return;
  std::optional<std::string> why;
  if (!sampler.by_clusters) {
    const ScanOrder order = scan_of(study);
    if (order == ScanOrder::checkerboard && !graph().bipartite())
      why =
          "a checkerboard needs a bipartite graph, and this one has a cycle of odd length; use scan = \"sequential\" "
          "or \"random\"";
  } else if (graph().bond_count() == 0) {
    why = "there are no bonds, so there are no clusters; use the heat bath";
  }
  if (why) throw RequestError(fmt::format("{} cannot move this system ({}): {}", sampler.name, description(), *why));
}

}  // namespace gibbsite

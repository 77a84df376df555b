#include "studies/systems/ising_clamp.hpp"

#include <limits>

namespace gibbsite {

Clamping clamp_spins(GraphOfStudy& built, const std::string& words) {
  const Graph& whole = built.graph;
  Clamping clamping = read_clamping(
      words, whole.sites(), [](double s) { return s == -1 || s == 1; }, "-1 and 1");
  if (!clamping.any()) return clamping;
  constexpr std::uint32_t held = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> place(whole.sites(), held);
  std::vector<double> spin(whole.sites(), 0.0), fields;
  for (const auto& [site, value] : clamping.clamped) {
    spin[site] = value;
    clamping.energy -= whole.fields()[site] * value;
  }
  for (const std::size_t site : clamping.free) {
    place[site] = static_cast<std::uint32_t>(fields.size());
    fields.push_back(whole.fields()[site]);
  }
  std::vector<Bond> bonds;
  for (const Bond& bond : whole.bonds()) {
    const bool i_held = place[bond.i] == held, j_held = place[bond.j] == held;
    if (i_held && j_held)
      clamping.energy -= bond.J * spin[bond.i] * spin[bond.j];
    else if (i_held)
      fields[place[bond.j]] += bond.J * spin[bond.i];
    else if (j_held)
      fields[place[bond.i]] += bond.J * spin[bond.j];
    else
      bonds.push_back({place[bond.i], place[bond.j], bond.J});
  }
  Lattice lattice;
  lattice.geometry = Geometry::graph;
  lattice.size = {fields.size()};
  built.graph = Graph(std::move(bonds), std::move(fields));
  built.lattice = std::move(lattice);
  return clamping;
}

}  // namespace gibbsite

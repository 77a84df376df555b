#include "studies/learning/couplings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "physics/couplings_file.hpp"
#include "studies/data/arrays.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// From a couplings file, or the bonds that a result keeps of its model.
Graph read_bonds(const std::string& file, const char* key, int index_base) {
  try {
    if (!is_hdf5(file)) return read_couplings(file, index_base);
    const std::vector<std::string> names = names_in(file);
    const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    if (!has("model/i") || !has("model/j") || !has("model/J"))
      throw RequestError(fmt::format(
          "{}: it lists no bonds (model/i, model/j, model/J), which {} asks for; results keep them of lattices with "
          "disorder and of couplings files; say model.graph = \"lattice\" of others",
          file, key));
    const auto i = read_array(file, "model/i").values, j = read_array(file, "model/j").values,
               J = read_array(file, "model/J").values;
    std::vector<double> h = has("model/h") ? read_array(file, "model/h").values : std::vector<double>{};
    if (i.size() != j.size() || i.size() != J.size() || h.empty())
      throw RequestError(
          fmt::format("{}: model/i, model/j and model/J are not as long as each other, or there is no "
                      "model/h; it is no result of this program",
                      file));
    std::vector<Bond> bonds;
    for (std::size_t b = 0; b < i.size(); ++b) {
      constexpr double most = 4e9;
      if (!(i[b] >= 0 && i[b] < most && j[b] >= 0 && j[b] < most))
        throw RequestError(fmt::format("{}: bond {} joins {} and {}, which are no sites", file, b, i[b], j[b]));
      bonds.push_back({static_cast<std::uint32_t>(i[b]), static_cast<std::uint32_t>(j[b]), J[b]});
    }
    return Graph(std::move(bonds), std::move(h));
  } catch (const std::invalid_argument& error) {
    throw RequestError(std::string(error.what()));
  }
}

int index_base(const Study& study) { return static_cast<int>(study.keys<LatticeKeys>().index_base); }

}  // namespace

std::optional<std::vector<UnitBond>> bonds_of_study(const Study& study, std::size_t units) {
  const std::string& words = study.keys<MachineKeys>().graph;
  if (words == "complete") return std::nullopt;
  if (words == "lattice") check_lattice(study);
  const Graph graph =
      words == "lattice" ? build_graph(study).graph : read_bonds(words, "model.graph", index_base(study));
  if (graph.sites() != units)
    throw RequestError(
        fmt::format("model.graph has {} sites, but the data have {} units a sample; take the graph the "
                    "data are of",
                    graph.sites(), units));
  std::vector<UnitBond> bonds;
  for (const Bond& bond : graph.bonds()) bonds.push_back({bond.i, bond.j});
  return bonds;
}

std::vector<double> true_couplings(const Study& study, const ParametricMachine& machine) {
  const std::string& file = study.keys<TrainingKeys>().truth;
  if (file.empty()) return {};
  if (machine.bonds().empty() || machine.visible().kind != UnitKind::spin)
    throw RequestError(
        "training.truth compares couplings of spins; say model.name = \"boltzmann\" and model.units = \"spin\"");
  const Graph graph = read_bonds(file, "training.truth", index_base(study));
  if (graph.sites() != machine.visible().units)
    throw RequestError(fmt::format("training.truth = {} has {} sites, but the model has {} units", file, graph.sites(),
                                   machine.visible().units));
  std::vector<double> truth(machine.bonds().size(), 0);
  for (const Bond& bond : graph.bonds()) {
    const UnitBond wanted{std::min(bond.i, bond.j), std::max(bond.i, bond.j)};
    const auto found = std::lower_bound(machine.bonds().begin(), machine.bonds().end(), wanted);
    if (found == machine.bonds().end() || *found != wanted)
      throw RequestError(fmt::format(
          "training.truth = {} bonds sites {} and {}, which model.graph does not; take the same graph, or \"complete\"",
          file, bond.i, bond.j));
    truth[static_cast<std::size_t>(found - machine.bonds().begin())] += bond.J;
  }
  return truth;
}

double coupling_error(const ParametricMachine& machine, std::span<const double> theta, std::span<const double> truth,
                      double beta) {
  const ParameterBlock* block = machine.block("lateral_weights");
  double sum = 0;
  for (std::size_t k = 0; k < truth.size(); ++k)
    sum += std::pow(theta[block->offset + k] / beta - truth[k], 2) / static_cast<double>(truth.size());
  return std::sqrt(sum);
}

}  // namespace gibbsite

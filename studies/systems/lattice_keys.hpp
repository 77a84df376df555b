/// The keys of models on a lattice, or on any graph from a file; and those that they share with random networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "physics/lattice.hpp"
#include "samplers/kernels/locally_balanced.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/systems/system_size.hpp"

namespace gibbsite {

/// How strong bonds are.
struct InteractionKeys {
  double coupling = 1;
  std::uint64_t disorder_seed = 1;
  double field = 0;
};

struct LatticeKeys {
  std::string lattice = "square";
  std::vector<std::int64_t> size = {32};  ///< one number: all sides
  std::int64_t dimension = 4;             ///< sides of a hypercubic lattice whose size is one number
  std::string boundary = "periodic";
  std::string disorder = "none";
  std::string couplings;  ///< file with an arbitrary graph, instead of a lattice; resolved path
  std::int64_t index_base = 1;
};

/// All of them, and the order of visits of single-spin moves. coupling_of_graphs: whether model.coupling scales the
/// couplings of a file.
void add_lattice_keys(KeyTable& table);
/// coupling, disorder_seed and field, where a study has them; those of lattices and of networks are the same keys.
void add_interaction_keys(KeyTable& table, const Condition& coupling, const Condition& seed, const Condition& field);

/// sampler.balance, of what locally balanced flips can move; and what it says.
void add_balance_key(KeyTable& table);
Balance balance_of(const Study& study);

/// Refuses sides that do not fit the lattice, and too many sites. Throws RequestError.
void check_lattice(const Study& study);
/// Sites and memory of it before it is built; nothing of a graph from a file.
SystemSize size_of_lattice(const Study& study);

/// The lattice as physics has it; Geometry::graph where model.couplings names a file.
Lattice lattice_of(const Study& study);
/// "square 8 x 8, periodic, J = 1, h = 0.1", of a graph of the file "graph of 12 sites and 20 bonds".
std::string describe_lattice(const Study& study, const Graph& graph);
/// Lattice or graph, with what may not be meant as it was read in the file.
struct GraphOfStudy {
  Lattice lattice;  ///< size: sites of a graph
  Graph graph;
  std::vector<std::string> doubts = {};
};
/// Throws RequestError for a lattice or file that cannot be.
GraphOfStudy build_graph(const Study& study);

}  // namespace gibbsite

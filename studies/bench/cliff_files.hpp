/// Systems that reach the program as a couplings file.
#pragma once

#include <filesystem>
#include <string>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"

namespace gibbsite {

/// A folder of files under the one for temporary files, gone with it.
class CouplingsFolder {
 public:
  CouplingsFolder();
  ~CouplingsFolder();
  CouplingsFolder(const CouplingsFolder&) = delete;
  CouplingsFolder& operator=(const CouplingsFolder&) = delete;

  /// The file of a graph, written; NAME.txt.
  std::string write(const std::string& name, const Graph& graph) const;

 private:
  std::filesystem::path folder_;
};

enum class Fields { none, signs, normal };  ///< +1 or -1; of variance 1
/// Couplings of a lattice that its keys cannot ask for. as_they_are: J = 1; along: J = 1 along the first side, 1/2
/// along the others; one_or_two: +-1 or +-2.
enum class Strengths { as_they_are, along, one_or_two };

/// A plain lattice with J = 1, its bonds in a random order, with other couplings and fields.
Graph changed_lattice(const Lattice& lattice, Strengths strengths, Fields fields);
/// N sites with four neighbours each: two rings through all sites in random orders, with Gaussian couplings.
Graph two_random_rings(std::size_t sites);

}  // namespace gibbsite

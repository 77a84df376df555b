/// Ising systems from text files, one coupling a line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite {

/// Reads lines `i j J`: a bond, or with i = j the field h_i; or, where no line has a J, `i j` with J = 1. Pairs may be
/// repeated: their couplings (or fields) add up.
/// `#` starts a comment; blank lines and a byte order mark are skipped. An optional first line `n m` (as in the G-set)
/// gives the numbers of sites and of bonds (of a file without weights: where they count what follows, or are no sites
/// that others name too); without it the highest index tells the number of sites. Indices count from `index_base`, 0
/// or 1. Throws std::invalid_argument "FILE:LINE: what is wrong; what to do": a file missing, empty or without a site,
/// an index out of range, a line cut short or too long, a number that is not one or not finite, another number of bonds
/// than m.
Graph read_couplings(const std::filesystem::path& file, int index_base = 1);

/// The same, and what in the file may not be meant as it was read, in a sentence each: pairs listed both ways, a first
/// line that may be `n n m`, a site 0 that nothing names.
struct CouplingsFile {
  Graph graph;
  std::vector<std::string> doubts;
};
CouplingsFile read_couplings_file(const std::filesystem::path& file, int index_base = 1);

}  // namespace gibbsite

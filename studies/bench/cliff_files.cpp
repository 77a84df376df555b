#include "studies/bench/cliff_files.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace gibbsite {

CouplingsFolder::CouplingsFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "gibbsite-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a folder for temporary files (" + name + "); set TMPDIR to a place for it");
  folder_ = name;
}

CouplingsFolder::~CouplingsFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string CouplingsFolder::write(const std::string& name, const Graph& graph) const {
  const std::filesystem::path path = folder_ / (name + ".txt");
  std::ofstream out(path);
  for (const Bond& b : graph.bonds()) out << fmt::format("{} {} {}\n", b.i + 1, b.j + 1, b.J);
  for (std::size_t i = 0; i < graph.sites(); ++i)
    if (graph.fields()[i] != 0) out << fmt::format("{} {} {}\n", i + 1, i + 1, graph.fields()[i]);
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

Graph changed_lattice(const Lattice& lattice, Strengths strengths, Fields fields) {
  const Graph plain = build(lattice);
  std::mt19937 random(1);
  std::vector<Bond> bonds(plain.bonds().begin(), plain.bonds().end());
  for (Bond& b : bonds) {
    const std::uint32_t apart = b.j > b.i ? b.j - b.i : b.i - b.j;
    const bool first_side = apart == 1 || apart + 1 == lattice.size[0];
    if (strengths == Strengths::along && !first_side) b.J = 0.5;
    if (strengths == Strengths::one_or_two) b.J = (random() % 2 == 0 ? 1 : 2) * (random() % 2 == 0 ? 1 : -1);
  }
  std::shuffle(bonds.begin(), bonds.end(), random);
  std::vector<double> h(plain.sites(), 0.0);
  std::normal_distribution<double> normal;
  for (double& field : h) {
    if (fields == Fields::signs) field = random() % 2 == 0 ? 1 : -1;
    if (fields == Fields::normal) field = normal(random);
  }
  return {std::move(bonds), std::move(h)};
}

Graph two_random_rings(std::size_t sites) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::vector<std::uint32_t> ring(sites);
  std::iota(ring.begin(), ring.end(), 0U);
  std::vector<Bond> bonds;
  for (int k = 0; k < 2; ++k) {
    std::shuffle(ring.begin(), ring.end(), random);
    for (std::size_t i = 0; i < sites; ++i) bonds.push_back({ring[i], ring[(i + 1) % sites], normal(random)});
  }
  return {std::move(bonds), std::vector<double>(sites, 0.0)};
}

}  // namespace gibbsite

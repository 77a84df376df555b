/// Exact energies of open planar lattices without a field: M. Kac & J. C. Ward, Phys. Rev. 88, 1332 (1952); proof for
/// any planar graph and any couplings: D. Cimasoni, Commun. Math. Phys. 299, 447 (2010):
///   Z = 2^N prod_<ij> cosh(beta J_ij) det(1 - T)^(1/2),
///   T(e, e') = tanh(beta J_e) exp(i a / 2) where the directed bond e' begins where e ends and does not go back;
/// a in (-pi, pi): the angle by which one turns from e to e', bonds drawn as straight lines that do not cross.
#pragma once

#include <Eigen/Sparse>
#include <Eigen/SparseLU>
#include <cmath>
#include <complex>
#include <vector>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"

namespace gibbsite {

/// Where a site of a square, triangular or honeycomb lattice is drawn.
inline std::complex<double> position(const Lattice& lattice, std::size_t site) {
  const bool pairs = lattice.geometry == Geometry::honeycomb;
  const std::size_t cell = pairs ? site / 2 : site, side = lattice.size[0];
  const std::complex<double> at(static_cast<double>(cell % side), static_cast<double>(cell / side));
  return pairs && site % 2 != 0 ? at + std::complex(1.0 / 3, 1.0 / 3) : at;
}

/// ln Z but for a constant. Cost: an LU decomposition of a sparse matrix with two rows for each bond.
inline double kac_ward_log_z(const Lattice& lattice, const Graph& graph, double beta) {
  using Sparse = Eigen::SparseMatrix<std::complex<double>>;
  struct Way {
    std::uint32_t from, to;
    double t;
  };
  std::vector<Way> ways;  // w and w ^ 1 are the two ways of a bond
  std::vector<std::vector<std::size_t>> leaving(graph.sites());
  double log_z = 0;
  for (const Bond& bond : graph.bonds())
    for (const auto& [from, to] : {std::pair(bond.i, bond.j), std::pair(bond.j, bond.i)}) {
      leaving[from].push_back(ways.size());
      ways.push_back({from, to, std::tanh(beta * bond.J)});
      log_z += std::log(std::cosh(beta * bond.J)) / 2;
    }
  std::vector<Eigen::Triplet<std::complex<double>>> entries;
  const auto direction = [&](const Way& way) { return position(lattice, way.to) - position(lattice, way.from); };
  for (std::size_t w = 0; w < ways.size(); ++w) {
    entries.emplace_back(static_cast<int>(w), static_cast<int>(w), 1.0);
    for (const std::size_t next : leaving[ways[w].to]) {
      if (next == (w ^ 1U)) continue;
      const double angle = std::arg(direction(ways[next]) / direction(ways[w]));
      entries.emplace_back(static_cast<int>(w), static_cast<int>(next), -ways[w].t * std::polar(1.0, angle / 2));
    }
  }
  Sparse matrix(static_cast<Eigen::Index>(ways.size()), static_cast<Eigen::Index>(ways.size()));
  matrix.setFromTriplets(entries.begin(), entries.end());
  const Eigen::SparseLU<Sparse> lu(matrix);
  return log_z + lu.logAbsDeterminant().real() / 2;
}

/// <E> / N; right to about 1e-8.
inline double kac_ward_energy(const Lattice& lattice, const Graph& graph, double beta) {
  constexpr double step = 1e-4;
  const double rise = kac_ward_log_z(lattice, graph, beta + step) - kac_ward_log_z(lattice, graph, beta - step);
  return -rise / (2 * step) / static_cast<double>(graph.sites());
}

}  // namespace gibbsite

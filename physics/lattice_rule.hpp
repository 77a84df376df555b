/// The bonds of a lattice without disorder, by arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"
#include "physics/lattice_rows.hpp"

namespace gibbsite {

class LatticeRule final : public BondRule {
 public:
  /// Of a lattice that build() takes; `coupling`: of every bond.
  LatticeRule(Lattice lattice, double coupling);

  std::size_t sites() const noexcept override { return cells_ * cell_; }
  std::size_t bonds() const noexcept override { return bonds_; }
  double coupling() const noexcept override { return coupling_; }
  double field() const noexcept override { return lattice_.field; }
  std::size_t max_degree() const noexcept override { return max_degree_; }
  bool any_alone() const noexcept override { return bonds_ == 0; }  // lattices are connected
  bool bipartite() const noexcept override { return bipartite_; }
  std::uint8_t colour(std::size_t site) const noexcept override;
  const LatticeRows* rows() const noexcept override { return rows_ ? &*rows_ : nullptr; }
  void visit(const std::function<void(std::span<const Bond>)>& some) const override;

 private:
  bool complete() const noexcept { return lattice_.geometry == Geometry::complete; }
  bool periodic() const noexcept { return lattice_.boundary == Boundary::periodic; }
  void count_bonds();
  std::size_t degree_inside() const;
  bool has_two_colours() const;

  Lattice lattice_;
  double coupling_;
  std::vector<std::vector<int>> steps_;
  std::size_t cell_, cells_ = 1;  // sites of a cell; cells
  std::size_t bonds_ = 0, max_degree_ = 0;
  bool bipartite_ = false;
  std::optional<LatticeRows> rows_;
};

}  // namespace gibbsite

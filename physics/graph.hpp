/// A graph with couplings and fields: all an Ising model needs to know of the world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gibbsite {

/// A bond <ij> with its coupling; counted once in the energy. Parallel bonds between the same two sites are allowed.
struct Bond {
  std::uint32_t i = 0, j = 0;
  double J = 0;
};

/// Sites 0 .. N-1, bonds and fields; immutable. Adjacency in compressed rows.
class Graph {
 public:
  /// N = fields.size() sites. Throws std::invalid_argument for no site, a bond to a site that is not there or to
  /// itself, or a coupling or field that is not finite.
  Graph(std::vector<Bond> bonds, std::vector<double> fields);

  std::size_t sites() const noexcept { return fields_.size(); }
  std::span<const Bond> bonds() const noexcept { return bonds_; }
  std::span<const double> fields() const noexcept { return fields_; }

  /// Row i of the adjacency is entries first()[i] .. first()[i+1] of neighbour() and coupling(); parallel bonds twice.
  std::span<const std::uint32_t> first() const noexcept { return first_; }
  std::span<const std::uint32_t> neighbour() const noexcept { return neighbour_; }
  std::span<const double> coupling() const noexcept { return coupling_; }
  std::size_t degree(std::size_t i) const noexcept { return first_[i + 1] - first_[i]; }
  std::size_t max_degree() const noexcept;

  /// |J| where all bonds share it (0 with no bonds), nothing otherwise.
  std::optional<double> common_strength() const noexcept { return common_strength_; }
  /// h where all sites share it, nothing otherwise.
  std::optional<double> common_field() const noexcept { return common_field_; }
  /// Colour 0 or 1 of each site, no bond within a colour; nothing if the graph is not bipartite.
  std::optional<std::vector<std::uint8_t>> two_colouring() const;
  /// Whether no configuration satisfies all bonds (Toulouse 1977).
  bool frustrated() const;

 private:
  std::vector<Bond> bonds_;
  std::vector<double> fields_;
  std::vector<std::uint32_t> first_, neighbour_;
  std::vector<double> coupling_;
  std::optional<double> common_strength_, common_field_;
};

}  // namespace gibbsite

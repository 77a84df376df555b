/// A graph with couplings and fields: all an Ising model needs to know of the world.
///
/// A graph is given by its bonds, or by a rule. One of a rule answers what the rule knows (sites, bonds, degrees,
/// colours, the coupling and the field that all share) without memory; lists of bonds, fields and neighbours are made
/// when one of them is first asked for, by any thread, and stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "physics/lazy.hpp"

namespace gibbsite {

class LatticeRows;

/// A bond <ij> with its coupling; counted once in the energy. Parallel bonds between the same two sites are allowed.
struct Bond {
  std::uint32_t i = 0, j = 0;
  double J = 0;
};

/// Bonds that follow from a rule and share one coupling, on sites that share one field. Immutable.
class BondRule {
 public:
  virtual ~BondRule() = default;
  virtual std::size_t sites() const noexcept = 0;
  virtual std::size_t bonds() const noexcept = 0;
  virtual double coupling() const noexcept = 0;
  virtual double field() const noexcept = 0;
  virtual std::size_t max_degree() const noexcept = 0;
  virtual bool any_alone() const noexcept = 0;  ///< whether some site has no bond
  virtual bool bipartite() const noexcept = 0;
  /// 0 or 1, of a bipartite graph; connected sites with the first of them at 0.
  virtual std::uint8_t colour(std::size_t site) const noexcept = 0;
  /// Rows of the adjacency by arithmetic; null where they have to be listed.
  virtual const LatticeRows* rows() const noexcept { return nullptr; }
  /// All bonds in their order, some at a time.
  virtual void visit(const std::function<void(std::span<const Bond>)>& some) const = 0;
};

/// Sites 0 .. N-1, bonds and fields; immutable. Adjacency in compressed rows. Copies share their lists.
class Graph {
 public:
  /// N = fields.size() sites. Throws std::invalid_argument for no site, a bond to a site that is not there or to
  /// itself, or a coupling or field that is not finite.
  Graph(std::vector<Bond> bonds, std::vector<double> fields);
  /// Throws std::invalid_argument for no site, too many, or a coupling or field that is not finite.
  explicit Graph(std::shared_ptr<const BondRule> rule);

  std::size_t sites() const noexcept { return sites_; }
  std::size_t bond_count() const noexcept { return bond_count_; }
  /// Whether lists of bonds, fields and neighbours stand in memory.
  bool built() const noexcept { return lists_.made(); }
  std::span<const Bond> bonds() const { return lists().bonds; }
  std::span<const double> fields() const { return lists().fields; }
  /// All bonds in their order, some at a time; those of a rule without listing them.
  void visit_bonds(const std::function<void(std::span<const Bond>)>& some) const;

  /// Row i of the adjacency is entries first()[i] .. first()[i+1] of neighbour() and coupling(); parallel bonds twice.
  std::span<const std::uint32_t> first() const { return lists().first; }
  std::span<const std::uint32_t> neighbour() const { return lists().neighbour; }
  std::span<const double> coupling() const { return lists().coupling; }
  std::size_t degree(std::size_t i) const { return first()[i + 1] - first()[i]; }
  /// The same rows by arithmetic (physics/lattice_rows.hpp), which takes no memory; null where there is no such rule.
  const LatticeRows* rows() const noexcept { return rule_ ? rule_->rows() : nullptr; }
  std::size_t max_degree() const noexcept { return max_degree_; }
  /// Whether some site has no bond.
  bool any_alone() const noexcept { return any_alone_; }

  /// J, and |J|, where all bonds share it (0 with no bonds), nothing otherwise.
  std::optional<double> common_coupling() const noexcept { return common_coupling_; }
  std::optional<double> common_strength() const noexcept { return common_strength_; }
  /// h where all sites share it, nothing otherwise.
  std::optional<double> common_field() const noexcept { return common_field_; }
  /// Whether sites have two colours so that no bond is within a colour.
  bool bipartite() const { return rule_ ? rule_->bipartite() : two_colouring().has_value(); }
  /// Colour 0 or 1 of each site; nothing if the graph is not bipartite. Made when first asked for.
  const std::optional<std::vector<std::uint8_t>>& two_colouring() const;
  /// Whether no configuration satisfies all bonds (Toulouse 1977).
  bool frustrated() const;

 private:
  struct Lists {
    std::vector<Bond> bonds;
    std::vector<double> fields;
    std::vector<std::uint32_t> first, neighbour;
    std::vector<double> coupling;
  };
  static Lists listed(std::vector<Bond> bonds, std::vector<double> fields);
  const Lists& lists() const {
    return lists_.get([this] { return list_rule(); });
  }
  Lists list_rule() const;
  void check_size() const;

  std::shared_ptr<const BondRule> rule_;  // null: the bonds were given
  std::size_t sites_ = 0, bond_count_ = 0, max_degree_ = 0;
  bool any_alone_ = false;
  std::optional<double> common_coupling_, common_strength_, common_field_;
  Lazy<Lists> lists_;
  Lazy<std::optional<std::vector<std::uint8_t>>> colouring_;
};

}  // namespace gibbsite

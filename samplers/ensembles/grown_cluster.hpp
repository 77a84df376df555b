/// One cluster of Wolff's, grown from a random site with coins from a queue of random words. No branch depends on a
/// coin.
///
/// Where all J are the same and positive, a spin turns over when it joins, so that spins tell who belongs. Elsewhere a
/// bond within the cluster may be unsatisfied, and belonging is a mark beside the spin, taken away as the cluster
/// turns. In fields the ghost takes hold of a cluster with probability 1 - exp(-2 beta sum |h_i|) over its spins that
/// are aligned with their fields: how much pull it bears is drawn first, and beyond it the cluster is given up at once.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "physics/chance.hpp"
#include "physics/lattice_rows.hpp"
#include "samplers/ensembles/raster_clusters.hpp"
#include "samplers/ensembles/word_queue.hpp"

namespace gibbsite {

/// Neighbours as the graph lists them, all J the same and positive.
class ListedRows {
 public:
  static constexpr bool ferromagnet = true;
  explicit ListedRows(const Graph& graph) : first_(graph.first().data()), neighbour_(graph.neighbour().data()) {}
  struct Row {
    const std::uint32_t* neighbour;
    std::uint32_t count;
    std::uint32_t operator[](std::uint32_t e) const noexcept { return neighbour[e]; }
  };
  Row row(std::uint32_t i) const noexcept { return {neighbour_ + first_[i], first_[i + 1] - first_[i]}; }
  void prefetch(std::uint32_t i) const noexcept { __builtin_prefetch(neighbour_ + first_[i]); }

 private:
  const std::uint32_t* first_;
  const std::uint32_t* neighbour_;
};

/// The same by arithmetic; kinds: of all sites.
class RuledRows {
 public:
  static constexpr bool ferromagnet = true;
  RuledRows(const LatticeRows& rows, const std::vector<std::uint8_t>& kinds) : rows_(rows), kinds_(kinds.data()) {}
  struct Row {
    const std::int32_t* away;
    std::uint32_t count, site;
    std::uint32_t operator[](std::uint32_t e) const noexcept { return site + static_cast<std::uint32_t>(away[e]); }
  };
  Row row(std::uint32_t i) const noexcept {
    const LatticeRows::Row& row = rows_.of_kind(kinds_[i]);
    return {row.away.data(), row.count, i};
  }
  void prefetch(std::uint32_t i) const noexcept { __builtin_prefetch(kinds_ + i); }

 private:
  const LatticeRows& rows_;
  const std::uint8_t* kinds_;
};

/// Bonds of any sign and strength, twice each as in Graph: what does not depend on beta.
struct SignedBonds {
  SignedBonds() = default;
  /// grid: strengths are its multiples (samplers/simd/couplings/dyadic_graph.hpp); 0 where they are all the same.
  SignedBonds(const Graph& graph, double grid);
  double strength(std::size_t e) const noexcept { return unit * (whole.empty() ? 1 : whole[e]); }
  /// Upper halves of the thresholds of satisfied bonds being active, where strengths differ: [e].
  std::vector<std::uint32_t> thresholds(double beta) const;

  double unit = 0;  ///< |J|, or the grid
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> neighbour;  ///< [e]; the highest bit is set where J < 0
  std::vector<std::uint32_t> whole;      ///< [e] |J| / grid, where they differ
};

/// Neighbours along bonds of any sign, and of any strength where `high` says the upper half of each one's threshold.
class SignedRows {
 public:
  static constexpr bool ferromagnet = false;
  SignedRows(const SignedBonds& bonds, const std::uint32_t* high) : bonds_(bonds), high_(high) {}
  struct Row {
    const std::uint32_t* neighbour;
    std::uint32_t count, begin;
    std::uint32_t operator[](std::uint32_t e) const noexcept { return neighbour[e] & ~(std::uint32_t{1} << 31); }
    std::uint8_t negative(std::uint32_t e) const noexcept { return static_cast<std::uint8_t>(neighbour[e] >> 31); }
  };
  Row row(std::uint32_t i) const noexcept {
    const std::uint32_t begin = bonds_.first[i];
    return {bonds_.neighbour.data() + begin, bonds_.first[i + 1] - begin, begin};
  }
  void prefetch(std::uint32_t i) const noexcept { __builtin_prefetch(bonds_.neighbour.data() + bonds_.first[i]); }
  /// null where all are alike.
  const std::uint32_t* high() const noexcept { return high_; }
  double strength(std::size_t e) const noexcept { return bonds_.strength(e); }

 private:
  const SignedBonds& bonds_;
  const std::uint32_t* high_;
};

/// Grows one cluster and turns it over, unless the ghost holds it; how many spins turned. threshold: of a satisfied
/// bond being active, where they are alike. cluster: scratch.
template <class Rows>
std::size_t grow_cluster(const Rows& rows, std::span<std::uint8_t> spins, std::size_t sites, const SiteFields& fields,
                         WordQueue& words, std::uint64_t threshold, double beta, std::vector<std::uint32_t>& cluster) {
  constexpr std::uint8_t mark = 2;
  constexpr std::size_t ahead = 12;  // sites whose neighbours are fetched before their turn
  const auto high = static_cast<std::uint32_t>(threshold >> 32), low = static_cast<std::uint32_t>(threshold);
  cluster.resize(sites + ahead);  // more, because a candidate is written before it is known to belong
  std::uint32_t* const list = cluster.data();
  std::uint8_t* const s = spins.data();
  list[0] = static_cast<std::uint32_t>(words.pick(sites));
  const std::uint8_t before = s[list[0]];
  s[list[0]] ^= Rows::ferromagnet ? 1 : mark;
  std::size_t size = 1;
  // The ghost holds the cluster once its pull is more than this: P(pull <= held_by) = exp(-2 beta pull).
  const bool in_field = fields.any();
  const double held_by = !in_field ? 0 : -std::log(words.uniform()) / (2 * beta);
  double pull = 0;
  for (std::size_t at = 0; at < size; ++at) {
    const std::uint32_t i = list[at];
    const auto own = Rows::ferromagnet ? before : static_cast<std::uint8_t>(s[i] & 1U);
    if (in_field) {
      const double h = fields[i];
      if ((own != 0) == (h > 0)) pull += std::abs(h);
      if (pull > held_by) {
        for (std::size_t k = 0; k < size; ++k) s[list[k]] ^= Rows::ferromagnet ? 1 : mark;
        return 0;
      }
    }
    const auto row = rows.row(i);
    rows.prefetch(list[at + ahead - 1]);
    const std::uint32_t* word = words.take(row.count);
    for (std::uint32_t e = 0; e < row.count; ++e, ++word) {
      const std::uint32_t j = row[e];
      std::uint8_t coin, wanted = own;
      if constexpr (Rows::ferromagnet) {
        coin = *word < high;
        if (*word == high) [[unlikely]]
          coin = words.second() < low;
      } else {
        const std::uint32_t level = rows.high() != nullptr ? rows.high()[row.begin + e] : high;
        coin = *word < level;
        if (*word == level) [[unlikely]]
          coin = words.second() <
                 static_cast<std::uint32_t>(Coin(-std::expm1(-2 * beta * rows.strength(row.begin + e))).threshold);
        wanted ^= row.negative(e);
      }
      const auto joins = static_cast<std::uint8_t>(coin & static_cast<std::uint8_t>(s[j] == wanted));  // unmarked
      list[size] = j;
      s[j] ^= static_cast<std::uint8_t>(Rows::ferromagnet ? joins : joins * mark);
      size += joins;
    }
  }
  if constexpr (!Rows::ferromagnet)
    for (std::size_t k = 0; k < size; ++k) s[list[k]] ^= mark | 1U;
  return size;
}

}  // namespace gibbsite

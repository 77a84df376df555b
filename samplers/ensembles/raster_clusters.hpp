/// Fortuin-Kasteleyn clusters of a graph, site by site in the order of their numbers.
///
/// Most bonds of a lattice join i and i - d for a few distances d (1 and L on the square lattice). Such bonds are
/// *diagonals*: which sites have one, which of them are antiferromagnetic, which are satisfied and which are active are
/// words of 64 bits. All other bonds (around the boundary) are *others*, one by one; any graph is allowed.
///
/// Where |J| differ from bond to bond, so do the thresholds of their coins: a list for each beta (BondCoins). Couplings
/// are then those of a dyadic grid (samplers/simd/couplings/dyadic_graph.hpp), so that sums are exact in any order.
///
/// Active bonds are joined by Rem's union-find (Dijkstra, A Discipline of Programming (1976), ch. 23; Patwary, Blair &
/// Manne, SEA 2010) with parent(i) <= i, so the root of a cluster is its first site, whatever the order of joining:
/// coins of bonds and of roots are pure functions of their numbers, and stripes of the lattice can be joined by
/// threads.
///
/// Fields are bonds with a ghost spin that stays +1 (samplers/kernels/cluster.hpp), of which a cluster needs to know
/// only whether it has any: it has none, and may turn over, with probability exp(-2 beta pull), pull = sum of |h_i|
/// over its spins that are aligned with their fields.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/simd/random/coins.hpp"

namespace gibbsite {

class BondRaster {
 public:
  explicit BondRaster(const Graph& graph);

  struct Diagonal {
    std::size_t distance = 0;
    std::vector<std::uint64_t> has, negative;  ///< [word], bit of site i: the bond of i and i - distance
    std::vector<std::uint32_t> strength = {};  ///< [site]: |J|, if they differ, in units of the grid; whole words
    std::int64_t all_strengths = 0;            ///< their sum
  };
  std::size_t sites() const noexcept { return sites_; }
  std::size_t words() const noexcept { return (sites_ + 63) / 64; }
  /// In ascending order of distance.
  std::span<const Diagonal> diagonals() const noexcept { return diagonals_; }
  std::span<const Bond> others() const noexcept { return others_; }

  /// Bits of satisfied bonds of 64 sites; packed: spins after front() words of zeros.
  std::uint64_t satisfied(const Diagonal& diagonal, const std::uint64_t* packed, std::size_t word) const noexcept {
    const std::uint64_t* at = packed + front() + word - diagonal.distance / 64;
    const std::size_t shift = diagonal.distance % 64;
    const std::uint64_t there = shift == 0 ? at[0] : at[0] << shift | at[-1] >> (64 - shift);
    return ~(packed[front() + word] ^ there ^ diagonal.negative[word]) & diagonal.has[word];
  }
  std::size_t front() const noexcept { return front_; }
  /// Spins 0 and 1, one a byte, as packed words; both filled up to whole words.
  void pack(std::span<const std::uint8_t> spins, std::vector<std::uint64_t>& packed) const;
  /// Satisfied bonds less the others; where |J| differ, |J| in units of the grid.
  std::int64_t satisfaction(const std::vector<std::uint64_t>& packed, const simd::CoinKernels& kernels) const noexcept;
  /// 0 where all |J| are the same.
  double grid() const noexcept { return grid_; }
  /// |J| of one of others().
  double strength_of(const Bond& bond) const noexcept;

 private:
  std::size_t sites_, front_ = 2;
  double grid_ = 0;
  std::vector<Diagonal> diagonals_;
  std::vector<Bond> others_;
};

/// Thresholds of satisfied bonds being active, 1 - exp(-2 beta |J|), of bonds of different |J| at one beta.
struct BondCoins {
  BondCoins(const BondRaster& raster, double at_beta);
  static std::size_t bytes(const BondRaster& raster) noexcept {
    return 64 * raster.words() * raster.diagonals().size() * sizeof(std::uint32_t);
  }

  double beta;
  std::vector<std::vector<std::uint32_t>> high;  ///< [diagonal][site]: the upper halves
  std::vector<std::uint64_t> others;             ///< of other bonds
};

/// Fields of sites, without a list where they are all alike.
class SiteFields {
 public:
  SiteFields() = default;
  /// The graph must outlive it.
  explicit SiteFields(const Graph& graph) {
    if (const auto h = graph.common_field())
      common_ = *h;
    else
      each_ = graph.fields().data();
  }
  bool any() const noexcept { return each_ != nullptr || common_ != 0; }
  double operator[](std::size_t i) const noexcept { return each_ != nullptr ? each_[i] : common_; }

 private:
  const double* each_ = nullptr;
  double common_ = 0;
};

/// The clusters of one replica. Memory is kept from sweep to sweep, and carries nothing from one to the next.
class RasterClusters {
 public:
  struct Draws {
    const simd::CoinKernels* kernels = nullptr;
    const simd::Cipher* cipher = nullptr;
    std::uint64_t threshold = 0;  ///< of a satisfied bond being active
    double beta = 0;
    SiteFields fields = {};
    const BondCoins* each = nullptr;  ///< instead of `threshold`, where |J| differ
  };
  /// Swendsen-Wang: turns every cluster that the ghost does not hold over with probability 1/2; how many spins turned.
  std::size_t sweep(const BondRaster& raster, std::span<std::uint8_t> spins, const Draws& draws, std::size_t threads);
  /// sum over clusters of the last sweep of size^2 / N, but for those that the ghost held.
  double mean_cluster() const;

 private:
  struct Stripe {
    std::size_t begin = 0, end = 0;  // words
    std::vector<std::pair<std::uint32_t, std::uint32_t>> across = {};
    std::vector<std::uint64_t> active = {}, carry = {};  // scratch
    std::size_t turned = 0;
  };
  void join(const BondRaster& raster, const Draws& draws, Stripe& stripe);
  /// Coins of n words of a diagonal, from word `begin` on.
  static void draw_coins(const BondRaster& raster, const Draws& draws, std::size_t diagonal, std::size_t begin,
                         std::size_t n, std::uint64_t* coins);
  static void draw_each_of_others(const Draws& draws, std::size_t begin, std::size_t n, std::uint64_t* coins);
  void join_others(const BondRaster& raster, const Draws& draws);
  /// Joins the clusters of two sites, root to root.
  void link(std::uint32_t i, std::uint32_t j);
  /// Which clusters the ghost holds: they do not turn.
  void hold(std::span<const std::uint8_t> spins, const Draws& draws);
  template <class Find>
  void turn(std::span<std::uint8_t> spins, Stripe& stripe, Find&& find);

  std::vector<std::uint64_t> packed_, fate_, held_;  // fate, held: bits of roots
  std::vector<double> pull_;                         // [site], of roots
  std::vector<std::uint64_t> runs_;                  // active bonds of distance 1
  std::vector<std::uint32_t> parent_, linked_;
  std::vector<Stripe> stripes_;
  std::size_t sites_ = 0;
};

}  // namespace gibbsite

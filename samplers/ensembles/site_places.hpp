/// The spins of a graph in an order of visits, sixteen to a vector, as samplers/simd/couplings/site_kernels.hpp has
/// them in memory, with couplings and fields in whole numbers of a dyadic grid
/// (samplers/simd/couplings/dyadic_graph.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "samplers/simd/couplings/site_kernels.hpp"

namespace gibbsite {

/// Places of sites in memory, and the couplings between places. Immutable.
class SitePlaces {
 public:
  /// Sixteen sites in a row to a vector, all pairs of places in memory: fields are kept.
  static SitePlaces dense(const simd::DyadicGraph& graph, const std::vector<std::uint32_t>& visits);
  /// The sites of vectors, which have no bonds among them: fields are made anew.
  static SitePlaces sparse(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors);

  std::size_t sites() const noexcept { return sites_; }
  std::size_t size() const noexcept { return site_.size(); }
  bool is_dense() const noexcept { return rows_.size() > 0; }
  double grid() const noexcept { return grid_; }
  std::int32_t h(std::size_t p) const noexcept { return h_[p]; }
  /// sum_i s_i (f_i + h_i) if all spins were down.
  std::int64_t sum_of_all_down() const;
  /// The factor by which kernels multiply fields: 2 lambda grid / ln 2, cut so that a field's float stays finite.
  float scale(double lambda) const;
  /// f of every place from scratch; up: [place], -1 of a spin that is up, else 0.
  void find_fields(const std::int32_t* up, std::int32_t* fields) const;
  /// visit(place, site) of all sites.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t p = 0; p < site_.size(); ++p)
      if (site_[p] != no_site) visit(p, std::size_t{site_[p]});
  }
  simd::SiteCouplings couplings() const;

 private:
  static constexpr std::uint32_t no_site = 0xFFFFFFFF;

  SitePlaces(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors);
  /// The place of every site.
  std::vector<std::uint32_t> places() const;

  std::size_t sites_;
  double grid_;
  std::vector<std::uint32_t> site_;  // [place], or no_site
  simd::Buffer<std::int32_t> h_, base_, neighbour_, twice_, run_, rows_;
  std::vector<std::uint8_t> count_;
  std::vector<std::uint32_t> first_;
};

}  // namespace gibbsite

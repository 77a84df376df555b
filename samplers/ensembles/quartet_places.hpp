/// The sites of a graph whose couplings are whole multiples of a unit, as samplers/simd/couplings/quartet_kernels.hpp
/// has them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "samplers/kernels/scan.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/couplings/quartet_kernels.hpp"

namespace gibbsite {

/// J = k unit with whole k, and |h| the same everywhere. Spins are kept along the signs of their fields, t_i = +-s_i,
/// so that one field h >= 0, or a common one, acts on all t; k are those of t.
///
///   f_i / unit = sum_j k_ij t_j = -most ... most;  class = step (f_i / unit + most) / 2.
struct WholeCouplings {
  /// Nothing where J or h do not fit, or there are too many classes.
  static std::optional<WholeCouplings> of(const Graph& graph);

  double unit = 1, field = 0;
  std::vector<std::int8_t> sign;  ///< t_i = sign_i s_i; empty where all are 1
  std::vector<int> k;             ///< [adjacency entry]
  int most = 0, step = 1;         ///< step 1 where all f_i / unit are odd or all even, else 2
  std::size_t classes() const noexcept { return static_cast<std::size_t>(step * most) + 1; }
  /// f + h of a class.
  double local_field(std::size_t of_class) const noexcept {
    return unit * (2.0 * static_cast<double>(of_class) / step - most) + field;
  }
};

class QuartetPlaces {
 public:
  QuartetPlaces(const Graph& graph, const WholeCouplings& whole, ScanOrder scan);

  std::size_t size() const noexcept { return site_.size(); }
  std::uint32_t place(std::size_t site) const noexcept { return place_[site]; }
  simd::QuartetCouplings couplings() const noexcept;

 private:
  std::size_t degree_ = 0, classes_;
  std::vector<std::uint32_t> site_, place_, first_;
  std::vector<std::uint8_t> count_;
  simd::Buffer<std::uint32_t> base_, weight_, rows_, turned_;
  simd::Buffer<std::int32_t> neighbour_, run_;
};

}  // namespace gibbsite

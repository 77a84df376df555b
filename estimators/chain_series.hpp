/// Draws of one quantity by several chains: the shape in which every series enters this room.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gibbsite {

/// Chains of equal length, one behind the other: values[chain * draws() + draw]. A view; the numbers live elsewhere.
struct ChainSeries {
  std::span<const double> values;
  std::size_t chains = 1;
  /// Draws over which the source is known to remember, from elsewhere than the series: windows are no shorter. In
  /// tempering a rung sees a replica again after a round trip, and a series shows that only faintly.
  std::size_t memory = 0;

  std::size_t draws() const noexcept { return chains == 0 ? 0 : values.size() / chains; }
  std::span<const double> chain(std::size_t c) const { return values.subspan(c * draws(), draws()); }
};

/// Throws std::invalid_argument, in the name of `who`, where there are no draws, where the chains are not of equal
/// length or where a value is not finite.
void require_valid(const ChainSeries& x, std::string_view who);

/// Mean over all draws of all chains, in the units of x. Summed as deviations from the first draw and then from the
/// mean they give, so that a large offset costs no digits.
double mean(std::span<const double> x);

}  // namespace gibbsite

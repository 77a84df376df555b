/// Weights of N things of which one is chosen with probability w_i / sum w, and some of which change all the time
/// (Wong & Easton, SIAM J. Comput. 9, 111 (1980)). A binary tree of partial sums: every inner number is the sum of the
/// two below it, so that it is a pure function of the weights, whatever they were before, and nothing drifts or
/// cancels. Cost: log2 N coins for a choice, log2 N sums for a change, N sums from scratch.
#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <vector>

#include "physics/chance.hpp"

namespace gibbsite {

class SumTree {
 public:
  /// N things of no weight.
  void resize(std::size_t things) {
    leaves_ = std::bit_ceil(things);
    sum_.assign(2 * leaves_, 0.0);
  }
  double weight(std::size_t i) const noexcept { return sum_[leaves_ + i]; }
  double total() const noexcept { return sum_[1]; }

  /// Gives a thing its weight; sums above it follow with add() or add_all().
  void put(std::size_t i, double weight) noexcept { sum_[leaves_ + i] = weight; }
  void add(std::size_t i) noexcept {
    for (std::size_t node = (leaves_ + i) / 2; node > 0; node /= 2) sum_[node] = sum_[2 * node] + sum_[2 * node + 1];
  }
  void add_all() noexcept {
    for (std::size_t node = leaves_ - 1; node > 0; --node) sum_[node] = sum_[2 * node] + sum_[2 * node + 1];
  }
  /// The sums above these things, whichever way is shorter.
  void add(std::span<const std::size_t> changed) noexcept {
    if (changed.size() * std::bit_width(leaves_) > leaves_) return add_all();
    for (const std::size_t i : changed) add(i);
  }

  /// total() > 0.
  template <DiscreteChance C>
  std::size_t choose(C& chance) const {
    std::size_t node = 1;
    while (node < leaves_) node = 2 * node + (chance.coin(Coin(sum_[2 * node] / sum_[node])) ? 0 : 1);
    return node - leaves_;
  }

 private:
  std::size_t leaves_ = 1;
  std::vector<double> sum_{0.0, 0.0};  // node k: of nodes 2k and 2k + 1; things at leaves_ + i
};

}  // namespace gibbsite

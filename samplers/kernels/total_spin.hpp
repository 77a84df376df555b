/// Heat bath and Metropolis where the sum of the spins says all (physics/complete_ising.hpp): the moves, the order of
/// visits and the random numbers of heat_bath.hpp and metropolis.hpp on the complete graph, with the number of spins
/// that are up kept from visit to visit. Cost: a pass over the spins to count them, and N visits, each a coin from a
/// table of N of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "physics/complete_ising.hpp"
#include "samplers/kernels/kernel.hpp"
#include "samplers/kernels/local_move.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

class TotalSpin {
 public:
  struct Workspace {};
  static constexpr Stride stride = Stride::unused;
  static constexpr const char* layout_name = "sum of spins kept";

  TotalSpin(LocalMove move, Scan scan) : move_(move), scan_(std::move(scan)) {}

  /// Heat bath: that a site is up. Metropolis: that it turns over, where it is down, and behind those where it is up.
  /// By how many others are up.
  std::vector<Coin> prepare(const CompleteIsing& model, double lambda) const {
    std::vector<Coin> coins;
    const auto n = static_cast<std::int64_t>(model.units());
    const auto field = [&](std::int64_t others_up) { return model.local_field(2 * others_up - (n - 1)); };
    if (move_ == LocalMove::heat_bath) {
      for (std::int64_t k = 0; k < n; ++k) coins.emplace_back(1 / (1 + std::exp(-2 * lambda * field(k))));
      return coins;
    }
    for (const int spin : {-1, 1})
      for (std::int64_t k = 0; k < n; ++k)
        coins.emplace_back(field(k) == 0 ? 0.5 : std::exp(std::min(0.0, -2 * lambda * field(k) * spin)));
    return coins;
  }

  /// Tally: visits; units that changed, or moves accepted.
  template <class C>
  void sweep(const CompleteIsing& model, const std::vector<Coin>& coins, std::span<std::int8_t> x, double,
             Direction order, C& chance, Tally& tally, Workspace&) const {
    std::size_t up = 0, changed = 0;
    for (const std::int8_t spin : x) up += spin > 0;
    if (move_ == LocalMove::heat_bath) {
      scan_.sweep(order, chance, [&](std::size_t i) {
        const std::size_t before = x[i] > 0, others = up - before;
        const std::size_t now = chance.coin(coins[others]);
        x[i] = static_cast<std::int8_t>(now == 0 ? -1 : 1);
        up = others + now;
        changed += now != before;
      });
    } else {
      scan_.sweep(order, chance, [&](std::size_t i) {
        const std::size_t before = x[i] > 0, others = up - before;
        const std::size_t turns = chance.coin(coins[before * x.size() + others]), now = before ^ turns;
        x[i] = static_cast<std::int8_t>(now == 0 ? -1 : 1);
        up = others + now;
        changed += turns;
      });
    }
    tally.tried += static_cast<double>(model.units());
    tally.accepted += static_cast<double>(changed);
  }

 private:
  LocalMove move_;
  Scan scan_;
};

static_assert(Kernel<TotalSpin, CompleteIsing>);

}  // namespace gibbsite

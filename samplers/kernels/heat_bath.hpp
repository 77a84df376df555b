/// Heat bath: each visited unit is drawn anew from its distribution given all others (Glauber 1963; Geman & Geman,
/// IEEE Trans. PAMI 6, 721 (1984)). Valid and ergodic for every scan and every finite beta. Cost: N visits.
#pragma once

#include "samplers/kernels/kernel.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

class HeatBath {
 public:
  struct Workspace {};
  static constexpr Stride stride = Stride::unused;

  explicit HeatBath(Scan scan) : scan_(std::move(scan)) {}

  template <Conditionals M>
  auto prepare(const M& model, double lambda) const {
    return model.conditionals(lambda);
  }
  /// Tally: visits, and units that changed.
  template <Conditionals M, class P, class C>
  void sweep(const M& model, const P& conditionals, std::span<typename M::Unit> x, double, Direction order, C& chance,
             Tally& tally, Workspace&) const {
    std::size_t changed = 0;
    scan_.sweep(order, chance, [&](std::size_t i) {
      const auto before = x[i];
      conditionals.resample(x, i, chance);
      changed += x[i] != before;
    });
    tally.tried += static_cast<double>(model.units());
    tally.accepted += static_cast<double>(changed);
  }

 private:
  Scan scan_;
};

}  // namespace gibbsite

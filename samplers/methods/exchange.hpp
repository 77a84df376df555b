/// Replicas of C ladders of B rungs and where they stand: who exchanges with whom, and how far they travel.
///
/// The replicas of rungs b and b + 1, b even or odd with the time, exchange their settings with probability
///   alpha_b = min(1, exp(up_b + down_{b+1})),   up_b = log_weight(x_b, lambda_{b+1}) - log_weight(x_b, lambda_b), down
///   likewise
/// (Okabe et al. 2001; Syed et al. 2022: see tempering.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

/// log_weight(x, lambda of the next rung up or down) - log_weight(x, lambda of its own rung), 0 past the ends, x: the
/// replica in a slot; [slot]. In the order of slots, for those of a ladder are then neighbours in memory.
struct LogRatios {
  std::vector<double> up, down;
  /// lambda: [rung]; replica: which one stands in each slot.
  void renew(const Ensemble& ensemble, std::span<const double> lambda, std::span<const std::size_t> replica);

 private:
  std::vector<double> at_, weight_, own_;  // scratch, [replica] and [slot]
};

class Exchange {
 public:
  Exchange(std::size_t chains, std::size_t rungs);

  /// Which replica stands there, [slot]: rungs of the first ladder, of the second, ...
  std::span<const std::size_t> replica() const noexcept { return replica_; }
  /// One round after a sweep; ratios of the slots as they are filled. Counts acceptance, and who came to an end.
  void exchange(const LogRatios& ratios, Key key, std::uint64_t time);

  /// Since begin_window(): mean acceptance alpha_b, [pair]; round trips, [replica].
  std::vector<double> swap_rate() const;
  std::span<const std::uint64_t> round_trips() const noexcept { return round_trips_; }
  void begin_window();

  void save(Snapshot& snapshot) const;
  /// Throws std::invalid_argument for a snapshot of other ladders.
  void load(const Snapshot& snapshot);

 private:
  void acceptances(const double* up, const double* down);

  std::size_t chains_, rungs_;
  std::vector<std::size_t> replica_;        // [slot]
  std::vector<double> accepted_;            // sums of alpha, [pair]
  double exchanges_ = 0;                    // terms in those sums
  std::vector<std::uint64_t> heading_;      // [replica]: 1 was last at the bottom, 2 at the top, 0 at neither yet
  std::vector<std::uint64_t> round_trips_;  // [replica]

  // Made anew by every round, here only to be the same memory. Of one ladder: [pair] alpha; pairs whose log_alpha < 0.
  std::vector<std::uint32_t> uphill_;
  std::vector<double> alpha_, log_alpha_;
};

}  // namespace gibbsite

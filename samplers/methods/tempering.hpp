/// Replica exchange (parallel tempering) with the non-reversible, deterministic even-odd scheme of Okabe, Kawata,
/// Okamoto & Mikami (Chem. Phys. Lett. 335, 435 (2001)) and Syed, Bouchard-Cote, Deligiannidis & Doucet (J. R. Stat.
/// Soc. B 84, 321 (2022)).
///
/// After every sweep the replicas of rungs b and b + 1, b even or odd with the time, exchange their settings with
/// probability alpha_b (exchange.hpp). The communication barrier is Lambda = sum_b r_b, r_b = <1 - alpha_b> (Syed et
/// al., eq. 18 ff.); where rungs are independent draws, a replica makes round trips at the rate 1 / (2 + 2 sum_b r_b /
/// (1 - r_b)) per sweep and ladder (their eq. 12).
#pragma once

#include "samplers/methods/chains.hpp"

namespace gibbsite {

enum class Ladder { fixed, adaptive };

/// C independent ladders of B rungs. Replicas at lambda = 0 are exact draws of the reference at every sweep. With
/// Ladder::adaptive the interior lambdas move to equal rejection over windows of 16, 32, 64, ... sweeps in the first
/// half of thermalization, and then stay. Fields of the trace besides those of ChainTrace: "replica", which replica of
/// its ladder stands on the rung.
class Tempering final : public ChainMethod {
 public:
  /// As Mcmc. Throws std::invalid_argument for fewer than two rungs.
  Tempering(Ensemble& ensemble, ChainOptions options, Ladder ladder);

  void advance() override;
  Progress progress() const override;
  Snapshot save() const override;
  void load(const Snapshot& snapshot, Trace trace) override;

  /// The ladder in use, [rung].
  std::span<const double> lambda() const override { return lambda_; }
  /// Of the kept sweeps: mean acceptance alpha_b of exchanges, [pair]; round trips, [replica].
  std::vector<double> swap_rate() const { return exchange_.swap_rate(); }
  std::span<const std::uint64_t> round_trips() const noexcept { return exchange_.round_trips(); }
  /// A rung sees a replica again after about half a round trip, from either end, and remembers: three times that, since
  /// these times are spread like exponential ones. Where modes are so far apart that replicas change them at the hot
  /// end alone, a window of one leaves a third of tau out, of three less than a tenth.
  std::size_t memory() const override;

 private:
  void tune(Tuning window);
  void begin_window();

  Ladder ladder_;
  std::vector<double> lambda_;
  Exchange exchange_;
  std::uint64_t window_end_ = 16;

  /// Made anew by every sweep, here only to be the same memory, [replica].
  struct Scratch {
    explicit Scratch(std::size_t replicas) : setting(replicas), tally(replicas) {}
    std::vector<Setting> setting;
    std::vector<Tally> tally;
    LogRatios ratios;
  };
  Scratch at_;
};

/// The ladder of as many rungs with the same ends on which all rejections are equal: rejection[b] was seen between
/// old[b] and old[b + 1]; the cumulative barrier is interpolated linearly and cut into equal parts (Syed et al.,
/// algorithm 2).
std::vector<double> equalised(std::span<const double> old, std::span<const double> rejection);

}  // namespace gibbsite

/// Annealed importance sampling (Neal, Stat. Comput. 11, 125 (2001), eqs. 3-11), forward and in reverse, with or
/// without resampling (population annealing: Hukushima & Iba, AIP Conf. Proc. 690, 200 (2003); a sequential Monte Carlo
/// sampler).
///
/// Forward: x ~ p_0; for t = 1 .. T: ln w += log_weight(x, lambda_t) - log_weight(x, lambda_{t-1}), then sweeps that
/// leave p_{lambda_t} invariant. <w> = Z_t / Z_0 for any speed, so ln of the mean weight is, in expectation, below ln
/// Z_t / Z_0. Reverse: x ~ p_{lambda_T}, and the mirror image of the same moves with time-reversed kernels down to
/// lambda_1. <w'> = Z_0 / Z_T, so -ln of its mean is an upper bound in expectation - if the x are exact draws of the
/// target, and only then (Grosse, Ghahramani & Adams, arXiv:1511.02543; Burda, Grosse & Salakhutdinov,
/// arXiv:1412.8566). Here they are forward particles, resampled by weight and moved at the target for `thermalization`
/// sweeps: a two-sided check, not a bound.
#pragma once

#include "physics/random.hpp"
#include "samplers/method.hpp"
#include "samplers/methods/method_support.hpp"
#include "samplers/methods/starts.hpp"

namespace gibbsite {

struct AnnealingOptions {
  Key key{1};  ///< of the method's own draws (resampling)
  std::vector<double> report =
      {};  ///< lambdas where weights and observables are recorded, ascending; the last is the target
  std::vector<double> schedule =
      {};  ///< the lambdas themselves, ascending from 0 and through `report`; empty: made from a pilot
  std::size_t temperatures = 1000;  ///< of a schedule made from a pilot
  std::uint64_t sweeps = 1;         ///< at each temperature
  double resample_below = 0;        ///< resample a group when its effective share falls below this; 0: never
  bool reverse = true;
  std::uint64_t thermalization = 1000;  ///< sweeps at the target before going back
};

/// Rows of the trace at most: the reported lambdas, and three witnesses of those that are far from the one before.
std::size_t recorded_at_most(std::span<const double> report);

/// A schedule of `temperatures` steps, linear in lambda from 0 to the last of `report` and through all of them.
std::vector<double> linear_schedule(std::span<const double> report, std::size_t temperatures);

/// A schedule of `temperatures` steps from 0 to 1 that grows finer towards 1: of each 29 steps 1 to 0.5, 8 to 0.9, and
/// 20 to 1, in each part of equal size (Salakhutdinov & Murray, ICML 2008, sec. 5: 500, 4,000 and 10,000). temperatures
/// >= 3.
std::vector<double> salakhutdinov_schedule(std::size_t temperatures);

/// A schedule with steps of equal thermodynamic length, the integral of sd[d log_weight / d lambda] d lambda (Crooks,
/// PRL 99, 100602 (2007)): grid[k] and the length of the interval from grid[k] to grid[k + 1]; at least one step
/// between any two of `report`.
std::vector<double> equal_length_schedule(std::span<const double> grid, std::span<const double> length,
                                          std::span<const double> report, std::size_t temperatures);

/// All R replicas of the ensemble are particles. Rows of the trace are recorded(): the reported lambdas and hotter
/// witnesses; its fields, each [particle]: "log_weight" (ln w with ln Z_0 not included; the mean of w estimates Z / Z_0
/// also after resampling), "family" (its resampling group; without resampling, the particle itself), and the ensemble's
/// observables. A pilot of 64 temperatures with the same particles measures lengths and strides where they are needed.
class Annealing final : public Method {
 public:
  /// The ensemble must be new and outlive the method. Throws std::invalid_argument if report or schedule are not as
  /// described.
  Annealing(Ensemble& ensemble, AnnealingOptions options);

  bool done() const override { return phase_ == Phase::done; }
  void advance() override;
  Progress progress() const override;
  const Trace& trace() const override { return trace_; }
  std::span<const Field> fields() const override { return fields_; }
  std::span<const double> lambda() const override { return options_.report; }
  void finish() override {}
  Snapshot save() const override;
  void load(const Snapshot& snapshot, Trace trace) override;

  const AnnealingOptions& options() const noexcept { return options_; }
  std::span<const double> schedule() const noexcept { return schedule_; }
  /// The lambdas of the trace's rows, ascending: those reported and, where a reported one has no other between half of
  /// it and itself, temperatures of the schedule near 0.5, 0.7 and 0.85 of it (hotter witnesses of what it may have
  /// missed).
  std::span<const double> recorded() const noexcept { return recorded_; }
  /// How many of the lambdas to report stand in the trace by now.
  std::size_t reported() const;
  /// ln w' of the way back, [particle]; -log_mean_exp of it estimates ln Z_T / Z_0. Empty before the end or without
  /// reverse.
  std::span<const double> reverse_log_weight() const noexcept { return reverse_; }
  /// The forward particle that each particle of the way back started from.
  std::span<const std::uint64_t> reverse_family() const noexcept { return ancestor_; }
  /// Effective particles / particles after each step of the schedule.
  std::span<const double> effective_fraction() const noexcept { return effective_; }
  /// What the way back may have missed where it is resampled, seen from the forward particles, in nats: the sum over
  /// the steps of -ln(1 - unseen share) (estimators/two_sided.hpp).
  double unseen() const noexcept { return unseen_; }
  /// What stands out against the particles that came to the target: while those settle there, the last two are spins
  /// that begin ordered, along the fields where there are some, and turned over. Energies of each in the second half of
  /// that time, and of all others at its end; none for other units, few particles or a short time. Before the way back
  /// the two become copies of the last of the others.
  std::vector<Witness> witnesses() const;
  std::span<const double> settled_energy() const noexcept { return settled_; }
  const Tally& tally() const noexcept { return total_; }
  const Lowest& lowest() const override { return lowest_; }

 private:
  static constexpr std::size_t pilot_steps = 64, witnesses_run = 2;
  enum class Phase : std::uint64_t { pilot, forward, target, reverse, done };

  void pilot();
  void forward();
  void settle();
  void back();
  void sweep(double lambda, double stride, std::uint64_t count, Direction order, double witnesses_colder = 1);
  /// Adds the log ratio of weights between two lambdas to every particle.
  void reweight(double from, double to, std::vector<double>& log_w);
  /// Particles begin .. end - 1 become copies of some of them, chosen by weight: parents only.
  void resample(std::span<const double> log_w, std::size_t begin, std::vector<std::size_t>& parent) const;
  /// Resamples every group (a run of equal numbers) whose effective share is too small; its particles then carry the
  /// group's mean weight.
  void resample_groups(std::vector<double>& log_w, std::span<const std::uint64_t> group);
  /// Some of the sweeps at one temperature; whether they are all done.
  bool sweep_on(double lambda, std::uint64_t sweeps, Direction order);
  void record();
  void choose_recorded();
  void keep_ordered();
  void keep_spins();
  void begin_witnesses();
  void end_witnesses();
  double stride_at(double lambda) const;

  Ensemble& ensemble_;
  AnnealingOptions options_;
  std::vector<Field> fields_;
  Trace trace_;
  Lowest lowest_;
  Phase phase_ = Phase::forward;
  std::vector<double> schedule_, recorded_, grid_, length_, stride_;  // length and stride by point of the pilot's grid
  std::vector<double> log_w_, reverse_, effective_;
  std::vector<std::uint64_t> family_,
      ancestor_;  // first ancestors: of the way there; particles the way back began from
  Tally total_;
  double unseen_ = 0;
  std::vector<std::byte> ordered_;         // a new ensemble's state; empty where units are not spins
  std::vector<double> witness_, settled_;  // energies: [look][witness]; [particle]
  std::uint64_t step_ = 0;                 // of the phase
  std::uint64_t swept_ = 0;                // sweeps done at this step
  std::uint64_t time_ = 0;                 // of the next sweep

  /// Made anew at every step, here only to be the same memory, [particle].
  struct Scratch {
    std::vector<Setting> setting;
    std::vector<Tally> tally;
    std::vector<double> lambda, before, after;
  };
  Scratch at_;
};

}  // namespace gibbsite

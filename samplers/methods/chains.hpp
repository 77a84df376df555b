/// What chains and tempering have in common: C x B replicas in slots (chain c, beta b), a row of the trace per draw.
#pragma once

#include <optional>
#include <utility>

#include "physics/random.hpp"
#include "samplers/method.hpp"
#include "samplers/methods/exchange.hpp"
#include "samplers/methods/method_support.hpp"
#include "samplers/methods/starts.hpp"
#include "samplers/methods/sweep_means.hpp"

namespace gibbsite {

struct ChainOptions {
  Key key{1};                       ///< of the method's own draws (exchanges)
  std::vector<double> lambda = {};  ///< the grid or ladder, ascending
  std::size_t chains = 4;
  Starts start = Starts::mixed;
  std::uint64_t thermalization =
      1000;  ///< sweeps thrown away; strides (and a ladder) are tuned in their first half, then stay
  std::uint64_t draws = 20000;
  std::uint64_t every = 1;            ///< sweeps that a draw stands for, from one to the next
  std::uint64_t snapshots = 0;        ///< configurations of all slots kept, evenly spaced over the draws
  bool overlaps = false;              ///< measure the overlap of chains 0 and 1, 2 and 3, ... at every beta
  bool ordered = true;                ///< whether an ordered state is known, see start_of()
  std::vector<std::byte> given = {};  ///< with Starts::given: the canonical state of all replicas

  Opening opening() const { return {start, chains, lambda, ordered, thermalization, given}; }
};

/// The trace of draws of C x B slots: observables, log ratios to the neighbouring lambdas, overlaps, snapshots, the
/// lowest energy. Fields, each [slot]: the ensemble's observables, but for those that follow from others; where a draw
/// stands for several sweeps, their moments over these (sweep_means.hpp); unless weights follow from the energy
/// (Layout::canonical), "log_ratio_up" = log_weight(x, lambda_{b+1}) - log_weight(x, lambda_b), 0 at the last b, and
/// "log_ratio_down" to lambda_{b-1}, 0 at the first; what the method adds; and "overlap" [pair of chains][beta].
class ChainTrace {
 public:
  ChainTrace(const Ensemble& ensemble, const ChainOptions& options, std::vector<Observable> more);

  std::size_t chains() const noexcept { return chains_; }
  std::size_t betas() const noexcept { return betas_; }
  std::size_t slots() const noexcept { return chains_ * betas_; }
  const Trace& trace() const noexcept { return trace_; }
  std::span<const Field> fields() const noexcept { return fields_; }
  const Lowest& lowest() const noexcept { return lowest_; }
  /// Canonical states, [snapshot][slot]; snapshot k was taken at draw (k + 1) every_snapshot() - 1.
  std::span<const std::byte> snapshots() const noexcept { return snapshots_; }
  std::uint64_t every_snapshot() const noexcept { return every_snapshot_; }
  std::uint64_t wanted() const noexcept { return draws_; }
  std::uint64_t every() const noexcept { return every_; }  ///< sweeps that a draw stands for
  /// See begin().
  std::span<const Witness> witnesses() const noexcept { return witnesses_; }
  void keep(std::vector<Witness> witnesses) { witnesses_ = std::move(witnesses); }
  /// With one chain and overlaps wanted, how often the overlap with the first draw changed its sign, [slot]; else
  /// empty.
  std::span<const std::uint64_t> turnovers() const noexcept { return turnovers_; }
  bool full() const noexcept { return trace_.draws() >= draws_; }
  void close() noexcept { draws_ = trace_.draws(); }

  /// Observes, for the lowest energy: all there is to do during thermalization.
  void look(const Ensemble& ensemble);
  /// Whether every sweep is to be entered, not only the last one of a draw.
  bool sums_sweeps() const noexcept { return means_.has_value(); }
  /// A sweep that is not the last one of a draw: replica[slot] stands in each slot.
  void add_sweep(const Ensemble& ensemble, std::span<const std::size_t> replica);
  /// The last sweep of a draw, and so a row: `more` [field][slot].
  void add_draw(const Ensemble& ensemble, std::span<const std::size_t> replica, std::span<const double> lambda,
                std::span<const double> more);

  /// See ChainMethod::log_ratio_up(); step: 1 or -1.
  double log_ratio(std::span<const double> ladder, std::size_t draw, std::size_t slot, int step) const;

  void save(const Ensemble& ensemble, Snapshot& snapshot) const;
  void load(const Snapshot& snapshot, Trace trace);

 private:
  /// version_1: as version 1 of the checkpoints has it, with observables that follow from others, all log ratios and no
  /// moments; a run that was begun so goes on so.
  enum class Kept { what_is_needed, version_1 };
  void keep(Kept kept);
  void follow(const Ensemble& ensemble, std::span<const std::size_t> replica);

  std::size_t chains_, betas_;
  std::vector<Observable> observables_, more_;
  std::uint64_t every_;
  bool canonical_;
  bool follow_too_ = false, ratios_ = false;    // whether the trace has them
  std::size_t energy_ = 0, up_ = 0, down_ = 0;  // where these fields begin
  std::optional<SweepMeans> means_;
  std::uint64_t draws_, every_snapshot_, most_snapshots_;
  bool overlaps_;
  std::vector<Field> fields_;
  Trace trace_;
  Lowest lowest_;
  std::vector<std::byte> snapshots_;
  std::vector<Witness> witnesses_;           // a pure function of the options
  std::vector<std::uint64_t> turnovers_;     // [slot]
  std::vector<double> side_;                 // of the last overlap with the first draw that was not 0, [slot]
  std::vector<std::byte> first_;             // that draw's states, [slot]
  std::vector<double> observed_;             // scratch, [replica][component]
  std::vector<std::uint64_t> first_packed_;  // the same as the ensemble has it
  std::vector<double> likeness_;             // scratch, [replica]
};

/// Numbers of a draw's row for each slot, but for overlaps and what a method adds: means: a draw stands for several
/// sweeps; ratios: it has log ratios.
std::size_t fields_of_a_slot(std::span<const Observable> observables, bool means, bool ratios);

/// Chains, with exchanges or without: what reports need to know of either.
class ChainMethod : public Method {
 public:
  bool done() const override { return sweeps_ >= options_.thermalization && chain_trace_.full(); }
  const Trace& trace() const override { return chain_trace_.trace(); }
  std::span<const Field> fields() const override { return chain_trace_.fields(); }
  const Lowest& lowest() const override { return chain_trace_.lowest(); }
  std::span<const double> lambda() const override { return options_.lambda; }
  void finish() override { chain_trace_.close(); }

  const ChainTrace& chain_trace() const noexcept { return chain_trace_; }
  const ChainOptions& options() const noexcept { return options_; }
  /// Tallies of the kept sweeps and settings in use, [slot].
  std::span<const Tally> tally() const noexcept { return tally_; }
  std::span<const Setting> settings() const noexcept { return setting_; }
  /// log_weight(x, lambda of the next slot up or down) - log_weight(x, own lambda) of a draw; 0 past the ends.
  double log_ratio_up(std::size_t draw, std::size_t slot) const {
    return chain_trace_.log_ratio(lambda(), draw, slot, 1);
  }
  double log_ratio_down(std::size_t draw, std::size_t slot) const {
    return chain_trace_.log_ratio(lambda(), draw, slot, -1);
  }
  /// Draws that a lambda is known to remember, whatever its series show; 0: nothing is known.
  virtual std::size_t memory() const { return 0; }

 protected:
  /// The ensemble must be new, of chains x lambdas replicas, and outlive the method. Throws std::invalid_argument if it
  /// does not fit.
  ChainMethod(Ensemble& ensemble, ChainOptions options, std::vector<Observable> more)
      : ensemble_(ensemble),
        options_(std::move(options)),
        chain_trace_(ensemble, options_, std::move(more)),
        tally_(chain_trace_.slots()) {}

  Ensemble& ensemble_;
  ChainOptions options_;
  ChainTrace chain_trace_;
  std::vector<Setting> setting_;  // [slot]
  std::vector<Tally> tally_;      // [slot]
  std::uint64_t sweeps_ = 0;      // since the start; also the time of the next sweep
};

}  // namespace gibbsite

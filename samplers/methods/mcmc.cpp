#include "samplers/methods/mcmc.hpp"

#include <algorithm>
#include <numeric>

namespace gibbsite {

Mcmc::Mcmc(Ensemble& ensemble, ChainOptions options) : ChainMethod(ensemble, std::move(options), {}) {
  for (std::size_t r = 0; r < chain_trace_.slots(); ++r)
    setting_.push_back({options_.lambda[r % chain_trace_.betas()],
                        options_.thermalization < 2 ? 1 : first_stride(ensemble.layout().stride)});
  chain_trace_.keep(begin(ensemble_, options_.opening()));
}

void Mcmc::tune(Tuning window) {
  for (std::size_t b = 0; b < chain_trace_.betas(); ++b) {
    const Tally sum = tally_at(tally_, b, chain_trace_.betas());
    const double stride = tuned_stride(ensemble_.layout(), setting_[b].stride, sum, window);
    for (std::size_t r = b; r < chain_trace_.slots(); r += chain_trace_.betas()) setting_[r].stride = stride;
  }
}

void Mcmc::thermalize() {
  const std::uint64_t tuning = options_.thermalization / 2;
  const bool tuned = sweeps_ < tuning && ensemble_.layout().stride != Stride::unused;
  const std::uint64_t until = tuned ? std::min(window_end_, tuning) : options_.thermalization;
  const auto count =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(until - sweeps_, sweeps_per_advance(ensemble_.layout())));
  ensemble_.sweep(setting_, {.time = sweeps_, .count = count}, tally_);
  sweeps_ += count;
  chain_trace_.look(ensemble_);
  if (tuned && sweeps_ == until) {
    tune(sweeps_ == tuning ? Tuning::last : Tuning::ongoing);
    window_end_ = 2 * sweeps_;
    std::fill(tally_.begin(), tally_.end(), Tally{});
  }
  if (sweeps_ == options_.thermalization) std::fill(tally_.begin(), tally_.end(), Tally{});
}

void Mcmc::advance() {
  if (sweeps_ < options_.thermalization) return thermalize();
  if (chain_trace_.full()) return;
  const std::uint64_t next_draw = options_.thermalization + (chain_trace_.trace().draws() + 1) * options_.every;
  const std::uint64_t until = std::min<std::uint64_t>(next_draw, sweeps_ + sweeps_per_advance(ensemble_.layout()));
  std::vector<std::size_t> replica(chain_trace_.slots());
  std::iota(replica.begin(), replica.end(), std::size_t{0});
  while (sweeps_ < until) {
    const std::uint64_t end = chain_trace_.sums_sweeps() ? sweeps_ + 1 : until;
    ensemble_.sweep(setting_, {.time = sweeps_, .count = static_cast<std::uint32_t>(end - sweeps_)}, tally_);
    sweeps_ = end;
    if (sweeps_ == next_draw)
      chain_trace_.add_draw(ensemble_, replica, options_.lambda, {});
    else if (chain_trace_.sums_sweeps())
      chain_trace_.add_sweep(ensemble_, replica);
  }
}

Progress Mcmc::progress() const {
  const bool warm = sweeps_ >= options_.thermalization;
  return {static_cast<double>(sweeps_),
          static_cast<double>(options_.thermalization + chain_trace_.wanted() * options_.every),
          warm ? "sampling" : "thermalization"};
}

Snapshot Mcmc::save() const {
  Snapshot snapshot;
  snapshot.counts["time"] = {sweeps_, window_end_};
  snapshot.numbers["setting"] = flat(setting_);
  snapshot.numbers["tally"] = flat(tally_);
  snapshot.bytes["states"] = save_all(ensemble_);
  chain_trace_.save(ensemble_, snapshot);
  return snapshot;
}

void Mcmc::load(const Snapshot& snapshot, Trace trace) {
  const auto& time = counts(snapshot, "time", 2);
  sweeps_ = time[0];
  window_end_ = time[1];
  setting_ = gibbsite::settings(numbers(snapshot, "setting", 2 * chain_trace_.slots()));
  tally_ = tallies(numbers(snapshot, "tally", 2 * chain_trace_.slots()));
  load_all(ensemble_, bytes(snapshot, "states"));
  chain_trace_.load(snapshot, std::move(trace));
  options_.every = chain_trace_.every();
}

}  // namespace gibbsite

#include "samplers/methods/tempering.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gibbsite {

Tempering::Tempering(Ensemble& ensemble, ChainOptions options, Ladder ladder)
    : ChainMethod(ensemble, std::move(options), {{"replica", "1", "replica of its ladder that stands on this rung"}}),
      ladder_(ladder),
      lambda_(options_.lambda),
      exchange_(chain_trace_.chains(), std::max<std::size_t>(chain_trace_.betas(), 1)),
      at_(chain_trace_.slots()) {
  if (chain_trace_.betas() < 2) throw std::invalid_argument("tempering needs a ladder of at least two temperatures");
  for (std::size_t slot = 0; slot < chain_trace_.slots(); ++slot)
    setting_.push_back({lambda_[slot % chain_trace_.betas()],
                        options_.thermalization < 2 ? 1 : first_stride(ensemble.layout().stride)});
  window_end_ = std::clamp<std::uint64_t>(options_.thermalization / 4, 1, 16);
  chain_trace_.keep(begin(ensemble_, options_.opening()));
}

std::size_t Tempering::memory() const {
  const auto trips = round_trips();
  const double total = static_cast<double>(std::accumulate(trips.begin(), trips.end(), std::uint64_t{0}));
  const double half_a_trip = static_cast<double>(trips.size() * trace().draws()) / std::max(2 * total, 1.0);
  return static_cast<std::size_t>(3 * half_a_trip);
}

void Tempering::advance() {
  if (done()) return;
  const std::size_t slots = chain_trace_.slots(), betas = chain_trace_.betas();
  const auto replica = exchange_.replica();
  for (std::size_t slot = 0; slot < slots; ++slot) at_.setting[replica[slot]] = setting_[slot];
  std::fill(at_.tally.begin(), at_.tally.end(), Tally{});
  ensemble_.sweep(at_.setting, {.time = sweeps_}, at_.tally);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const Tally& tally = at_.tally[replica[slot]];
    tally_[slot].tried += tally.tried;
    tally_[slot].accepted += tally.accepted;
  }
  LogRatios& ratios = at_.ratios;
  ratios.renew(ensemble_, lambda_, replica);
  ++sweeps_;
  const bool sampling = sweeps_ > options_.thermalization;
  if (sampling && (sweeps_ - options_.thermalization) % options_.every == 0) {
    std::vector<double> index(slots);
    for (std::size_t slot = 0; slot < slots; ++slot) index[slot] = static_cast<double>(replica[slot] % betas);
    chain_trace_.add_draw(ensemble_, replica, lambda_, index);
  } else if (sampling && chain_trace_.sums_sweeps()) {
    chain_trace_.add_sweep(ensemble_, replica);
  } else if (!sampling && sweeps_ % 16 == 0) {
    chain_trace_.look(ensemble_);
  }
  exchange_.exchange(ratios, options_.key, sweeps_);
  if (sampling) return;
  const std::uint64_t tuning = options_.thermalization / 2;
  if (sweeps_ == window_end_ && sweeps_ <= tuning) {
    const std::uint64_t next = 2 * window_end_ + 16;
    tune(next > tuning ? Tuning::last : Tuning::ongoing);
    window_end_ = next;
    begin_window();
  }
  if (sweeps_ == options_.thermalization) begin_window();
}

void Tempering::tune(Tuning window) {
  const std::size_t betas = chain_trace_.betas();
  std::vector<double> stride(betas);
  for (std::size_t b = 0; b < betas; ++b) {
    const Tally sum = tally_at(tally_, b, betas);
    stride[b] = tuned_stride(ensemble_.layout(), setting_[b].stride, sum, window);
  }
  std::vector<double> ladder = lambda_;
  if (ladder_ == Ladder::adaptive) {
    std::vector<double> rejection = swap_rate();
    for (double& r : rejection) r = 1 - r;
    ladder = equalised(lambda_, rejection);
  }
  std::vector<double> moved(betas);  // strides, interpolated to where the rungs are now
  for (std::size_t b = 0; b < betas; ++b) {
    std::size_t k = 1;
    while (k + 1 < betas && lambda_[k] < ladder[b]) ++k;
    const double part = std::clamp((ladder[b] - lambda_[k - 1]) / (lambda_[k] - lambda_[k - 1]), 0.0, 1.0);
    moved[b] = part == 0 ? stride[k - 1] : part == 1 ? stride[k] : (1 - part) * stride[k - 1] + part * stride[k];
  }
  lambda_ = std::move(ladder);
  for (std::size_t slot = 0; slot < chain_trace_.slots(); ++slot)
    setting_[slot] = {lambda_[slot % betas], moved[slot % betas]};
}

void Tempering::begin_window() {
  std::fill(tally_.begin(), tally_.end(), Tally{});
  exchange_.begin_window();
}

Progress Tempering::progress() const {
  return {static_cast<double>(sweeps_),
          static_cast<double>(options_.thermalization + chain_trace_.wanted() * options_.every),
          sweeps_ >= options_.thermalization ? "sampling" : "thermalization"};
}

Snapshot Tempering::save() const {
  Snapshot snapshot;
  snapshot.counts["time"] = {sweeps_, window_end_};
  exchange_.save(snapshot);
  snapshot.numbers["lambda"] = lambda_;
  snapshot.numbers["setting"] = flat(setting_);
  snapshot.numbers["tally"] = flat(tally_);
  snapshot.bytes["states"] = save_all(ensemble_);
  chain_trace_.save(ensemble_, snapshot);
  return snapshot;
}

void Tempering::load(const Snapshot& snapshot, Trace trace) {
  const std::size_t slots = chain_trace_.slots();
  const auto& time = counts(snapshot, "time", 2);
  sweeps_ = time[0];
  window_end_ = time[1];
  exchange_.load(snapshot);
  lambda_ = numbers(snapshot, "lambda", chain_trace_.betas());
  setting_ = gibbsite::settings(numbers(snapshot, "setting", 2 * slots));
  tally_ = tallies(numbers(snapshot, "tally", 2 * slots));
  load_all(ensemble_, bytes(snapshot, "states"));
  chain_trace_.load(snapshot, std::move(trace));
  options_.every = chain_trace_.every();
}

std::vector<double> equalised(std::span<const double> old, std::span<const double> rejection) {
  const std::size_t rungs = old.size();
  std::vector<double> barrier(rungs, 0.0);
  for (std::size_t b = 0; b + 1 < rungs; ++b) barrier[b + 1] = barrier[b] + std::max(rejection[b], 1e-6);
  std::vector<double> ladder(old.begin(), old.end());
  for (std::size_t b = 1; b + 1 < rungs; ++b) {
    const double wanted = barrier.back() * static_cast<double>(b) / static_cast<double>(rungs - 1);
    std::size_t k = 1;
    while (k + 1 < rungs && barrier[k] < wanted) ++k;
    ladder[b] = old[k - 1] + (old[k] - old[k - 1]) * (wanted - barrier[k - 1]) / (barrier[k] - barrier[k - 1]);
  }
  return ladder;
}

}  // namespace gibbsite

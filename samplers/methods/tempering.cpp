#include "samplers/methods/tempering.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gibbsite {
namespace {

/// Coin(p), without a branch on p < 1/2, which cannot be predicted: a conversion to 64 bits without sign has one.
Coin coin_of(double p) {
  if (p >= 1) [[unlikely]]
    return Coin(1.0);
  Coin coin;
  coin.p = p;
  const auto high = static_cast<std::int64_t>(p * 0x1p32);
  const auto low = static_cast<std::int64_t>((p * 0x1p32 - static_cast<double>(high)) * 0x1p32);
  coin.threshold = static_cast<std::uint64_t>(high) << 32 | static_cast<std::uint64_t>(low);
  return coin;
}

}  // namespace

Tempering::Tempering(Ensemble& ensemble, ChainOptions options, Ladder ladder)
    : ChainMethod(ensemble, std::move(options), {{"replica", "1", "replica of its ladder that stands on this rung"}}),
      ladder_(ladder),
      lambda_(options_.lambda),
      replica_(chain_trace_.slots()),
      accepted_(chain_trace_.betas() - 1),
      heading_(chain_trace_.slots()),
      round_trips_(chain_trace_.slots()),
      at_(chain_trace_.slots()) {
  if (chain_trace_.betas() < 2) throw std::invalid_argument("tempering needs a ladder of at least two temperatures");
  for (std::size_t slot = 0; slot < chain_trace_.slots(); ++slot)
    setting_.push_back({lambda_[slot % chain_trace_.betas()],
                        options_.thermalization < 2 ? 1 : first_stride(ensemble.layout().stride)});
  std::iota(replica_.begin(), replica_.end(), std::size_t{0});
  window_end_ = std::clamp<std::uint64_t>(options_.thermalization / 4, 1, 16);
  chain_trace_.keep(begin(ensemble_, options_.opening()));
}

std::size_t Tempering::memory() const {
  const double total = static_cast<double>(std::accumulate(round_trips_.begin(), round_trips_.end(), std::uint64_t{0}));
  return static_cast<std::size_t>(static_cast<double>(round_trips_.size() * trace().draws()) /
                                  std::max(2 * total, 1.0));
}

void Tempering::advance() {
  if (done()) return;
  const std::size_t slots = chain_trace_.slots(), betas = chain_trace_.betas();
  for (std::size_t chain = 0; chain < chain_trace_.chains(); ++chain)
    for (std::size_t b = 0, slot = chain * betas; b < betas; ++b, ++slot) {
      at_.setting[replica_[slot]] = setting_[slot];
      at_.rung[replica_[slot]] = b;
    }
  std::fill(at_.tally.begin(), at_.tally.end(), Tally{});
  ensemble_.sweep(at_.setting, {.time = sweeps_}, at_.tally);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const Tally& tally = at_.tally[replica_[slot]];
    tally_[slot].tried += tally.tried;
    tally_[slot].accepted += tally.accepted;
  }
  LogRatios& ratios = at_.ratios;
  ratios.renew(ensemble_, lambda_, at_.rung);
  ++sweeps_;
  const bool sampling = sweeps_ > options_.thermalization;
  if (sampling && (sweeps_ - options_.thermalization) % options_.every == 0) {
    std::vector<double> index(slots);
    for (std::size_t slot = 0; slot < slots; ++slot) index[slot] = static_cast<double>(replica_[slot] % betas);
    chain_trace_.add_draw(ensemble_, replica_, lambda_, index);
  } else if (sampling && chain_trace_.sums_sweeps()) {
    chain_trace_.add_sweep(ensemble_, replica_);
  } else if (!sampling && sweeps_ % 16 == 0) {
    chain_trace_.look(ensemble_);
  }
  exchange(ratios);
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

void Tempering::exchange(const LogRatios& ratios) {
  const std::size_t betas = chain_trace_.betas();
  const std::uint64_t time = sweeps_;
  for (std::size_t chain = 0; chain < chain_trace_.chains(); ++chain) {
    std::size_t* replica = replica_.data() + chain * betas;
    std::vector<std::size_t>& swept = at_.swept;  // who stood where when ratios were taken
    swept.assign(replica, replica + betas);
    Chance chance(Stream(options_.key, Purpose::exchange, time, chain));
    acceptances(ratios);
    for (std::size_t b = 0; b + 1 < betas; ++b) accepted_[b] += at_.alpha[b];
    for (std::size_t b = time % 2; b + 1 < betas; b += 2) {  // what comes true cannot be predicted: no branch
      const std::size_t apart = replica[b] ^ replica[b + 1], swap = 0 - std::size_t{chance.coin(at_.coin[b])};
      replica[b] ^= apart & swap;
      replica[b + 1] ^= apart & swap;
    }
    for (const std::size_t end : {std::size_t{0}, betas - 1}) {
      std::uint64_t& heading = heading_[replica[end]];
      if (end == 0 && heading == 2) ++round_trips_[replica[end]];
      heading = end == 0 ? 1 : 2;
    }
  }
  exchanges_ += static_cast<double>(chain_trace_.chains());
}

/// alpha of every pair, and its coin. Which of them need an exponential cannot be predicted: they are gathered without
/// a branch.
void Tempering::acceptances(const LogRatios& ratios) {
  const std::size_t pairs = at_.swept.size() - 1;
  at_.alpha.assign(pairs, 1.0);
  at_.coin.assign(pairs, Coin(1.0));
  at_.uphill.resize(pairs);
  at_.log_alpha.resize(pairs);
  const double *up = ratios.up.data(), *down = ratios.down.data();
  const std::size_t* swept = at_.swept.data();
  std::size_t* uphill = at_.uphill.data();
  double* log_alpha = at_.log_alpha.data();
  std::size_t n = 0;
  for (std::size_t b = 0; b < pairs; ++b) {
    const double log_ratio = up[swept[b]] + down[swept[b + 1]];
    uphill[n] = b;
    log_alpha[n] = log_ratio;
    n += static_cast<std::size_t>(log_ratio < 0);
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double alpha = std::exp(log_alpha[k]);
    at_.alpha[uphill[k]] = alpha;
    at_.coin[uphill[k]] = coin_of(alpha);
  }
}

void Tempering::tune(Tuning window) {
  const std::size_t betas = chain_trace_.betas();
  std::vector<double> stride(betas);
  for (std::size_t b = 0; b < betas; ++b) {
    const Tally sum = tally_at(tally_, b, betas);
    stride[b] = tuned_stride(ensemble_.layout().stride, setting_[b].stride, sum, window);
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
  std::fill(accepted_.begin(), accepted_.end(), 0.0);
  std::fill(round_trips_.begin(), round_trips_.end(), std::uint64_t{0});
  exchanges_ = 0;
}

std::vector<double> Tempering::swap_rate() const {
  std::vector<double> rate = accepted_;
  for (double& a : rate) a /= std::max(exchanges_, 1.0);
  return rate;
}

Progress Tempering::progress() const {
  return {static_cast<double>(sweeps_),
          static_cast<double>(options_.thermalization + chain_trace_.wanted() * options_.every),
          sweeps_ >= options_.thermalization ? "sampling" : "thermalization"};
}

Snapshot Tempering::save() const {
  Snapshot snapshot;
  snapshot.counts["time"] = {sweeps_, window_end_};
  snapshot.counts["replica"] = {replica_.begin(), replica_.end()};
  snapshot.counts["heading"] = heading_;
  snapshot.counts["round_trips"] = round_trips_;
  snapshot.numbers["lambda"] = lambda_;
  snapshot.numbers["setting"] = flat(setting_);
  snapshot.numbers["tally"] = flat(tally_);
  snapshot.numbers["accepted"] = accepted_;
  snapshot.numbers["exchanges"] = {exchanges_};
  snapshot.bytes["states"] = save_all(ensemble_);
  chain_trace_.save(ensemble_, snapshot);
  return snapshot;
}

void Tempering::load(const Snapshot& snapshot, Trace trace) {
  const std::size_t slots = chain_trace_.slots();
  const auto& time = counts(snapshot, "time", 2);
  sweeps_ = time[0];
  window_end_ = time[1];
  const auto& replica = counts(snapshot, "replica", slots);
  replica_.assign(replica.begin(), replica.end());
  heading_ = counts(snapshot, "heading", slots);
  round_trips_ = counts(snapshot, "round_trips", slots);
  lambda_ = numbers(snapshot, "lambda", chain_trace_.betas());
  setting_ = gibbsite::settings(numbers(snapshot, "setting", 2 * slots));
  tally_ = tallies(numbers(snapshot, "tally", 2 * slots));
  accepted_ = numbers(snapshot, "accepted", accepted_.size());
  exchanges_ = numbers(snapshot, "exchanges", 1)[0];
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

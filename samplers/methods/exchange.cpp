#include "samplers/methods/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "physics/chance.hpp"
#include "samplers/methods/method_support.hpp"

namespace gibbsite {
namespace {

/// Coin(p), without a branch, for neither p < 1/2 (a conversion to 64 bits without sign has one) nor p = 1 can be
/// predicted. A threshold of all ones but for its lower half is as good at p = 1: see Chance::coin().
Coin coin_of(double p) {
  Coin coin;
  coin.p = p;
  const auto high = static_cast<std::int64_t>(p * 0x1p32);
  const auto low = static_cast<std::int64_t>((p * 0x1p32 - static_cast<double>(high)) * 0x1p32);
  coin.threshold =
      static_cast<std::uint64_t>(std::min<std::int64_t>(high, 0xFFFFFFFF)) << 32 | static_cast<std::uint64_t>(low);
  return coin;
}

}  // namespace

void LogRatios::renew(const Ensemble& ensemble, std::span<const double> lambda, std::span<const std::size_t> replica) {
  const std::size_t slots = replica.size(), rungs = lambda.size();
  for (std::vector<double>* v : {&at_, &weight_, &own_, &up, &down}) v->resize(slots);
  if (ensemble.layout().canonical) {  // -lambda E, asked once
    std::fill(at_.begin(), at_.end(), -1.0);
    ensemble.log_weight(at_, weight_);
    for (std::size_t slot = 0; slot < slots; ++slot) own_[slot] = weight_[replica[slot]];
    for (std::size_t begin = 0; begin < slots; begin += rungs) {
      const double *energy = own_.data() + begin, *at = lambda.data();
      double *higher = up.data() + begin, *lower = down.data() + begin;
      for (std::size_t b = 0; b + 1 < rungs; ++b) {
        higher[b] = -at[b + 1] * energy[b] - -at[b] * energy[b];
        lower[b + 1] = -at[b] * energy[b + 1] - -at[b + 1] * energy[b + 1];
      }
      higher[rungs - 1] = lower[0] = 0;
    }
    return;
  }
  const auto weigh = [&](std::size_t above, std::size_t below, std::vector<double>& out) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      const std::size_t b = slot % rungs;
      at_[replica[slot]] = lambda[std::min(b + above, rungs - 1) - std::min(b, below)];
    }
    ensemble.log_weight(at_, weight_);
    for (std::size_t slot = 0; slot < slots; ++slot) out[slot] = weight_[replica[slot]];
  };
  weigh(0, 0, own_);
  weigh(1, 0, up);
  weigh(0, 1, down);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    up[slot] -= own_[slot];
    down[slot] -= own_[slot];
  }
}

Exchange::Exchange(std::size_t chains, std::size_t rungs)
    : chains_(chains),
      rungs_(rungs),
      replica_(chains * rungs),
      accepted_(rungs - 1),
      heading_(chains * rungs),
      round_trips_(chains * rungs) {
  std::iota(replica_.begin(), replica_.end(), std::size_t{0});
}

void Exchange::exchange(const LogRatios& ratios, Key key, std::uint64_t time) {
  for (std::size_t chain = 0; chain < chains_; ++chain) {
    std::size_t* replica = replica_.data() + chain * rungs_;
    Chance chance(Stream(key, Purpose::exchange, time, chain));
    acceptances(ratios.up.data() + chain * rungs_, ratios.down.data() + chain * rungs_);
    for (std::size_t b = 0; b + 1 < rungs_; ++b) accepted_[b] += alpha_[b];
    for (std::size_t b = time % 2; b + 1 < rungs_; b += 2) {  // what comes true cannot be predicted: no branch
      const std::size_t apart = replica[b] ^ replica[b + 1], swap = 0 - std::size_t{chance.coin(coin_of(alpha_[b]))};
      replica[b] ^= apart & swap;
      replica[b + 1] ^= apart & swap;
    }
    for (const std::size_t end : {std::size_t{0}, rungs_ - 1}) {
      std::uint64_t& heading = heading_[replica[end]];
      if (end == 0 && heading == 2) ++round_trips_[replica[end]];
      heading = end == 0 ? 1 : 2;
    }
  }
  exchanges_ += static_cast<double>(chains_);
}

/// alpha of every pair. Which of them need an exponential cannot be predicted: they are gathered without a branch.
void Exchange::acceptances(const double* up, const double* down) {
  const std::size_t pairs = rungs_ - 1;
  alpha_.assign(pairs, 1.0);
  uphill_.resize(pairs);
  log_alpha_.resize(pairs);
  std::uint32_t* uphill = uphill_.data();
  double* log_alpha = log_alpha_.data();
  std::size_t n = 0;
  for (std::size_t b = 0; b < pairs; ++b) {
    const double log_ratio = up[b] + down[b + 1];
    uphill[n] = static_cast<std::uint32_t>(b);
    log_alpha[n] = log_ratio;
    n += static_cast<std::size_t>(log_ratio < 0);
  }
  for (std::size_t k = 0; k < n; ++k) alpha_[uphill[k]] = std::exp(log_alpha[k]);
}

std::vector<double> Exchange::swap_rate() const {
  std::vector<double> rate = accepted_;
  for (double& a : rate) a /= std::max(exchanges_, 1.0);
  return rate;
}

void Exchange::begin_window() {
  std::fill(accepted_.begin(), accepted_.end(), 0.0);
  std::fill(round_trips_.begin(), round_trips_.end(), std::uint64_t{0});
  exchanges_ = 0;
}

void Exchange::save(Snapshot& snapshot) const {
  snapshot.counts["replica"] = {replica_.begin(), replica_.end()};
  snapshot.counts["heading"] = heading_;
  snapshot.counts["round_trips"] = round_trips_;
  snapshot.numbers["accepted"] = accepted_;
  snapshot.numbers["exchanges"] = {exchanges_};
}

void Exchange::load(const Snapshot& snapshot) {
  const std::size_t slots = replica_.size();
  const auto& replica = counts(snapshot, "replica", slots);
  replica_.assign(replica.begin(), replica.end());
  heading_ = counts(snapshot, "heading", slots);
  round_trips_ = counts(snapshot, "round_trips", slots);
  accepted_ = numbers(snapshot, "accepted", accepted_.size());
  exchanges_ = numbers(snapshot, "exchanges", 1)[0];
}

}  // namespace gibbsite

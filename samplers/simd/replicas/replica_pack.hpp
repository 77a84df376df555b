/// One pack: the spins of up to 512 replicas of one system as bit lanes, and what every lane decides with.
#pragma once

#include "samplers/simd/replicas/lane_probabilities.hpp"
#include "samplers/threads/share.hpp"

namespace gibbsite::simd {

/// Whole numbers, one per replica of a pack.
using LaneNumbers = std::vector<std::uint64_t>;

class ReplicaPack {
 public:
  ReplicaPack(const ReplicaPlan& plan, const ReplicaKernels& kernels);

  void set_lambda(std::span<const double> lambda) { probabilities_.set(*plan_, lambda); }
  void sweep(const Cipher& cipher, bool backwards);
  /// The same by several threads, each of which calls it with its share; share_among(how many) before. wait(): for all
  /// of them, behind every stage.
  template <class Wait>
  void sweep(const Cipher& cipher, bool backwards, Share share, Wait&& wait) {
    ReplicaSweep sweep = all_batches(cipher, backwards);
    sweep.changed = changed_[share.index].data();
    const std::size_t stages = plan_->stages.size() - 1;
    for (std::size_t k = 0; k < stages; ++k) {
      const std::size_t* stage = plan_->stages.data() + (backwards ? stages - 1 - k : k);
      sweep.begin = stage[0] + share.begin(stage[1] - stage[0]);
      sweep.end = stage[0] + share.end(stage[1] - stage[0]);
      kernels_->sweep(sweep);
      wait();
    }
    if (share.index == 0) ++swept_;
  }
  void share_among(std::size_t threads);

  /// Bits of replicas 64 k ... 64 k + 63 at a site.
  std::uint64_t part(std::size_t site, std::size_t k) const noexcept { return state_[plan_->row(site) + k]; }
  bool up(std::size_t site, std::size_t replica) const noexcept {
    return (part(site, replica / 64) >> (replica % 64) & 1U) != 0;
  }
  void set(std::size_t site, std::size_t replica, bool up) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (replica % 64);
    std::uint64_t& part = state_[plan_->row(site) + replica / 64];
    part = up ? part | bit : part & ~bit;
  }
  void set_all(std::size_t site, bool up) noexcept {
    std::fill_n(state_.data() + plan_->row(site), plan_->width / 64, up ? ~std::uint64_t{0} : 0);
  }
  /// All spins over, of the replicas whose bits are set: [width / 64].
  void turn(const std::uint64_t* replicas) noexcept {
    const std::size_t parts = plan_->width / 64, all = plan_->words * word_parts;
    for (std::size_t row = 0; row < all; row += parts)
      for (std::size_t k = 0; k < parts; ++k) state_[row + k] ^= replicas[k];
  }

  /// Of each replica: spins that sweeps have changed since the last call, spins that are up, bonds not satisfied.
  /// Good until the same is asked again.
  const LaneNumbers& take_changed();
  const LaneNumbers& count_up() const;
  /// The same with the rows turned over where `turned` is all ones; as state: [row][part].
  const LaneNumbers& count_up(const Buffer<std::uint64_t>& turned) const;
  const LaneNumbers& count_unsatisfied() const;

  /// 64-bit blocks that hold the spins of one replica, rows in the order of memory; rows that are no site hold
  /// anything.
  std::size_t blocks() const noexcept { return (plan_->words * plan_->rows_per_word() + 63) / 64; }
  /// [replica][block], and back.
  void to_columns(std::span<std::uint64_t> out) const;
  void from_columns(std::span<const std::uint64_t> in);
  /// The rows of a block that are sites.
  std::uint64_t sites_of(std::size_t block) const noexcept;

 private:
  const LaneNumbers& count_ones(const Buffer<std::uint64_t>& words) const;
  ReplicaSweep all_batches(const Cipher& cipher, bool backwards);
  /// Adds numbers up to `most` from their digits, rows of a word added up.
  void read_planes(const std::uint64_t* planes, std::size_t most, LaneNumbers& out) const;
  /// Calls see(part of a row, block, column of a 64 x 8 table), eight at a time and flush() behind them.
  template <class See, class Flush>
  void for_tables(See&& see, Flush&& flush) const;

  const ReplicaPlan* plan_;
  const ReplicaKernels* kernels_;
  LaneProbabilities probabilities_;
  Buffer<std::uint64_t> state_;                 // rows, and a word of zeros
  std::vector<Buffer<std::uint64_t>> changed_;  // [plane][part], of each share
  std::size_t swept_ = 0;                       // sweeps that `changed_` knows
  mutable LaneNumbers numbers_[3];
};

}  // namespace gibbsite::simd

/// The spins of replicas of one lattice in blocks, their bonds, and the kernels that move them.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/lattice/lattice_kernels.hpp"
#include "samplers/threads/share.hpp"

namespace gibbsite::simd {

class LatticeStates {
 public:
  /// graph: that of the lattice, all |J| the same.
  LatticeStates(const BlockLattice& blocks, const Graph& graph, const LatticeKernels& kernels, std::size_t replicas);

  const BlockLattice& blocks() const noexcept { return blocks_; }
  const LatticeKernels& kernels() const noexcept { return kernels_; }
  /// All bonds J < 0.
  bool negative() const noexcept { return all_signs_ != 0; }
  std::size_t groups_a_colour() const noexcept { return (blocks_.colour_words + group - 1) / group; }

  Stripe stripe(std::size_t replica, std::size_t colour, Share share = {}) noexcept {
    const Signs signs{all_signs_, signs_.size() == 0 ? nullptr : signs_.data()};
    if (share.of == 1) return {&blocks_, state(replica), signs, colour, 0, blocks_.colour_words};  // divisions are slow
    const auto cut = [&](std::size_t k) {
      return std::min(blocks_.colour_words, groups_a_colour() * k / share.of * group);
    };
    return {&blocks_, state(replica), signs, colour, cut(share.index), cut(share.index + 1)};
  }
  /// What moves at a turn.
  Stripe stripe_at(std::size_t replica, std::size_t turn, Share share) noexcept {
    const BlockLattice::Turn& t = blocks_.turns[turn];
    Stripe s = stripe(replica, t.colour, share);
    if (t.late.empty()) return s;
    s.late = t.late.data();
    s.begin = 0;
    s.end = share.index == 0 ? t.late.size() : 0;
    return s;
  }
  /// Number of the random words of the first word that moves at a turn, from `first` on for the whole lattice.
  std::uint64_t number_at(std::uint64_t first, std::size_t turn, const Stripe& s) const noexcept {
    return first + turn * groups_a_colour() * group + s.begin;
  }
  /// Number of the random words of a stripe's first word, from `first` on for the whole lattice.
  std::uint64_t number(std::uint64_t first, const Stripe& s) const noexcept {
    return first + s.colour * groups_a_colour() * group + s.begin;
  }

  /// After all threads moved their shares of a colour: makes them known to the other colours. wait(): for all threads.
  template <class Wait>
  void close(std::size_t replica, std::size_t colour, Share share, Wait&& wait) noexcept {
    if (!blocks_.ragged()) {
      kernels_.close(stripe(replica, colour, share));
    } else {
      wait();
      if (share.index == 0) kernels_.close(stripe(replica, colour));
    }
    wait();
  }
  /// Spins up, and bonds that are not satisfied: adding up the shares; where three colours fit, bonds twice.
  Counts count(std::size_t replica, Share share);
  /// The same of a share whose spins of one colour move now, words at once as they have moved: the others are as they
  /// stay. Two colours.
  template <class Move>
  Counts count_moving(std::size_t replica, std::size_t colour, Share share, Move&& move) {
    constexpr std::size_t at_once = 4 * group;  // words that stay in the cache
    const Stripe all = stripe(replica, colour, share);
    Counts sum;
    for (Stripe s = all; s.begin < all.end; s.begin = s.end) {
      s.end = std::min(all.end, s.begin + at_once);
      move(s);
      sum += kernels_.count(s);
    }
    return with_other_colour(sum, replica, 1 - colour, share);
  }
  void load(std::size_t replica, std::span<const std::byte> spins);
  /// All replicas as the first.
  void spread() noexcept {
    for (std::size_t r = 1; r * blocks_.state_parts() < spins_.size(); ++r)
      std::copy_n(state(0), blocks_.state_parts(), state(r));
  }
  void save(std::size_t replica, std::span<std::byte> spins) const { unpack(blocks_, state(replica), spins); }
  /// A replica as it is in memory, for unpack().
  std::span<const std::uint64_t> packed(std::size_t replica) const noexcept {
    return {state(replica), blocks_.state_parts()};
  }
  void resample(std::span<const std::size_t> parent);
  /// All spins over. With them the halo, and dead bits, that mean nothing.
  void turn(std::size_t replica) noexcept {
    std::uint64_t* part = state(replica);
    for (std::size_t k = 0; k < blocks_.state_parts(); ++k) part[k] = ~part[k];
  }
  std::size_t differences(std::size_t a, std::size_t b) const { return simd::differences(blocks_, state(a), state(b)); }

 private:
  Counts with_other_colour(const Counts& one, std::size_t replica, std::size_t other, Share share);
  std::uint64_t* state(std::size_t r) noexcept { return spins_.data() + r * blocks_.state_parts(); }
  const std::uint64_t* state(std::size_t r) const noexcept { return spins_.data() + r * blocks_.state_parts(); }

  BlockLattice blocks_;
  const LatticeKernels& kernels_;
  Buffer<std::uint64_t> spins_;  // [replica][colour][sheet][row][word][part], with halos
  Buffer<std::uint64_t> signs_;  // of bonds, where they differ
  std::uint64_t all_signs_ = 0;
};

}  // namespace gibbsite::simd

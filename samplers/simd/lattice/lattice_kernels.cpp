#include "samplers/simd/lattice/lattice_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/lattice/lattice_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/lattice/halo-inl.h"
#include "samplers/simd/lattice/lattice_moves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

template <std::size_t neighbours, Bonds bonds, Move kind>
std::int64_t move_stripe(const Stripe& s, const LatticeDigits& digits, const Cipher& cipher, std::uint64_t number) {
  using Rule = MoveRule<Walk, neighbours, bonds, kind, Where::inside>;
  const auto& inside = *std::get_if<UniformDigits<Rule::Look::classes>>(&digits.digits);
  std::int64_t changed = 0;
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Coins coins(cipher, column);
    Rule rule(s, column, Walk(s, column), digits.favoured.data(), digits.free.data());
    for (std::size_t word = s.begin; word < s.end; word += group)
      decide_group(rule, inside, column, coins, number + (word - s.begin), std::min(group, s.end - word));
    changed += rule.changed();
  }
  return changed;
}

std::int64_t move(const Stripe& s, Move kind, const LatticeDigits& digits, const Cipher& cipher, std::uint64_t number) {
  if (!s.lattice->spots.empty()) return move_open(s, kind, digits, cipher, number);
  return with_move(s, kind, [&]<std::size_t neighbours, Bonds bonds, Move of_kind>() {
    return move_stripe<neighbours, bonds, of_kind>(s, digits, cipher, number);
  });
}

void toss(const Stripe& s, const Cipher& cipher, std::uint64_t number) {
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Coins coins(cipher, column);
    Walk walk(s, column);
    for (std::size_t word = s.begin; word < s.end; ++word, walk.next())
      hn::Store(coins.toss(coins.start(number + (word - s.begin)), 0), Bits(), walk.at());
  }
}

/// Which bonds of a site are counted; forwards: those with neighbours 0, 2, 4.
enum class BondsOf { both_ways, forwards };

template <std::size_t neighbours, Bonds bonds, bool ragged, BondsOf which>
Counts count_stripe(const Stripe& s) {
  const Bits d;
  const BlockLattice& lattice = *s.lattice;
  const auto count = [&](BitVector lanes, const std::uint64_t* live) {
    return hn::PopulationCount(ragged ? hn::And(lanes, hn::Load(d, live)) : lanes);
  };
  const BitVector all = hn::Set(d, s.signs.all);
  BitVector up = hn::Zero(d), neighbours_up = up, unsatisfied[2] = {up, up};
  std::size_t run = 0;
  for (std::size_t word = s.begin; word < s.end; word += run) {  // a row, or what the stripe has of it
    const std::size_t i = word % lattice.row_words, line = word / lattice.row_words;
    const std::size_t y = line % lattice.cells[1], z = line / lattice.cells[1];
    const std::size_t early = ragged ? lattice.early_words(s.colour, z, y) : lattice.row_words;
    run = std::min((i < early ? early : lattice.row_words) - i, s.end - word);
    const std::uint64_t* live = lattice.live[lattice.live_kind(lattice.cell_of(s.colour, z, y, i), y, z)].data();
    const std::ptrdiff_t* offset = lattice.offset[s.colour][(y + z) % lattice.phases].data();
    const std::uint64_t* at = s.state + lattice.at(s.colour, z, y, i);
    const std::uint64_t* sign = bonds == Bonds::alike
                                    ? nullptr
                                    : s.signs.bond + (s.colour * lattice.colour_words + word) * neighbours * word_parts;
    for (std::size_t part = 0; part < run * word_parts; part += column_parts) {
      const BitVector spin = hn::Load(d, at + part), want = hn::Xor(spin, all);
      const std::uint64_t* here = live + part % word_parts;
      up = hn::Add(up, count(spin, here));
      if constexpr (which == BondsOf::both_ways)
        neighbours_up = hn::Add(neighbours_up, count(hn::Load(d, at + part + offset[0]), here));
      HWY_UNROLL(6)
      for (std::size_t k = 0; k < neighbours; k += which == BondsOf::forwards ? 2 : 1) {
        BitVector other = hn::Load(d, at + part + offset[k]);
        if constexpr (bonds == Bonds::signed_one_by_one)
          other = hn::Xor(other, hn::Load(d, sign + part / word_parts * neighbours * word_parts + k * word_parts +
                                                 part % word_parts));
        unsatisfied[k / 2 % 2] = hn::Add(unsatisfied[k / 2 % 2], count(hn::Xor(other, want), here));
      }
    }
  }
  const auto total = [&](BitVector v) { return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, v))); };
  return {total(up), total(neighbours_up), total(hn::Add(unsatisfied[0], unsatisfied[1]))};
}
Counts count(const Stripe& s) {
  Counts counts = with_bonds(s, [&]<std::size_t neighbours, Bonds bonds>() {
    using enum BondsOf;
    if (!s.lattice->seamed())
      return s.lattice->ragged() ? count_stripe<neighbours, bonds, true, both_ways>(s)
                                 : count_stripe<neighbours, bonds, false, both_ways>(s);
    if constexpr (neighbours % 2 == 0) return count_stripe<neighbours, bonds, true, forwards>(s);
    return Counts();  // there are seams on square, cubic and triangular lattices alone
  });
  if (s.lattice->open) counts.unsatisfied -= count_missing(s);
  return counts;
}

const LatticeKernels* kernels_here() {
  static const LatticeKernels all = {hwy::TargetName(HWY_TARGET), move, toss, close, count};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const LatticeKernels*> lattice_kernels() {
  std::vector<const LatticeKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::kernels_here());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::kernels_here());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::kernels_here());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif

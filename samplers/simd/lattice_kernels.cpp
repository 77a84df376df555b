#include "samplers/simd/lattice_kernels.hpp"

#include <algorithm>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/lattice_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/bernoulli-inl.h"
#include "samplers/simd/field-inl.h"
#include "samplers/simd/halo-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Walks through the words of a stripe in order, in one column.
class Walk {
 public:
  Walk(const Stripe& s, std::size_t column) : lattice_(s.lattice), colour_(s.colour) {
    const std::size_t line = s.begin / lattice_->row_words;
    y_ = line % lattice_->cells[1];
    z_ = line / lattice_->cells[1];
    i_ = s.begin % lattice_->row_words;
    phase_ = (y_ + z_) % lattice_->phases;
    at_ = s.state + lattice_->at(s.colour, z_, y_, i_) + column;
  }
  HWY_INLINE std::uint64_t* at() const { return at_; }
  HWY_INLINE const std::ptrdiff_t* offset() const { return lattice_->offset[colour_][phase_].data(); }
  HWY_INLINE void next() {
    at_ += word_parts;
    if (++i_ < lattice_->row_words) return;
    i_ = 0;
    at_ += 2 * word_parts;  // over the halo
    phase_ = phase_ + 1 == lattice_->phases ? 0 : phase_ + 1;
    if (++y_ < lattice_->cells[1]) return;
    y_ = 0;
    at_ += 2 * lattice_->row;
    phase_ = ++z_ % lattice_->phases;
  }

 private:
  const BlockLattice* lattice_;
  std::size_t colour_, i_, y_, z_, phase_;
  std::uint64_t* at_;
};

enum class Bonds { alike, signed_one_by_one };

/// The neighbours of the word where a walk stands.
template <std::size_t neighbours, Bonds bonds>
HWY_INLINE void load(const Walk& walk, const std::uint64_t* sign, BitVector (&n)[neighbours]) {
  const std::ptrdiff_t* offset = walk.offset();
  HWY_UNROLL(6) for (std::size_t k = 0; k < neighbours; ++k) {
    n[k] = hn::Load(Bits(), walk.at() + offset[k]);
    if constexpr (bonds == Bonds::signed_one_by_one) n[k] = hn::Xor(n[k], hn::Load(Bits(), sign + k * word_parts));
  }
}

template <std::size_t neighbours, Bonds bonds, Move kind>
class MoveRule {
 public:
  using Look = std::conditional_t<kind == Move::heat_bath_in_field, Number<neighbours>, Field<neighbours>>;
  MoveRule(const Stripe& s, std::size_t column)
      : walk_(s, column),
        sign_(bonds == Bonds::alike
                  ? nullptr
                  : s.signs.bond + (s.colour * s.lattice->colour_words + s.begin) * neighbours * word_parts + column),
        flip_(hn::Set(Bits(), s.signs.all)),
        changed_(hn::Zero(Bits())) {}
  HWY_INLINE Look look(std::size_t k) {
    BitVector n[neighbours];
    load<neighbours, bonds>(walk_, sign_, n);
    Look field;
    field.count(n);
    site_[k] = walk_.at();
    walk_.next();
    if constexpr (bonds == Bonds::signed_one_by_one) sign_ += neighbours * word_parts;
    return field;
  }
  static HWY_INLINE BitVector choose(const Look& field, const BitVector (&yes)[Look::classes], BitVector fair) {
    if constexpr (kind != Move::metropolis) return field.choose(yes, fair);
    return field.choose(yes, hn::Not(hn::Zero(Bits())));
  }
  HWY_INLINE void write(std::size_t k, const Look& field, BitVector verdict) {
    const BitVector before = hn::Load(Bits(), site_[k]);
    BitVector after;
    if constexpr (kind == Move::heat_bath)
      after = hn::Xor3(field.most, verdict, flip_);
    else if constexpr (kind == Move::metropolis)
      after = turn(before, verdict, hn::Xor(field.most, flip_));
    else
      after = verdict;
    hn::Store(after, Bits(), site_[k]);
    changed_ = hn::Add(changed_, hn::PopulationCount(hn::Xor(before, after)));
  }
  HWY_INLINE std::int64_t changed() const {
    return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(Bits(), changed_)));
  }

 private:
  Walk walk_;
  const std::uint64_t* sign_;
  BitVector flip_, changed_;
  std::uint64_t* site_[group];
};

template <std::size_t neighbours, Bonds bonds, Move kind>
std::int64_t move_stripe(const Stripe& s, const LatticeDigits& any_digits, const Cipher& cipher, std::uint64_t number) {
  using Rule = MoveRule<neighbours, bonds, kind>;
  const auto& digits = *std::get_if<UniformDigits<Rule::Look::classes>>(&any_digits);
  std::int64_t changed = 0;
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Coins coins(cipher, column);
    Rule rule(s, column);
    for (std::size_t word = s.begin; word < s.end; word += group)
      decide_group(rule, digits, column, coins, number + (word - s.begin), std::min(group, s.end - word));
    changed += rule.changed();
  }
  close_stripe(s);
  return changed;
}
template <std::size_t neighbours, Bonds bonds>
std::int64_t move_by(Move kind, const Stripe& s, const LatticeDigits& digits, const Cipher& cipher,
                     std::uint64_t number) {
  if (kind == Move::heat_bath) return move_stripe<neighbours, bonds, Move::heat_bath>(s, digits, cipher, number);
  if (kind == Move::metropolis) return move_stripe<neighbours, bonds, Move::metropolis>(s, digits, cipher, number);
  return move_stripe<neighbours, bonds, Move::heat_bath_in_field>(s, digits, cipher, number);
}
template <std::size_t neighbours>
std::int64_t move_with(Move kind, const Stripe& s, const LatticeDigits& digits, const Cipher& cipher,
                       std::uint64_t number) {
  return s.signs.bond == nullptr ? move_by<neighbours, Bonds::alike>(kind, s, digits, cipher, number)
                                 : move_by<neighbours, Bonds::signed_one_by_one>(kind, s, digits, cipher, number);
}
std::int64_t move(const Stripe& s, Move kind, const LatticeDigits& digits, const Cipher& cipher, std::uint64_t number) {
  if (s.lattice->neighbours == 3) return move_with<3>(kind, s, digits, cipher, number);
  if (s.lattice->neighbours == 4) return move_with<4>(kind, s, digits, cipher, number);
  return move_with<6>(kind, s, digits, cipher, number);
}

void toss(const Stripe& s, const Cipher& cipher, std::uint64_t number) {
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Coins coins(cipher, column);
    Walk walk(s, column);
    for (std::size_t word = s.begin; word < s.end; ++word, walk.next())
      hn::Store(coins.toss(coins.start(number + (word - s.begin)), 0), Bits(), walk.at());
  }
  close_stripe(s);
}

template <std::size_t neighbours, Bonds bonds>
Counts count_stripe(const Stripe& s) {
  const Bits d;
  const BlockLattice& lattice = *s.lattice;
  const BitVector all = hn::Set(d, s.signs.all);
  BitVector up = hn::Zero(d), neighbours_up = up, unsatisfied[2] = {up, up};
  std::size_t run = 0;
  for (std::size_t word = s.begin; word < s.end; word += run) {  // a row, or what the stripe has of it
    const std::size_t i = word % lattice.row_words, line = word / lattice.row_words;
    const std::size_t y = line % lattice.cells[1], z = line / lattice.cells[1];
    run = std::min(lattice.row_words - i, s.end - word);
    const std::ptrdiff_t* offset = lattice.offset[s.colour][(y + z) % lattice.phases].data();
    const std::uint64_t* at = s.state + lattice.at(s.colour, z, y, i);
    const std::uint64_t* sign = bonds == Bonds::alike
                                    ? nullptr
                                    : s.signs.bond + (s.colour * lattice.colour_words + word) * neighbours * word_parts;
    for (std::size_t part = 0; part < run * word_parts; part += column_parts) {
      const BitVector spin = hn::Load(d, at + part), want = hn::Xor(spin, all);
      up = hn::Add(up, hn::PopulationCount(spin));
      neighbours_up = hn::Add(neighbours_up, hn::PopulationCount(hn::Load(d, at + part + offset[0])));
      HWY_UNROLL(6)
      for (std::size_t k = 0; k < neighbours; ++k) {
        BitVector other = hn::Load(d, at + part + offset[k]);
        if constexpr (bonds == Bonds::signed_one_by_one)
          other = hn::Xor(other, hn::Load(d, sign + part / word_parts * neighbours * word_parts + k * word_parts +
                                                 part % word_parts));
        unsatisfied[k % 2] = hn::Add(unsatisfied[k % 2], hn::PopulationCount(hn::Xor(other, want)));
      }
    }
  }
  const auto total = [&](BitVector v) { return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, v))); };
  return {total(up), total(neighbours_up), total(hn::Add(unsatisfied[0], unsatisfied[1]))};
}
template <std::size_t neighbours>
Counts count_with(const Stripe& s) {
  return s.signs.bond == nullptr ? count_stripe<neighbours, Bonds::alike>(s)
                                 : count_stripe<neighbours, Bonds::signed_one_by_one>(s);
}
Counts count(const Stripe& s) {
  return s.lattice->neighbours == 3   ? count_with<3>(s)
         : s.lattice->neighbours == 4 ? count_with<4>(s)
                                      : count_with<6>(s);
}

const LatticeKernels* kernels_here() {
  static const LatticeKernels all = {hwy::TargetName(HWY_TARGET), move, toss, close_stripe, count};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "physics/chance.hpp"

namespace gibbsite::simd {

LatticeDigits digits_of(Move move, std::size_t neighbours, double coupling, double field) {
  const auto fill = [&](auto digits, auto probability) -> LatticeDigits {
    for (std::size_t q = 0; q < digits.classes; ++q) digits.set(q, Coin(probability(static_cast<double>(q))).threshold);
    return digits;
  };
  const auto z = static_cast<double>(neighbours);
  if (move == Move::heat_bath_in_field) {
    const auto up = [&](double k) { return 1 / (1 + std::exp(-2 * (coupling * (2 * k - z) + field))); };
    if (neighbours == 3) return fill(UniformDigits<4>(), up);
    if (neighbours == 4) return fill(UniformDigits<5>(), up);
    return fill(UniformDigits<7>(), up);
  }
  const auto change = [&](double q) {
    const double boltzmann = std::exp(-2 * std::abs(coupling) * (neighbours % 2 == 0 ? 2 * q + 2 : 2 * q + 1));
    return move == Move::heat_bath ? boltzmann / (1 + boltzmann) : boltzmann;
  };
  if (neighbours == 6) return fill(UniformDigits<3>(), change);
  return fill(UniformDigits<2>(), change);
}

std::vector<const LatticeKernels*> lattice_kernels() {
  std::vector<const LatticeKernels*> all;
  const std::int64_t supported = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::kernels_here());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::kernels_here());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::kernels_here());
#endif
#if HWY_TARGETS & HWY_SSE4
  if ((supported & HWY_SSE4) != 0) all.push_back(N_SSE4::kernels_here());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif

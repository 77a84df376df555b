// How the words of a stripe move. Compiled once per target.
#if defined(GIBBSITE_LATTICE_MOVES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_LATTICE_MOVES_INL_H
#undef GIBBSITE_LATTICE_MOVES_INL_H
#else
#define GIBBSITE_LATTICE_MOVES_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "samplers/simd/bits/local_field-inl.h"
#include "samplers/simd/lattice/lattice_kernels.hpp"
#include "samplers/simd/random/bernoulli-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Walks through the words of a stripe in order, in one column.
class Walk {
 public:
  static constexpr bool all_live = true;
  Walk(const Stripe& s, std::size_t column) : lattice_(s.lattice), colour_(s.colour) {
    const std::size_t line = s.begin / lattice_->row_words;
    y_ = line % lattice_->cells[1];
    z_ = line / lattice_->cells[1];
    i_ = s.begin % lattice_->row_words;
    phase_ = (y_ + z_) % lattice_->phases;
    word_ = s.begin;
    at_ = s.state + lattice_->at(s.colour, z_, y_, i_) + column;
  }
  HWY_INLINE std::uint64_t* at() const { return at_; }
  HWY_INLINE const std::ptrdiff_t* offset() const { return lattice_->offset[colour_][phase_].data(); }
  /// In its colour.
  HWY_INLINE std::size_t word() const { return word_; }
  HWY_INLINE void next() {
    ++word_;
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
  std::size_t colour_, i_, y_, z_, phase_, word_;
  std::uint64_t* at_;
};

/// Walks through words of an open or a ragged lattice, in one column.
class Spots {
 public:
  static constexpr bool all_live = false;
  Spots(const Stripe& s, const BlockLattice::Spot* spot, std::size_t column)
      : lattice_(s.lattice), state_(s.state + column), spot_(spot), colour_(s.colour), column_(column) {}
  HWY_INLINE std::uint64_t* at() const { return state_ + spot_->at; }
  HWY_INLINE const std::ptrdiff_t* offset() const { return lattice_->offset[colour_][spot_->phase].data(); }
  HWY_INLINE std::size_t word() const { return spot_->word; }
  HWY_INLINE void next() { ++spot_; }

  /// Neighbours that are none are set up and down.
  template <std::size_t neighbours>
  HWY_INLINE void mend(BitVector (&n)[neighbours]) const {
    const BlockLattice::Edge& edge = lattice_->edges[spot_->edge];
    HWY_UNROLL(6)
    for (std::size_t k = 0; k < neighbours; ++k)
      n[k] = hn::OrAnd(hn::Load(Bits(), edge.raised[k] + column_), n[k], hn::Load(Bits(), edge.there[k] + column_));
  }
  HWY_INLINE BitVector missing(std::size_t k) const {
    return hn::Not(hn::Load(Bits(), lattice_->edges[spot_->edge].there[k] + column_));
  }
  /// Lanes of sites that move.
  HWY_INLINE const std::uint64_t* moves() const { return lattice_->masks[spot_->moves].lanes.data() + column_; }
  HWY_INLINE BitVector odd() const { return hn::Load(Bits(), lattice_->edges[spot_->edge].odd + column_); }

 private:
  const BlockLattice* lattice_;
  std::uint64_t* state_;
  const BlockLattice::Spot* spot_;
  std::size_t colour_, column_;
};

enum class Bonds { alike, signed_one_by_one };

/// The neighbours of the word where a walk stands; sign: of its bonds.
template <std::size_t neighbours, Bonds bonds, class Words>
HWY_INLINE void load(const Words& walk, const std::uint64_t* sign, BitVector (&n)[neighbours]) {
  const std::ptrdiff_t* offset = walk.offset();
  HWY_UNROLL(6) for (std::size_t k = 0; k < neighbours; ++k) {
    n[k] = hn::Load(Bits(), walk.at() + offset[k]);
    if constexpr (bonds == Bonds::signed_one_by_one) n[k] = hn::Xor(n[k], hn::Load(Bits(), sign + k * word_parts));
  }
}

enum class Where { inside, at_an_edge };

template <class Words, std::size_t neighbours, Bonds bonds, Move kind, Where where>
class MoveRule {
  static constexpr bool edge = where == Where::at_an_edge;
  using Inner = std::conditional_t<in_field(kind), Number<neighbours>, Field<neighbours>>;
  using Outer = std::conditional_t<in_field(kind), EdgeNumber<neighbours>, EdgeField<neighbours>>;

 public:
  using Look = std::conditional_t<edge, Outer, Inner>;
  /// favoured, free: all ones for classes whose field pulls up, or not at all.
  MoveRule(const Stripe& s, std::size_t column, const Words& words, const std::uint64_t* favoured,
           const std::uint64_t* free)
      : words_(words),
        sign_(s.signs.bond == nullptr
                  ? positive
                  : s.signs.bond + s.colour * s.lattice->colour_words * neighbours * word_parts + column),
        sign_step_(s.signs.bond == nullptr ? 0 : neighbours * word_parts),
        favoured_(favoured),
        free_(free),
        flip_(hn::Set(Bits(), s.signs.all)),
        changed_(hn::Zero(Bits())) {}
  void go_to(const Words& words) { words_ = words; }
  HWY_INLINE Look look(std::size_t k) {
    BitVector n[neighbours];
    load<neighbours, bonds>(words_, sign_ + words_.word() * sign_step_, n);
    Look field;
    if constexpr (edge) {
      words_.mend(n);
      field.count(n, words_.odd());
    } else {
      field.count(n);
    }
    site_[k] = words_.at();
    if constexpr (!Words::all_live) moves_[k] = words_.moves();
    words_.next();
    return field;
  }
  static HWY_INLINE BitVector choose(const Look& field, const BitVector (&yes)[Look::classes], BitVector fair) {
    return field.choose(yes, fair);
  }
  HWY_INLINE void write(std::size_t k, const Look& field, BitVector verdict) {
    const BitVector before = hn::Load(Bits(), site_[k]);
    BitVector after;
    if constexpr (kind == Move::heat_bath)
      after = hn::Xor3(field.most, verdict, flip_);
    else if constexpr (kind == Move::metropolis)
      after = turn(before, verdict, select(free(field), before, hn::Xor(field.most, flip_)));
    else if constexpr (kind == Move::heat_bath_in_field)
      after = verdict;
    else
      after = turn(before, verdict, select(chosen(field, free_), before, chosen(field, favoured_)));
    if constexpr (!Words::all_live) after = select(hn::Load(Bits(), moves_[k]), after, before);
    hn::Store(after, Bits(), site_[k]);
    changed_ = hn::Add(changed_, hn::PopulationCount(hn::Xor(before, after)));
  }
  HWY_INLINE std::int64_t changed() const {
    return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(Bits(), changed_)));
  }

 private:
  /// The bits of the classes that lanes are in.
  static HWY_INLINE BitVector chosen(const Look& field, const std::uint64_t* bits) {
    BitVector of[Look::classes];
    HWY_UNROLL(13) for (std::size_t q = 0; q < Look::classes; ++q) of[q] = hn::Set(Bits(), bits[q]);
    return field.choose(of, hn::Zero(Bits()));
  }
  /// Lanes whose neighbours have no majority, without a field: they have no class.
  static HWY_INLINE BitVector free(const Look& field) {
    BitVector none[Look::classes];
    HWY_UNROLL(13) for (std::size_t q = 0; q < Look::classes; ++q) none[q] = hn::Zero(Bits());
    return field.choose(none, hn::Not(hn::Zero(Bits())));
  }

  alignas(64) static constexpr std::uint64_t positive[neighbours * word_parts] = {};
  Words words_;
  const std::uint64_t* sign_;
  std::size_t sign_step_;
  const std::uint64_t *favoured_, *free_;
  BitVector flip_, changed_;
  std::uint64_t* site_[group];
  const std::uint64_t* moves_[Words::all_live ? 1 : group];
};

/// What is known of a stripe as the program runs, as a template's arguments: call.operator()<neighbours, bonds>().
template <class Call>
auto with_bonds(const Stripe& s, const Call& call) {
  const auto with = [&]<std::size_t neighbours>() {
    return s.signs.bond == nullptr ? call.template operator()<neighbours, Bonds::alike>()
                                   : call.template operator()<neighbours, Bonds::signed_one_by_one>();
  };
  if (s.lattice->neighbours == 3) return with.template operator()<3>();
  return s.lattice->neighbours == 4 ? with.template operator()<4>() : with.template operator()<6>();
}
/// And call.operator()<neighbours, bonds, kind>().
template <class Call>
auto with_move(const Stripe& s, Move kind, const Call& call) {
  return with_bonds(s, [&]<std::size_t neighbours, Bonds bonds>() {
    switch (kind) {
      case Move::heat_bath:
        return call.template operator()<neighbours, bonds, Move::heat_bath>();
      case Move::metropolis:
        return call.template operator()<neighbours, bonds, Move::metropolis>();
      case Move::heat_bath_in_field:
        return call.template operator()<neighbours, bonds, Move::heat_bath_in_field>();
      default:
        return call.template operator()<neighbours, bonds, Move::metropolis_in_field>();
    }
  });
}

/// samplers/simd/lattice/lattice_open.cpp: a move of an open or a ragged lattice; and the bonds around it, that are
/// none, among the unsatisfied ones that would be counted were it periodic.
std::int64_t move_open(const Stripe& s, Move kind, const LatticeDigits& digits, const Cipher& cipher,
                       std::uint64_t number);
std::int64_t count_missing(const Stripe& s);

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

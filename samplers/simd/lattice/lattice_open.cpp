// Moves of open lattices. In each group those words that have all their neighbours go first, as in a periodic lattice;
// then those at an edge of the lattice, with more classes. Few of a large lattice are, so that more classes cost
// little. Both share the random words of the group.
#include "samplers/simd/lattice/lattice_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/lattice/lattice_open.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/lattice/lattice_moves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Compiled once for all that call it.
template <class Rule, class Digits>
HWY_NOINLINE void decide_apart(Rule& rule, const Digits& digits, std::size_t column, const Coins& coins,
                               std::uint64_t first, std::size_t n) {
  decide_group(rule, digits, column, coins, first, n);
}

template <std::size_t neighbours, Bonds bonds, Move kind>
std::int64_t move_open_stripe(const Stripe& s, const LatticeDigits& digits, const Cipher& cipher,
                              std::uint64_t number) {
  using Inside = MoveRule<Spots, neighbours, bonds, kind, Where::inside>;
  using AtEdge = MoveRule<Spots, neighbours, Bonds::signed_one_by_one, kind, Where::at_an_edge>;
  const auto& inside = *std::get_if<UniformDigits<Inside::Look::classes>>(&digits.digits);
  const auto& at_edge = *std::get_if<UniformDigits<AtEdge::Look::classes>>(&digits.edge->digits);
  const BlockLattice& lattice = *s.lattice;
  std::int64_t changed = 0;
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Coins coins(cipher, column);
    Inside inner(s, column, Spots(s, nullptr, column), digits.favoured.data(), digits.free.data());
    AtEdge outer(s, column, Spots(s, nullptr, column), digits.edge->favoured.data(), digits.edge->free.data());
    for (std::size_t word = s.begin; word < s.end; word += group) {
      const BlockLattice::Spot* spot =
          (s.late != nullptr ? s.late : lattice.spots.data() + s.colour * lattice.colour_words) + word;
      const std::size_t n = std::min(group, s.end - word);
      const std::size_t n_inner =
          s.late != nullptr ? n : lattice.inner[s.colour * lattice.groups_a_colour() + word / group];
      const std::uint64_t first = number + (word - s.begin);
      if (n_inner > 0) {
        inner.go_to(Spots(s, spot, column));
        decide_group(inner, inside, column, coins, first, n_inner);
      }
      if (n_inner < n) {
        outer.go_to(Spots(s, spot + n_inner, column));
        decide_apart(outer, at_edge, column, coins, first + n_inner, n - n_inner);
      }
    }
    changed += inner.changed() + outer.changed();
  }
  return changed;
}
std::int64_t move_open(const Stripe& s, Move kind, const LatticeDigits& digits, const Cipher& cipher,
                       std::uint64_t number) {
  return with_move(s, kind, [&]<std::size_t neighbours, Bonds bonds, Move of_kind>() {
    return move_open_stripe<neighbours, bonds, of_kind>(s, digits, cipher, number);
  });
}

template <std::size_t neighbours, Bonds bonds>
std::int64_t count_missing_bonds(const Stripe& s) {
  const Bits d;
  const BlockLattice& lattice = *s.lattice;
  BitVector unsatisfied = hn::Zero(d);
  for (std::size_t word = s.begin; word < s.end; word += group) {
    const BlockLattice::Spot* spot = lattice.spots.data() + s.colour * lattice.colour_words + word;
    for (std::size_t k = lattice.inner[s.colour * lattice.groups_a_colour() + word / group];
         k < std::min(group, s.end - word); ++k)
      for (std::size_t column = 0; column < word_parts; column += column_parts) {
        const Spots spots(s, spot + k, column);
        const BitVector want = hn::Xor(hn::Load(d, spots.at()), hn::Set(d, s.signs.all));
        const BitVector live = hn::Load(d, spots.moves());
        BitVector n[neighbours];
        const std::uint64_t* sign = s.signs.bond;
        if constexpr (bonds == Bonds::signed_one_by_one)
          sign += (s.colour * lattice.colour_words + spots.word()) * neighbours * word_parts + column;
        load<neighbours, bonds>(spots, sign, n);
        HWY_UNROLL(6)
        for (std::size_t i = 0; i < neighbours; ++i)
          unsatisfied = hn::Add(unsatisfied, hn::PopulationCount(all_of(live, spots.missing(i), hn::Xor(n[i], want))));
      }
  }
  return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, unsatisfied)));
}
std::int64_t count_missing(const Stripe& s) {
  return with_bonds(s,
                    [&]<std::size_t neighbours, Bonds bonds>() { return count_missing_bonds<neighbours, bonds>(s); });
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

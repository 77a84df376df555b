/// What a lattice in blocks does to a stripe of words, compiled once per instruction set.
///
/// Every word has z neighbours in planes of other colours; k of them pull its spin up, and the field is |f| = |2k - z|.
/// Full adders count k for 512 spins at once, and all moves depend on |f| and the majority alone:
///   heat bath:   the spin becomes the majority's, or the other one with probability 1 / (1 + exp(2 beta |f|));
///   Metropolis:  a spin against the majority turns over, one with it with probability exp(-2 beta |f|), one without
///                any with 1/2.
/// Where f = 0 the spin is drawn by a fair coin, or turns over. So two or three classes of probabilities are needed
/// (|f| = 2, 4, 6 or 1, 3, ascending), and 4 to 8 instructions to tell them. In a field h every k = 0 ... z is a class
/// of its own: with the probability that the spin becomes +1, or for Metropolis with exp(-2 |beta J (2k - z) + beta h|)
/// and the direction that this field favours.
///
/// At the edges of an open lattice spins have any number of neighbours up to z
/// (samplers/simd/lattice/block_lattice.hpp), and |f| = 1 ... z are classes, or in a field all of -z ... z. That
/// takes 1.4 to 1.8 times as long, but only one word in 11 of a square lattice with L = 1024 is at an edge.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "samplers/kernels/local_move.hpp"
#include "samplers/simd/lattice/block_lattice.hpp"
#include "samplers/simd/random/bernoulli.hpp"

namespace gibbsite::simd {

/// A local move by the classes of fields it needs: of |f| without a field, of f with one.
enum class Move { heat_bath, metropolis, heat_bath_in_field, metropolis_in_field };
constexpr bool in_field(Move move) { return move == Move::heat_bath_in_field || move == Move::metropolis_in_field; }
constexpr Move move_of(LocalMove move, double field) {
  if (move == LocalMove::heat_bath) return field == 0 ? Move::heat_bath : Move::heat_bath_in_field;
  return field == 0 ? Move::metropolis : Move::metropolis_in_field;
}

/// Probabilities of the classes at one temperature. favoured, free: all ones for classes whose field is positive, zero.
struct LatticeDigits {
  std::variant<UniformDigits<2>, UniformDigits<3>, UniformDigits<4>, UniformDigits<5>, UniformDigits<7>> digits;
  std::array<std::uint64_t, 7> favoured = {}, free = {};
  struct Edge {
    std::variant<UniformDigits<3>, UniformDigits<4>, UniformDigits<6>, UniformDigits<7>, UniformDigits<9>,
                 UniformDigits<13>>
        digits;
    std::array<std::uint64_t, 13> favoured = {}, free = {};
  };
  std::unique_ptr<Edge> edge;  ///< of lattices whose words are listed, open ones among them
};
/// coupling: beta |J|, or beta J where all bonds have that sign; field: beta h.
LatticeDigits digits_of(Move move, const BlockLattice& lattice, double coupling, double field);

/// Bonds: J > 0 everywhere, J < 0 everywhere, or one sign for each.
struct Signs {
  std::uint64_t all = 0;                ///< all ones: J < 0
  const std::uint64_t* bond = nullptr;  ///< [colour][word][neighbour][part], a bit for J < 0; or null
};

/// Words begin ... end - 1 of one colour, or of those of it that move late; begin: a multiple of a group.
struct Stripe {
  const BlockLattice* lattice = nullptr;
  std::uint64_t* state = nullptr;
  Signs signs;
  std::size_t colour = 0, begin = 0, end = 0;
  const BlockLattice::Spot* late = nullptr;
};

/// Spins up in some words, and their bonds that are not satisfied, of a lattice with a seam those that lead forwards.
/// With two colours, and the live sites all around, every site of the other colour is neighbour 0 of one site: all of
/// either colour tell everything.
struct Counts {
  std::int64_t up = 0, neighbours_up = 0, unsatisfied = 0;

  Counts& operator+=(const Counts& more) {
    up += more.up;
    neighbours_up += more.neighbours_up;
    unsatisfied += more.unsatisfied;
    return *this;
  }
};

struct LatticeKernels {
  const char* name;  ///< of the instruction set
  /// Moves the spins of a stripe with the coins of words number, number + 1, ...; how many changed.
  std::int64_t (*move)(const Stripe&, Move, const LatticeDigits&, const Cipher&, std::uint64_t number);
  /// Every spin a fair coin, that of level 0 of its word.
  void (*toss)(const Stripe&, const Cipher&, std::uint64_t number);
  /// After either: copies a stripe's words at the edges of blocks to the halo. Of a ragged lattice all words of a
  /// colour, and of others in whose planes it has ghosts: renews them first.
  void (*close)(const Stripe&);
  Counts (*count)(const Stripe&);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const LatticeKernels*> lattice_kernels();

}  // namespace gibbsite::simd

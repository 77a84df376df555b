/// What a lattice in blocks does to a stripe of words, compiled once per instruction set.
///
/// Every word has z neighbours in planes of other colours; k of them pull its spin up, and the field is |f| = |2k - z|.
/// Full adders count k for 512 spins at once, and all moves hang on |f| and the majority alone:
///   heat bath:   the spin becomes the majority's, or the other one with probability 1 / (1 + exp(2 beta |f|));
///   Metropolis:  a spin against the majority turns over, one with it with probability exp(-2 beta |f|).
/// Where f = 0 the spin is drawn by a fair coin, or turns over. So two or three classes of probabilities are needed
/// (|f| = 2, 4, 6 or 1, 3, ascending), and 4 to 8 instructions to tell them. In a field h every k = 0 ... z is a class
/// of its own, with the probability that the spin becomes +1; only the heat bath moves there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "samplers/simd/bernoulli.hpp"
#include "samplers/simd/block_lattice.hpp"

namespace gibbsite::simd {

enum class Move { heat_bath, metropolis, heat_bath_in_field };

/// Probabilities of the classes at one temperature.
using LatticeDigits =
    std::variant<UniformDigits<2>, UniformDigits<3>, UniformDigits<4>, UniformDigits<5>, UniformDigits<7>>;
/// coupling: beta |J|, or beta J where all bonds have that sign; field: beta h.
LatticeDigits digits_of(Move move, std::size_t neighbours, double coupling, double field);

/// Bonds: J > 0 everywhere, J < 0 everywhere, or one sign for each.
struct Signs {
  std::uint64_t all = 0;                ///< all ones: J < 0
  const std::uint64_t* bond = nullptr;  ///< [colour][word][neighbour][part], a bit for J < 0; or null
};

/// Words begin ... end - 1 of one colour; begin: a multiple of a group.
struct Stripe {
  const BlockLattice* lattice = nullptr;
  std::uint64_t* state = nullptr;
  Signs signs;
  std::size_t colour = 0, begin = 0, end = 0;
};

/// Spins up in some words, and their bonds that are not satisfied. With two colours, every site of the other one is
/// neighbour 0 of one site: all of either colour tell everything.
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
  /// Moves the spins of a stripe with the coins of words number, number + 1, ... and renews their halo; how many
  /// changed.
  std::int64_t (*move)(const Stripe&, Move, const LatticeDigits&, const Cipher&, std::uint64_t number);
  /// Every spin a fair coin, that of level 0 of its word; renews the halo.
  void (*toss)(const Stripe&, const Cipher&, std::uint64_t number);
  /// Copies a stripe's words at the edges of blocks to the halo.
  void (*close)(const Stripe&);
  Counts (*count)(const Stripe&);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const LatticeKernels*> lattice_kernels();

}  // namespace gibbsite::simd

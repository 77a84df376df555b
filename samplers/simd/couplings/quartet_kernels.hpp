/// Single-spin moves of four replicas of a graph at a time, a byte each: a site is a 32-bit word, sixteen sites are a
/// *vector* of 32-bit lanes; compiled once per instruction set.
///
/// Local fields take few values: couplings are whole multiples of a unit. f is made by adding up bytes, the weights of
/// those neighbours that are up, and is the number of a *class*, which has a probability in a table of each replica:
///
///   class = step (f / unit + most) / 2 = 0 ... classes - 1.
///
/// In a fixed order the sites of a vector have no bonds among them and decide together. In a random one sites are
/// picked and visited one after the other, all four replicas at once: they share the sites that are picked, and nothing
/// else.
///
/// Decisions compare 31 random bits with a probability's, and 31 more where these tie. Whole numbers only: the same
/// bits on every instruction set. Only raw memory crosses this interface; nothing that instruction sets share is
/// compiled with theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

inline constexpr std::size_t quartet = 4;  ///< replicas of a word
inline constexpr std::size_t most_classes = 32;

/// Couplings of places in the order of visits; of vectors that are not full the last places are no sites. Bytes of
/// words are alike, one for each replica.
struct QuartetCouplings {
  std::size_t sites = 0, vectors = 0, classes = 0;
  const std::uint8_t* count = nullptr;   ///< [vector]: sites in it
  const std::uint32_t* base = nullptr;   ///< [place]: the class if all neighbours were down
  const std::uint32_t* first = nullptr;  ///< fixed order, [vector + 1]: entries of a vector, first[v] .. first[v + 1]
  const std::int32_t* neighbour = nullptr;  ///< fixed order, [entry][lane]: a place
  const std::int32_t* run = nullptr;        ///< fixed order, [entry]: the first of sixteen places in a row, or -1
  const std::uint32_t* weight = nullptr;    ///< fixed order, [entry][lane]: step J / unit, modulo 256
  std::size_t degree = 0;                   ///< random order: the largest
  const std::uint32_t* rows = nullptr;      ///< random order, [place]: `degree` places, and their weights
  const std::uint32_t* turned = nullptr;    ///< [place]: all ones where a spin is the other way up; or null
};

/// What flips have changed of each replica: for lanes that turned over, spins, those that were up (in memory; and as
/// they are, where some are turned), and classes, counted from the other end where a spin was down.
struct QuartetSums {
  std::uint64_t flips[quartet] = {}, ups[quartet] = {}, real_ups[quartet] = {}, classes[quartet] = {};
};

/// One sweep: as many visits as there are sites.
struct QuartetSweep {
  const Cipher* cipher = nullptr;
  std::uint64_t number = 0;  ///< of these four replicas in the whole
  bool reversed = false;     ///< visits in the opposite order, if that is fixed
  std::size_t replicas = quartet;
  /// [replica][class]: the upper 31 bits of 2^64 times the probability: heat bath, that the spin will be up;
  /// Metropolis, that it turns over, by the class of a spin that is down; and the next 31.
  const std::int32_t *high = nullptr, *low = nullptr;
};

struct QuartetKernels {
  using Sweep = void (*)(const QuartetCouplings&, const QuartetSweep&, std::uint32_t* up, QuartetSums&);
  const char* name;  ///< of the instruction set
  /// up: [place], a byte of all ones for a replica's spin that is up, else 0; of what is no site, 0.
  Sweep heat_bath, metropolis;
  /// A site picked at random for every visit (each with probability 1 / N up to 2^-32).
  Sweep random_heat_bath, random_metropolis;
  /// Fair coins for all spins of the replicas whose bytes are set in `which`.
  void (*toss)(const QuartetCouplings&, const Cipher&, std::uint64_t number, std::uint32_t which, std::uint32_t* up);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const QuartetKernels*> quartet_kernels();

}  // namespace gibbsite::simd

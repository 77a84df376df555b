/// How chains begin. States that differ in kind find what one kind of start would miss: the hot one comes from
/// disorder, the others from where energies are low, on different ways.
///
///   hot        an exact draw of the reference
///   ordered    the system's ordered state: along the fields, where there are some
///   turned     the ordered state turned over (spins), against the fields, and swept down from there
///   annealed   the lowest energy of several annealings to the coldest lambda, short ones
///   quenched   a random state swept at (almost) no temperature
///   given      a state from outside
///
/// A chain has one state for all its lambdas: a ladder begins with all its rungs in it. Annealings and quenches are
/// sweeps of the ensemble itself, at times of their own, so they are the same bits for any threads; they cost at most a
/// quarter of the thermalization and about 2^24 updates.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "samplers/ensemble.hpp"

namespace gibbsite {

enum class StartKind { hot, ordered, turned, annealed, quenched, given };

/// hot, given: all chains alike. cold: ordered and turned over in turn. mixed: hot, ordered, annealed, turned over,
/// quenched, and so on.
enum class Starts { hot, cold, mixed, given };

/// Kind of chain c. Where no order is known (a glass without fields), quenches stand for it.
StartKind start_of(Starts starts, std::size_t chain, bool order_known = true);
/// "from the ordered state".
std::string_view words_for(StartKind kind);

/// What stands out against one chain alone: energies of a replica at the coldest lambda that began in another kind of
/// state, in the second half of a short run of its own. Energies as observed, one per sweep.
struct Witness {
  StartKind kind = StartKind::hot;
  std::vector<double> energy;
};

struct Opening {
  Starts starts = Starts::mixed;
  std::size_t chains = 0;
  std::span<const double> lambda;  ///< ascending
  bool ordered = true;
  std::uint64_t thermalization = 0;
  std::span<const std::byte> given = {};  ///< canonical state
};

/// Puts the replicas of a new ensemble (chain-major slots) into their first states. Where all chains begin alike, and
/// could not tell if they are trapped, runs witnesses before. Throws std::invalid_argument where `given` does not fit.
std::vector<Witness> begin(Ensemble& ensemble, const Opening& opening);

}  // namespace gibbsite

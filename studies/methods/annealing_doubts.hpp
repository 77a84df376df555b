/// What to doubt of an annealing, in plain words: weights, and the check between both ways.
#pragma once

#include <string>

#include "estimators/two_sided.hpp"
#include "samplers/methods/annealing.hpp"

namespace gibbsite {

/// Few particles carry the weights: which, and what helps. Temperatures make weights even (their share of the particles
/// grows), particles make them many.
std::string doubt_of_weights(const WeightQuality& quality, std::size_t particles);

/// Empty where forward and reverse agree and enough particles say so. Two things apart: they are at odds, and so one
/// way missed states that the other saw; or too few carry the check, and it could not have told. Where forward
/// particles were resampled the paths have no overlap to speak of, and the way back speaks for itself.
std::string doubt_of_both(const TwoSided& both, bool resampled);

/// Empty unless a particle that began elsewhere stays at lower energies than all that annealing brought to the target.
std::string doubt_of_phases(const Annealing& annealing);

}  // namespace gibbsite

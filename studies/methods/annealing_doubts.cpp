#include "studies/methods/annealing_doubts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/methods/chain_doubts.hpp"

namespace gibbsite {
namespace {

/// Below this share of the particles weights are uneven, above it there are just few particles.
constexpr double enough_overlap = 0.3;

std::string remedy(double effective, double of) {
  return effective < enough_overlap * of ? "use more temperatures, or more particles" : "use more particles";
}

std::string count(double effective) { return effective < 1 ? "fewer than one" : fmt::format("{:.1f}", effective); }

}  // namespace

std::string doubt_of_weights(const WeightQuality& quality, std::size_t particles) {
  return fmt::format(
      "the weights are carried by {} of {} particles: ln Z is a lower bound in expectation, and its error is not to be "
      "trusted; {}",
      count(quality.effective), particles, remedy(quality.effective, static_cast<double>(particles)));
}

std::string doubt_of_both(const TwoSided& both, bool resampled) {
  if (!both.meet)
    return fmt::format(
        "forward and reverse annealing do not meet: {:.1f} of their errors apart, they have seen different states; use "
        "more temperatures, or more thermalization at the target",
        std::abs(both.z));
  if (resampled ? both.reverse.quality.trusted : both.carried) return "";
  const double carry = resampled ? both.reverse.quality.effective : both.combined.ess;
  return fmt::format(
      "forward and reverse annealing agree, but only {} of the particles carry the check{}: it could not have told; {}",
      count(carry), resampled ? "" : fmt::format(", overlap of paths {:.2g}", both.overlap),
      both.overlap < enough_overlap || resampled ? "use more temperatures, or more particles" : "use more particles");
}

std::string doubt_of_phases(const Annealing& annealing) {
  const std::span<const double> settled = annealing.settled_energy();
  for (const Witness& w : annealing.witnesses())
    if (stands_below(w.energy, settled))
      return fmt::format(
          "a particle {} stays at energies near {:.6g} at the target, where those that annealing brought there never "
          "came "
          "below {:.6g}: annealing misses a phase that may well outweigh what it saw, and its way back cannot tell; "
          "use "
          "tempering, or chains with start = \"mixed\"",
          words_for(w.kind), w.energy.back(), *std::min_element(settled.begin(), settled.end()));
  return "";
}

}  // namespace gibbsite

/// Units of a system that are held at values: fixed spins at a boundary, pixels that are known. What is left is a
/// system of the free units in the fields of the clamped ones, of the same kind, so that whatever moves, sums or
/// estimates it is as it was:
///
///   E(free, clamped) = E'(free) + clamped_energy.
///
/// E' is what is moved and reported: energies, ln Z = ln sum_free exp(-beta E') and densities, which are per free unit.
/// The constant stands in the record.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct ClampKeys {
  std::string clamp;  ///< "0:8=1,20=-1" or the path of a file; empty: none
};

/// model.clamp.
void add_clamp_key(KeyTable& table, const char* help);

/// Which units of `units` are free, in order, and what the others are.
struct Clamping {
  std::size_t units = 0;
  std::vector<std::size_t> free;
  std::vector<std::pair<std::size_t, double>> clamped;  ///< by unit, ascending
  double energy = 0;                                    ///< clamped_energy

  bool any() const noexcept { return !clamped.empty(); }
};

/// What words mean for so many units: parts UNIT=VALUE or BEGIN:END=VALUE between commas, counted from 0, END not among
/// them; else a file of numbers: one per unit, nan where it is free, or rows of unit and value. `fits`: whether a unit
/// can have a value. Throws RequestError, also where nothing would be free; `allowed` says what fits.
Clamping read_clamping(const std::string& words, std::size_t units, const std::function<bool(double)>& fits,
                       const std::string& allowed);

/// "; 8 of 64 units clamped", or nothing.
std::string clamped_text(const Clamping& clamping, const std::string& units);

/// Adds to the record of a model what was clamped: the attribute clamped_energy, and the group clamp.
void add_clamping(Group& model, const Clamping& clamping);

/// The values of all units, where those of the free ones are known.
std::vector<double> with_clamped(const Clamping& clamping, std::span<const double> free);

}  // namespace gibbsite

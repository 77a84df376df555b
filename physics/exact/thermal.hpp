/// What an exact route finds at one temperature, and the names under which users see it.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gibbsite {

/// Exact averages at one beta; energies in units of J.
struct Thermal {
  double log_z = 0;            ///< ln of the sum over states of exp(-beta E)
  double energy = 0;           ///< <E>
  double energy_variance = 0;  ///< <E^2> - <E>^2
  std::vector<double> up;      ///< up[k] = P(k of the N spins are +1), N + 1 entries; empty where it is not known
};

/// g states that share an energy and a number of up spins.
struct Level {
  long double log_count = 0;  ///< ln g
  long double energy = 0;
  std::size_t up = 0;  ///< spins that are +1, of n
};

/// The canonical averages over all states of n spins, given as levels. Cost: two exponentials a level.
Thermal average_levels(std::span<const Level> levels, std::size_t n, double beta);

/// All that follows from `thermal` for n spins, by its name in result files: log_z, energy, energy_density,
/// specific_heat = beta^2 var(E)/N, and, where P(k up) is known, with m = (2k - N)/N: magnetization_density,
/// abs_magnetization_density, magnetization_density_squared, susceptibility = beta N var(m), susceptibility_abs = beta
/// N var(|m|), binder_cumulant = 1 - <m^4>/(3 <m^2>^2). `symmetric`: no fields, and <m> is 0 exactly.
std::map<std::string, double> name_values(const Thermal& thermal, double beta, std::size_t n, bool symmetric);

}  // namespace gibbsite

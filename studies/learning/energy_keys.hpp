/// Keys of `gibbsite train` for energies of real numbers: what there is beside those of Boltzmann machines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/study/schema_builder.hpp"

namespace gibbsite {

/// Of [model].
struct FamilyKeys {
  std::int64_t components = 4;      ///< gaussian-mixture; experts: how many
  std::string experts = "student";  ///< student | unigauss
};

/// Of [training].
struct EnergyKeys {
  std::string moves = "hmc";  ///< of chains: hmc | langevin | unadjusted
  double step = 0;            ///< unadjusted: eps; 0: what suits the method
  double heat = 1;            ///< unadjusted: temperature of its noise
  double restart = 0;         ///< pcd: share of chains that begin anew
  double l2_energy = 0;
  double spectral_norm = 0;  ///< neural; 0: any
  double first_sigma = 0.3, last_sigma = 0.3;
  std::int64_t levels = 1;  ///< of sigma, from first to last
  std::string slices = "reduced";
};

/// Whether what the study learns is such an energy.
bool learns_energy(const Study& study);
/// The box that its states live in, low and high; empty: all of space.
std::vector<double> box_of(const Study& study);
/// Whether its optimum is found at once (training.optimizer = "closed-form").
bool in_closed_form(const Study& study);
void add_family_keys(KeyTable& table);
void add_energy_keys(KeyTable& table);

}  // namespace gibbsite

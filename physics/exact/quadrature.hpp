/// ln Z, means and the specific heat of a continuous energy by quadrature, at each place of its path from a reference.
/// For energies of one or two coordinates, or of copies of such parts that do not see each other
/// (ContinuousEnergy::copies()).
///
/// Panels of 16 Gauss-Legendre points: of a box in x itself, a side each; with a Gaussian reference in t, where
/// x = m + s sinh(t), or in the plane |x - m| = s sinh(t) with the angle in equal steps, which reaches tails that fall
/// like powers; t goes as far as anything is left. Panels are doubled until ln Z and <E> stand to 1e-11 (in the plane
/// 1e-9). Cost: an energy a point, and an exponential for each place.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "physics/exact/exact.hpp"

namespace gibbsite {

/// log_z, energy, energy_density, with a box specific_heat, and those observables that are known to 1e-8 (shares of
/// regions with curved borders are not). Or why not: too many coordinates, or more than `most_work` energies and
/// exponentials. within: what ln Z and <E> are to stand to; 0: as above.
std::variant<ExactAnswers, std::string> quadrature(const ContinuousEnergy& model, const ContinuousReference& reference,
                                                   std::span<const double> lambda, double most_work, double within = 0);

}  // namespace gibbsite

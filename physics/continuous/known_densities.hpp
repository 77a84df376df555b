/// Densities on the line and in the plane that can be drawn from and are known at every point, for data whose truth is
/// known: KL(truth || model) is then a sum over a grid. All fit into [-4, 4]^2 or thereabouts.
///
///   two moons     scikit-learn's make_moons, noise 0.1, times 2 and moved as in FFJORD (arXiv:1810.01367,
///   toy_data.py):
///                 half circles of radius 2, (2 cos t - 1, 2 sin t - 0.2) and (1 - 2 cos t, 0.8 - 2 sin t), blurred by
///                 gaussians of deviation 0.2
///   rings         circles of radius 3, 2.25, 1.5, 0.75, equally likely, deviation 0.08 (FFJORD)
///   swiss roll    (t cos t, t sin t)/5, t uniform on 3 pi/2 ... 9 pi/2, deviation 0.2 (make_swiss_roll, FFJORD)
///   eight gaussians  on a circle of radius 2 sqrt 2, deviation sqrt 2/4 (FFJORD)
///   pinwheel      five arms (Johnson et al., arXiv:1603.06277; FFJORD): f = (1 + 0.3 u, 0.1 v), u and v normal, turned
///                 by 2 pi k/5 + exp(|f|)/4, times 2. There the angle follows the first number of f; here |f|, which is
///                 nearly that and keeps areas, so that the density is known in closed form
///   checkerboard  uniform on eight of the squares of side 2 of [-4, 4]^2, alternating (FFJORD)
///   double well   on the line, exp(-E) / Z, E = x^4 - 2 x^2 + 0.3 x: what energies that learn from it should become
///   correlated    a gaussian in the plane of mean 0, deviations 1 and correlation 0.6
///   two modes     on the line, normal at -m with weight w and at +m with 1 - w, deviation 1
///
/// A blurred curve is a mixture of gaussians at nodes of Gauss-Legendre panels (open curves) or at equal steps
/// (circles) of its parameter: exact to 1e-10 in ln p. Cost of log_density: a distance to each of at most 3000 nodes.
#pragma once

#include <memory>
#include <span>

#include "physics/chance.hpp"

namespace gibbsite {

class KnownDensity {
 public:
  virtual ~KnownDensity() = default;

  /// 1 or 2: numbers of a point.
  virtual std::size_t dimension() const noexcept { return 2; }
  /// Parts that it is drawn from, such as the two moons; 1: it has none that are told apart.
  virtual std::size_t parts() const noexcept { return 1; }
  /// A point of it, [dimension()]. Returns which part it is from.
  virtual std::size_t draw(std::span<double> x, Chance& chance) const = 0;
  /// ln p(x), normalised; -infinity where there is nothing.
  virtual double log_density(std::span<const double> x) const = 0;
  /// All but less than 1e-9 of it lies in -reach <= x_i <= reach, a whole number. Midpoints of squares whose number a
  /// side is a multiple of 4 lie on no edge of a density.
  virtual double reach() const noexcept = 0;
};

std::unique_ptr<const KnownDensity> two_moons();
std::unique_ptr<const KnownDensity> four_rings();
std::unique_ptr<const KnownDensity> swiss_roll();
std::unique_ptr<const KnownDensity> eight_gaussians();
std::unique_ptr<const KnownDensity> pinwheel();
std::unique_ptr<const KnownDensity> checkerboard();
std::unique_ptr<const KnownDensity> well_of_two();
std::unique_ptr<const KnownDensity> correlated_gaussian();
/// weight: of the mode at -at, between 0 and 1; at >= 0. Throws std::invalid_argument.
std::unique_ptr<const KnownDensity> two_modes(double weight, double at);

}  // namespace gibbsite

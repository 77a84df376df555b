/// Critical temperature and exponents from the curves of several linear sizes L (M. E. Fisher & M. N. Barber, Phys.
/// Rev. Lett. 28, 1516 (1972); K. Binder, Z. Phys. B 43, 119 (1981)), for a symmetric order parameter m:
///
///   U = 1 - <m^4> / (3 <m^2>^2)        of two sizes crosses at T_c, but for corrections to scaling
///   dU/dbeta            ~ L^(1/nu)     at T_c
///   max of chi_abs      ~ L^(gamma/nu) (A. M. Ferrenberg & D. P. Landau, Phys. Rev. B 44, 5081 (1991), as the next)
///   chi = beta N <m^2>  ~ L^(gamma/nu) at T_c
///   <|m|>               ~ L^(-beta/nu) at T_c
///   U = P((T - T_c) L^(1/nu))          estimators/data_collapse.hpp
///
/// T_c of the second to fourth line is the mean of the crossings of neighbouring sizes, weighted by 1 / error^2. Powers
/// of L are straight lines of the logarithms, weighted likewise. Errors hold the error of T_c
/// (estimators/curve_numbers.hpp). Everything is done once more without the smallest size: by how much a number moves
/// then, in errors of that difference, tells of corrections to scaling.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "estimators/data_collapse.hpp"
#include "estimators/temperature_curves.hpp"

namespace gibbsite {

struct SizedCurves {
  double size = unknown;  ///< L; ascending from curve to curve
  const TemperatureCurves* curves = nullptr;
};

/// Two sizes.
struct SizeCrossing {
  std::size_t first, second;  ///< curves
  Estimate temperature, beta;
  Estimate value;        ///< of the Binder cumulants there
  Estimate one_over_nu;  ///< from the ratio of their slopes there
};

/// One size. Temperatures and betas in J and 1/J.
struct SizePeak {
  std::size_t curve;
  Estimate temperature, beta, height;  ///< of the maximum of susceptibility_abs; unknown where there is none inside
  bool outside_low = false, outside_high = false;                    ///< it lies below, or above, the betas looked at
  Estimate binder, binder_slope, susceptibility, abs_magnetization;  ///< at T_c; the slope by beta
};

/// A number made of several sizes.
struct ScalingFit {
  std::string name;  ///< "critical_temperature", "one_over_nu", ...
  Estimate value;
  double chi2 = unknown;  ///< of the straight line, or of the collapse
  double degrees = 0;     ///< of freedom of it
};

struct ScalingCollapse {
  Collapse fit;
  double width = unknown;             ///< the points reach so far in U, to each side
  std::vector<CollapseCurve> points;  ///< what was collapsed
  std::vector<std::size_t> curves;    ///< of which systems
};

/// All that a set of sizes says.
struct ScalingSet {
  std::size_t first = 0;  ///< curves from this one on
  std::vector<SizeCrossing> crossings;
  std::vector<SizePeak> peaks;
  std::vector<ScalingFit> fits;
  ScalingCollapse collapse;

  const ScalingFit* find(const std::string& name) const;
};

struct FiniteSizeScaling {
  ScalingSet all;
  std::optional<ScalingSet> without_smallest;  ///< from three sizes on
  std::vector<ScalingFit> shifts;              ///< numbers of `all` less those without the smallest size
};

/// beta: where to look, ascending: close enough that a curve does not turn twice between two of them. Throws
/// std::invalid_argument for fewer than two sizes, sizes that do not ascend, systems without magnetisations, or fewer
/// than three betas.
FiniteSizeScaling finite_size_scaling(std::span<const SizedCurves> systems, std::span<const double> beta);

}  // namespace gibbsite

/// The fits of finite-size scaling (estimators/finite_size_scaling.hpp): powers of the size, and the collapse of Binder
/// cumulants.
#pragma once

#include <span>
#include <vector>

#include "estimators/curve_numbers.hpp"
#include "estimators/finite_size_scaling.hpp"

namespace gibbsite {

/// A straight line through (ln L, ln y), weighted by 1 / (errors of ln y alone)^2.
struct PowerLaw {
  CurveNumber exponent;
  double chi2 = unknown;
  double degrees = 0;
};
/// alone: y with the errors that it has at a known temperature. Unknown where fewer than two y have one.
PowerLaw power_law(std::span<const double> sizes, std::span<const CurveNumber> y, std::span<const Estimate> alone);

/// Where the collapse looks: systems from `first` on, around beta_c, as far as moves U, by its slopes there (one for
/// each of these systems); the search begins at one_over_nu.
struct CollapseStart {
  std::size_t first;
  double beta;
  std::span<const double> slopes;
  double one_over_nu;
};
struct BinderCollapse {
  ScalingCollapse collapse;
  CurveNumber temperature, one_over_nu;  ///< where it was found
};
BinderCollapse collapse_binder(std::span<const SizedCurves> systems, std::span<const CurveTable> tables,
                               const CurveFamily& family, const CollapseStart& start);

}  // namespace gibbsite

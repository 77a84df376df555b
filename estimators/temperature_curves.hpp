/// Thermodynamics at any temperature from draws at several, by multi-histogram reweighting
/// (estimators/reweighting.hpp).
///
/// Quantities as in estimators/thermodynamics.hpp, N sites, m: magnetisation per site. A function q of the means <A>
/// has the influence sum_a dq/da (A - <A>).
///
/// A maximum at beta*, q'(beta*) = 0, moves by -y'(beta*) / q''(beta*), with y the influence on q; its height moves by
/// y. A crossing q_1 = q_2 moves by -(y_1 - y_2) / (q_1' - q_2'), and the value there by (q_1' y_2 - q_2' y_1) / (q_1'
/// - q_2'); two systems share no draws, so the errors of y_1 and y_2 add in squares. Derivatives by central differences
/// over a twentieth of 1 / sqrt(var E), the distance in beta on which the distribution of energies changes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "estimators/reweighting.hpp"
#include "estimators/thermodynamics.hpp"

namespace gibbsite {

enum class Quantity {
  log_z_ratio,  ///< ln Z(beta) / Z(beta_0), beta_0: the smallest beta drawn
  energy_density,
  specific_heat,
  magnetization_density,
  abs_magnetization_density,
  magnetization_density_squared,
  susceptibility,
  susceptibility_abs,
  binder_cumulant,
};
/// As in result files: "specific_heat".
std::string name_of(Quantity quantity);

/// Draws of one system, as views of [chain][draw][beta].
struct SystemDraws {
  std::span<const double> beta, energy;           ///< ascending, 1/J; total, J
  std::span<const double> magnetization_density;  ///< may be empty
  std::size_t chains = 1;
  double sites = unknown;
  MeanMagnetization known = MeanMagnetization::measured;
  std::size_t memory = 0;  ///< as ChainSeries::memory
};

class TemperatureCurves {
 public:
  using Point = Reweighting::Point;

  /// Throws std::invalid_argument as Reweighting, and where sites is not positive.
  explicit TemperatureCurves(const SystemDraws& draws);

  const Reweighting& reweighting() const noexcept { return reweighting_; }
  /// All that these draws tell of, in the order of the enum; <m> only where it is not zero by symmetry.
  const std::vector<Quantity>& quantities() const noexcept { return quantities_; }
  Point at(double beta) const { return reweighting_.at(beta); }
  double value(Quantity quantity, const Point& point) const;
  /// In the units of the quantity, per [chain][draw].
  Reweighting::Influence influence(Quantity quantity, const Point& point) const;
  std::vector<Reweighting::Influence> influences(std::span<const Quantity> quantities, const Point& point) const;
  /// The error is unknown where the point is not trusted. Several at once cost little more than one.
  Estimate estimate(Quantity quantity, const Point& point) const;
  std::vector<Estimate> estimates(std::span<const Quantity> quantities, const Point& point) const;

 private:
  Reweighting reweighting_;
  std::vector<Quantity> quantities_;
  double sites_;
  MeanMagnetization known_;
};

/// Estimates of every quantity at every beta, [quantity][beta], on all cores; and how many draws carry them.
struct CurveTable {
  std::vector<double> beta;
  std::vector<Quantity> quantities;
  std::vector<std::vector<Estimate>> estimates;
  std::vector<double> effective;
  std::vector<double> tail_share;  ///< as Reweighting::Point
  std::vector<bool> trusted;
};
CurveTable tabulate(const TemperatureCurves& curves, std::span<const double> beta);

/// Where a curve is highest.
struct Peak {
  Estimate beta, height;
};
struct PeakSearch {
  std::optional<Peak> peak = {};
  bool at_low_end = false, at_high_end = false;  ///< the curve is highest at the first, or the last, beta of the table
};
/// The highest point of a tabulated curve, refined between its neighbours to 1e-9 by Brent's method. Nothing where the
/// curve is highest at an end of the grid, or where it has no error.
PeakSearch search_peak(const TemperatureCurves& curves, const CurveTable& table, Quantity quantity);
std::optional<Peak> find_peak(const TemperatureCurves& curves, const CurveTable& table, Quantity quantity);

struct Crossing {
  Estimate beta, value;
};
/// Where the curves of two systems cross, tabulated on the same betas: between points at which they differ by at least
/// three errors, with opposite signs and no such point between them. So curves that lie on each other do not cross.
std::vector<Crossing> find_crossings(const TemperatureCurves& a, const CurveTable& table_a, const TemperatureCurves& b,
                                     const CurveTable& table_b, Quantity quantity);

}  // namespace gibbsite

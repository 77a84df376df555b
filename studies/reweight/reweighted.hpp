/// Curves over temperature from the stored draws of result files: read, measured, written, shown.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "estimators/temperature_curves.hpp"
#include "studies/files/json.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

/// One system: a result, or one task of a grid.
struct ReweightedCurve {
  std::string file;
  std::vector<std::pair<std::string, std::string>> at;  ///< of a grid: key ("model.size") -> value
  std::string label;                                    ///< tells it from the others
  std::string study;                                    ///< the study that was run, as TOML
  double sites = unknown;
  bool field = false, partial = false;
  std::optional<double> log_z_start;  ///< ln Z at the smallest beta drawn, where that is exact (beta = 0)
  TemperatureCurves curves;
  CurveTable table = {};  ///< at the betas asked for
  std::vector<std::pair<Quantity, PeakSearch>> peaks = {};
};
struct NamedCrossing {
  std::size_t first, second;  ///< curves
  Crossing crossing;          ///< of their Binder cumulants
};
struct Reweighted {
  std::vector<double> beta;
  bool temperatures = false;  ///< asked for as temperatures, and so answered in tables
  std::vector<ReweightedCurve> curves;
  std::vector<NamedCrossing> crossings;
  std::vector<std::string> warnings;
};

/// The draws of a result file, one curve per task. Throws RequestError: no such file, not a result, no chains
/// (annealing), too few draws.
std::vector<ReweightedCurve> read_curves(const std::filesystem::path& file);
/// Those of several files, labelled by file and task. Throws RequestError too where one is named twice.
std::vector<ReweightedCurve> read_all_curves(const std::vector<std::string>& files);
/// The same of a result that is in memory; `name` is what messages and labels call it.
std::vector<ReweightedCurve> curves_of(const Group& root, const std::string& name);
/// Curves at these betas, peaks, crossings of those that can be compared, and what there is to doubt.
Reweighted measure(std::vector<ReweightedCurve> curves, std::vector<double> beta, bool temperatures = false);

/// A quantity by its name in files, with units and meaning; ln Z among them.
struct CurveColumn {
  std::string name, units, meaning;
  std::vector<Estimate> values;  ///< per beta
};
/// All columns of one curve. log_z_ratio is ln Z(beta) / Z at the smallest beta drawn; log_z is added where it is
/// known.
std::vector<CurveColumn> columns_of(const ReweightedCurve& curve);

/// Groups curves, peaks and, where there are any, crossings.
Group reweighted_record(const Reweighted& result);
Json reweighted_as_json(const Reweighted& result);
void print_reweighted(const Reweighted& result, const std::filesystem::path& out);

}  // namespace gibbsite

/// Finite-size scaling of result files of several sizes: read, measured, written, shown.
#pragma once

#include <string>
#include <vector>

#include "estimators/finite_size_scaling.hpp"
#include "studies/files/json.hpp"
#include "studies/files/record.hpp"
#include "studies/reweight/reweighted.hpp"

namespace gibbsite {

/// One system at several linear sizes, smallest first.
struct SizedFiles {
  std::vector<double> sizes;       ///< the geometric mean of the sides
  std::vector<std::string> names;  ///< "16", "16x32"
  std::vector<ReweightedCurve> curves;
  std::vector<double> beta;  ///< where to look
  FiniteSizeScaling scaling = {};
  std::vector<std::string> warnings = {};
};

/// Sorted by size. low, high: the temperatures to look at; unknown: where all sizes were drawn. Throws RequestError: a
/// file has no size, sizes of different shapes, several systems of one size or of different kinds, fewer than two
/// sizes, temperatures where not all were drawn.
SizedFiles sized_files(std::vector<ReweightedCurve> curves, double low = unknown, double high = unknown);
/// Fills in scaling and warnings. Throws RequestError where no two sizes can be compared.
void measure(SizedFiles& files);

/// What a number of ScalingFit is, in words of a table: "1/nu (slope of U at T_c)".
std::string title_of(const ScalingFit& fit);

/// Groups crossings, sizes, exponents, and where there is one, collapse.
Group scaling_record(const SizedFiles& files);
Json scaling_as_json(const SizedFiles& files);
void print_scaling(const SizedFiles& files);

}  // namespace gibbsite

/// Averages over samples of disorder in a group of a file (estimators/disorder_averages.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "studies/files/record.hpp"

namespace gibbsite {

/// The quantity whose square a Binder cumulant is made of ("overlap_squared" for "overlap_binder"); empty for others.
std::string square_of_binder(const std::string& name);

/// NAME_disorder_average with error and degrees for each of these variables of a group, over the axis at `position`.
void add_disorder_averages(Group& group, const std::vector<Variable>& variables, std::size_t position);

/// A distribution P(q), [place][q] with bins around `centre`, on bins of equal width from -1 to 1: what a bin holds is
/// shared by those it covers, in proportion.
std::vector<double> on_common_bins(const std::vector<double>& density, const std::vector<double>& centre,
                                   std::size_t bins);

}  // namespace gibbsite

/// How well a score tells two samples apart: the area under the receiver operating characteristic, which is the
/// probability that a number of the first is below one of the second, ties by halves (Mann & Whitney 1947); 1/2: not at
/// all.
#pragma once

#include <span>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// Two numbers at least in each. Its error is that of DeLong, DeLong & Clarke-Pearson, Biometrics 44, 837 (1988), eq.
/// 4, for independent numbers; where none or all are apart it is 1 / (2 min(m, n)), what one more number could change.
/// Cost: sorting.
Estimate area_under_curve(std::span<const double> below, std::span<const double> above);

}  // namespace gibbsite

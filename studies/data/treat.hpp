/// Treatments (studies/data/treatment.hpp) of data.
#pragma once

#include "studies/data/data.hpp"

namespace gibbsite {

/// What a request asks to be done, mean and deviation apart. Throws RequestError where its keys do not go together.
void check_treatment_asked(const DataRequest& request, const Treatment* as);

/// Numbers less their mean, over their deviation: those of `as`, or of these data where it is null. Behind all else
/// that is done to them; sets data.treated and data.log_jacobian.
void standardize(Data& data, const Treatment* as);

/// Adds noise, takes logits and standardizes numbers that were divided by data.treated.divisor already; sets
/// data.treated and data.log_jacobian. as: means and deviations of other data, and whether to do what; null: as the
/// request says, with those of these data. Throws RequestError for numbers that cannot be treated so.
void treat(Data& data, const DataRequest& request, const Treatment* as);

}  // namespace gibbsite

/// What shows only in several keys together, or in a lattice and its sides.
#pragma once

#include "studies/study/study.hpp"

namespace gibbsite {

/// Refuses what shows only in several keys together; every task of a Request has passed. Throws RequestError naming the
/// keys.
void validate(const Study& study);

}  // namespace gibbsite

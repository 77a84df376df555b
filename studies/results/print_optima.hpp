/// Results of searches for the lowest energy (method.objective = "lowest").
#pragma once

#include "studies/files/json.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

/// The lowest energy of every task, the cut, which chains reached it, when, and the time to solution. Nothing, and
/// false, for results of other objectives.
bool print_optima(const Group& root);
/// The same, one object for each task; an empty list for other results.
Json optima_as_json(const Group& root);

}  // namespace gibbsite

/// Making chains and ladders longer: what a result keeps of them, and how their run goes on from it.
#pragma once

#include <utility>

#include "samplers/method.hpp"
#include "studies/files/record.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// All that goes on: the method's snapshot without the configurations that the result holds anyway, with the draws that
/// its series leave out (log ratios where weights do not follow from the energy: "draws of NAME").
Snapshot final_state_of_chains(const Method& method);

/// The snapshot and the draws with which a new `method` of the longer `study` goes on where the result `task` (its
/// series, its configurations) and `kept` end. Throws RequestError where its draws are not all there, or where there is
/// no more to do.
std::pair<Snapshot, Trace> longer_chains(const Study& study, const Method& method, const Group& task, Snapshot kept);

}  // namespace gibbsite

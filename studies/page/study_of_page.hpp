/// The study that a result holds, asked again: what its file does not have.
#pragma once

#include <vector>

#include "studies/files/record.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// The tasks of a result's study; none where it holds none, or where the files that it names are gone.
std::vector<Task> tasks_of_study(const Group& root);

/// Exact answers between the betas of a result, evenly in temperature where betas are none below 0, so that they make
/// curves: rows without a value, at most 200 places for each task. None where answers are not known, or would take
/// longer than beside a run.
std::vector<ResultRow> exact_between(const Group& root, const std::vector<Task>& tasks);

/// The effective fraction below which the study's annealing resamples; nan where it does not anneal.
double resampling_threshold(const std::vector<Task>& tasks);

}  // namespace gibbsite

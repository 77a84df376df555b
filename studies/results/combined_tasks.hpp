/// The tasks of a grid side by side: the grid's keys become dimensions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// /estimates, /free_energy and /exact of all tasks (in the order of the grid, last key fastest) on (keys..., their own
/// dimensions); where the grid runs over disorder_seed also NAME_disorder_average and NAME_disorder_average_error, the
/// mean over seeds (of Binder cumulants: that of the averaged moments), its standard error and the degrees of freedom
/// of that, from 4 samples on (disorder_averages.hpp). P(q) on bins of different sizes is averaged on bins that they
/// share. What there is to doubt in averages over few samples is a warning of /diagnostics. Variables that do not have
/// the same shape and coordinates in all tasks are left out. Where the betas differ (adaptive ladders) the dimension is
/// `rung`, and beta stands on (keys..., rung).
std::vector<Group> combine(const Request& request, std::span<const Group> tasks);

/// One group of every task, in the order of the grid, as arrays. Attributes that all have are its own; but for
/// estimates, free energies and exact answers those that differ are variables. shared: what is the same everywhere
/// stands there once.
Group combined(const std::string& name, const Request& request, const std::vector<const Group*>& tasks,
               bool shared = false);

/// The key of which a variable is the coordinate ("model.size"); empty where it is of none.
std::string grid_key(const Variable& v);

/// The coordinate of one grid key: integers or reals where all its values are, else text.
void add_grid_axis(Group& group, const std::string& name, const std::vector<std::string>& values,
                   const std::string& key);

}  // namespace gibbsite

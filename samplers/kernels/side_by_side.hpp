/// Rows of numbers, one for each replica, and the same numbers of eight replicas side by side
/// (physics/continuous/leapfrog.hpp).
#pragma once

#include <span>

#include "physics/chance.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "physics/continuous/leapfrog.hpp"

namespace gibbsite {

/// Lane s becomes row which[s] of `rows`, [row][d], and those beyond `which` the last of them. d: out.size().
void put_side_by_side(std::span<const double> rows, std::span<const std::size_t> which, std::span<Lanes> out);
/// Lane s as a row, [d].
void take_lane(std::span<const Lanes> lanes, std::size_t s, std::span<double> row);
/// sum_i (x_i - mean)^2 / 2 of each lane.
Lanes half_squares(std::span<const Lanes> x, double mean);
/// U(x) of each, at its lambda and where E(x) = energy.
Lanes potentials(const ContinuousReference& reference, std::span<const Lanes> x, const Lanes& energy,
                 const Lanes& lambda);
/// Normal or exponential numbers that follow from the next draws of `chance`, many at a time where the processor can.
void draw_normals(std::span<double> out, Chance& chance);
void draw_exponentials(std::span<double> out, Chance& chance);

}  // namespace gibbsite

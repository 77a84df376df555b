/// What scores are weighed by where states live in a box. Score matching compares slopes of ln p through an integral by
/// parts, which needs p to vanish at the ends; between walls it does not, and what is learned is biased. With a linear
/// operator L of its own in place of the gradient (Lyu, UAI 2009, sec. 3), here L = sqrt(h_i) d/dx_i with h that
/// vanishes at the walls, it is
///
///   <sum_i h_i (dE/dx_i)^2 / 2 - d/dx_i (h_i dE/dx_i)>,
///
/// least at the truth again; h = x^2 for x > 0 is Hyvarinen's (Comput. Stat. Data Anal. 51, 2499 (2007)). Large h far
/// from the walls gives a few outliers the say, so that h grows as the distance from the nearest wall and no further
/// than about the width of the data (Yu, Drton & Shojaie, JMLR 20, 76 (2019), h = min(x, c)): h_i = min(x_i - low,
/// high - x_i, c_i).
#pragma once

#include <span>
#include <vector>

namespace gibbsite {

/// h and its derivative in the number itself, [state][number]; empty: 1 and 0.
struct SlopeWeights {
  std::vector<double> h, slope;
};

/// low < high: of every number. most: c of each number. x: [state][number]; what rounding put outside counts as
/// at the wall.
SlopeWeights weights_between_walls(double low, double high, std::span<const double> most, std::span<const double> x);

}  // namespace gibbsite

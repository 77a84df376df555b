/// Weighted particles become equally weighted ones.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gibbsite {

/// ln of the mean of exp(log_w).
double log_mean_weight(std::span<const double> log_w);
/// Effective share of the particles, (sum w)^2 / (R sum w^2).
double effective_share(std::span<const double> log_w);
/// Parents of as many particles, chosen by weight with one uniform number u: a comb with a tooth for every particle
/// (G. Kitagawa, J. Comput. Graph. Stat. 5, 1 (1996)).
std::vector<std::size_t> systematic_resample(std::span<const double> log_w, double u);

/// Particles that resample together: about 64 to 128 groups of equal size (the first divisor of the number of particles
/// in that range), never crossing, so that groups are independent and their spread gives the error of everything.
std::size_t resampling_groups(std::size_t particles);

}  // namespace gibbsite

/// Sums of exponentials that live in logs.
#pragma once

#include <span>

namespace gibbsite {

/// ln sum_i exp(x_i) without overflow; -infinity for an empty span.
double log_sum_exp(std::span<const double> x);
/// ln (1/n) sum_i exp(x_i); nan for an empty span.
double log_mean_exp(std::span<const double> x);

}  // namespace gibbsite

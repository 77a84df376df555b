/// Averages over samples of disorder.
///
/// A mean over n samples, widened for n - 1 degrees of freedom; below 4 samples its error is unknown:
///   error^2 = max(s^2 / n, sum_i e_i^2 / n^2):
/// the scatter of few samples is itself uncertain, and the noise within samples is a floor.
///
/// Of ratios of moments the moments are averaged first (K. Binder & A. P. Young, Rev. Mod. Phys. 58, 801 (1986), eq.
/// 4.21; theirs is 3/2 of ours),
///   B = 1 - [<q^4>] / (3 [<q^2>]^2),    [.]: mean over samples,
/// since the mean of the samples' own ratios is another number. <q^4> of a sample is 3 <q^2>^2 (1 - B) of its own.
/// The error is the jackknife's over samples (B. Efron, The Jackknife, SIAM (1982), ch. 2), which takes the bias off
/// too, with the same floor and widening.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// Samples of disorder below which their scatter says next to nothing, and below which it is often too small: a few
/// samples of a skewed quantity look alike.
inline constexpr std::size_t fewest_samples = 4, few_samples = 8;

/// Of samples with their own errors. Throws std::invalid_argument for none.
Estimate average_over_samples(const std::vector<Estimate>& samples);

/// <q^2> and B of each sample at one temperature. Throws std::invalid_argument for none, or not as many of both.
Estimate binder_over_samples(const std::vector<Estimate>& squares, const std::vector<Estimate>& binders);

/// One size at several betas: [beta][sample].
struct GlassCurve {
  std::vector<std::vector<Estimate>> squares, binders;
};
struct GlassCrossing {
  Estimate beta, value;  ///< value: of both Binder cumulants
};
/// Where B of two sizes cross, at betas that both have, ascending: between two at which they differ by two errors or
/// more, with opposite signs and none such between them. The crossing is the root of the straight line that fits the
/// difference there best, its error the jackknife's over the samples of both. Throws std::invalid_argument where shapes
/// do not fit.
std::vector<GlassCrossing> glass_crossings(std::span<const double> beta, const GlassCurve& a, const GlassCurve& b);

}  // namespace gibbsite

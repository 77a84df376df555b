/// Functions of several means, f(<a>, <b>, ...), with the errors that correlated series give them.
///
/// Delta method: the influence y(t) = sum_a df/da (a(t) - <a>) has the error of f (U. Wolff, Comput. Phys. Commun. 156,
/// 143 (2004), eqs. 33 ff.; derivatives by central differences over one error). To second order f of the means is off
/// by
///   1/2 sum_ab d2f/da db Cov(<a>, <b>),
/// which is of relative size tau / N and is taken off, from the same differences. Where the slope vanishes (the
/// specific heat of a two-valued energy at the middle of its range, say) the first order knows no error at all. So the
/// second is carried too: with h_ab the second differences of f over one error each, R the correlations of the errors
/// and M = h R,
///   error^2 = e_1^2 + tr(M M) + (tr M)^2.
/// A quadratic form of Gaussian errors has the variance tr(M M) / 2 (A. M. Mathai & S. B. Provost, Quadratic Forms in
/// Random Variables (1992), sec. 3.2b) around the bias tr M / 2 that is taken off. Both are doubled, since the slope
/// was measured too and true means lie to both sides of the measured ones: for one input d errors away from where its
/// slope vanishes z has a standard deviation of 0.3 at d = 0, 0.8 at 2, 1.04 at 4 and 1.01 at 10. All errors plain, and
/// the sum widened for the fewest degrees of freedom. Jackknife: an independent way to both, from blocks (B. Efron, The
/// Jackknife, SIAM (1982), chs. 2 and 3).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"

namespace gibbsite {

/// Smooth within a few errors of the means, which it is given in the order of the inputs.
using FunctionOfMeans = std::function<double(std::span<const double> means)>;

/// f around the means, in steps of their errors.
struct Expansion {
  double value = unknown;     ///< f(means) without its second-order bias
  std::vector<double> slope;  ///< df/da times the error of <a>, units of f
  double second2 = 0;         ///< tr(M M) + (tr M)^2: what the second order adds to error^2, squared units of f
};
/// correlation(a, b): correlation of the errors of <a> and <b>, asked for a < b, once. An error that is 0 or unknown
/// leaves its input out.
Expansion expand(const FunctionOfMeans& f, std::span<const double> means, std::span<const double> errors,
                 const std::function<double(std::size_t, std::size_t)>& correlation);

/// f of the means of inputs that were drawn together (same chains, same draws), in the units of f. error is unknown
/// where no input ever changed. Throws std::invalid_argument for no inputs, inputs of different shape, no draws or
/// values that are not finite.
Estimate derived(std::span<const ChainSeries> inputs, const FunctionOfMeans& f);

/// The same from about `blocks` blocks of consecutive draws: right where blocks are much longer than tau. tau, ess and
/// rhat stay unknown. Throws as derived(), and where `blocks` is below 2 or above the number of draws.
Estimate jackknife(std::span<const ChainSeries> inputs, const FunctionOfMeans& f, std::size_t blocks = 64);

/// sigma^2 = <x^2> - <x>^2, in the squared units of x, with the error of <x>^2 added back: the mean of squares around a
/// measured mean is too small by 2 tau sigma^2 / N, and its error to second order. Throws as autocorrelation().
Estimate variance(const ChainSeries& x);

}  // namespace gibbsite

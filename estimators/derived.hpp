/// Functions of several means, f(<a>, <b>, ...), with the errors that correlated series give them.
///
/// Delta method: the influence y(t) = sum_a df/da (a(t) - <a>) has the error of f (U. Wolff, Comput. Phys. Commun. 156,
/// 143 (2004), eqs. 33 ff.; derivatives by central differences over one error). To second order f of the means is off
/// by
///   1/2 sum_ab d2f/da db Cov(<a>, <b>),
/// which is of relative size tau / N and is taken off, from the same differences.
/// Jackknife: an independent way to both, from blocks (B. Efron, The Jackknife, SIAM (1982), chs. 2 and 3).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "estimators/chains.hpp"
#include "estimators/estimate.hpp"

namespace gibbsite {

/// Smooth within a few errors of the means, which it is given in the order of the inputs.
using FunctionOfMeans = std::function<double(std::span<const double> means)>;

/// f around the means, in steps of their errors.
struct Expansion {
  double value = unknown;     ///< f(means) without its second-order bias
  std::vector<double> slope;  ///< df/da times the error of <a>, units of f
};
/// correlation(a, b): correlation of the errors of <a> and <b>, asked for a < b. An error that is 0 or unknown leaves
/// its input out.
Expansion expand(const FunctionOfMeans& f, std::span<const double> means, std::span<const double> errors,
                 const std::function<double(std::size_t, std::size_t)>& correlation);

/// f of the means of inputs that were drawn together (same chains, same draws), in the units of f. Throws
/// std::invalid_argument for no inputs, inputs of different shape, no draws or values that are not finite.
Estimate derived(std::span<const Chains> inputs, const FunctionOfMeans& f);

/// The same from about `blocks` blocks of consecutive draws: right where blocks are much longer than tau. tau, ess and
/// rhat stay unknown. Throws as derived(), and where `blocks` is below 2 or above the number of draws.
Estimate jackknife(std::span<const Chains> inputs, const FunctionOfMeans& f, std::size_t blocks = 64);

/// sigma^2 = <x^2> - <x>^2, in the squared units of x, with the error of <x>^2 added back: the mean of squares around a
/// measured mean is too small by 2 tau sigma^2 / N. Throws as autocorrelation().
Estimate variance(const Chains& x);

}  // namespace gibbsite

/// Exact averages of units on two sides: listed units, whose states are all visited, and free ones, which given those
/// are independent and are summed (gaussian: integrated) in closed form.
///
///   E(x, u) = C - b . x - x' J x / 2 + sum_u e_u(u; f_u(x)),   f(x) = c + K x,
///   ln p_lambda(x, u) = (1 - lambda) A(x, u) - lambda E(x, u) - ln Z(lambda),
///
/// e_u and A as in physics/exact/free_units.hpp. Of energies, the laws of total expectation and variance:
///   <E> = <E(x)>_x,  var E = var_x E(x) + <var(E | x)>_x,  E(x) = <E | x>,
/// all sums of numbers of one sign about running means, so that nothing cancels.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "physics/units.hpp"

namespace gibbsite {

struct TwoSides {
  std::vector<Layer> listed;             ///< discrete; their biases are b
  std::vector<Layer> free;               ///< may be empty; their biases are c
  Matrix bonds;                          ///< K, [free width][listed width]
  Matrix among;                          ///< J, symmetric, zero diagonal, [listed width][listed width]; empty: none
  double constant = 0;                   ///< C
  std::vector<double> listed_reference;  ///< a, [listed width]
  std::vector<double> free_reference;    ///< a, gaussian m, [free width]
  std::vector<double> free_reference_variance;  ///< gaussian v, else any number, [free width]
  Matrix features;                              ///< [feature][listed width]; may be empty
  bool wants_free_energy = false;               ///< Averages::free_energy, at the cost of one more lambda

  double log2_listed() const;              ///< log2 of the number of states to visit
  double work(std::size_t lambdas) const;  ///< states x (free numbers + 1) x lambdas
};

/// How much to spend. A unit of `work` costs 3 ns of one core for averages and 2 for ln Z alone (gaussian units 4 and
/// 1.5): 2e8 is under a second.
struct SummationLimits {
  double states = 0x1p26;
  double work = std::numeric_limits<double>::infinity();
};

/// At one lambda.
struct Averages {
  double log_z = 0, energy = 0, energy_variance = 0;
  std::vector<double> listed, free;  ///< means of all numbers, [listed width] and [free width]
  double free_energy = 0;            ///< if wanted: mean of -ln sum_u exp(-E(x, u)), A left out
  double largest_feature = 0;        ///< mean of max_k |features_k . x|; 0 without features
};

/// One per lambda. Cost: see SummationLimits; fixed pieces of the states over all cores, so that the bits do not depend
/// on their number. Gaussian units need (1 - lambda) / v + lambda / s^2 > 0.
std::vector<Averages> average(const TwoSides& sides, std::span<const double> lambda);
std::vector<double> log_z(const TwoSides& sides, std::span<const double> lambda);

/// The first of `ways` to divide one system that keeps to the limits, or why none does and what would help. Throws
/// std::invalid_argument where a lambda is negative or not finite.
std::variant<const TwoSides*, std::string> choose(std::span<const TwoSides> ways, std::span<const double> lambda,
                                                  const SummationLimits& limits);

}  // namespace gibbsite

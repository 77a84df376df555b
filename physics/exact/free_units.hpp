/// Independent units in closed form, for a block of states of the units that act on them.
///
/// A unit u in the field f has the energy e(u) = -f u (gaussian: (u^2 - 2 f u + b^2) / (2 s^2), f its mean) and the
/// weight w(u) = exp((1 - lambda) A(u) - lambda e(u)), with A = a u (gaussian: -(u - m)^2 / (2 v)). Per unit,
///   binary, spin, categorical   g = (1 - lambda) a + lambda f:   ln z = ln sum_u exp(g u),
///                               <e> = -f <u>,   var e = f^2 var u   (categorical: sum_k p_k (f_k - <f>)^2)
///   gaussian                    tau = (1 - lambda) / v + lambda / s^2,
///                               mu = [(1 - lambda) m / v + lambda f / s^2] / tau,
///                               ln z = ln(2 pi / tau) / 2 + tau mu^2 / 2 - (1 - lambda) m^2 / (2 v)
///                                      - lambda b^2 / (2 s^2),
///                               <e> = (mu^2 - 2 f mu + b^2 + 1 / tau) / (2 s^2),
///                               var e = [(mu - f)^2 / tau + 1 / (2 tau^2)] / s^4.
/// Cost: one exponential a state and unit, 2 ns with AVX2 (3 ns for averages; twice that without); logarithms are taken
/// of products of hundreds of factors between 1 and 2 (or q).
#pragma once

#include <cstddef>

#include "physics/units.hpp"

namespace gibbsite {

/// Field of number j of a layer in state x of the block: base[j] + table[j states + x].
struct Fields {
  const double* base;
  const double* table;
  std::size_t states;
};

/// Where on the path; reference: a (gaussian: m), variance: v; one per number.
struct Tilt {
  double lambda;
  const double* reference;
  const double* variance;
};

/// What a layer's units add to each state of the block: ln z, <e>, var e; and what they are: mean[j states + x] =
/// <u_j>. Without `mean` only ln z is made. `product` (one per state) holds a factor whose ln still has to be added,
/// and at most 2^bits; it is 1 in the beginning.
struct FreeSums {
  double* log_weight;
  double* energy;
  double* variance;
  double* mean;
  double* product;
  double bits = 0;
};

void add_free_units(const Layer& layer, const Fields& fields, const Tilt& tilt, FreeSums& sums);
/// log_weight += ln product; product = 1.
void take_logs(std::size_t states, FreeSums& sums);
/// out[x] = exp(log_weight[x] - most), none of which is above 1; below e^-700 it stays there.
void exponentiate(const double* log_weight, double most, std::size_t states, double* out);

}  // namespace gibbsite

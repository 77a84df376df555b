/// Likelihoods of samples of a restricted Boltzmann machine of binary units, up to ln Z, in single precision: fields
/// are sums of rows of W, as in sparse_learner.hpp. ln p* is off by about 1e-5 where 500 hidden units are summed out.
#pragma once

#include "estimators/learning/bit_rows.hpp"
#include "estimators/learning/float_rbm.hpp"

namespace gibbsite {

/// Whether there are kernels for this machine: binary units in two layers without lateral bonds.
bool sparse_likelihood_supported(const ParametricMachine& machine);

class SparseLikelihood {
 public:
  /// The machine must fit; theta: its parameters.
  SparseLikelihood(const ParametricMachine& machine, std::span<const double> theta) : rbm_(machine, theta) {}

  /// -F(v) of each, [sample].
  std::vector<double> log_weight(const BitRows& samples) const;
  /// sum_i ln p(v_i | rest), mean of the first `count` samples (at most all).
  double pseudo_likelihood(const BitRows& samples, std::size_t count) const;
  /// The same of the samples at these places, each with its weight; their sum is 1.
  double pseudo_likelihood(const BitRows& samples, std::span<const std::size_t> at,
                           std::span<const double> weight) const;

 private:
  FloatRbm rbm_;
};

}  // namespace gibbsite

/// Pointwise functions of jets and the way back (jets.hpp), compiled once for each instruction set:
///
///   swish     x / (1 + e^-x)      (Ramachandran, Zoph & Le, arXiv:1710.05941; SiLU)
///   softplus  ln(1 + e^x)
///   tanh
///   relu      max(0, x), whose second derivative is taken to be 0 where it exists.
#pragma once

#include "physics/neural/jets.hpp"
#include "physics/neural/layer_spec.hpp"

namespace gibbsite {

/// y = f(x) for kind swish, softplus, tanh or relu.
void pointwise(LayerKind kind, Jets<const float> x, Jets<float> y);
void pointwise(LayerKind kind, Jets<const double> x, Jets<double> y);
/// xbar of ybar at x.
void pointwise_reverse(LayerKind kind, Jets<const float> x, Jets<const float> ybar, Jets<float> xbar);
void pointwise_reverse(LayerKind kind, Jets<const double> x, Jets<const double> ybar, Jets<double> xbar);

}  // namespace gibbsite

/// Restricted Boltzmann machines whose visible layer ends with a label (Larochelle & Bengio, ICML 2008, eqs. 1-3): what
/// they say of the label of data.
///
///   p(y | v) = exp(b_y + sum_j ln sum_{h_j} exp((c_j + (W' v)_j + U_yj) h_j)) / the same summed over y,
///
/// U_yj the weights of the label's states. Exact; cost: a product with W a sample, and hidden units x labels.
#pragma once

#include <vector>

#include "physics/network.hpp"

namespace gibbsite {

struct LabelWeights {
  Matrix log_probability;          ///< ln p(y | v), [label][sample]
  std::vector<double> log_weight;  ///< ln sum_{y, h} exp(-E(v, y, h)), [sample]
};

/// v: the other visible numbers, [own_width()][sample]. Throws std::invalid_argument for a network without a label, of
/// more than two layers, or other numbers.
LabelWeights weigh_labels(const Network& network, const Matrix& v);

}  // namespace gibbsite

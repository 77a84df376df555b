/// The probability that a deep belief network gives to data, by visiting all states of its hidden layers below the
/// top's upper one, layer by layer from above:
///   p(v) Z_top = sum_{h_1} p(v | h_1) sum_{h_2} p(h_1 | h_2) ... exp(-F_top(h_{L-2})).
#pragma once

#include <vector>

#include "physics/belief_network.hpp"

namespace gibbsite {

/// log2 of the number of states of the largest of those layers.
double log2_hidden_states(const BeliefNetwork& network) noexcept;
/// ln p(v) + ln Z of the top, [sample]. v: [visible unit][sample]. Cost: states of each layer times those of the layer
/// below it (times samples, of the lowest). Throws std::invalid_argument beyond 2^22 states.
std::vector<double> exact_log_weight(const BeliefNetwork& network, const Matrix& v);

}  // namespace gibbsite

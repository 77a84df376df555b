/// Networks with some of their visible units held at values.
#pragma once

#include "studies/models/model_file.hpp"
#include "studies/systems/clamp.hpp"

namespace gibbsite {

/// The network of the free units, with base rates of the free ones, and how it came to be. A clamped unit i adds W_i
/// v_i to the biases of those it is bonded to (gaussian: W_i v_i / s_i^2; categorical: W_{i, state}); the clamped
/// energy is that of the clamped units alone. `words` as read_clamping takes them; units are the visible ones, of
/// categorical ones values are states. Throws RequestError; deep belief networks, whose units below the top are drawn
/// from it, cannot be.
std::pair<ModelFile, Clamping> clamp_network(const ModelFile& file, const std::string& words);

/// Of data for the whole visible layer, the columns of the free units.
Data keep_free(Data data, const Clamping& clamping, const Layer& whole);

}  // namespace gibbsite

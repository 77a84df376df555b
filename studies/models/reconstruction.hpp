/// How well a network gives data back.
#pragma once

#include "studies/models/model_file.hpp"

namespace gibbsite {

inline constexpr std::size_t most_reconstructed = 1000;

/// Root of the mean squared error of visible units against their means given the hidden ones' means given them, over
/// the first samples, at most most_reconstructed; and its standard error over samples.
struct Reconstruction {
  double error = 0, standard_error = 0;
  std::size_t samples = 0;
};
Reconstruction reconstruction_error(const ModelFile& model, const Data& data);

}  // namespace gibbsite

/// What a model makes of data: numbers of an encoder, means of a machine's hidden units, codes of latent variables.
#pragma once

#include <string>
#include <vector>

#include "studies/data/data.hpp"

namespace gibbsite {

struct Embedded {
  Data data;
  std::vector<std::size_t> labels = {};  ///< [sample], or none
  std::vector<double> z = {};            ///< [sample][number]
  std::size_t numbers = 0;
  std::string meaning = {};
  std::vector<double> energy = {};  ///< F of each sample, of latent variables; else none
  std::string identity = {};        ///< of the model's parameters (identity_of); empty: of no use to others
};

/// By a model file: an encoder, a machine with hidden layers, kmeans or sparse coding. shape: of images of another size
/// than an encoder learned from; empty: as it learned. Throws RequestError for other models, and data that do not fit.
Embedded embedded_by(const std::string& path, const DataRequest& request, const std::string& shape);

/// Sixteen digits that tell one set of parameters from another.
std::string identity_of(std::span<const double> parameters);

}  // namespace gibbsite

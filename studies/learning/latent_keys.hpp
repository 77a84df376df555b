/// Keys of `gibbsite train` for energies with latent variables (estimators/learning/latents/alternation.hpp).
#pragma once

#include <cstdint>

#include "estimators/learning/latents/alternation.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

/// Of [model].
struct LatentKeys {
  std::int64_t codes = 20;
  double code_beta = 0;  ///< kmeans: of F_beta; 0: F
  double lambda = 0.3;   ///< sparse-coding
  double bound = 1;      ///< sparse-coding: largest length of a word; 0: any
};

/// Whether what learns is such an energy, which is no density.
bool learns_codes(const Study& study);
/// Of data of so many numbers.
LatentKind latent_kind(const Study& study, std::size_t units);
void add_latent_keys(KeyTable& table);

}  // namespace gibbsite

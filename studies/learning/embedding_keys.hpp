/// Keys of `gibbsite train` for nets that embed (estimators/learning/nets/embedding_objective.hpp).
#pragma once

#include <string>
#include <vector>

#include "estimators/learning/nets/embedding_objective.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct EmbeddingKeys {
  std::vector<std::string> head;                          ///< of [model]: layers; empty: those that the method suggests
  std::vector<std::string> views;                         ///< of [training], as are the others
  double temperature = 0.5;                               ///< simclr, infonce
  double invariance = 25, variance = 25, covariance = 1;  ///< vicreg, jepa
  std::string convention = "code";
  double redundancy = 0.005;  ///< barlow
  std::int64_t patches = 2;   ///< jepa
};

/// Whether an encoder learns to predict parts from others, and not two views alike.
bool predicts_parts(const Study& study);
EmbeddingOptions embedding_options(const Study& study);
/// Throws std::invalid_argument for words that make no view.
std::vector<Augmentation> augmentations_of(const Study& study);

void add_encoder_keys(KeyTable& table);
void add_embedding_keys(KeyTable& table);

}  // namespace gibbsite

/// Keys of `gibbsite train` for nets that answer (estimators/learning/nets/answers.hpp).
#pragma once

#include <string>
#include <vector>

#include "estimators/learning/nets/answers.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct AnswerKeys {
  std::string answers = "scores";  ///< of [model]: scores | positive
  std::string loss = "nll";        ///< of [training], as are the others
  double margin = 1, cap = 2, delta = 0.5, repulsion = 1, beta = 1;
  double labels_weight = 1;  ///< of an energy that learns labels along with its density
};

/// Whether what learns is a net of several outputs, which is no density.
bool learns_values(const Study& study);
/// What its labels are learned by.
AnswerOptions answer_options(const Study& study);
/// Names of training.loss, in the order of AnswerLoss.
std::vector<std::string> names_of_losses();

void add_answer_model_keys(KeyTable& table);
void add_answer_keys(KeyTable& table);

}  // namespace gibbsite

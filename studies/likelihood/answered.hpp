/// What a model that knows labels says of samples: probabilities of each label, and energies where they are of nets.
#pragma once

#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/matrices/matrix.hpp"
#include "studies/data/data.hpp"

namespace gibbsite {

struct Answered {
  Data data;                          ///< as the model takes them
  std::vector<std::size_t> truth;     ///< [sample]; empty: the data do not say it
  Matrix log_probability;             ///< [label][sample]
  std::vector<double> energy = {};    ///< E(x) = -ln(sum_y exp(-beta E(x, y))) / beta, [sample]; empty: none is known
  Matrix answer_energy = {};          ///< E(x, y), [label][sample]; empty: none are known
  double beta = 1;                    ///< of p(y | x)
  std::string identity = {};          ///< of the model's parameters (studies/likelihood/embedded.hpp); empty: not known
  std::vector<double> by_steps = {};  ///< of an ebt: mean ln p(label | sample) after 0, 1, ... steps; empty: none
};

/// By a model file: a machine with a label, a classifier, an ebt, or an energy that ends with a logsumexp over answers.
/// Throws RequestError for other models, and data that do not fit. thinking: steps of an ebt; 0: those that it learned
/// by.
Answered answered_by(const std::string& file, const DataRequest& request, std::size_t thinking = 0);

}  // namespace gibbsite

/// The keys of `gibbsite train`: the machine, its data, and how it learns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "studies/study/command.hpp"

namespace gibbsite {

/// Of [model]. Visible units are as many as the data have numbers (categorical: by states).
struct MachineKeys {
  std::vector<std::int64_t> layers = {};  ///< visible (0: as the data have), hidden ones; empty: as the model has them
  std::string units = "binary";           ///< binary | spin
  std::string visible = "";               ///< of the visible layer; empty: as `units`
  std::int64_t states = 2;                ///< of categorical units
  std::string graph = "complete";         ///< boltzmann: complete | lattice | a file of bonds
};

/// Of [data], beside those of a DataRequest.
struct ValidationKeys {
  std::string validation = "";  ///< a file, or a share of the data
  std::string labels = "";      ///< of such a file
  double reweight = 0;          ///< sequences of this identity share a weight; 0: all weigh 1
  double pseudocount = 0;       ///< share of uniform units
};

struct TrainingKeys {
  std::string method = "";                                                     ///< empty: method_of(study)
  std::int64_t steps = 0, chains = 100, batch = 100, epochs = 0, updates = 0;  ///< updates 0: by epochs
  std::int64_t rungs = 10;                                                     ///< tempering
  std::string optimizer =
      "";  ///< empty, steps and epochs 0, and rates and momentum below 0: what suits the model and method
  std::string layout = "fastest";  ///< fastest | plain
  double first_rate = -1, last_rate = -1;
  double momentum = -1, damping = 1e-3;
  double l1 = 0, l2 = 0;
  bool l2_biases = false;
  double max_norm = 0;
  bool centered = true, variance = false;
  std::int64_t noise = 10;                    ///< nce: points to each datum
  double resample = 0.5;                      ///< jarzynski
  std::string start = "";                     ///< a model file; empty: random weights
  double spread = 0.01;                       ///< of the first weights
  std::optional<std::int64_t> pretrain = {};  ///< dbm: epochs of each layer's own learning; none: a fifth of epochs
  double pretrain_rate = 0.05;
  std::int64_t rounds = 10;                 ///< dbm: of mean field, at most
  std::optional<std::int64_t> updown = {};  ///< dbn: epochs up and down; none: a fifth of epochs
  double updown_rate = 0.01;
  std::int64_t evaluate = 0;  ///< epochs between two likelihoods; 0: judging_schedule.hpp
  std::int64_t patience = 0;  ///< evaluations without a better validation likelihood; 0: no end
  std::int64_t snapshots = 24;
  std::int64_t samples = 64;                          ///< of the model, in its file
  std::string truth = "";                             ///< a file of couplings that are known
  std::int64_t particles = 100, temperatures = 1000;  ///< of annealing, where ln Z cannot be summed
};

/// training.method, or what suits the model where the study leaves it out.
std::string method_of(const Study& study);

/// The study with the method, optimiser, rates and momentum that suit its model where it leaves them out.
Study settled(Study study);

/// Names of training.method, in the order in which they are listed.
std::vector<std::string> training_methods();

const Schema& training_schema();

}  // namespace gibbsite

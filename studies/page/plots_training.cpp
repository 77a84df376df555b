// Series of a training against its updates.
#include <algorithm>

#include "studies/files/variables.hpp"
#include "studies/page/plots.hpp"

namespace gibbsite {

FigureGroup figures_of_training(const Group& root) {
  FigureGroup out{.heading = "Training"};
  const Group* training = root.child("training");
  if (training == nullptr) return out;
  const auto update = numbers_of(*training, "update");
  const auto add_series = [&](const char* title, const char* y, const char* caption,
                              const std::vector<const char*>& names) {
    Figure figure{.title = title, .caption = caption, .x = "update", .y = y};
    for (const char* name : names) {
      const auto values = doubles(*training, name), error = doubles(*training, std::string(name) + "_error");
      if (values.size() != update.size()) continue;
      Curve curve{.name = name, .colour = figure.curves.size(), .mark = error.empty() ? Mark::line : Mark::points};
      std::replace(curve.name.begin(), curve.name.end(), '_', ' ');
      for (std::size_t k = 0; k < update.size(); ++k)
        curve.points[update[k]] = {.value = values[k],
                                   .error = error.size() == values.size() && error[k] > 0 ? error[k] : unknown};
      figure.curves.push_back(std::move(curve));
    }
    if (!figure.empty()) out.figures.push_back(std::move(figure));
  };
  add_series("likelihood", "ln p (nats a sample)",
             "Mean ln p of training and validation samples; bars: the error of ln Z.",
             {"log_likelihood", "validation_log_likelihood"});
  add_series("ln Z along the way", "ln Z", "As it was summed or annealed, and as the method knows it.",
             {"log_z", "learned_log_z"});
  add_series("reconstruction error", "root mean square", "", {"reconstruction_error"});
  add_series("pseudo-likelihood", "nats a sample", "", {"pseudo_likelihood"});
  add_series(
      "free energy gap", "nats",
      "Mean free energy of validation samples less that of training samples: it grows as data are learned by heart.",
      {"free_energy_gap"});
  add_series("weights in time", "size", "Norm of all weights, and the largest singular values of W.",
             {"weight_norm", "singular_value_1", "singular_value_2", "singular_value_3"});
  add_series("effective fraction of chains", "share", "", {"effective_fraction"});
  add_series("labels that are told", "share", "Of training and validation samples.",
             {"accuracy", "validation_accuracy"});
  add_series("energy gap", "energy",
             "Mean of the least energy of a wrong answer less that of the right one: 0 where the surface is flat.",
             {"energy_gap", "validation_energy_gap", "energy_spread"});
  add_series("calibration", "expected calibration error", "Ten bins of the probability of the likeliest label.",
             {"calibration_error", "validation_calibration_error"});
  add_series("labels told from embeddings", "share",
             "Of validation samples, by a linear probe and five neighbours; of samples as they are, too.",
             {"probe_accuracy", "neighbour_accuracy", "input_probe_accuracy", "input_neighbour_accuracy"});
  add_series("spread of embeddings", "standard deviation", "Mean and least of their numbers: 0 where they collapse.",
             {"mean_deviation", "least_deviation"});
  add_series("directions of embeddings", "how many", "exp of the entropy of the shares of variance.",
             {"effective_rank"});
  add_series("error of the couplings", "root mean square (J)", "Against those that are known.", {"coupling_error"});
  add_series("patterns that stay", "share", "Of those that are stored.", {"fixed_points"});
  return out;
}

}  // namespace gibbsite

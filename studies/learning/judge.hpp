/// How good a machine is: its likelihood, with ln Z summed where it can be and annealed where it cannot, and what else
/// tells of it.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "estimators/estimate.hpp"
#include "estimators/learning/bit_rows.hpp"
#include "physics/parametric_machine.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/models/model_file.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

struct LogZFindings;

struct Judgement {
  Estimate log_z;  ///< error 0 where it was summed
  bool exact = false;
  bool trusted = true;                 ///< whether the error of log_z can be believed
  bool bound = false;                  ///< whether likelihoods are lower bounds, or estimates of such
  Estimate training, validation;       ///< mean ln p a sample; its error is that of ln Z
  double pseudo_likelihood = unknown;  ///< sum over units, mean over so many samples with their weights; discrete units
  double pseudo_likelihood_samples = unknown;
  double reconstruction_error = unknown;  ///< root mean square of v - <v | <h | v>>, of the first samples, at most 1000
  double free_energy_gap = unknown;       ///< <F>_validation - <F>_training
  double weight_norm = unknown;           ///< sqrt(sum w^2)
  std::array<double, 3> singular{unknown, unknown, unknown};  ///< the largest singular values of W
  /// Mean over samples of the least energy of a wrong answer less that of the right one, and of the standard deviation
  /// of energies over answers: both 0 where the surface is flat; and expected calibration error
  /// (estimators/learning/nets/answers.hpp).
  double energy_gap = unknown, validation_energy_gap = unknown, energy_spread = unknown;
  double energy = unknown, validation_energy = unknown;  ///< mean F of latent variables
  double energy_away = unknown;                          ///< the same of points drawn evenly in the box of the data
  double calibration_error = unknown, validation_calibration_error = unknown;
  /// With labels: the share of samples whose likeliest label is theirs, and the mean of ln p(label | the rest).
  double accuracy = unknown, validation_accuracy = unknown;
  double label_log_likelihood = unknown, validation_label_log_likelihood = unknown;
  /// Of embeddings (estimators/learning/nets/): how they lie, and accuracies of labels of validation samples that those
  /// of training samples tell by neighbours and by a linear probe; then the same of samples themselves.
  double mean_deviation = unknown, least_deviation = unknown, effective_rank = unknown;
  double neighbour_accuracy = unknown, probe_accuracy = unknown;
  double input_neighbour_accuracy = unknown, input_probe_accuracy = unknown;
  double coupling_error = unknown;  ///< root mean square, against training.truth
  double log_mass =
      unknown;  ///< ln of the sum over distinct training samples of p; above 0 it proves that ln Z is too small
  double flow = unknown;          ///< mean ln p of samples by the flow of scores
  double divergence = unknown;    ///< KL(truth || model), of data from a known density
  double fixed_points = unknown;  ///< share of the training samples, of a network that stores them

  /// What is better where it is larger, of samples that are not learned: ln p of them, -F, ln p of their labels, or the
  /// share of labels that a probe of embeddings tells: the first of these that there is; nan: none.
  double merit() const noexcept {
    for (const double one : {validation.value, -validation_energy, validation_label_log_likelihood})
      if (one == one) return one;
    return probe_accuracy;
  }
};

/// Data that are learned and data that are not, [width][sample]; the second may be empty. weight: of the first, with
/// mean 1; empty: all weigh alike.
struct Samples {
  Samples() = default;
  Samples(Matrix learned, Matrix held_out, const Layer& visible);

  Matrix training, validation;
  BitRows training_bits, validation_bits;  ///< the same, of binary units; else empty
  std::vector<std::size_t> distinct;       ///< the first of each kind of training samples, of discrete units
  std::vector<double> weight = {};
  std::vector<std::size_t> labels = {}, validation_labels = {};  ///< that stand beside the numbers
};

/// What of a model that answers shows in labels: accuracies, gaps, calibration. energies: of so many samples, [number]
/// [sample], those of all answers, [sample][answer]; beta: of p(y | x).
void add_answers(Judgement& out, const Samples& samples, double beta,
                 const std::function<std::vector<double>(const Matrix&)>& energies);

/// Of how many samples, evenly spaced, the pseudo-likelihood is recorded: all, or as many as cost a tenth of an epoch,
/// counted in products with the weights; more where that takes no time.
std::size_t pseudo_likelihood_samples(const ParametricMachine& machine, const TrainingKeys& keys, std::size_t samples,
                                      bool in_floats);

/// Whether ln Z is summed over all states at every evaluation.
bool sums_log_z(const ParametricMachine& machine) noexcept;

/// Of a restricted or fully visible machine. file: the same machine as a model with base rates, for annealing, which
/// takes training.particles and training.temperatures, there and back.
Judgement judge_machine(const ParametricMachine& machine, std::span<const double> theta, const ModelFile& file,
                        const Samples& samples, const Study& study);

/// Of any model as its file says it: ln Z is summed over at most 2^most_summed_bits states; ln p by studies/likelihood
/// is exact where the states of hidden units are few, else a bound, of the first 1000 samples then.
inline constexpr double most_summed_bits = 18;
Judgement judge_model(const ModelFile& file, const Samples& samples, const Study& study);

/// What they share: ln Z by annealing there and back; data: the first samples, for base rates the file does not know.
void anneal(Judgement& out, const Study& study, const ModelFile& file, const Data& data);
/// ln Z as its routes found it.
void take(Judgement& out, const LogZFindings& found);
/// The first samples, as data.
Data head_of(const Matrix& samples, std::size_t most);
/// The largest singular values of a matrix of so many rows, row by row.
std::array<double, 3> singular_values(std::span<const double> w, std::size_t rows);

}  // namespace gibbsite

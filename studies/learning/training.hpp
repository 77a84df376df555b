/// One task of `gibbsite train`: a machine that learns, judged along the way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "estimators/learning/learner.hpp"
#include "studies/data/data.hpp"
#include "studies/learning/judging_schedule.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/models/model_file.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// What is recorded at each evaluation, in this order, as a row of the trace.
enum class Recorded {
  update,
  epoch,
  log_likelihood,
  log_likelihood_error,
  validation_log_likelihood,
  validation_log_likelihood_error,
  log_z,
  log_z_error,
  log_z_exact,  ///< 1 where it was summed, 0 where annealed; 2: the method's own
  learned_log_z,
  learned_log_z_error,
  pseudo_likelihood,
  pseudo_likelihood_samples,
  reconstruction_error,
  free_energy_gap,
  weight_norm,
  singular_1,
  singular_2,
  singular_3,
  effective_fraction,
  mass,  ///< ln of the sum over distinct data of p
  accuracy,
  validation_accuracy,
  energy_gap,
  validation_energy_gap,
  energy_spread,
  energy,  ///< mean F of latent variables; then of validation data, and of points anywhere
  validation_energy,
  energy_away,
  calibration_error,
  validation_calibration_error,
  label_log_likelihood,
  validation_label_log_likelihood,
  mean_deviation,  ///< of embeddings
  least_deviation,
  effective_rank,
  neighbour_accuracy,
  probe_accuracy,
  input_neighbour_accuracy,
  input_probe_accuracy,
  coupling_error,  ///< against training.truth
  bound,           ///< 1 where likelihoods are lower bounds
  fixed_points,    ///< share of the patterns
  flow,            ///< mean ln p by the flow of scores
  divergence,      ///< KL(truth || model)
  bits,            ///< a dimension, of training data that were treated; then of validation data
  validation_bits,
  objective,  ///< what is made small, where it has a value: mean since the evaluation before
  seconds,
  count
};

/// What is left to say of a training that is done.
struct Trained {
  std::string name, plan, route;
  std::vector<double> last;  ///< what was recorded in the end, as Recorded counts
  std::vector<std::string> warnings;

  double of(Recorded what) const { return last[static_cast<std::size_t>(what)]; }
};

class Training {
 public:
  /// Reads the data and builds the machine. Throws RequestError for what does not fit.
  Training(const Task& task, std::size_t index);

  bool done() const noexcept { return learner_->done() && evaluated_; }
  /// One update, and an evaluation where one is due. seconds: at work on it so far, for the record.
  void advance(double seconds);
  double share() const;                                       ///< of the work done
  const std::string& name() const noexcept { return name_; }  ///< the grid's coordinates, "" without a grid
  std::string plan() const;
  /// The last evaluation in one line for people; "" before the first.
  std::string line() const;
  double last(Recorded what) const;
  std::string route() const;  ///< to the last ln Z: exact or annealing
  std::size_t evaluations() const noexcept { return trace_.draws(); }

  void save(CheckpointFolder& parts, double seconds) const;
  /// Goes on where a checkpoint stands, if there is one; the seconds at work before.
  double resume(CheckpointFolder& parts);

  /// What is to doubt.
  std::vector<std::string> warnings() const;
  Trained outcome() const;
  /// The root of the model file: the model, /training, /snapshots. attributes: those that every result begins with.
  Group record() const;

 private:
  void evaluate(double seconds);
  bool due() const;
  void keep_snapshot();
  std::size_t best_row() const;         // of the trace: where the validation likelihood was best
  std::string unbounded_block() const;  // the name of the parameters that grew the most
  Group snapshots() const;

  Study study_;
  std::size_t index_;
  std::string name_;
  Data data_, validation_;  // numbers stand in samples_ alone
  Samples samples_;
  double log_jacobian_ = unknown, validation_log_jacobian_ = unknown;  // mean over samples, of data that were treated
  JudgingSchedule judging_;
  double effective_samples_ = unknown;  // that samples with weights are worth
  std::unique_ptr<Trainable> model_;
  std::unique_ptr<Learner> learner_;
  Trace trace_;
  bool evaluated_ = false;                              // whether the last update was
  std::vector<double> snapshots_;                       // parameters, one behind the other
  std::vector<std::uint64_t> snapshot_updates_, kept_;  // taken, and to be taken
  std::vector<double> best_;                            // parameters of the best validation likelihood
  double best_likelihood_ = -infinite;
  std::int64_t without_better_ = 0;
};

/// A table of the tasks, or one object of JSON; files: the model of each.
void print_trainings(const Request& request, const std::vector<Trained>& tasks,
                     const std::vector<std::filesystem::path>& files);

}  // namespace gibbsite

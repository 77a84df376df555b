/// Learning of deep Boltzmann machines: layer by layer first, then all together.
///
/// Layer by layer (Salakhutdinov & Hinton, AISTATS 2009, sec. 3.2; Neural Comput. 24, 1967 (2012), sec. 3.3): a
/// restricted machine between layers l and l + 1 learns draws of layer l given the data, with two copies of layer 0 in
/// the first one, of the top layer in the last one, and of both in those between, so that layers which will have two
/// neighbours take the input of one twice. Composed, weights are as they were learned, and the biases of a layer the
/// mean of those in the two machines that had it. Of three layers, where p_1(h) and p_2(h) are the two machines' priors
/// of the layer they share, the composed machine has
///   p(h) ~ sqrt(p_1(h) p_2(h)).
///
/// Together: hidden units given the data by mean field, the model by chains (deep_phases.hpp), with centred steps as in
/// trainer.hpp, all layers' units counted from their means (Montavon & Mueller 2012).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "estimators/learning/deep_phases.hpp"
#include "estimators/learning/learner.hpp"
#include "estimators/learning/steps.hpp"

namespace gibbsite {

/// Where the model's expectation comes from. exact: both expectations are summed.
enum class DeepNegative { exact, cd, pcd };

struct DeepOptions {
  TrainingOptions steps = {};
  DeepNegative negative = DeepNegative::pcd;
  std::size_t sweeps = 1;    ///< of each chain per update
  std::size_t chains = 100;  ///< pcd
  MeanFieldEffort mean_field = {};
  Precision precision = Precision::full;
};

/// The direction of ascent at theta: the mean over a batch of d ln p / dtheta (exact), or of the bound of mean field.
/// Chains of pcd stay from one call to the next.
class DeepObjective {
 public:
  /// phases: empty for those of make_deep_phases.
  DeepObjective(std::shared_ptr<const DeepMachine> machine, DeepOptions options, Key key,
                std::unique_ptr<DeepPhases> phases = {});
  /// Adds it to `out`. v: [visible unit][sample]; update: a count that never comes twice.
  void add_gradient(std::span<const double> theta, const Matrix& v, std::uint64_t update, std::span<double> out);
  /// With the hidden means of the last batch; of exact gradients they are those of mean field, too.
  const DeepPhases& phases() const { return *phases_; }

  Snapshot save() const;
  void load(const Snapshot& snapshot);

 private:
  std::shared_ptr<const DeepMachine> machine_;
  DeepOptions options_;
  std::unique_ptr<DeepPhases> phases_;
  bool begun_ = false;
};

/// Makes a batch of the data that a machine learns from one of those below: [unit][sample] at an update.
using Lift = std::function<Matrix(const Matrix& batch, std::uint64_t update)>;

/// One machine learns.
class DeepTrainer final : public Learner {
 public:
  /// data: [visible unit][sample], must outlive it; lift: empty where the machine learns them as they are. Throws
  /// std::invalid_argument for no data or no updates, and for natural steps. phases as of DeepObjective.
  DeepTrainer(std::shared_ptr<const DeepMachine> machine, const Matrix& data, std::vector<double> theta,
              DeepOptions options, Key key, Lift lift = {}, std::unique_ptr<DeepPhases> phases = {});

  bool done() const override { return update_ >= options_.steps.updates; }
  void advance() override;
  void finish() override { options_.steps.updates = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return options_.steps.updates; }
  std::uint64_t batches() const override { return batches_.of_an_epoch(); }
  std::vector<double> parameters() const override { return theta_; }
  bool bounded() const override { return gibbsite::bounded(theta_); }
  std::string layout() const override { return options_.precision == Precision::single ? "single precision" : "plain"; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  void follow_means();
  void centre(std::span<double> direction) const;
  void uncentre(std::span<double> step) const;

  std::shared_ptr<const DeepMachine> machine_;
  DeepOptions options_;
  DeepObjective objective_;
  Batches batches_;
  Steps steps_;
  Lift lift_;
  std::uint64_t update_ = 0;
  std::vector<double> theta_;
  std::vector<std::vector<double>> offset_;  // of each layer: the mean of one copy
};

/// What takes such steps fastest at this precision: this, or deep_float_learner.hpp.
std::unique_ptr<Learner> make_deep_learner(std::shared_ptr<const DeepMachine> machine, const Matrix& data,
                                           std::vector<double> theta, const DeepOptions& options, Key key,
                                           Lift lift = {});

/// What learns layer by layer, then together.
class DeepLearner final : public Learner {
 public:
  /// layerwise: of each machine between two layers, 0 updates: none; together: of all of them. theta: the parameters
  /// at the beginning; layer by layer, machines begin at theirs. Throws as DeepTrainer.
  DeepLearner(std::shared_ptr<const DeepMachine> machine, const Matrix& data, std::vector<double> theta,
              DeepOptions layerwise, DeepOptions together, Key key);

  bool done() const override { return finished_ || (stage_ == stages() - 1 && learner_->done()); }
  void advance() override;
  void finish() override { finished_ = true; }
  std::uint64_t update() const override { return before_ + learner_->update(); }
  std::uint64_t updates() const override;
  std::uint64_t batches() const override { return learner_->batches(); }
  std::vector<double> parameters() const override;
  bool bounded() const override { return learner_->bounded(); }
  std::string layout() const override { return learner_->layout(); }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  std::size_t stages() const { return together_.steps.updates > 0 ? pairs() + 1 : pairs(); }
  std::size_t pairs() const { return layerwise_.steps.updates > 0 ? machine_->depth() - 1 : 0; }
  void begin_stage();
  std::shared_ptr<const DeepMachine> pair(std::size_t l) const;
  std::vector<double> first_of_pair(std::size_t l) const;
  Matrix lifted(std::size_t layers, const Matrix& batch, std::uint64_t update);

  std::shared_ptr<const DeepMachine> machine_;
  const Matrix& data_;
  std::vector<double> theta_;
  DeepOptions layerwise_, together_;
  Key key_;
  std::size_t stage_ = 0;
  std::uint64_t before_ = 0;  // updates of the stages before
  bool finished_ = false;
  std::vector<std::vector<double>> learned_;         // parameters of the pairs that are done
  std::vector<std::unique_ptr<DeepPhases>> way_up_;  // the same, as machines that draw
  std::unique_ptr<Learner> learner_;
};

/// Parameters of the whole from those of the pairs of layers, as far as there are any; the rest as in theta.
std::vector<double> composed(const DeepMachine& machine, std::span<const double> theta,
                             std::span<const std::vector<double>> pairs);
/// Machine number l of layerwise learning, with its copies.
DeepMachine layerwise_machine(const DeepMachine& machine, std::size_t l);

/// Weights of standard deviation `spread`, a pure function of the key; visible biases as of first_parameters
/// (trainer.hpp), hidden ones 0.
std::vector<double> first_parameters(const DeepMachine& machine, const Matrix& data, double spread, Key key);

}  // namespace gibbsite

/// What learners in single precision have in common: the parameters of a restricted Boltzmann machine as rows of
/// floats, their velocities, and the steps of sgd, centred or not, as trainer.hpp defines them. Where the direction
/// comes from is their own matter (sparse_learner.hpp).
#pragma once

#include <memory>

#include "estimators/learning/batch_order.hpp"
#include "estimators/learning/float_rbm.hpp"
#include "estimators/learning/learner.hpp"
#include "estimators/learning/steps.hpp"
#include "samplers/simd/networks/learning_kernels.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {

/// Chains of cd (not persistent, as many as a batch) or pcd.
struct FloatChains {
  bool persistent = false;
  std::size_t steps = 1;  ///< k
  std::size_t count = 100;
  std::size_t settle = 0;  ///< sweeps of the first update, where learning begins at a model; 0: k as always

  std::size_t sweeps(std::uint64_t update) const noexcept { return update == 0 && settle > 0 ? settle : steps; }
  /// Of its first sweep; no two are alike.
  std::uint64_t time(std::uint64_t update) const noexcept {
    constexpr std::uint64_t of_settling = std::uint64_t{1} << 48;
    return update == 0 && settle > 0 ? of_settling : update * steps + (persistent ? 1 : 0);
  }
};

class FloatLearner : public Learner {
 public:
  bool done() const override { return update_ >= options_.updates; }
  void finish() override { options_.updates = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return options_.updates; }
  std::uint64_t batches() const override { return order_.batches(); }
  std::vector<double> parameters() const override;
  bool bounded() const override;
  double effective_fraction() const override { return chains_.persistent ? 1 : unknown; }
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

  /// The chains' visible states from which the last update knew the model, [width][chain].
  virtual Matrix model_states() const = 0;

 protected:
  /// mean: of the data, [width], over variances of gaussian units. theta: the machine's parameters.
  FloatLearner(std::shared_ptr<const ParametricMachine> machine, std::size_t samples, std::vector<double> mean,
               std::span<const double> theta, FloatChains chains, const TrainingOptions& options, Key key,
               const simd::LearningKernels& kernels);

  double rate() const;
  /// A row of `means`: rows of the batch, scaled by 1 / batch, then of the chains, scaled by -1 / chains, then sums of
  /// the two of the same place.
  float* means(std::size_t row) { return means_.data() + row * rbm_.stride; }
  std::size_t sums() const { return std::min(options_.batch, chains_.count); }  ///< of those
  /// <h> of the model and of the data once all rows of means but the sums are there: directions and offsets.
  void look_at_means();
  /// The weights and the bias of a visible unit, by one thread. Sums over rows are kept apart for each item of rows;
  /// begin: whether it is the item's first. gradient: the rows to be added; db: the direction of the bias.
  /// moved: velocities already have their momentum and gradient.
  void step_row(std::size_t item, bool begin, std::size_t row, const simd::RowSum& gradient, float db,
                bool moved = false);
  /// What is left of an update once all rows have stepped: hidden biases, the limit of norms.
  void end_update();

  static constexpr std::size_t tile = 32;  ///< rows whose sums over rows stand alone
  std::size_t tiles() const { return (rbm_.visible + tile - 1) / tile; }

  std::shared_ptr<const ParametricMachine> machine_;
  TrainingOptions options_;
  FloatChains chains_;
  Key key_;
  const simd::LearningKernels& kernels_;
  BatchOrder order_;
  AdaptiveThreads threads_;
  std::uint64_t update_ = 0;
  FloatRbm rbm_;
  simd::Buffer<float> velocity_;                            // [visible][stride]
  simd::Buffer<float> visible_velocity_, hidden_velocity_;  // [visible], [length]
  simd::Buffer<float> mu_, nu_;  // offsets: of the data, [visible]; running ones of hidden units, [length]
  std::vector<double> first_;    // parameters at the beginning, of which some may stay
  simd::Buffer<float> means_;    // [batch + chains + sums][stride]

 private:
  simd::Buffer<float> direction_, now_;  // of hidden biases, and their means over the batch, [length]
  simd::Buffer<float> pull_, squares_;   // [tile][stride]
  std::vector<std::uint32_t> largest_;   // [tile]: bits of the largest weight
  std::vector<std::uint32_t> batch_rows_, chain_rows_, tile_rows_;
};

}  // namespace gibbsite

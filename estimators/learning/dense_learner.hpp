/// Contrastive divergence, with chains that begin at the data or go on, of restricted Boltzmann machines of gaussian
/// visible units of given variances, or categorical ones, and binary hidden ones in single precision: the steps of
/// trainer.hpp by dense products (physics/matrices/float_products.hpp).
///
/// Samples and chains are kept as x = v / s, which is what multiplies W. Per update of n samples and as many chains,
/// V x H weights: 4 (cd) or 5 (pcd) times n V H multiplications, of which the gradient's 2 n V H go into the velocity
/// at once. Products have fixed shapes: bits depend on the instruction set, not on threads. Random words as in
/// sparse_learner.hpp; normal ones by Box & Muller, in single precision; states of categorical units by Philox, one
/// stream a chain.
#pragma once

#include "estimators/learning/float_learner.hpp"

namespace gibbsite {

/// Whether there are kernels and products for this machine and these options: gaussian units whose variances stay,
/// or categorical ones without a limit of norms, binary hidden ones, sgd, and offsets that fit 32 bits.
bool dense_learner_supported(const ParametricMachine& machine, const FloatChains& chains,
                             const TrainingOptions& options);

class DenseLearner final : public FloatLearner {
 public:
  /// data: [width][sample], must outlive it. theta as of Trainer. Throws std::invalid_argument for no data or no
  /// updates.
  DenseLearner(std::shared_ptr<const ParametricMachine> machine, const Matrix& data, std::span<const double> theta,
               FloatChains chains, const TrainingOptions& options, Key key);

  void advance() override;
  std::string layout() const override { return "dense products in floats"; }
  Matrix model_states() const override;
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  float* states(std::size_t row) { return states_.data() + row * width_; }
  // Items of the stages of an update, which a team of threads shares.
  void see_sample(std::size_t n);
  void multiply_fields(std::size_t item, std::size_t row, std::size_t rows);
  void see_hidden(std::size_t row, float scale, const simd::Cipher* drawn);
  void multiply_visible(std::size_t item);
  void draw_visible(std::size_t chain, const simd::Cipher& cipher);
  void choose_states(std::size_t chain, Purpose purpose, std::uint64_t time);
  void step_rows(std::size_t item);
  void fix_gauge();
  void update_together();

  const Matrix& data_;
  std::span<const std::uint32_t> batch_;
  std::size_t categories_;                         // states of a unit; 0: gaussian
  std::size_t width_;                              // of a state: visible units in whole vectors
  simd::Buffer<float> states_;                     // [batch + chains][width], over variances
  simd::Buffer<float> hidden_;                     // [chain][stride]: states
  simd::Buffer<float> over_variance_, deviation_;  // [width]
  simd::Buffer<float> direction_, model_sum_;      // of visible biases, [width]
  std::vector<std::uint32_t> batch_rows_, chain_rows_;
};

}  // namespace gibbsite

/// Learning of deep machines of binary units in single precision: the steps of deep_trainer.hpp by dense products
/// (physics/matrices/float_products.hpp), several times as fast.
///
/// Rows of a layer are the settled means of the batch, then the states of the chains, so that a gradient is one
/// product, which goes into the velocity at once. Per update of n samples and as many chains that make k sweeps, W
/// weights in all of which W' are between hidden layers, and r rounds of mean field: n (W (3 + 2 k) + 2 r W')
/// multiplications and as many additions.
///
/// Mean field ends where no mean of the batch moves further. Products have fixed shapes, and sums over pieces are added
/// in their order: bits depend on the instruction set, not on threads. Random words: ARS-5 under a key for each (key,
/// purpose, time, layer and copy), counters are (chain, unit).
#pragma once

#include <memory>

#include "estimators/learning/deep_trainer.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/networks/learning_kernels.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {

/// Whether there are kernels and products for this machine and these options: binary units, sgd, chains (cd or pcd), no
/// limit of norms and no penalty on biases.
bool deep_float_learner_supported(const DeepMachine& machine, const DeepOptions& options);

class DeepFloatLearner final : public Learner {
 public:
  /// As of DeepTrainer.
  DeepFloatLearner(std::shared_ptr<const DeepMachine> machine, const Matrix& data, std::span<const double> theta,
                   const DeepOptions& options, Key key, Lift lift = {});

  bool done() const override { return update_ >= options_.steps.updates; }
  void advance() override;
  void finish() override { options_.steps.updates = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return options_.steps.updates; }
  std::uint64_t batches() const override { return batches_.of_an_epoch(); }
  std::vector<double> parameters() const override;
  bool bounded() const override;
  std::string layout() const override { return "dense products in floats"; }
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

  /// From which the last update knew the model: of layer l, [unit][chain]; odd layers: means given the others.
  Matrix model_states(std::size_t l) const;

 private:
  using Floats = simd::Buffer<float>;
  struct Level {
    std::size_t units = 0, length = 0, stride = 0;  // length: in whole vectors; stride: an odd number of cache lines
    std::size_t copies = 1;
    Floats bias, velocity, offset, direction, now;  // [length]; offset, direction, now: of one copy
    Floats rows;       // [batch + chains][stride]: means of data and states of chains, sums over copies
    Floats fields;     // [batch or chains][stride]
    Floats from_data;  // of the layer above the data: [batch][stride], the part of the field that stays
    Floats drawn;      // odd layers: [chain][stride]
    Floats one_copy;   // [chain][stride], where there are several
    Floats scaled;     // all but the lowest: rows over the number of samples, or of chains with a minus sign
    Floats along;      // [length]: what centred steps of weights take from the bias
    float* row(std::size_t n) { return rows.data() + n * stride; }
    float* field(std::size_t n) { return fields.data() + n * stride; }
  };
  struct Bond {
    Floats weights, velocity;            // [lower][stride of the upper]
    Floats pull;                         // [piece][stride of the upper]: the same of the upper layer's biases
    std::vector<std::uint32_t> largest;  // [piece]: bits of the largest number
  };
  /// Units of a layer, as many as a product has columns or rows.
  struct Piece {
    std::size_t layer, begin, count;
  };

  std::size_t depth() const { return levels_.size(); }
  std::size_t batch() const { return options_.steps.batch; }
  double rate() const;
  // Stages of an update, which a team of threads shares.
  void update_together();
  void settle();
  void start_chains();
  void sweep(std::size_t k);
  void look_at_means(std::size_t l);
  void step_rows(const Piece& piece);
  void end_update();

  /// first + factor (W_below x_below) + W_above x_above; x null: without that layer.
  void multiply_fields(const Piece& piece, std::size_t rows, const float* below, float factor, const float* above);
  void to_mean(std::size_t l, const float* field, float* out) const;
  void draw(std::size_t l, const float* field, std::size_t chain, std::span<const simd::Cipher> ciphers, float* out);
  std::vector<simd::Cipher> ciphers(Purpose purpose, std::uint64_t time, std::size_t l) const;

  std::shared_ptr<const DeepMachine> machine_;
  DeepOptions options_;
  Key key_;
  const simd::LearningKernels& kernels_;
  const Matrix& data_;
  Batches batches_;
  Lift lift_;
  AdaptiveThreads threads_;
  std::uint64_t update_ = 0;
  bool begun_ = false;
  std::size_t chains_;
  std::vector<Level> levels_;
  std::vector<Bond> bonds_;
  std::vector<std::vector<Piece>> pieces_;               // [layer]: of fields
  std::vector<Piece> odd_, even_, hidden_even_, steps_;  // the same of all such layers; of the rows of all weights
  std::vector<float> change_;                            // [layer][sample]: of means in a round
};

}  // namespace gibbsite

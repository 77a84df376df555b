/// Contrastive divergence, with chains that begin at the data or go on, of restricted Boltzmann machines of binary
/// units in single precision: the steps of trainer.hpp, several times as fast.
///
/// Data and visible states of chains are bits, and in products lists of those that are 1. Per update of a batch of n
/// samples and as many chains, V x H weights of which a share p of visible units is 1:
///   fields of hidden units, 3 (pcd) or 2 (cd) times n p V H additions; the way back by tables, n V H lookups of four
///   weights at once; the gradient 2 n p V H additions, fewer where data and chains agree; and one pass through
///   weights and velocities.
///
/// Every stage is cut in items of fixed size that need nothing of each other, and sums over items are added in the
/// order of items: bits depend on the instruction set, not on threads. Random words: ARS-5 under a key for each (key,
/// purpose, time, layer), counters are (chain, hidden unit) and (visible unit, chain).
#pragma once

#include "estimators/learning/bit_rows.hpp"
#include "estimators/learning/float_learner.hpp"

namespace gibbsite {

/// Whether there are kernels for this machine and these options: binary units in two layers without lateral bonds or
/// labels, samples that weigh alike, sgd, and offsets that fit 32 bits.
bool sparse_learner_supported(const ParametricMachine& machine, const FloatChains& chains,
                              const TrainingOptions& options);

class SparseLearner final : public FloatLearner {
 public:
  /// data: [width][sample], of 0 and 1; not needed after. theta as of Trainer. Throws std::invalid_argument for no data
  /// or no updates. kernels: null for the fastest.
  SparseLearner(std::shared_ptr<const ParametricMachine> machine, const Matrix& data, std::span<const double> theta,
                FloatChains chains, const TrainingOptions& options, Key key,
                const simd::LearningKernels* kernels = nullptr);

  void advance() override;
  std::string layout() const override { return "sparse rows in floats"; }
  Matrix model_states() const override;
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  static constexpr std::size_t group = 8;  ///< samples or chains of an item: the bits of a byte
  static constexpr std::size_t tile_of_units = 16;

  /// Units that are 1 in each sample or chain, as offsets of rows of W.
  struct Lists {
    Lists(std::size_t rows, std::size_t units) : at(rows * units), count(rows, 0), width(units) {}
    std::vector<std::uint32_t> at, count;
    std::size_t width;
  };

  // Items of the stages of an update, which a team of threads shares.
  void see_data(std::size_t item, const simd::Cipher* hidden);
  void begin_chains(std::size_t item, const simd::Cipher& hidden);
  void draw_visible(std::size_t item, const simd::Cipher& visible);
  void end_chains(std::size_t item, const simd::Cipher* hidden);
  void step_rows(std::size_t item);

  /// Lists of the chains of an item; where few units changed and not all are asked for, of those alone.
  void list_chains(std::size_t item, bool all);
  /// Hidden units given their fields: means to a row, and where they are drawn, states to the words of a chain.
  void see_hidden(const float* field, std::size_t row, float scale, std::size_t chain, const simd::Cipher* drawn);
  float* fields(std::size_t chain) { return fields_.data() + chain * rbm_.stride; }
  void add_up(const Lists& lists, std::size_t list, float* field) const;
  void update_together();

  std::size_t words_, batch_words_,
      chain_words_;  // 64 bits: of a sample; of a unit's states in all samples, all chains
  BitRows data_;
  std::span<const std::uint32_t> batch_;
  Lists batch_lists_, chain_lists_;
  Lists came_, went_;                       // units of chains that are 1 now and were not, and the other way round
  simd::Buffer<float> fields_;              // [chain][stride]: of hidden units, of the states before the present ones
  std::vector<std::uint8_t> batch_states_;  // [item][visible]: a bit for each sample
  std::vector<std::uint64_t> before_;       // [chain][word of visible units]: the states to which fields_ belong
  std::vector<std::uint8_t> few_changed_;   // [chain]: whether came_ and went_ are shorter than all that are 1
  std::vector<std::vector<std::uint64_t>> rows_of_item_;  // [item][chain][word]: states as they are listed
  std::vector<std::uint64_t> states_;                     // [visible][word]: a bit for each chain
  std::size_t groups_, bytes_;                            // of hidden units in a word; of their bits of a chain
  std::vector<std::uint8_t> hidden_states_;               // [chain][byte]
  std::vector<std::size_t> blocks_;                       // where blocks of vectors of chains begin, and the end
  simd::Buffer<std::uint32_t> hidden_words_;              // [block][group][vector][lane]
  std::vector<std::uint32_t> rows_;  // [tile][batch + chains]: what the gradient of a row is made of
};

}  // namespace gibbsite

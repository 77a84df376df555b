/// Learning of energies with latent variables (physics/continuous/latent_codes.hpp) by turns: z of every datum at the
/// present words, then the words that are best for these z. Each turn lowers the mean of F over the data, or leaves it.
///
///   codebook        words are the means of their data, by shares (Lloyd, IEEE Trans. Inf. Theory 28, 129 (1982); with
///                   beta the EM algorithm of equal gaussians); a word without data stays
///   sparse coding   word by word, others fixed (Mairal, Bach, Ponce & Sapiro, ICML 2009, alg. 2), each scaled down to
///                   length `bound` where it is longer; without a bound words grow, codes shrink, and F collapses
#pragma once

#include <memory>

#include "estimators/learning/learner.hpp"
#include "physics/continuous/latent_codes.hpp"
#include "physics/matrices/matrix.hpp"
#include "physics/random.hpp"

namespace gibbsite {

/// What there is beside the words.
struct LatentKind {
  enum class Code { one_hot, sparse } code = Code::one_hot;
  std::size_t units = 0, codes = 0;
  double beta = infinite;  ///< one-hot
  double lambda = 0;       ///< sparse
  double bound = 1;        ///< sparse: largest length of a word; 0: any

  /// Throws std::invalid_argument as Codebook and SparseCoding.
  std::shared_ptr<const LatentEnergy> at(std::span<const double> words) const;
  /// Words to begin with: samples far from each other, each drawn by the square of its distance from those before
  /// (Arthur & Vassilvitskii, SODA 2007), or random directions. data: [number][sample]. A pure function of data and
  /// key.
  std::vector<double> first(const Matrix& data, Key key) const;
  /// One turn for all data: writes better words; returns the mean of F before it.
  double improve(std::vector<double>& words, const Matrix& data) const;
};

class AlternatingLearner final : public Learner {
 public:
  /// data: must outlive it. Throws std::invalid_argument for no samples or updates.
  AlternatingLearner(LatentKind kind, const Matrix& data, std::vector<double> words, std::uint64_t updates);

  bool done() const override { return update_ >= updates_; }
  void advance() override;
  void finish() override { updates_ = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return updates_; }
  std::uint64_t batches() const override { return 1; }
  std::vector<double> parameters() const override { return words_; }
  std::string layout() const override { return "double precision"; }
  bool bounded() const override;
  double objective() const override { return objective_; }
  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  LatentKind kind_;
  const Matrix& data_;
  std::vector<double> words_;
  std::uint64_t update_ = 0, updates_ = 0;
  double objective_ = unknown;  // mean of F before the last turn
};

}  // namespace gibbsite

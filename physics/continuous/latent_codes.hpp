/// Energies with latent variables z (Dawid & LeCun, arXiv:2306.02572, sec. 2-3), as energies of y alone:
///
///   F(y) = min_z E(y, z),   F_beta(y) = -(1/beta) ln <exp(-beta E(y, z))>_z  ->  F(y) as beta grows,
///
/// <...>_z the mean over what z may be a priori. What keeps F from being flat is how little z can do:
///
///   codebook        E = |y - W z|^2, z one-hot of K, alike a priori: K-means; F_beta by the sum over all z
///   sparse coding   E = |y - W z|^2 / 2 + lambda |z|_1 (Olshausen & Field, Nature 381, 607 (1996)); F by FISTA (Beck &
///                   Teboulle, SIAM J. Imaging Sci. 2, 183 (2009)); a priori z goes as exp(-beta lambda |z|_1)
///
/// By the envelope theorem slopes of F are those of E at the best z: dF/dy = dE/dy, dF/dW = dE/dW.
#pragma once

#include <memory>
#include <vector>

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class LatentEnergy : public ContinuousEnergy {
 public:
  std::size_t codes() const noexcept { return codes_; }  ///< numbers in z
  /// w_k, [code][d], one behind the other.
  std::span<const double> words() const noexcept { return words_; }
  /// z of each state: the best one, of a soft codebook its mean; [state][code]. energy[s] = F(y_s), where there is
  /// room.
  virtual void encode(std::span<const double> y, std::span<double> z, std::span<double> energy) const = 0;

 protected:
  /// Throws std::invalid_argument for no codes, and what is not finite.
  LatentEnergy(std::size_t units, std::vector<double> words);

 private:
  std::size_t codes_;
  std::vector<double> words_;
};

class Codebook final : public LatentEnergy {
 public:
  /// words: [code][d]; beta of F_beta, infinite: F. Throws as LatentEnergy, and for a beta that is not above 0. Cost: 3
  /// K d operations a state.
  Codebook(std::size_t units, std::vector<double> words, double beta);

  double beta() const noexcept { return beta_; }
  void encode(std::span<const double> y, std::span<double> z, std::span<double> energy) const override;
  void evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const override;
  void set_ordered(std::span<double> y) const override;
  Extent extent() const noexcept override;

 private:
  /// F(y), and shares of the codes.
  double share(const double* y, std::span<double> shares) const;
  double beta_;
};

class SparseCoding final : public LatentEnergy {
 public:
  /// lambda = 0: z may be anything, and F = 0 wherever the words reach. Throws as LatentEnergy, and for lambda < 0.
  SparseCoding(std::size_t units, std::vector<double> words, double lambda);
  ~SparseCoding() override;

  double lambda() const noexcept { return lambda_; }
  /// Until the duality gap, by which F is too large at most, is below 1e-13 (1 + |y|^2 / 2), or after 10,000 steps;
  /// with lambda = 0 by the pseudo-inverse. Cost: 4 m d operations a step.
  void encode(std::span<const double> y, std::span<double> z, std::span<double> energy) const override;
  void evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const override;
  bool symmetric() const noexcept override { return true; }
  void set_ordered(std::span<double> y) const override;
  Extent extent() const noexcept override;

 private:
  double lambda_, steepness_;    // largest eigenvalue of W'W
  std::vector<double> inverse_;  // pseudo-inverse of W, [code][d], with lambda = 0
};

/// beta E(y, z) of a sparse code as an energy of z, at one y: its ln Z gives F_beta, by quadrature or annealing.
class SparseCode final : public ContinuousEnergy {
 public:
  /// Throws std::invalid_argument for a y of another length, lambda = 0, which leaves z
  /// free, or a beta that is not above 0.
  SparseCode(std::shared_ptr<const SparseCoding> coding, std::vector<double> y, double beta);

  const SparseCoding& coding() const noexcept { return *coding_; }
  std::span<const double> at() const noexcept { return y_; }
  void evaluate(std::span<const double> z, std::span<double> energy, std::span<double> gradient) const override;
  void set_ordered(std::span<double> z) const override;
  Extent extent() const noexcept override;
  /// ln of the integral of exp(-beta lambda |z|_1), m ln(2/(beta lambda)).
  double prior_log_z() const;
  /// F_beta = -(ln Z - prior_log_z())/beta.
  double soft_energy(double log_z) const { return (prior_log_z() - log_z) / beta_; }

 private:
  std::shared_ptr<const SparseCoding> coding_;
  std::vector<double> y_;
  double beta_;
};

}  // namespace gibbsite

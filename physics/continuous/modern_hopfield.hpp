/// The Hopfield network of real numbers whose update is attention (Ramsauer et al., "Hopfield networks is all you
/// need", ICLR 2021, eqs. 2-4): of patterns x_1 ... x_N, rows of X,
///
///   E(xi) = -lse(beta, X xi) + |xi|^2 / 2 + ln N / beta + M^2 / 2,   lse(beta, z) = ln(sum_i exp(beta z_i)) / beta,
///   xi' = X' softmax(beta X xi),   grad E = xi - xi',
///
/// M the largest |x_i|. The update lowers E. exp(-beta E) is a mixture of gaussians of variance 1/beta about the
/// patterns, with weights exp(beta |x_i|^2 / 2). Patterns of d coins are retrieved while about N < exp(beta d), beyond
/// any multiple of d. Cost: 4 N d operations for E and its gradient.
#pragma once

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class ModernHopfield final : public ContinuousEnergy {
 public:
  /// patterns: [pattern][d], one behind the other, d > 0 numbers each; beta > 0; start: where a cold start begins, [d].
  /// Throws std::invalid_argument.
  ModernHopfield(std::vector<double> patterns, double beta, std::vector<double> start);

  std::size_t patterns() const noexcept { return count_; }
  double beta() const noexcept { return beta_; }
  /// xi', in place.
  void update(std::span<double> xi) const;

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;

 protected:
  /// pattern_overlap x_1 . xi / |x_1|^2, largest_overlap, first_attention (the softmax's share of the first pattern),
  /// x_squared.
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  /// X xi, [pattern].
  std::vector<double> scores(std::span<const double> xi) const;
  /// Of scores: softmax(beta scores), in place, and lse.
  double to_attention(std::span<double> scores) const;

  std::size_t count_;
  double beta_;
  std::vector<double> patterns_, turned_, start_;  // turned_: [number][pattern]
  std::vector<double> squares_;                    // |x_i|^2
  double constant_ = 0;
};

}  // namespace gibbsite

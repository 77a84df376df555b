/// Losses of joint embedding: two views of each of n samples, a and b, come to d numbers each, and views of one sample
/// are to be alike while those of different ones are not.
///
///   simclr   NT-Xent, u = z/|z|: the mean over all 2n views of -ln [exp(u_i . u_i'/tau) / sum_{k != i} exp(u_i .
///            u_k/tau)], i' the other view of the sample (Chen, Kornblith, Norouzi & Hinton, ICML 2020, eq. 1)
///   infonce  -mean_i ln [exp(u_i . w_i/tau) / sum_k exp(u_i . w_k/tau)], u of a, w of b, one direction (van den Oord,
///   Li
///            & Vinyals, arXiv:1807.03748, eq. 4, with the cosine as the critic)
///   vicreg   lambda s + mu (v(a) + v(b)) + nu (c(a) + c(b)) (Bardes, Ponce & LeCun, ICLR 2022, eqs. 1 to 6):
///              s = sum_i |a_i - b_i|^2 / n,  v = mean_j max(0, 1 - sqrt(var_j + 1e-4)),  c = sum_{i != j} C_ij^2 / d,
///            variances and C by n - 1. The authors' code divides s by n d in place of n, and v by 2: `per_number`.
///   barlow   sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2, C = a' b / n of columns with mean 0 and variance 1 by n
///   - 1
///            (Zbontar, Jing, Misra, LeCun & Deny, ICML 2021, eqs. 1 and 2); by n, as batch normalisation standardises:
///            `standardised_by_n`.
///
/// The first two hold samples apart by contrast, the last two keep the numbers of an embedding varied and uncorrelated
/// (volume regularised): without the term in v, vicreg has its least value where all embeddings are one point.
#pragma once

#include <cstddef>
#include <span>

namespace gibbsite {

enum class EmbeddingLoss { simclr, infonce, vicreg, barlow };

struct EmbeddingOptions {
  EmbeddingLoss loss = EmbeddingLoss::simclr;
  double temperature = 0.5;                               ///< tau of simclr and infonce
  double invariance = 25, variance = 25, covariance = 1;  ///< lambda, mu, nu of vicreg
  bool per_number = false;                                ///< vicreg as its authors' code has it
  double redundancy = 0.005;                              ///< lambda of barlow
  bool standardised_by_n = false;                         ///< barlow
};

/// z: [view][sample][number], the views a and b of all samples one behind the other. Writes dL/dz to zbar, of the same
/// shape; returns L. Throws std::invalid_argument for fewer than two samples.
double embedding_loss(const EmbeddingOptions& options, std::span<const double> z, std::size_t numbers,
                      std::span<double> zbar);

/// The terms of vicreg one by one, where what is compared is not what is kept varied. lambda s of a and b, and mu v +
/// nu c of one view, each [sample][number]; adds the slopes. n of two samples at least.
double add_likeness(const EmbeddingOptions& options, std::span<const double> a, std::span<const double> b,
                    std::size_t numbers, std::span<double> abar, std::span<double> bbar);
double add_spread(const EmbeddingOptions& options, std::span<const double> z, std::size_t numbers,
                  std::span<double> zbar);

/// How embeddings lie, [sample][number]: where they collapse, deviations fall to 0, or a few directions hold all.
struct EmbeddingSpread {
  double mean_deviation = 0, least_deviation = 0;  ///< of the numbers' standard deviations
  /// exp of the entropy of the shares that the directions of largest variance have: how many there are, from 1 to d
  /// (Roy & Vetterli, EUSIPCO 2007, on eigenvalues of the covariance). 0 where nothing varies.
  double effective_rank = 0;
};
EmbeddingSpread embedding_spread(std::span<const double> z, std::size_t numbers);

}  // namespace gibbsite

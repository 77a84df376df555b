/// Multi-histogram reweighting: draws at several inverse temperatures beta_k, joined, give averages at any beta.
///
///   <A>(beta) = sum_n a_n w_n A_n,    w_n = exp(-beta E_n - c(beta)) / D(E_n),    D(E) = sum_k n_k exp(f_k - beta_k E)
///   exp(c(beta)) = sum_n a_n exp(-beta E_n) / D(E_n) = Z(beta) / Z(beta_0),       f_k = -c(beta_k),  f_0 = 0
/// over all draws n of all beta_k; a_n = 1 / g_k with g_k = 2 tau_k of the energy, and n_k = a N_k effective draws
/// (A. M. Ferrenberg & R. H. Swendsen, Phys. Rev. Lett. 63, 1195 (1989); without bins it is MBAR, M. R. Shirts & J. D.
/// Chodera, J. Chem. Phys. 129, 124105 (2008), eqs. 11-13). The f_k minimise the convex sum_n a_n ln D(E_n) - sum_k n_k
/// f_k, by Newton's method with a line search, from a trapezoidal sum of the mean energies. Only ln D is ever formed.
///
/// Errors: to first order the deviation of <A> is the mean over time t = (chain, draw) of the influence
///   y_t = T sum_k a_k [w (A - <A>) - sum_j v_j p_j(E)](draw t at beta_k),    p_k(E) = n_k exp(f_k - beta_k E) / D(E),
///   v = J^-1 d<A>/df,   d<A>/df_j = -sum_n a_n w_n (A_n - <A>) p_j(E_n),   J_ij = sum_n a_n (p_i delta_ij - p_i p_j),
/// which holds the uncertainty of the f_k (an M-estimator's sandwich), and its error is that of any correlated series:
/// the Gamma method (estimators/autocorrelation.hpp). All betas of one time are summed before squaring, so that
/// tempering, whose rungs exchange states, needs nothing of its own; independent chains may be summed likewise. Any a_k
/// is right on average, so a tau_k that is off costs precision, not honesty. Left: a bias of relative order 1 /
/// effective, less than 1 / sqrt(effective) of an error.
///
/// Where the energies that matter at beta were hardly drawn, or not at all, weights may still look even. Two things
/// tell of it, both from the draws of every beta_k that lie farthest towards beta:
/// - where more than most_tail_share of all weight stands on ten independent ones of them (besides the share that as
///   many have at beta_k itself), there is no error;
/// - one draw more, a little farther out than any seen, would have moved the answer by the u(E_far) of its own, w (A -
///   <A>) - sum_j v_j p_j, counted as far as it weighs more than at beta_k: its square is added to that of the error
///   (the rule of succession), and where it is above twice the error there is none.
/// Where another beta covers these energies, both are next to nothing.
///
/// Draws of equal energy share their weights: they are gathered into levels (few for lattices), and a mean costs one
/// exponential a level; the influences on several
/// functions together cost betas x levels + draws each. Equal for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// Views of [chain][draw][beta], beta fastest; draws of one time belong together.
struct TemperatureSeries {
  std::span<const double> beta;                       ///< ascending, 1/J
  std::span<const double> energy;                     ///< total, J
  std::vector<std::span<const double>> columns = {};  ///< other observables of the same states, in any units
  std::size_t chains = 1;
  std::size_t memory = 0;  ///< as ChainSeries::memory
};

/// More of the weight than this on the ten farthest draws, and they decide.
inline constexpr double most_tail_share = 0.1;

class Reweighting {
 public:
  /// Throws std::invalid_argument for no betas, betas that do not ascend, fewer than two draws, lengths that do not fit
  /// or values that are not finite.
  explicit Reweighting(const TemperatureSeries& series);
  Reweighting(Reweighting&&) noexcept;
  Reweighting& operator=(Reweighting&&) noexcept;
  ~Reweighting();

  /// The system at one beta.
  struct Point {
    double beta = unknown;
    double log_z = unknown;            ///< ln Z(beta) / Z(beta_0)
    double energy = unknown;           ///< <E>, J
    double energy_variance = unknown;  ///< <E^2> - <E>^2, J^2
    std::vector<double> columns;       ///< means of the columns
    std::vector<double> weight;        ///< w of a draw, per level
    /// Independent draws that carry the averages, (sum a w)^2 / sum a w^2 (L. Kish, Survey ChainDraws (1965)); outside
    /// the betas drawn no more than the draws at the nearest of them predict (estimators/exponential_average.hpp).
    double effective = 0;
    double tail_share = 0;       ///< of all weight, on the ten draws that lie farthest towards beta
    std::size_t tail_of = 0;     ///< the beta_k whose draws those are
    bool trusted = false;        ///< effective >= fewest_effective_draws and the tail is light: errors can be believed
    bool log_z_trusted = false;  ///< and every step down to beta_0 is carried by as many draws
  };
  /// Throws std::invalid_argument for a beta that is not finite.
  Point at(double beta) const;

  std::span<const double> beta() const noexcept;
  std::size_t chains() const noexcept;
  std::size_t draws() const noexcept;               ///< per chain and beta
  std::span<const double> levels() const noexcept;  ///< distinct energies, ascending, J
  /// ln Z(beta_k) / Z(beta_0), k = 0 ... : the solution.
  std::vector<double> log_z() const;
  /// Effective draws that know both the betas up to k and those above, 4 sum_n a_n P_n (1 - P_n) with P_n = sum_{i <=
  /// k} p_i(E_n); one fewer than betas. Below fewest_effective_draws the two sides are all but separate systems.
  std::vector<double> links() const;

  /// Slopes of a function of the means: dq / d ln Z, dq / d<E>, dq / d var E, dq / d<column>.
  struct Slopes {
    double log_z = 0, energy = 0, energy_variance = 0;
    std::vector<double> columns = {};  ///< one per column
  };
  /// What every draw does to a function of the means, per [chain][draw] in the units of q; and what one draw that was
  /// not seen would have done, per beta_k.
  struct Influence {
    std::vector<double> draws, unseen;
  };
  /// The influences on functions of the means at this point.
  std::vector<Influence> influences(const Point& point, std::span<const Slopes> functions) const;
  /// value with the error of an influence; an unknown error where the point is not trusted.
  Estimate estimate(double value, const Influence& influence, bool trusted) const;

 private:
  struct Data;
  std::unique_ptr<const Data> data_;
};

}  // namespace gibbsite

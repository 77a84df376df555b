/// What learning of an energy on R^d makes small, by a batch of data:
///
///   likelihood   <E>_data + ln Z, with d ln Z = -<dE>_model from chains (energy_chains.hpp) or by a grid: of
///   persistent
///                chains (Tieleman, ICML 2008), of chains that begin at the data (Hinton 2002), of weighted chains
///                (arXiv:2305.19414), of chains that recover data from noise (Gao, Song, Poole, Wu & Kingma,
///                arXiv:2012.08125), or exactly
///   scores       estimators/learning/scores.hpp, and levels.hpp for many levels of noise
///   noise        data told from points of a known density; learns ln Z along (Gutmann & Hyvarinen, AISTATS 2010)
#pragma once

#include <functional>
#include <memory>

#include "estimators/estimate.hpp"
#include "estimators/learning/energies/energy_chains.hpp"
#include "estimators/learning/scores.hpp"

namespace gibbsite {

template <class Real>
class EnergyObjective {
 public:
  virtual ~EnergyObjective() = default;
  EnergyObjective() = default;
  EnergyObjective(const EnergyObjective&) = delete;
  EnergyObjective& operator=(const EnergyObjective&) = delete;

  /// Parameters behind those of the energy that it learns too.
  virtual std::size_t extra_parameters() const { return 0; }
  /// Where they begin, for an energy that begins as it stands.
  virtual std::vector<double> first_extra(const JetEnergy<Real>& energy) const {
    (void)energy;
    return {};
  }
  /// Which of the data the next batch is, where there is more to know of a sample than its numbers.
  virtual void see(std::span<const std::uint32_t> samples) { (void)samples; }
  /// Its value, or of a likelihood what stands for it; adds its gradient, extra parameters behind the others. energy:
  /// at its present parameters; batch: [state][number]; update: never the same twice.
  virtual double add_gradient(const JetEnergy<Real>& energy, std::span<const double> extra, std::span<const Real> batch,
                              std::uint64_t update, std::span<Real> gradient) = 0;
  /// Parameters have moved: before this call the energy stood where add_gradient saw it.
  virtual void moved(const JetEnergy<Real>& energy) { (void)energy; }
  /// ln Z as the objective itself knows it, where it does.
  virtual Estimate log_z(std::span<const double> extra) const {
    (void)extra;
    return {};
  }
  /// Share of its chains that carry the model's expectation; nan without chains.
  virtual double effective_fraction() const { return unknown; }
  virtual Snapshot save() const { return {}; }
  virtual void load(const Snapshot&) {}
};

enum class ChainRule { contrastive, persistent, weighted };

struct ChainObjectiveOptions {
  ChainRule rule = ChainRule::persistent;
  std::size_t chains = 100;  ///< persistent: of these as many as a batch move in an update; weighted: all
  EnergyMoves moves = {};
  double restart = 0;    ///< persistent: share of the chains that begin anew at each of their moves
  double l2_energy = 0;  ///< adds l2_energy (<E^2>_data + <E^2>_model) (Du & Mordatch 2019), of what parameters move
  double resample_below = 0.5;  ///< weighted: effective fraction
};

/// start: of chains that begin without data.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_chain_objective(ChainObjectiveOptions options, IndependentNormals start,
                                                            Key key);
/// -E - |x - x~|^2 / (2 sigma^2) of data x and their noisy copies x~ = x + sigma r, by unadjusted chains that begin at
/// x~.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_recovery_objective(double sigma, EnergyMoves moves,
                                                               IndependentNormals start, Key key);
/// ln Z by a grid of points a side over a box of low <= x_i <= high, in one or two dimensions. Throws
/// std::invalid_argument for more.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_grid_objective(std::vector<double> low, std::vector<double> high,
                                                           std::size_t points);
enum class ScoreRule { exact, denoising, sliced, reduced };
/// sigma: of denoising.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_score_objective(ScoreRule rule, double sigma, Key key);
/// The box that states live in.
struct Walls {
  double low = 0, high = 1;  ///< of every number
  std::vector<double> most;  ///< of each number, the distance from a wall from which on slopes weigh alike
  /// physics/continuous/slope_weights.hpp; x: [state][number].
  SlopeWeights weights(std::span<const double> x) const;
};
/// Exact, weighted so that walls leave no bias; of data inside.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_score_objective(Walls walls);
/// nu points of noise to each datum, from a gaussian with this mean and covariance, [d][d] row by row. Throws
/// std::invalid_argument where that is not positive definite. ln Z begins as the mean of exp(-E) / p over points of it.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_noise_objective(std::vector<double> mean, std::vector<double> covariance,
                                                            std::size_t nu, Key key);

}  // namespace gibbsite

#include "studies/learning/energy_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "studies/learning/energy_keys.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

EnergyMoves moves_asked(const Study& study) {
  const auto& t = study.keys<TrainingKeys>();
  const auto& e = study.keys<EnergyKeys>();
  return {.kind = t.method == "recovery" || e.moves == "unadjusted" ? MoveKind::unadjusted
                  : e.moves == "langevin"                           ? MoveKind::langevin
                                                                    : MoveKind::hmc,
          .sweeps = static_cast<std::size_t>(t.steps),
          .step = e.step,
          .temperature = e.heat};
}

/// A grid over the data and a standard deviation beyond.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> grid_over(const Matrix& data) {
  const Moments moments(data, false);
  std::vector<double> low, high;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    double least = data(i, 0), most = least;
    for (std::size_t s = 0; s < data.columns(); ++s)
      least = std::min(least, data(i, s)), most = std::max(most, data(i, s));
    low.push_back(least - moments.deviation[i]), high.push_back(most + moments.deviation[i]);
  }
  constexpr std::size_t on_a_line = 1000, on_a_side = 100;
  return make_grid_objective<Real>(std::move(low), std::move(high), data.rows() == 1 ? on_a_line : on_a_side);
}

}  // namespace

Moments::Moments(const Matrix& data, bool covariances) : mean(data.rows(), 0), deviation(data.rows(), 0) {
  const std::size_t d = data.rows();
  const double n = static_cast<double>(data.columns());
  for (std::size_t s = 0; s < data.columns(); ++s)
    for (std::size_t i = 0; i < d; ++i) mean[i] += data(i, s) / n;
  if (covariances) covariance.assign(d * d, 0);
  for (std::size_t s = 0; s < data.columns(); ++s)
    for (std::size_t i = 0; i < d; ++i) {
      const double y = data(i, s) - mean[i];
      deviation[i] += y * y / n;
      for (std::size_t j = 0; covariances && j <= i; ++j) covariance[i * d + j] += y * (data(j, s) - mean[j]) / n;
    }
  for (std::size_t i = 0; i < d; ++i) {
    constexpr double rounding = 1e-24;  // of a square
    const double variance = deviation[i] > rounding * (1e-6 + mean[i] * mean[i]) ? deviation[i] : 1;
    if (covariances) covariance[i * d + i] += variance - deviation[i] + 1e-6 * variance;
    deviation[i] = std::sqrt(variance);
  }
  for (std::size_t i = 0; covariances && i < d; ++i)
    for (std::size_t j = 0; j < i; ++j) covariance[j * d + i] = covariance[i * d + j];
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> energy_objective(const Study& study, const Matrix& data, Key key) {
  const auto& t = study.keys<TrainingKeys>();
  const auto& e = study.keys<EnergyKeys>();
  const Moments moments(data, t.method == "nce");
  const IndependentNormals start = moments.normals();
  const auto by_chains = [&](ChainRule rule) {
    return make_chain_objective<Real>({.rule = rule,
                                       .chains = static_cast<std::size_t>(t.chains),
                                       .moves = moves_asked(study),
                                       .restart = e.restart,
                                       .l2_energy = e.l2_energy,
                                       .resample_below = t.resample},
                                      start, key);
  };
  if (t.method == "cd") return by_chains(ChainRule::contrastive);
  if (t.method == "pcd") return by_chains(ChainRule::persistent);
  if (t.method == "jarzynski") {
    if (e.moves == "unadjusted" && e.heat != 1)
      throw RequestError("training.method = \"jarzynski\" knows the weights of steps with training.heat = 1 alone");
    return by_chains(ChainRule::weighted);
  }
  if (t.method == "recovery" && e.levels > 1)
    throw RequestError("training.method = \"recovery\" takes training.sigma as one number; levels are for denoising");
  if (t.method == "recovery") return make_recovery_objective<Real>(e.first_sigma, moves_asked(study), start, key);
  if (t.method == "exact") return grid_over<Real>(data);
  if (t.method == "score") return make_score_objective<Real>(ScoreRule::exact, 0, key);
  if (t.method == "denoising") return make_score_objective<Real>(ScoreRule::denoising, e.first_sigma, key);
  if (t.method == "sliced")
    return make_score_objective<Real>(e.slices == "plain" ? ScoreRule::sliced : ScoreRule::reduced, 0, key);
  if (t.method == "nce") {
    return make_noise_objective<Real>(moments.mean, moments.covariance, static_cast<std::size_t>(t.noise), key);
  }
  throw RequestError(
      fmt::format("training.method = \"{}\" is not for energies of real numbers; take pcd, cd, jarzynski, "
                  "exact, nce, score, denoising, sliced or recovery",
                  t.method));
}

template <class Real>
std::unique_ptr<Learner> energy_learner(const Study& study, std::unique_ptr<JetEnergy<Real>> energy,
                                        std::span<const ParameterBlock> blocks,
                                        std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data,
                                        const std::vector<double>& theta, Key key) {
  typename EnergyLearner<Real>::Options options{
      .steps = training_options(study, data.columns()),
      .spectral_norm = study.model.name == "neural" ? study.keys<EnergyKeys>().spectral_norm : 0,
      .layout = sizeof(Real) == sizeof(float) ? "single precision" : "double precision"};
  return std::make_unique<EnergyLearner<Real>>(std::move(energy), blocks, std::move(objective), data, theta,
                                               std::move(options), key);
}

#define GIBBSITE_ENERGY_SETUP(Real)                                                                   \
  template std::unique_ptr<EnergyObjective<Real>> energy_objective(const Study&, const Matrix&, Key); \
  template std::unique_ptr<Learner> energy_learner(                                                   \
      const Study&, std::unique_ptr<JetEnergy<Real>>, std::span<const ParameterBlock>,                \
      std::unique_ptr<EnergyObjective<Real>>, const Matrix&, const std::vector<double>&, Key);
GIBBSITE_ENERGY_SETUP(float)
GIBBSITE_ENERGY_SETUP(double)
#undef GIBBSITE_ENERGY_SETUP

}  // namespace gibbsite

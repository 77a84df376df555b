#include "studies/learning/energy_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "physics/matrices/moments.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/systems/continuous.hpp"
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

/// A grid over the box of the model, or over the data and a standard deviation beyond.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> grid_over(const Matrix& data, const std::optional<Walls>& walls) {
  const IndependentNormals normals = normals_of(data);
  std::vector<double> low(data.rows(), walls ? walls->low : 0), high(data.rows(), walls ? walls->high : 0);
  for (std::size_t i = 0; i < data.rows() && !walls; ++i) {
    double least = data(i, 0), most = least;
    for (std::size_t s = 0; s < data.columns(); ++s)
      least = std::min(least, data(i, s)), most = std::max(most, data(i, s));
    low[i] = least - normals.deviation[i], high[i] = most + normals.deviation[i];
  }
  constexpr std::size_t on_a_line = 1000, on_a_side = 100;
  return make_grid_objective<Real>(std::move(low), std::move(high), data.rows() == 1 ? on_a_line : on_a_side);
}

/// Of the data, and a millionth more of each variance, so that numbers that depend on each other have a density; row by
/// row.
std::vector<double> noise_covariance(const Matrix& data, const IndependentNormals& normals) {
  std::vector<double> out = covariance_of(data.numbers(), normals.mean);
  for (std::size_t i = 0; i < data.rows(); ++i)
    out[i * (data.rows() + 1)] = (1 + 1e-6) * normals.deviation[i] * normals.deviation[i];
  return out;
}

}  // namespace

IndependentNormals normals_of(const Matrix& data) {
  const Moments moments(data.numbers(), data.rows());
  return {moments.mean, moments.deviations()};
}

std::optional<Walls> walls_of(const Study& study, const Matrix& data) {
  const std::vector<double> box = box_of(study);
  if (box.empty()) return std::nullopt;
  return Walls{box[0], box[1], normals_of(data).deviation};
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> energy_objective(const Study& study, const Matrix& data, Key key) {
  const auto& t = study.keys<TrainingKeys>();
  const auto& e = study.keys<EnergyKeys>();
  const IndependentNormals start = normals_of(data);
  const auto walls = walls_of(study, data);
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
  if (t.method == "exact") return grid_over<Real>(data, walls);
  if (t.method == "score" && walls) return make_score_objective<Real>(*walls);
  if (t.method == "score") return make_score_objective<Real>(ScoreRule::exact, 0, key);
  if (t.method == "denoising") return make_score_objective<Real>(ScoreRule::denoising, e.first_sigma, key);
  if (t.method == "sliced")
    return make_score_objective<Real>(e.slices == "plain" ? ScoreRule::sliced : ScoreRule::reduced, 0, key);
  if (t.method == "nce") {
    return make_noise_objective<Real>(start.mean, noise_covariance(data, start), static_cast<std::size_t>(t.noise),
                                      key);
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
      .spectral_norm =
          study.model.name == "neural" || study.model.name == "ebt" ? study.keys<EnergyKeys>().spectral_norm : 0,
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

// Energies of real numbers: nets of layers, and families of a few parameters.
#include "studies/systems/energies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/learning/energies/energy_learner.hpp"
#include "physics/continuous/families.hpp"
#include "physics/exact/quadrature.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/files/variables.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/sample/draw.hpp"
#include "studies/sample/sample_units.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// Mean and standard deviation of each number, and their covariances.
struct Moments {
  Moments(const Matrix& data, bool covariances) : mean(data.rows(), 0), deviation(data.rows(), 0) {
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
    const double most = *std::max_element(deviation.begin(), deviation.end());
    // What hardly varies counts as a hundredth of what varies most, or as 1 where nothing varies.
    constexpr double least = 1e-4;
    for (std::size_t i = 0; i < d; ++i) {
      const double variance = most > 0 ? std::max(deviation[i], least * most) : 1;
      if (covariances) covariance[i * d + i] += variance - deviation[i] + 1e-6 * variance;
      deviation[i] = std::sqrt(variance);
    }
    for (std::size_t i = 0; covariances && i < d; ++i)
      for (std::size_t j = 0; j < i; ++j) covariance[j * d + i] = covariance[i * d + j];
  }
  std::vector<double> mean, deviation, covariance;
};

/// ln Z of an energy of one or two numbers, to five digits.
std::optional<double> integrated_log_z(const ContinuousEnergy& energy) {
  constexpr double digits = 1e-5, operations = 1e10;
  if (energy.units() > 2) return std::nullopt;
  const auto [mean, scale] = energy.extent();
  const std::vector<double> here = {1};
  const auto found = quadrature(energy, ContinuousReference::gaussian(mean, scale), here,
                                operations / static_cast<double>(parameters_of(energy)), digits);
  const auto* answers = std::get_if<ExactAnswers>(&found);
  return answers == nullptr ? std::nullopt : std::optional(answers->at[0].values.at("log_z"));
}

/// A known density on the cells of a grid where there is some of it.
class TruthOnGrid {
 public:
  explicit TruthOnGrid(const KnownDensity& truth) {
    const std::size_t d = truth.dimension(), side = d == 1 ? 4000 : 200;
    const double low = -truth.reach(), cell = 2 * truth.reach() / static_cast<double>(side);
    std::vector<double> x(d);
    double sum = 0;
    for (std::size_t k = 0; k < (d == 1 ? side : side * side); ++k) {
      x[0] = low + cell * (static_cast<double>(k % side) + 0.5);
      if (d == 2) x[1] = low + cell * (static_cast<double>(k / side) + 0.5);
      const double log_p = truth.log_density(x), p = std::exp(log_p) * std::pow(cell, d);
      constexpr double nothing = 1e-12;
      if (!(p > nothing)) continue;
      points_.insert(points_.end(), x.begin(), x.end());
      share_.push_back(p);
      sum += p;
      negative_entropy_ += p * log_p;
    }
    for (double& p : share_) p /= sum;
    negative_entropy_ /= sum;
  }
  /// KL(truth || exp(-E) / Z).
  double divergence(const ContinuousEnergy& energy, double log_z) const {
    std::vector<double> e(share_.size());
    energy.evaluate(points_, e, {});
    double mean = 0;
    for (std::size_t k = 0; k < e.size(); ++k) mean += share_[k] * e[k];
    return negative_entropy_ + mean + log_z;
  }

 private:
  std::vector<double> points_, share_;
  double negative_entropy_ = 0;
};

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
  constexpr std::size_t on_a_line = 4000, on_a_side = 100;
  return make_grid_objective<Real>(std::move(low), std::move(high), data.rows() == 1 ? on_a_line : on_a_side);
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> objective_asked(const Study& study, const Matrix& data, Key key) {
  const auto& t = study.keys<TrainingKeys>();
  const auto& e = study.keys<EnergyKeys>();
  const Moments moments(data, t.method == "nce");
  const IndependentNormals start{moments.mean, moments.deviation};
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
  if (t.method == "recovery") return make_recovery_objective<Real>(e.first_sigma, moves_asked(study), start, key);
  if (t.method == "exact") return grid_over<Real>(data);
  if (t.method == "score") return make_score_objective<Real>(ScoreRule::exact, 0, key);
  if (t.method == "denoising") return make_score_objective<Real>(ScoreRule::denoising, e.first_sigma, key);
  if (t.method == "sliced")
    return make_score_objective<Real>(e.slices == "plain" ? ScoreRule::sliced : ScoreRule::reduced, 0, key);
  if (t.method == "nce") {
    double log_z = 0;  // of the gaussian that nets tilt
    for (const double s : moments.deviation) log_z += std::log(s) + 0.5 * std::log(2 * std::numbers::pi);
    return make_noise_objective<Real>(moments.mean, moments.covariance, static_cast<std::size_t>(t.noise), log_z, key);
  }
  throw RequestError(
      fmt::format("training.method = \"{}\" is not for energies of real numbers; take pcd, cd, jarzynski, "
                  "exact, nce, score, denoising, sliced or recovery",
                  t.method));
}

template <class Real>
std::unique_ptr<Learner> learner_asked(const Study& study, std::unique_ptr<JetEnergy<Real>> energy,
                                       std::span<const ParameterBlock> blocks, const Matrix& data,
                                       const std::vector<double>& theta, Key key) {
  typename EnergyLearner<Real>::Options options{
      .steps = training_options(study, data.columns()),
      .spectral_norm = study.model.name == "neural" ? study.keys<EnergyKeys>().spectral_norm : 0};
  options.layout = sizeof(Real) == sizeof(float) ? "single precision" : "double precision";
  return std::make_unique<EnergyLearner<Real>>(std::move(energy), blocks, objective_asked<Real>(study, data, key), data,
                                               theta, options, key);
}

class LearnsEnergy : public Trainable {
 public:
  LearnsEnergy(std::string name, std::size_t units)
      : name_(std::move(name)), visible_{.kind = UnitKind::gaussian, .units = units} {}

  const Layer& visible() const override { return visible_; }
  void see(const Study& study, const Data& data, std::span<const double> weight) override {
    Layer unit = visible_;  // of a number that never varies the variance is 1
    unit.variance.assign(unit.units, 1);
    base_rates_ = base_rates(data, unit, weight);
    treatment_ = data.treated;
    if (data.treated.any()) return;
    if (const auto truth = density_of_set(study.keys<DataRequest>().file)) truth_.emplace(*truth);
  }

  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override {
    Group group = system_at(theta, Study())->record();
    group.name = name;
    if (base_rates_.samples > 0) group.groups.push_back(base_rates_group(base_rates_, visible_));
    if (treatment_.any()) group.groups.push_back(treatment_group(treatment_));
    if (!note.empty()) group.attributes.emplace_back("note", note);
    return group;
  }

  Judgement judge(std::span<const double> theta, const Samples& samples, const Study&) const override {
    Judgement out;
    try {
      const auto energy = at(theta);
      if (const auto log_z = integrated_log_z(*energy)) out.log_z = {.value = *log_z, .error = 0}, out.exact = true;
      const auto mean_of = [&](const Matrix& x) {
        std::vector<double> e(x.columns());
        energy->evaluate(x.numbers(), e, {});
        double sum = 0;
        for (const double one : e) sum += one / static_cast<double>(e.size());
        return Estimate{.value = -sum - out.log_z.value, .error = out.log_z.error};
      };
      if (truth_) out.divergence = truth_->divergence(*energy, out.log_z.value);
      out.training = mean_of(samples.training);
      if (samples.validation.columns() > 0) {
        out.validation = mean_of(samples.validation);
        out.free_energy_gap = out.training.value - out.validation.value;
      }
    } catch (const std::invalid_argument&) {  // there is no partition function here
      out.trusted = false;
    }
    double squares = 0;
    for (const ParameterBlock& block : blocks())
      if (!block.bias)
        for (const double w : theta.subspan(block.offset, block.size())) squares += w * w;
    out.weight_norm = std::sqrt(squares);
    return out;
  }

  Group draw(std::span<const double> theta, const Study& study, const Matrix&, std::size_t count) const override {
    constexpr std::uint64_t sweeps = 500, task_of_states = 1;
    Group out{.name = "samples"};
    const auto system = system_at(theta, study);
    const SamplePlan plan{.states = count, .chains = count, .annealing = sweeps, .thermalization = sweeps};
    const auto ensemble = system->ensemble(sampling(study), Key(study.run.seed, task_of_states), count);
    const DrawnStates drawn = draw_states(*ensemble, plan, [](const Progress&) {});
    const SampledUnits units(*system, ensemble->layout(), false, Key(study.run.seed));
    const std::size_t bytes = ensemble->layout().state_bytes();
    std::vector<double> values;
    for (std::size_t s = 0; s < count; ++s) {
      const auto row = units.row(std::span(drawn.states).subspan(s * bytes, bytes), s);
      values.insert(values.end(), row.begin(), row.end());
    }
    add_index(out, "sample", count, "state");
    add_index(out, "unit", units.width(), "unit");
    add(out, "samples", {"sample", "unit"}, {count, units.width()}, column_of(std::move(values), units.type()), "1",
        "states of the model: chains annealed from the reference, then moved by Hamiltonian trajectories");
    add_warnings(out, drawn.warnings);
    return out;
  }

 protected:
  /// Throws std::invalid_argument where there is no partition function.
  virtual std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const = 0;

 private:
  Study sampling(const Study& study) const {
    Study asked = study;
    asked.model.name = name_;
    asked.sampler.kind = SamplerKind::hmc;
    asked.method.beta = {};
    return asked;
  }
  std::shared_ptr<const ContinuousSystem> system_of(std::shared_ptr<const ContinuousEnergy> energy,
                                                    const Study& study) const {
    return energy_system(sampling(study), std::move(energy));
  }
  std::shared_ptr<const ContinuousSystem> system_at(std::span<const double> theta, const Study& study) const {
    try {
      return system_of(at(theta), study);
    } catch (const std::invalid_argument& error) {
      throw RequestError(
          fmt::format("what was learned is no model: {}; lower training.rate, or take another method", error.what()));
    }
  }

  std::string name_;
  Layer visible_;
  std::optional<TruthOnGrid> truth_;
  BaseRates base_rates_;
  Treatment treatment_;
};

class LearnsFamily final : public LearnsEnergy {
 public:
  LearnsFamily(std::string name, std::shared_ptr<const EnergyFamily> family)
      : LearnsEnergy(std::move(name), family->units()), family_(std::move(family)) {}

  std::string shape() const override {
    return fmt::format("{} of {} parameters",
                       visible().units == 1 ? "one number" : fmt::format("{} numbers", visible().units),
                       family_->parameters());
  }
  std::span<const ParameterBlock> blocks() const override { return family_->blocks(); }
  bool sums_log_z() const override { return family_->units() <= 2; }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    try {
      const auto theta = family_->first(data, Key(study.run.seed));
      return learner_asked<double>(study, std::make_unique<FamilyEnergy>(family_, theta), blocks(), data, theta, key);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

 protected:
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const override {
    return family_->at(theta);
  }

 private:
  std::shared_ptr<const EnergyFamily> family_;
};

class LearnsNet final : public LearnsEnergy {
 public:
  LearnsNet(NeuralNet net, std::vector<double> first)
      : LearnsEnergy("neural", net.units()), net_(std::move(net)), first_(std::move(first)) {
    for (const NetPart& part : net_.parts()) {
      const std::size_t rows = part.shape.empty() ? 1 : part.shape[0];
      blocks_.push_back({part.name, part.begin, rows, part.size / rows, !part.name.ends_with("weight")});
    }
  }

  std::string shape() const override {
    return fmt::format("net of {} layers and {} parameters on {} numbers", net_.layers().size(), net_.parameters(),
                       net_.units());
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    try {
      const std::vector<double> theta = first_.empty() ? net_.initial(Key(study.run.seed)) : first_;
      if (in_double_precision(net_))
        return learner_asked<double>(study, std::make_unique<NeuralEnergy<double>>(net_, theta), blocks_, data, theta,
                                     key);
      return learner_asked<float>(study, std::make_unique<NeuralEnergy<float>>(net_, theta), blocks_, data, theta, key);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    } catch (const std::runtime_error& error) {  // a library that is missing
      throw RequestError(error.what());
    }
  }

 protected:
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const override {
    return make_neural_model(net_, theta);
  }

 private:
  NeuralNet net_;
  std::vector<double> first_;  // parameters to begin with; empty: random ones
  std::vector<ParameterBlock> blocks_;
};

/// Tilts the gaussian of the data, or what model.kappa says.
Confinement confinement_of(const Study& study, const Data& data) {
  const double kappa = kappa_of(study, -1);
  if (kappa > 0) return {.kappa = kappa};
  if (kappa == 0)
    throw RequestError(
        "model.kappa = 0 confines nothing; give it above 0, or leave it out: then the net tilts a gaussian fitted to "
        "the data");
  const Moments moments(data.batch(0, data.samples), false);
  return {.mean = moments.mean, .deviation = moments.deviation};
}

}  // namespace

std::unique_ptr<Trainable> make_learns_energy(const Study& study, const Data& data) {
  const auto& keys = study.keys<FamilyKeys>();
  const auto components = static_cast<std::size_t>(keys.components);
  if (data.label_states > 0) throw RequestError("data.labels is for an rbm; leave it out");
  const std::string& name = study.model.name;
  try {
    if (name == "double-well") {
      if (data.width != 1)
        throw RequestError(fmt::format("a double-well is an energy of one number; {} has {}", data.source, data.width));
      return std::make_unique<LearnsFamily>(name, quartic_family());
    }
    if (name == "gaussian") return std::make_unique<LearnsFamily>(name, gaussian_family(data.width));
    if (name == "gaussian-mixture") return std::make_unique<LearnsFamily>(name, mixture_family(data.width, components));
    if (name == "experts") {
      const auto kind = keys.experts == "student" ? Experts::Kind::student : Experts::Kind::unigauss;
      const double kappa = kappa_of(study, kind == Experts::Kind::student ? 0 : 1);
      return std::make_unique<LearnsFamily>(name, expert_family(kind, data.width, components, kappa));
    }
    NeuralNet net = net_of(study, parse_shape(std::to_string(data.width)), confinement_of(study, data));
    if (net.units() != data.width)
      throw RequestError(fmt::format("model.shape = \"{}\" has {} numbers, but {} has {} a sample",
                                     shape_text(net.input()), net.units(), data.source, data.width));
    std::vector<std::string> doubts;
    const std::string& weights = study.keys<NetKeys>().weights;
    std::vector<double> first = weights.empty() ? std::vector<double>() : net_weights(net, weights, doubts);
    return std::make_unique<LearnsNet>(std::move(net), std::move(first));
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite

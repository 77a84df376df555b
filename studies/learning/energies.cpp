// Energies of real numbers that learn: nets of layers, and families of a few parameters.
#include <fmt/format.h>

#include "physics/continuous/families.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/energy_setup.hpp"
#include "studies/learning/learns_energy.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

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
      return energy_learner<double>(study, std::make_unique<FamilyEnergy>(family_, theta), blocks(),
                                    energy_objective<double>(study, data, key), data, theta, key);
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
      : LearnsEnergy("neural", net.units()), net_(std::move(net)), first_(std::move(first)), blocks_(blocks_of(net_)) {}

  std::string shape() const override {
    return fmt::format("net of {} layers and {} parameters on {} numbers", net_.layers().size(), net_.parameters(),
                       net_.units());
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    try {
      const std::vector<double> theta = first_.empty() ? net_.initial(Key(study.run.seed)) : first_;
      if (in_double_precision(net_))
        return energy_learner<double>(study, std::make_unique<NeuralEnergy<double>>(net_, theta), blocks_,
                                      energy_objective<double>(study, data, key), data, theta, key);
      return energy_learner<float>(study, std::make_unique<NeuralEnergy<float>>(net_, theta), blocks_,
                                   energy_objective<float>(study, data, key), data, theta, key);
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

std::vector<ParameterBlock> blocks_of(const NeuralNet& net) {
  std::vector<ParameterBlock> out;
  for (const NetPart& part : net.parts()) {
    const std::size_t rows = part.shape.empty() ? 1 : part.shape[0];
    out.push_back({part.name, part.begin, rows, part.size / rows, !part.name.ends_with("weight")});
  }
  return out;
}

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
    if (study.keys<TrainingKeys>().method == "denoising" && study.keys<EnergyKeys>().levels > 1)
      return make_learns_levels(study, data);
    if (const std::string& shape = study.keys<NetKeys>().shape; !shape.empty())
      if (const std::size_t numbers = parse_shape(shape).size(); numbers != data.width)
        throw RequestError(fmt::format("model.shape = \"{}\" has {} numbers, but {} has {} a sample", shape, numbers,
                                       data.source, data.width));
    NeuralNet net = net_of(study, parse_shape(std::to_string(data.width)), confinement_of(study, data));
    if (const std::string& method = study.keys<TrainingKeys>().method;
        !net.smooth() && (method == "score" || method == "sliced"))
      throw RequestError(
          fmt::format("training.method = \"{}\" needs second derivatives, which \"relu\" has at its kinks "
                      "alone: take \"swish\", \"softplus\" or \"tanh\", or denoising",
                      method));
    std::vector<std::string> doubts;
    const std::string& weights = study.keys<NetKeys>().weights;
    std::vector<double> first = weights.empty() ? std::vector<double>() : net_weights(net, weights, doubts);
    return std::make_unique<LearnsNet>(std::move(net), std::move(first));
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite

// Energies of real numbers that learn: nets of layers, and families of a few parameters.
#include <fmt/format.h>

#include "estimators/learning/energies/closed_form.hpp"
#include "estimators/learning/nets/joint_objective.hpp"
#include "physics/continuous/families.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/learning/answer_keys.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/energy_setup.hpp"
#include "studies/learning/learns_energy.hpp"
#include "studies/learning/learns_values.hpp"
#include "studies/learning/net_learning.hpp"
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
      if (in_closed_form(study))
        return std::make_unique<ClosedFormLearner>(family_, data, theta, walls_of(study, data));
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
  /// labels: whether it learns those of its data along.
  LearnsNet(NeuralNet net, std::vector<double> first, bool labels)
      : LearnsEnergy("neural", net.units()), net_(std::move(net)), first_(std::move(first)), blocks_(blocks_of(net_)) {
    if (labels) answers_ = answers_of(net_);
  }

  std::size_t answers() const override { return answers_ ? answers_->outputs() : 0; }
  std::string shape() const override {
    return fmt::format("net of {} layers and {} parameters on {} numbers{}", net_.layers().size(), net_.parameters(),
                       net_.units(), answers_ ? fmt::format(" and {} labels", answers()) : "");
  }
  void see(const Study& study, const Data& data, std::span<const double> weight) override {
    LearnsEnergy::see(study, data, weight);
    right_ = data.labels;
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    const std::vector<double> theta = first_.empty() ? net_.initial(Key(study.run.seed)) : first_;
    return learner_in_precision(net_, [&]<class Real>(Real) {
      auto objective = energy_objective<Real>(study, data, key);
      if (answers_)
        objective =
            make_joint_objective<Real>(std::move(objective), net_, right_, study.keys<AnswerKeys>().labels_weight);
      return energy_learner<Real>(study, std::make_unique<NeuralEnergy<Real>>(net_, theta), blocks_,
                                  std::move(objective), data, theta, key);
    });
  }
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study& study) const override {
    Judgement out = LearnsEnergy::judge(theta, samples, study);
    if (answers_)
      add_answers(out, samples, 1,
                  [&](const Matrix& x) { return answer_energies(outputs_of(*answers_, theta, x), false); });
    return out;
  }

 protected:
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const override {
    return make_neural_model(net_, theta);
  }

 private:
  NeuralNet net_;
  std::optional<NeuralNet> answers_;
  std::vector<std::size_t> right_;  // of the data that are learned
  std::vector<double> first_;       // parameters to begin with; empty: random ones
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
  const IndependentNormals normals = normals_of(data.batch(0, data.samples));
  return {.mean = normals.mean, .deviation = normals.deviation};
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
  const bool labels = data.label_states > 0;
  const std::string& name = study.model.name;
  if (labels && name != "neural")
    throw RequestError("data.labels is for an rbm, a classifier or a neural energy; leave it out");
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
    if (study.keys<TrainingKeys>().method == "denoising" && study.keys<EnergyKeys>().levels > 1) {
      if (labels) throw RequestError("a net that is told its level of noise learns no labels; leave out data.labels");
      return make_learns_levels(study, data);
    }
    check_shape_of_samples(study, data);
    Study asked = study;
    if (auto& layers = asked.keys<NetKeys>().net; layers.empty()) {
      layers = {"dense 64", "swish", "dense 64", "swish"};
      if (labels)
        layers.insert(layers.end(), {fmt::format("dense {}", data.label_states), "logsumexp"});
      else
        layers.push_back("dense 1");
    }
    NeuralNet net = net_of(asked, parse_shape(std::to_string(data.width)), confinement_of(study, data));
    if (const std::string& method = study.keys<TrainingKeys>().method;
        !net.smooth() && (method == "score" || method == "sliced"))
      throw RequestError(
          fmt::format("training.method = \"{}\" needs second derivatives, which \"relu\" has at its kinks "
                      "alone: take \"swish\", \"softplus\" or \"tanh\", or denoising",
                      method));
    if (labels && answers_of(net).outputs() < data.label_states)
      throw RequestError(fmt::format("model.net sums over {} answers, but there are {} labels",
                                     answers_of(net).outputs(), data.label_states));
    std::vector<double> first = first_weights(study, net);
    return std::make_unique<LearnsNet>(std::move(net), std::move(first), labels);
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite

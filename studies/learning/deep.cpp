// Deep machines: Boltzmann machines of several layers, and belief networks.
#include <fmt/format.h>

#include <algorithm>

#include "estimators/learning/belief_learner.hpp"
#include "estimators/learning/deep_trainer.hpp"
#include "estimators/learning/trainer.hpp"
#include "studies/learning/start.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t worth_floats_when_deep = 50'000;  // parameters: below, doubles are no slower

Precision precision_for(const TrainingKeys& keys, std::size_t parameters) {
  return keys.layout == "fastest" && parameters > worth_floats_when_deep ? Precision::single : Precision::full;
}

/// Units of all layers; the visible ones as many as the data have numbers.
std::vector<std::size_t> layers_for(const Study& study, const Data& data) {
  const auto& keys = study.keys<MachineKeys>();
  if (data.label_states > 0)
    throw RequestError(
        "data.labels is for an rbm, whose hidden units tie the label to the rest; say model.name = \"rbm\"");
  if (keys.layers.size() < 3)
    throw RequestError(
        fmt::format("model.layers: a {} has three layers or more, for example layers = [0, 500, 1000] (visible, 0: as "
                    "many as the data have; hidden ones)",
                    study.model.name));
  std::vector<std::size_t> units(keys.layers.begin(), keys.layers.end());
  if (units[0] != 0 && units[0] != data.width)
    throw RequestError(
        fmt::format("model.layers asks for {} visible units, but {} has {} numbers a sample; leave 0 there", units[0],
                    data.source, data.width));
  units[0] = data.width;
  if (std::count(units.begin(), units.end(), std::size_t{0}) > 0)
    throw RequestError("model.layers has a hidden layer without units");
  return units;
}

std::string text_of(std::span<const std::size_t> units) {
  std::vector<std::string> words;
  for (const std::size_t n : units) words.push_back(fmt::format("{}", n));
  return join(words, "-") + " units";
}

/// Updates of so many epochs.
std::uint64_t updates_of(std::uint64_t epochs, const TrainingOptions& options, std::size_t samples) {
  return epochs * std::max<std::size_t>(samples / options.batch, 1);
}
/// As asked, else a fifth.
std::uint64_t or_a_fifth(const std::optional<std::int64_t>& asked, std::int64_t epochs) {
  return static_cast<std::uint64_t>(asked.value_or((epochs + 4) / 5));
}

class DeepBoltzmann final : public TrainableNetwork {
 public:
  DeepBoltzmann(std::shared_ptr<const DeepMachine> machine, std::optional<ModelFile> start)
      : machine_(std::move(machine)), start_(std::move(start)) {}

  const Layer& visible() const override { return machine_->layers()[0]; }
  std::span<const ParameterBlock> blocks() const override { return machine_->blocks(); }
  std::string shape() const override {
    std::vector<std::size_t> units;
    for (const Layer& layer : machine_->layers()) units.push_back(layer.units);
    return text_of(units);
  }

  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    const auto& t = study.keys<TrainingKeys>();
    DeepOptions together;
    if (t.method == "exact")
      together.negative = DeepNegative::exact;
    else if (t.method == "cd")
      together.negative = DeepNegative::cd;
    else if (t.method != "pcd")
      throw RequestError(fmt::format("training.method = \"{}\" is not for a dbm; take pcd, cd or exact", t.method));
    if (const double bits = std::max(machine_->log2_states(false), machine_->log2_states(true));
        together.negative == DeepNegative::exact && bits > 20)
      throw RequestError(fmt::format(
          "training.method = \"exact\" sums over 2^{:.0f} states, more than 2^20; take smaller layers, or pcd", bits));
    together.steps = training_options(study, data.columns());
    together.sweeps = static_cast<std::size_t>(t.steps), together.chains = static_cast<std::size_t>(t.chains);
    together.mean_field.rounds = static_cast<int>(t.rounds);
    together.precision = precision_for(t, machine_->parameters());
    DeepOptions layerwise = together;
    layerwise.negative = DeepNegative::cd;
    layerwise.steps.updates =
        start_ ? 0 : updates_of(or_a_fifth(t.pretrain, t.epochs), layerwise.steps, data.columns());
    layerwise.steps.first_rate = layerwise.steps.last_rate = t.pretrain_rate;
    try {
      const auto first =
          start_ ? start_parameters(*machine_, *start_, study) : first_parameters(*machine_, data, t.spread, key);
      return std::make_unique<DeepLearner>(machine_, data, first, layerwise, together, key);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

  bool sums_log_z() const override { return machine_->log2_states(false) <= most_summed_bits; }
  ModelFile model(std::span<const double> theta) const override {
    ModelFile file;
    file.kind = NetworkKind::dbm;
    file.model = std::make_shared<const Network>(machine_->network(theta));
    return file;
  }

 private:
  std::shared_ptr<const DeepMachine> machine_;
  std::optional<ModelFile> start_;
};

class DeepBelief final : public TrainableNetwork {
 public:
  DeepBelief(std::vector<std::size_t> units)
      : units_(std::move(units)), machine_(std::make_shared<const BeliefMachine>(units_)) {}

  const Layer& visible() const override { return machine_->visible(); }
  std::span<const ParameterBlock> blocks() const override { return machine_->blocks(); }
  std::string shape() const override { return text_of(units_); }

  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    const auto& t = study.keys<TrainingKeys>();
    BeliefLearner::Options options;
    options.together = training_options(study, data.columns());
    options.together.updates = updates_of(or_a_fifth(t.updown, t.epochs), options.together, data.columns());
    options.together.first_rate = options.together.last_rate = t.updown_rate;
    options.up_down = {.persistent = t.method != "cd",
                       .sweeps = static_cast<std::size_t>(t.steps),
                       .chains = static_cast<std::size_t>(t.chains),
                       .precision = precision_for(t, machine_->parameters())};
    try {
      return std::make_unique<BeliefLearner>(
          machine_, data, options,
          [study](const std::shared_ptr<const ParametricMachine>& machine, const Matrix& layer, Key one) {
            return make_learner(study, machine, layer,
                                first_parameters(*machine, layer, study.keys<TrainingKeys>().spread, one), one);
          },
          key);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

  bool sums_log_z() const override {
    const std::size_t top = machine_->directed();
    return static_cast<double>(std::min(machine_->units(top), machine_->units(top + 1))) <= most_summed_bits;
  }
  ModelFile model(std::span<const double> theta) const override {
    ModelFile file;
    file.kind = NetworkKind::dbn;
    file.model = std::make_shared<const BeliefNetwork>(machine_->network(theta));
    return file;
  }

 private:
  std::vector<std::size_t> units_;
  std::shared_ptr<const BeliefMachine> machine_;
};

}  // namespace

std::unique_ptr<Trainable> make_deep_boltzmann(const Study& asked, const Data& data) {
  Study study = asked;
  auto start = start_of(study);
  const UnitKind kind = study.keys<MachineKeys>().units == "spin" ? UnitKind::spin : UnitKind::binary;
  std::vector<Layer> layers;
  for (const std::size_t units : layers_for(study, data)) layers.push_back({.kind = kind, .units = units});
  return std::make_unique<DeepBoltzmann>(std::make_shared<const DeepMachine>(std::move(layers)), std::move(start));
}

std::unique_ptr<Trainable> make_deep_belief(const Study& study, const Data& data) {
  if (study.keys<MachineKeys>().units != "binary")
    throw RequestError("a dbn has binary units alone; leave model.units at \"binary\"");
  return std::make_unique<DeepBelief>(layers_for(study, data));
}

}  // namespace gibbsite

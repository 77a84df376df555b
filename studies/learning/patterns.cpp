// Hopfield networks: spins that store their data as patterns.
#include <fmt/format.h>

#include "estimators/learning/pattern_learner.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class StoresPatterns final : public TrainableNetwork {
 public:
  explicit StoresPatterns(std::size_t units)
      : machine_(
            std::make_shared<const ParametricMachine>(Layer{.kind = UnitKind::spin, .units = units}, Layer{}, true)) {}

  const Layer& visible() const override { return machine_->visible(); }
  std::span<const ParameterBlock> blocks() const override { return machine_->blocks(); }
  std::string shape() const override { return fmt::format("{} spins", machine_->visible().units); }

  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key) override {
    const std::string& method = study.keys<TrainingKeys>().method;
    const auto rule = pattern_rule_named(method);
    if (!rule)
      throw RequestError(
          fmt::format("training.method = \"{}\" stores no patterns, as a hopfield network does; take hebbian, "
                      "pseudo-inverse or storkey, or learn a boltzmann of spins by {}",
                      method, method));
    patterns_ = patterns_of(data);
    try {
      return std::make_unique<PatternLearner>(*machine_, data, *rule);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

  bool sums_log_z() const override { return static_cast<double>(machine_->visible().units) <= most_summed_bits; }
  ModelFile model(std::span<const double> theta) const override {
    const BoltzmannMachine plain = machine_->boltzmann(theta);
    ModelFile file;
    file.kind = NetworkKind::hopfield;
    file.model = std::make_shared<const BoltzmannMachine>(plain.kind(), plain.visible(), plain.weights(),
                                                          std::vector<double>(plain.bias().begin(), plain.bias().end()),
                                                          patterns_);
    return file;
  }

 private:
  std::shared_ptr<const ParametricMachine> machine_;
  std::vector<std::vector<std::int8_t>> patterns_;  // of the model file: the data of its learner
};

}  // namespace

std::unique_ptr<Trainable> make_stores_patterns(const Study& study, const Data& data) {
  const auto& layers = study.keys<MachineKeys>().layers;
  if (data.label_states > 0) throw RequestError("a hopfield network stores no labels; leave data.labels out");
  if (layers.size() > 1)
    throw RequestError("model.layers: a hopfield network has visible units alone, as many as the data have; leave it");
  if (!layers.empty() && layers[0] != 0 && layers[0] != static_cast<std::int64_t>(data.width))
    throw RequestError(fmt::format("model.layers asks for {} units, but {} has {} numbers a sample; leave it out",
                                   layers[0], data.source, data.width));
  return std::make_unique<StoresPatterns>(data.width);
}

}  // namespace gibbsite

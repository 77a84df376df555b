// Machines with at most one hidden layer: restricted ones, and ones with bonds among visible units.
#include <fmt/format.h>

#include "estimators/learning/trainer.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class Shallow final : public Trainable {
 public:
  explicit Shallow(std::shared_ptr<const ParametricMachine> machine) : machine_(std::move(machine)) {}

  const Layer& visible() const override { return machine_->visible(); }
  std::span<const ParameterBlock> blocks() const override { return machine_->blocks(); }
  std::string shape() const override {
    const Layer &v = machine_->visible(), &h = machine_->hidden();
    return fmt::format("{} visible{}", v.units, h.units > 0 ? fmt::format(" + {} hidden units", h.units) : " units");
  }

  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) const override {
    try {
      // All tasks of a grid begin at the same parameters.
      return make_learner(study, machine_, data,
                          first_parameters(*machine_, data, study.keys<TrainingKeys>().spread, Key(study.run.seed)),
                          key);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

  bool sums_log_z() const override { return gibbsite::sums_log_z(*machine_); }
  ModelFile model(std::span<const double> theta) const override {
    ModelFile file;
    if (machine_->lateral()) {
      file.kind = NetworkKind::boltzmann;
      file.model = std::make_shared<const BoltzmannMachine>(machine_->boltzmann(theta));
    } else {
      file.kind = NetworkKind::rbm;
      file.model = std::make_shared<const Network>(machine_->network(theta));
    }
    return file;
  }

  Judgement judge(std::span<const double> theta, const ModelFile& file, const Samples& samples,
                  const Study& study) const override {
    return judge_machine(*machine_, theta, file, samples, study);
  }

 private:
  std::shared_ptr<const ParametricMachine> machine_;
};

}  // namespace

std::unique_ptr<Trainable> make_shallow(const Study& study, const Data& data) {
  return std::make_unique<Shallow>(make_machine(study, data));
}

}  // namespace gibbsite

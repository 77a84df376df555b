// Machines with at most one hidden layer: restricted ones, and ones with bonds among visible units.
#include <fmt/format.h>

#include "estimators/learning/trainer.hpp"
#include "studies/learning/couplings.hpp"
#include "studies/learning/start.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class Shallow final : public TrainableNetwork {
 public:
  Shallow(std::shared_ptr<const ParametricMachine> machine, std::optional<ModelFile> start, std::vector<double> truth,
          double beta)
      : machine_(std::move(machine)), start_(std::move(start)), truth_(std::move(truth)), beta_(beta) {}

  const Layer& visible() const override { return machine_->visible(); }
  std::span<const ParameterBlock> blocks() const override { return machine_->blocks(); }
  std::string shape() const override {
    const Layer &v = machine_->visible(), &h = machine_->hidden();
    return fmt::format("{} visible{}", v.units, h.units > 0 ? fmt::format(" + {} hidden units", h.units) : " units");
  }

  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    try {
      // All tasks of a grid begin at the same parameters.
      const auto first =
          start_ ? start_parameters(*machine_, *start_, study)
                 : first_parameters(*machine_, data, study.keys<TrainingKeys>().spread, Key(study.run.seed), weight_);
      return make_learner(study, machine_, data, first, key, weight_);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }

  bool sums_log_z() const override { return gibbsite::sums_log_z(*machine_); }
  bool weighs() const override { return true; }
  void see(const Study& study, const Data& data, std::span<const double> weight) override {
    TrainableNetwork::see(study, data, weight);
    weight_ = weight;
  }

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

  Judgement judge_file(std::span<const double> theta, const ModelFile& file, const Samples& samples,
                       const Study& study) const override {
    Judgement out = judge_machine(*machine_, theta, file, samples, study);
    if (!truth_.empty()) out.coupling_error = coupling_error(*machine_, theta, truth_, beta_);
    return out;
  }

 private:
  std::shared_ptr<const ParametricMachine> machine_;
  std::optional<ModelFile> start_;
  std::vector<double> truth_;  // known couplings, of the machine's bonds; may be empty
  double beta_;                // of the data
  std::span<const double> weight_;
};

}  // namespace

std::unique_ptr<Trainable> make_shallow(const Study& asked, const Data& data) {
  Study study = asked;
  auto start = start_of(study);
  auto machine = make_machine(study, data);
  auto truth = true_couplings(study, *machine);
  return std::make_unique<Shallow>(std::move(machine), std::move(start), std::move(truth), data.beta.value_or(1));
}

}  // namespace gibbsite

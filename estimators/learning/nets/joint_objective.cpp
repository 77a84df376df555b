#include "estimators/learning/nets/joint_objective.hpp"

#include <stdexcept>

#include "estimators/learning/nets/answers.hpp"
#include "physics/neural/neural_energy.hpp"

namespace gibbsite {
namespace {

template <class Real>
class JointObjective final : public EnergyObjective<Real> {
 public:
  JointObjective(std::unique_ptr<EnergyObjective<Real>> density, const NeuralNet& answers,
                 std::vector<std::size_t> right, double weight)
      : density_(std::move(density)),
        values_(answers, std::vector<double>(answers.parameters())),
        cross_entropy_(make_answer_objective<Real>({}, answers.outputs(), std::move(right))),
        weight_(weight) {}

  std::size_t extra_parameters() const override { return density_->extra_parameters(); }
  std::vector<double> first_extra(const JetEnergy<Real>& energy) const override {
    return density_->first_extra(energy);
  }
  void see(std::span<const std::uint32_t> samples) override {
    samples_.assign(samples.begin(), samples.end());
    density_->see(samples);
  }
  double add_gradient(const JetEnergy<Real>& energy, std::span<const double> extra, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const auto theta = dynamic_cast<const NeuralEnergy<Real>&>(energy).theta();
    values_.set_parameters(std::vector<double>(theta.begin(), theta.end()));
    std::vector<Real> of_answers(values_.parameters(), Real(0));
    const double value = cross_entropy_->add_gradient(values_, {}, {batch, samples_, update}, of_answers);
    for (std::size_t i = 0; i < of_answers.size(); ++i) gradient[i] += static_cast<Real>(weight_) * of_answers[i];
    return weight_ * value + density_->add_gradient(energy, extra, batch, update, gradient);
  }
  void moved(const JetEnergy<Real>& energy) override { density_->moved(energy); }
  Estimate log_z(std::span<const double> extra) const override { return density_->log_z(extra); }
  double effective_fraction() const override { return density_->effective_fraction(); }
  Snapshot save() const override { return density_->save(); }
  void load(const Snapshot& snapshot) override { density_->load(snapshot); }

 private:
  std::unique_ptr<EnergyObjective<Real>> density_;
  NetValues<Real> values_;
  std::unique_ptr<NetObjective<Real>> cross_entropy_;
  double weight_;
  std::vector<std::uint32_t> samples_;  // of the next batch
};

}  // namespace

NeuralNet answers_of(const NeuralNet& energy) {
  std::vector<LayerSpec> layers = energy.layers();
  if (layers.size() < 2 || layers.back().kind != LayerKind::logsumexp)
    throw std::invalid_argument(
        "an energy that answers ends with \"logsumexp\" over its answers, such as \"dense 10\", \"logsumexp\"");
  if (energy.confinement().learned)
    throw std::invalid_argument("an energy that answers does not learn kappa; give it as a number");
  layers.pop_back();
  return {energy.input(), std::move(layers), {}, NetEnd::values};
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_joint_objective(std::unique_ptr<EnergyObjective<Real>> density,
                                                            const NeuralNet& net, std::vector<std::size_t> right,
                                                            double weight) {
  return std::make_unique<JointObjective<Real>>(std::move(density), answers_of(net), std::move(right), weight);
}
template std::unique_ptr<EnergyObjective<float>> make_joint_objective(std::unique_ptr<EnergyObjective<float>>,
                                                                      const NeuralNet&, std::vector<std::size_t>,
                                                                      double);
template std::unique_ptr<EnergyObjective<double>> make_joint_objective(std::unique_ptr<EnergyObjective<double>>,
                                                                       const NeuralNet&, std::vector<std::size_t>,
                                                                       double);

}  // namespace gibbsite

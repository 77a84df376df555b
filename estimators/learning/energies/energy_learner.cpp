#include "estimators/learning/energies/energy_learner.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

template <class Real>
class EnergyGoal final : public Goal {
 public:
  EnergyGoal(std::unique_ptr<JetEnergy<Real>> energy, std::unique_ptr<EnergyObjective<Real>> objective,
             const Matrix& data)
      : energy_(std::move(energy)), objective_(std::move(objective)), data_(data) {}

  std::size_t parameters() const override { return energy_->parameters(); }
  std::size_t samples() const override { return data_.columns(); }
  void set_parameters(std::span<const double> theta) override { energy_->set_parameters(theta); }
  std::size_t extra_parameters() const override { return objective_->extra_parameters(); }
  std::vector<double> first_extra() const override { return objective_->first_extra(*energy_); }
  double evaluate(std::span<const double> extra, std::span<const std::uint32_t> samples, std::uint64_t update,
                  std::span<double> gradient) override {
    const std::vector<Real> batch = rounded_samples<Real>(data_, samples);
    gradient_.assign(gradient.size(), Real(0));
    objective_->see(samples);
    const double value = objective_->add_gradient(*energy_, extra, batch, update, gradient_);
    std::copy(gradient_.begin(), gradient_.end(), gradient.begin());
    return value;
  }
  void moved() override { objective_->moved(*energy_); }
  Estimate log_z(std::span<const double> extra) const override { return objective_->log_z(extra); }
  double effective_fraction() const override { return objective_->effective_fraction(); }
  Snapshot save() const override { return objective_->save(); }
  void load(const Snapshot& snapshot) override { objective_->load(snapshot); }

 private:
  std::unique_ptr<JetEnergy<Real>> energy_;
  std::unique_ptr<EnergyObjective<Real>> objective_;
  const Matrix& data_;
  std::vector<Real> gradient_;
};

}  // namespace

template <class Real>
EnergyLearner<Real>::EnergyLearner(std::unique_ptr<JetEnergy<Real>> energy, std::span<const ParameterBlock> blocks,
                                   std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data,
                                   std::vector<double> theta, Options options, Key key)
    : GradientLearner(std::make_unique<EnergyGoal<Real>>(std::move(energy), std::move(objective), data), blocks,
                      std::move(theta), std::move(options), key) {}

template class EnergyLearner<float>;
template class EnergyLearner<double>;

}  // namespace gibbsite

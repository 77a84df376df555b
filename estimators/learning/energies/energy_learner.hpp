/// What learns an energy on R^d: batches of data, the gradient of an objective, a step of an optimiser
/// (estimators/learning/steps.hpp). It can stop and go on at each update with the same bits.
///
/// Where a bound on spectral norms is asked for, each block of weights whose largest singular value is above it is
/// scaled down to it after every step (Miyato, Kataoka, Koyama & Yoshida, ICLR 2018, by one step of power iteration an
/// update; convolutions as matrices [out][in x k x k], as there), which bounds the slopes of the energy.
#pragma once

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/learner.hpp"
#include "estimators/learning/steps.hpp"

namespace gibbsite {

/// For float and double.
template <class Real>
class EnergyLearner final : public Learner {
 public:
  struct Options {
    TrainingOptions steps;
    double spectral_norm = 0;  ///< of each block of weights; 0: any
    std::string layout = "double precision";
  };
  /// blocks: of the energy's parameters. data: [number][sample], must outlive it. theta: where it begins. Throws
  /// std::invalid_argument for no data or updates, or natural steps.
  EnergyLearner(std::unique_ptr<JetEnergy<Real>> energy, std::span<const ParameterBlock> blocks,
                std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data, std::vector<double> theta,
                Options options, Key key);

  bool done() const override { return update_ >= updates_; }
  void advance() override;
  void finish() override { updates_ = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return updates_; }
  std::uint64_t batches() const override { return order_.batches(); }
  std::vector<double> parameters() const override;
  std::string layout() const override { return options_.layout; }
  bool bounded() const override { return gibbsite::bounded(theta_); }
  Estimate log_z() const override;
  double effective_fraction() const override { return objective_->effective_fraction(); }
  double objective() const override { return values_ > 0 ? value_ / static_cast<double>(values_) : unknown; }
  void evaluated() override { value_ = 0, values_ = 0; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  std::span<const double> extra() const { return std::span(theta_).subspan(energy_->parameters()); }
  void bound_norms();

  std::unique_ptr<JetEnergy<Real>> energy_;
  std::vector<ParameterBlock> blocks_;
  std::unique_ptr<EnergyObjective<Real>> objective_;
  const Matrix& data_;
  Options options_;
  BatchOrder order_;
  Steps steps_;
  std::vector<double> theta_;  // of the energy, then extra ones
  std::vector<double> power_;  // of the power iteration, [row] of each block of weights
  std::vector<Real> gradient_;
  std::uint64_t update_ = 0, updates_ = 0, values_ = 0;
  double value_ = 0;  // sum of the objective's values since the last evaluation
};

}  // namespace gibbsite

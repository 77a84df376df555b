/// The loop of learning: batches of data, a direction from an objective, a step of an optimiser. It advances by one
/// update, and can stop and go on at each of them with the same bits.
///
/// Centred steps are made in the parameters of the machine whose units are counted from offsets mu and nu,
/// E = -b'.v - c'.h - (v - mu)' W (h - nu): there d_W' = d_W - mu d_c' - d_b nu', and a step comes back as W, b' - W nu
/// and c' - W' mu (Montavon & Mueller 2012; Melchior, Fischer & Wiskott, J. Mach. Learn. Res. 17 (99), 1 (2016), eqs.
/// 9-11). The machine stays what it is, so that files know no offsets.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "estimators/learning/learner.hpp"
#include "estimators/learning/objective.hpp"
#include "estimators/learning/steps.hpp"

namespace gibbsite {

/// Weights of standard deviation `spread`, a pure function of the key; visible biases of the independent units that
/// have the data's means (with one more of each kind counted), gaussian ones their means and, as variances, those of
/// the data; hidden biases 0. data: [width][sample]; weight: of the samples, with mean 1, or empty.
std::vector<double> first_parameters(const ParametricMachine& machine, const Matrix& data, double spread, Key key,
                                     std::span<const double> weight = {});

class Trainer final : public Learner {
 public:
  /// data: [width][sample], must outlive it. theta: the machine's parameters at the beginning. Throws
  /// std::invalid_argument for no data or no updates, weights that the objective cannot take, and natural steps of
  /// machines of more than 12 visible units or 2000 parameters.
  Trainer(std::shared_ptr<const ParametricMachine> machine, std::unique_ptr<Objective> objective, const Matrix& data,
          std::vector<double> theta, TrainingOptions options, Key key);

  bool done() const override { return update_ >= options_.updates; }
  void advance() override;
  void finish() override { options_.updates = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return options_.updates; }
  std::uint64_t batches() const override { return batches_.of_an_epoch(); }
  std::vector<double> parameters() const override { return {machine_part().begin(), machine_part().end()}; }
  bool bounded() const override { return gibbsite::bounded(theta_); }
  Estimate log_z() const override { return objective_->log_z(theta_); }
  double effective_fraction() const override { return objective_->effective_fraction(); }
  std::span<const Checkpoint> checkpoints() const override { return objective_->checkpoints(); }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  /// Without those that the objective learns too.
  std::span<const double> machine_part() const { return std::span(theta_).first(machine_->parameters()); }
  std::vector<double> visible_offsets() const;  // mu, over the variances of gaussian units
  /// A direction in the centred parameters, and a step in them in the machine's own.
  void centre(std::span<double> direction) const;
  void uncentre(std::span<double> step) const;
  std::shared_ptr<const ParametricMachine> machine_;
  std::unique_ptr<Objective> objective_;
  TrainingOptions options_;
  Batches batches_;
  Steps steps_;
  std::uint64_t update_ = 0;
  std::vector<double> theta_;
  std::vector<double> mean_, hidden_mean_;  // of the data; running, of hidden units given them
};

}  // namespace gibbsite

/// Learning by gradients, whatever is learned: batches of samples, the gradient of a goal, a step of an optimiser
/// (steps.hpp). It can stop and go on at each update with the same bits.
///
/// Where a bound on spectral norms is asked for, each block of weights whose largest singular value is above it is
/// scaled down to it after every step (Miyato, Kataoka, Koyama & Yoshida, ICLR 2018, by one step of power iteration an
/// update; convolutions as matrices [out][in x k x k], as there), which bounds the slopes of what is learned.
#pragma once

#include <memory>

#include "estimators/learning/learner.hpp"
#include "estimators/learning/steps.hpp"

namespace gibbsite {

/// What is made small: a model that holds its parameters, and a value of it for a batch of data that it knows too
/// (energies/energy_learner.hpp, nets/net_learner.hpp).
class Goal {
 public:
  virtual ~Goal() = default;
  Goal() = default;
  Goal(const Goal&) = delete;
  Goal& operator=(const Goal&) = delete;

  /// Of the model, and how many samples there are to learn from.
  virtual std::size_t parameters() const = 0;
  virtual std::size_t samples() const = 0;
  virtual void set_parameters(std::span<const double> theta) = 0;
  /// Parameters behind those of the model that are learned too, and where they begin, for a model as it stands.
  virtual std::size_t extra_parameters() const { return 0; }
  virtual std::vector<double> first_extra() const { return {}; }
  /// Its value, or what stands for it; writes its gradient, of extra parameters behind the others. samples: which of
  /// the data these are; update: never the same twice.
  virtual double evaluate(std::span<const double> extra, std::span<const std::uint32_t> samples, std::uint64_t update,
                          std::span<double> gradient) = 0;
  /// Parameters have moved: before this call the model stood where evaluate() saw it.
  virtual void moved() {}
  virtual Estimate log_z(std::span<const double> extra) const {
    (void)extra;
    return {};
  }
  virtual double effective_fraction() const { return unknown; }
  /// All state but parameters.
  virtual Snapshot save() const { return {}; }
  virtual void load(const Snapshot&) {}
};

/// Samples one behind the other, [sample][number], in the precision they are learned in. data: [number][sample].
template <class Real>
std::vector<Real> rounded_samples(const Matrix& data, std::span<const std::uint32_t> samples) {
  std::vector<Real> out;
  out.reserve(samples.size() * data.rows());
  for (const std::uint32_t n : samples)
    for (const double x : data.column(n)) out.push_back(static_cast<Real>(x));
  return out;
}

struct GradientOptions {
  TrainingOptions steps;
  double spectral_norm = 0;  ///< of each block of weights; 0: any
  std::string layout = "double precision";
};

class GradientLearner : public Learner {
 public:
  /// blocks: of the model's parameters. theta: where these begin. Throws std::invalid_argument for no samples or
  /// updates, or natural steps.
  GradientLearner(std::unique_ptr<Goal> goal, std::span<const ParameterBlock> blocks, std::vector<double> theta,
                  GradientOptions options, Key key);

  bool done() const override { return update_ >= updates_; }
  void advance() override;
  void finish() override { updates_ = update_; }
  std::uint64_t update() const override { return update_; }
  std::uint64_t updates() const override { return updates_; }
  std::uint64_t batches() const override { return order_.batches(); }
  std::vector<double> parameters() const override;
  std::string layout() const override { return options_.layout; }
  bool bounded() const override { return gibbsite::bounded(theta_); }
  Estimate log_z() const override { return goal_->log_z(extra()); }
  double effective_fraction() const override { return goal_->effective_fraction(); }
  double objective() const override { return values_ > 0 ? value_ / static_cast<double>(values_) : unknown; }
  void evaluated() override { value_ = 0, values_ = 0; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  std::span<const double> extra() const { return std::span(theta_).subspan(goal_->parameters()); }
  void bound_norms();
  void tell_parameters() { goal_->set_parameters(std::span(theta_).first(goal_->parameters())); }

  std::unique_ptr<Goal> goal_;
  std::vector<ParameterBlock> blocks_;
  GradientOptions options_;
  BatchOrder order_;
  Steps steps_;
  std::vector<double> theta_;  // of the model, then extra ones
  std::vector<double> power_;  // of the power iteration, [row] of each block of weights
  std::uint64_t update_ = 0, updates_ = 0, values_ = 0;
  double value_ = 0;  // sum of the goal's values since the last evaluation
};

}  // namespace gibbsite

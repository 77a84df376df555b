#include "estimators/learning/gradient_learner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

std::size_t at_least_one(std::size_t samples) {
  if (samples == 0) throw std::invalid_argument("there are no data to learn from");
  return samples;
}

bool is_matrix(const ParameterBlock& block) { return !block.bias && block.size() > 0; }

/// Two vectors of the same length: scaled to norm 1; that norm.
double normalise(std::span<double> v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  const double norm = std::sqrt(sum);
  for (double& x : v) x /= norm > 0 ? norm : 1;
  return norm;
}

}  // namespace

GradientLearner::GradientLearner(std::unique_ptr<Goal> goal, std::span<const ParameterBlock> blocks,
                                 std::vector<double> theta, GradientOptions options, Key key)
    : goal_(std::move(goal)),
      blocks_(blocks.begin(), blocks.end()),
      options_(std::move(options)),
      order_(key, at_least_one(goal_->samples()),
             std::clamp<std::size_t>(options_.steps.batch, 1, std::max<std::size_t>(goal_->samples(), 1))),
      steps_(options_.steps, goal_->parameters() + goal_->extra_parameters()),
      theta_(std::move(theta)),
      updates_(options_.steps.updates) {
  if (updates_ == 0) throw std::invalid_argument("learning needs updates");
  if (options_.steps.optimizer == Optimizer::natural)
    throw std::invalid_argument("natural steps are for machines whose states can be summed; take sgd or adam");
  if (options_.spectral_norm > 0)
    for (const ParameterBlock& block : blocks_)
      if (is_matrix(block)) power_.resize(power_.size() + block.rows, 1);
  bound_norms();
  tell_parameters();
  const auto more = goal_->first_extra();
  theta_.insert(theta_.end(), more.begin(), more.end());
}

void GradientLearner::advance() {
  std::vector<double> direction(theta_.size());
  value_ += goal_->evaluate(extra(), order_.of(update_), update_, direction);
  ++values_;
  for (double& slope : direction) slope = -slope;
  steps_.pull(blocks_, theta_, direction);
  steps_.scale(direction, update_);
  steps_.take(blocks_, direction, update_, theta_);
  bound_norms();
  tell_parameters();
  goal_->moved();
  ++update_;
}

void GradientLearner::bound_norms() {
  if (!(options_.spectral_norm > 0)) return;
  std::size_t at = 0;
  for (const ParameterBlock& block : blocks_) {
    if (!is_matrix(block)) continue;
    const std::span<double> w(theta_.data() + block.offset, block.size()), u(power_.data() + at, block.rows);
    at += block.rows;
    std::vector<double> v(block.columns, 0);
    normalise(u);
    for (std::size_t i = 0; i < block.rows; ++i)
      for (std::size_t j = 0; j < block.columns; ++j) v[j] += w[i * block.columns + j] * u[i];
    normalise(v);
    for (std::size_t i = 0; i < block.rows; ++i) {
      u[i] = 0;
      for (std::size_t j = 0; j < block.columns; ++j) u[i] += w[i * block.columns + j] * v[j];
    }
    const double largest = normalise(u);
    if (largest > options_.spectral_norm)
      for (double& x : w) x *= options_.spectral_norm / largest;
  }
}

std::vector<double> GradientLearner::parameters() const {
  return {theta_.begin(), theta_.begin() + static_cast<std::ptrdiff_t>(goal_->parameters())};
}

Snapshot GradientLearner::save() const {
  Snapshot snapshot = goal_->save();
  steps_.save(snapshot);
  snapshot.numbers["learner_theta"] = theta_;
  snapshot.numbers["learner_power"] = power_;
  snapshot.numbers["learner_value"] = {value_};
  snapshot.counts["learner_updates"] = {update_, updates_, values_};
  return snapshot;
}

void GradientLearner::load(const Snapshot& snapshot) {
  const auto& theta = snapshot.numbers.at("learner_theta");
  if (theta.size() != theta_.size()) throw std::invalid_argument("it holds another number of parameters");
  theta_ = theta;
  power_ = snapshot.numbers.at("learner_power");
  value_ = snapshot.numbers.at("learner_value").at(0);
  const auto& counts = snapshot.counts.at("learner_updates");
  update_ = counts.at(0), updates_ = counts.at(1), values_ = counts.at(2);
  steps_.load(snapshot);
  tell_parameters();
  goal_->load(snapshot);
}

}  // namespace gibbsite

#include "estimators/learning/energies/energy_learner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

std::size_t at_least_one_of(const Matrix& data) {
  if (data.columns() == 0) throw std::invalid_argument("there are no data to learn from");
  return data.columns();
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

template <class Real>
EnergyLearner<Real>::EnergyLearner(std::unique_ptr<JetEnergy<Real>> energy, std::span<const ParameterBlock> blocks,
                                   std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data,
                                   std::vector<double> theta, Options options, Key key)
    : energy_(std::move(energy)),
      blocks_(blocks.begin(), blocks.end()),
      objective_(std::move(objective)),
      data_(data),
      options_(std::move(options)),
      order_(key, at_least_one_of(data), std::clamp<std::size_t>(options_.steps.batch, 1, data.columns())),
      steps_(options_.steps, energy_->parameters() + objective_->extra_parameters()),
      theta_(std::move(theta)),
      updates_(options_.steps.updates) {
  if (updates_ == 0) throw std::invalid_argument("learning needs updates");
  if (options_.steps.optimizer == Optimizer::natural)
    throw std::invalid_argument("natural steps are for machines whose states can be summed; take sgd or adam");
  if (options_.spectral_norm > 0)
    for (const ParameterBlock& block : blocks_)
      if (is_matrix(block)) power_.resize(power_.size() + block.rows, 1);
  bound_norms();
  energy_->set_parameters(std::span(theta_).first(energy_->parameters()));
  const auto more = objective_->first_extra(*energy_);
  theta_.insert(theta_.end(), more.begin(), more.end());
  gradient_.resize(theta_.size());
}

template <class Real>
void EnergyLearner<Real>::advance() {
  const std::size_t d = data_.rows();
  const auto samples = order_.of(update_);
  std::vector<Real> batch;
  batch.reserve(samples.size() * d);
  for (const std::uint32_t n : samples)
    for (const double x : data_.column(n)) batch.push_back(static_cast<Real>(x));
  std::fill(gradient_.begin(), gradient_.end(), Real(0));
  value_ += objective_->add_gradient(*energy_, extra(), batch, update_, gradient_);
  ++values_;
  std::vector<double> direction(gradient_.size());
  for (std::size_t k = 0; k < direction.size(); ++k) direction[k] = -static_cast<double>(gradient_[k]);
  steps_.pull(blocks_, theta_, direction);
  steps_.scale(direction, update_);
  steps_.take(blocks_, direction, update_, theta_);
  bound_norms();
  energy_->set_parameters(std::span(theta_).first(energy_->parameters()));
  objective_->moved(*energy_);
  ++update_;
}

template <class Real>
void EnergyLearner<Real>::bound_norms() {
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

template <class Real>
std::vector<double> EnergyLearner<Real>::parameters() const {
  return {theta_.begin(), theta_.begin() + static_cast<std::ptrdiff_t>(energy_->parameters())};
}

template <class Real>
Estimate EnergyLearner<Real>::log_z() const {
  return objective_->log_z(extra());
}

template <class Real>
Snapshot EnergyLearner<Real>::save() const {
  Snapshot snapshot = objective_->save();
  steps_.save(snapshot);
  snapshot.numbers["learner_theta"] = theta_;
  snapshot.numbers["learner_power"] = power_;
  snapshot.numbers["learner_value"] = {value_};
  snapshot.counts["learner_updates"] = {update_, updates_, values_};
  return snapshot;
}

template <class Real>
void EnergyLearner<Real>::load(const Snapshot& snapshot) {
  const auto& theta = snapshot.numbers.at("learner_theta");
  if (theta.size() != theta_.size()) throw std::invalid_argument("it holds another number of parameters");
  theta_ = theta;
  power_ = snapshot.numbers.at("learner_power");
  value_ = snapshot.numbers.at("learner_value").at(0);
  const auto& counts = snapshot.counts.at("learner_updates");
  update_ = counts.at(0), updates_ = counts.at(1), values_ = counts.at(2);
  steps_.load(snapshot);
  energy_->set_parameters(std::span(theta_).first(energy_->parameters()));
  objective_->load(snapshot);
}

template class EnergyLearner<float>;
template class EnergyLearner<double>;

}  // namespace gibbsite

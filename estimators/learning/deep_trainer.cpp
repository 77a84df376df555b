#include "estimators/learning/deep_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/learning/trainer.hpp"
#include "physics/chance.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using StepRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double slide_of_layers = 0.01;  // of running means, per update

Eigen::Map<StepRows> weights_in(std::span<double> theta, const ParameterBlock& w) {
  return {theta.data() + w.offset, static_cast<Eigen::Index>(w.rows), static_cast<Eigen::Index>(w.columns)};
}
Eigen::Map<Eigen::VectorXd> bias_in(std::span<double> theta, const ParameterBlock& b) {
  return {theta.data() + b.offset, static_cast<Eigen::Index>(b.rows)};
}

}  // namespace

DeepObjective::DeepObjective(std::shared_ptr<const DeepMachine> machine, DeepOptions options, Key key,
                             std::unique_ptr<DeepPhases> phases)
    : machine_(std::move(machine)),
      options_(options),
      phases_(phases ? std::move(phases) : make_deep_phases(machine_, key, options.mean_field, options.precision)) {}

void DeepObjective::add_gradient(std::span<const double> theta, const Matrix& v, std::uint64_t update,
                                 std::span<double> out) {
  phases_->set_parameters(theta);
  phases_->settle(v);
  if (options_.negative == DeepNegative::exact) {
    for (std::size_t n = 0; n < v.columns(); ++n)
      machine_->log_sum(theta, v.column(n), 1 / static_cast<double>(v.columns()), out);
    machine_->log_sum(theta, {}, -1, out);
    return;
  }
  phases_->add_data_gradient(1, out);
  if (options_.negative == DeepNegative::cd || !begun_)
    phases_->start_at_data(options_.negative == DeepNegative::cd ? v.columns() : options_.chains, update);
  begun_ = true;
  phases_->sweep(update * options_.sweeps, options_.sweeps);
  phases_->add_chain_gradient(-1, out);
}

Snapshot DeepObjective::save() const {
  Snapshot out;
  out.counts["deep_begun"] = {begun_ ? std::uint64_t{1} : 0};
  if (begun_) out.bytes["deep_chains"] = phases_->save();
  return out;
}
void DeepObjective::load(const Snapshot& snapshot) {
  begun_ = snapshot.counts.at("deep_begun").front() != 0;
  if (begun_) phases_->load(snapshot.bytes.at("deep_chains"));
}

DeepTrainer::DeepTrainer(std::shared_ptr<const DeepMachine> machine, const Matrix& data, std::vector<double> theta,
                         DeepOptions options, Key key, Lift lift, std::unique_ptr<DeepPhases> phases)
    : machine_(std::move(machine)),
      options_(options),
      objective_(machine_, options, key, std::move(phases)),
      batches_(data, options.steps.batch, key),
      steps_(options.steps, machine_->parameters()),
      lift_(std::move(lift)),
      theta_(std::move(theta)) {
  if (options_.steps.updates == 0) throw std::invalid_argument("learning needs updates");
  if (options_.steps.optimizer == Optimizer::natural)
    throw std::invalid_argument("natural steps are for machines of at most one hidden layer; take sgd or adam");
}

/// Offsets follow the means of the data's hidden units.
void DeepTrainer::follow_means() {
  const bool first = offset_.empty();
  offset_.resize(machine_->depth());
  for (std::size_t l = 0; l < machine_->depth(); ++l) {
    const std::vector<double> now = objective_.phases().mean(l);
    if (first) offset_[l].assign(now.size(), 0);
    const auto copies = static_cast<double>(machine_->copies(l));
    for (std::size_t i = 0; i < now.size(); ++i)
      offset_[l][i] += (first ? 1 : slide_of_layers) * (now[i] / copies - offset_[l][i]);
  }
}

void DeepTrainer::centre(std::span<double> d) const {
  for (std::size_t l = 0; l + 1 < machine_->depth(); ++l)
    weights_in(d, machine_->weights(l)).noalias() -=
        eigen(std::span(offset_[l])) * bias_in(d, machine_->bias(l + 1)).transpose() +
        bias_in(d, machine_->bias(l)) * eigen(std::span(offset_[l + 1])).transpose();
}

void DeepTrainer::uncentre(std::span<double> step) const {
  for (std::size_t l = 0; l + 1 < machine_->depth(); ++l) {
    const auto w = weights_in(step, machine_->weights(l));
    const auto copies = [&](std::size_t layer) { return static_cast<double>(machine_->copies(layer)); };
    bias_in(step, machine_->bias(l)).noalias() -= copies(l + 1) * (w * eigen(std::span(offset_[l + 1])));
    bias_in(step, machine_->bias(l + 1)).noalias() -= copies(l) * (w.transpose() * eigen(std::span(offset_[l])));
  }
}

void DeepTrainer::advance() {
  Matrix batch = batches_.at(update_);
  if (lift_) batch = lift_(batch, update_);
  std::vector<double> direction(theta_.size(), 0);
  objective_.add_gradient(theta_, batch, update_, direction);
  // As of means over copies, so that a rate means the same for any number of them.
  for (std::size_t l = 0; l < machine_->depth(); ++l) {
    const auto copies = [&](std::size_t layer) { return static_cast<double>(machine_->copies(layer)); };
    bias_in(direction, machine_->bias(l)) /= copies(l);
    if (l + 1 < machine_->depth()) weights_in(direction, machine_->weights(l)) /= copies(l) * copies(l + 1);
  }
  steps_.pull(machine_->blocks(), theta_, direction);
  if (options_.steps.centered) {
    follow_means();
    centre(direction);
  }
  steps_.scale(direction, update_);
  if (options_.steps.centered) uncentre(direction);
  steps_.take(machine_->blocks(), direction, update_, theta_);
  steps_.limit(machine_->blocks(), theta_);
  ++update_;
}

Snapshot DeepTrainer::save() const {
  Snapshot out = objective_.save();
  out.numbers["trainer_parameters"] = theta_;
  for (std::size_t l = 0; l < offset_.size(); ++l) out.numbers["trainer_mean_" + std::to_string(l)] = offset_[l];
  out.counts["trainer_update"] = {update_, options_.steps.updates};
  steps_.save(out);
  return out;
}

void DeepTrainer::load(const Snapshot& snapshot) {
  const auto found = snapshot.numbers.find("trainer_parameters");
  if (found == snapshot.numbers.end() || found->second.size() != theta_.size())
    throw std::invalid_argument("the checkpoint is of another machine");
  theta_ = found->second;
  offset_.clear();
  for (std::size_t l = 0; snapshot.numbers.contains("trainer_mean_" + std::to_string(l)); ++l)
    offset_.push_back(snapshot.numbers.at("trainer_mean_" + std::to_string(l)));
  update_ = snapshot.counts.at("trainer_update").at(0);
  options_.steps.updates = snapshot.counts.at("trainer_update").at(1);
  steps_.load(snapshot);
  objective_.load(snapshot);
}

std::vector<double> first_parameters(const DeepMachine& machine, const Matrix& data, double spread, Key key) {
  std::vector<double> theta(machine.parameters(), 0);
  const ParametricMachine lowest(machine.layers()[0], machine.layers()[1], false);
  const std::vector<double> below = first_parameters(lowest, data, 0, key);
  std::copy_n(below.begin(), machine.layers()[0].units, theta.begin());
  for (std::size_t l = 0; l + 1 < machine.depth(); ++l) {
    Chance chance(Stream(key, Purpose::start, 0, l));
    const ParameterBlock& w = machine.weights(l);
    for (std::size_t k = 0; k < w.size(); ++k) theta[w.offset + k] = spread * chance.normal();
  }
  return theta;
}

}  // namespace gibbsite

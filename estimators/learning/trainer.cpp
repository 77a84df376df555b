#include "estimators/learning/trainer.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/reference.hpp"

namespace gibbsite {
namespace {

constexpr double slide = 0.01;  // of running means, per update

/// <g g'> - <g><g>' over the model, g = d(-F)/dtheta, by all visible states.
Eigen::MatrixXd fisher_matrix(const ParametricMachine& machine, std::span<const double> theta) {
  const std::size_t n = machine.visible().units, parameters = machine.parameters();
  const double low = machine.visible().kind == UnitKind::spin ? -1 : 0, log_z = machine.log_z(theta);
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(parameters));
  Eigen::MatrixXd second = Eigen::MatrixXd::Zero(mean.size(), mean.size());
  std::vector<double> g(parameters);
  const std::vector<double> one = {1};
  for (std::uint64_t s = 0; s < std::uint64_t{1} << n; ++s) {
    Matrix v(n, 1);
    for (std::size_t i = 0; i < n; ++i) v(i, 0) = s >> i & 1U ? 1 : low;
    const double p = std::exp(machine.log_weight(theta, v)[0] - log_z);
    std::fill(g.begin(), g.end(), 0);
    machine.add_gradient(theta, v, one, g);
    const auto column = eigen(std::span<const double>(g));
    mean += p * column;
    second.selfadjointView<Eigen::Lower>().rankUpdate(column, p);
  }
  second.selfadjointView<Eigen::Lower>().rankUpdate(mean, -1);
  return second;
}

bool lists_few_states(const ParametricMachine& machine) {
  const UnitKind kind = machine.visible().kind;
  return (kind == UnitKind::binary || kind == UnitKind::spin) && machine.visible().labels == 0 &&
         machine.visible().units <= 12 && machine.parameters() <= 2000;
}

}  // namespace

std::vector<double> first_parameters(const ParametricMachine& machine, const Matrix& data, double spread, Key key,
                                     std::span<const double> weight) {
  const Layer& layer = machine.visible();
  const std::size_t width = machine.width(), samples = data.columns();
  std::vector<double> theta(machine.parameters(), 0), mean(width, 0), variance;
  for (std::size_t n = 0; n < samples; ++n)
    for (std::size_t i = 0; i < width; ++i)
      mean[i] += (weight.empty() ? 1 : weight[n]) * data(i, n) / static_cast<double>(samples);
  if (layer.kind == UnitKind::gaussian) {
    variance.assign(layer.units, 0);
    for (std::size_t n = 0; n < samples; ++n)
      for (std::size_t i = 0; i < layer.units; ++i)
        variance[i] += (data(i, n) - mean[i]) * (data(i, n) - mean[i]) / static_cast<double>(samples);
    std::copy(mean.begin(), mean.end(), theta.begin());
    const std::size_t at = machine.block("log_variance")->offset;
    for (std::size_t i = 0; i < layer.units; ++i) theta[at + i] = std::log(variance[i] > 0 ? variance[i] : 1);
    if (layer.labels > 0) {
      const Layer label = layer.label();
      const auto shares = std::span(mean).subspan(layer.own_width());
      for (double& share : shares) share = std::clamp(share, 0.0, 1.0);
      const Reference rates = Reference::base_rates(label, shares, {}, samples);
      std::copy(rates.visible.field.begin(), rates.visible.field.end(),
                theta.begin() + static_cast<std::ptrdiff_t>(layer.own_width()));
    }
  } else {
    Layer with_bias = layer;
    with_bias.bias.assign(width, 0);
    // What is the same in all data is so to rounding only.
    for (std::size_t i = 0; i < width; ++i)
      mean[i] = std::clamp(mean[i], layer.kind == UnitKind::spin && i < layer.own_width() ? -1.0 : 0.0, 1.0);
    const Reference rates = Reference::base_rates(with_bias, mean, variance, samples);
    std::copy(rates.visible.field.begin(), rates.visible.field.end(), theta.begin());
  }
  for (const char* name : {"weights", "lateral_weights"})
    if (const ParameterBlock* block = machine.block(name)) {
      Chance chance(Stream(key, Purpose::start, 0, block->offset == 0 ? 0 : 1 + (name[0] == 'l' ? 1U : 0U)));
      for (std::size_t k = 0; k < block->size(); ++k) theta[block->offset + k] = spread * chance.normal();
    }
  machine.fix_gauge(theta);
  return theta;
}

Trainer::Trainer(std::shared_ptr<const ParametricMachine> machine, std::unique_ptr<Objective> objective,
                 const Matrix& data, std::vector<double> theta, TrainingOptions options, Key key)
    : machine_(std::move(machine)),
      objective_(std::move(objective)),
      options_(options),
      batches_(data, options.batch, key),
      steps_(options, machine_->parameters() + objective_->extra_parameters()),
      theta_(std::move(theta)),
      mean_(machine_->width(), 0),
      hidden_mean_(machine_->hidden().units, 0) {
  if (options_.updates == 0) throw std::invalid_argument("learning needs updates");
  if (!options_.weight.empty() && !objective_->weighs())
    throw std::invalid_argument("this method takes no weights of samples; leave out data.reweight, or take another");
  if (options_.optimizer == Optimizer::natural && !lists_few_states(*machine_))
    throw std::invalid_argument(
        "natural steps are for machines of at most 12 visible units of two states and 2000 parameters");
  theta_.resize(machine_->parameters() + objective_->extra_parameters(), 0);
  for (std::size_t n = 0; n < data.columns(); ++n)
    for (std::size_t i = 0; i < mean_.size(); ++i) mean_[i] += data(i, n) / static_cast<double>(data.columns());
}

std::vector<double> Trainer::visible_offsets() const {
  std::vector<double> mu = mean_;
  if (const ParameterBlock* s = machine_->block("log_variance"))
    for (std::size_t i = 0; i < s->size(); ++i) mu[i] /= std::exp(theta_[s->offset + i]);
  return mu;
}

void Trainer::centre(std::span<double> d) const {
  const std::size_t width = machine_->width(), hidden = machine_->hidden().units;
  const std::vector<double> mu = visible_offsets();
  if (hidden > 0) {
    const std::size_t c = machine_->block("hidden_bias")->offset, w = machine_->block("weights")->offset;
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t j = 0; j < hidden; ++j) d[w + i * hidden + j] -= mu[i] * d[c + j] + d[i] * hidden_mean_[j];
  }
  machine_->each_lateral([&](std::size_t k, std::size_t i, std::size_t j) { d[k] -= mu[i] * d[j] + d[i] * mu[j]; });
}

void Trainer::uncentre(std::span<double> step) const {
  const std::size_t width = machine_->width(), hidden = machine_->hidden().units;
  const std::vector<double> mu = visible_offsets();
  if (hidden > 0) {
    const std::size_t c = machine_->block("hidden_bias")->offset, w = machine_->block("weights")->offset;
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t j = 0; j < hidden; ++j) {
        step[i] -= step[w + i * hidden + j] * hidden_mean_[j];
        step[c + j] -= step[w + i * hidden + j] * mu[i];
      }
  }
  machine_->each_lateral([&](std::size_t k, std::size_t i, std::size_t j) {
    step[i] -= step[k] * mu[j];
    step[j] -= step[k] * mu[i];
  });
}

void Trainer::advance() {
  const Matrix batch = batches_.at(update_);
  if (!options_.weight.empty()) {
    std::vector<double> weight;
    for (const std::uint32_t n : batches_.samples_at(update_)) weight.push_back(options_.weight[n]);
    objective_->weigh(std::move(weight));
  }
  std::vector<double> direction(theta_.size(), 0);
  objective_->add_gradient(theta_, batch, update_, direction);
  steps_.pull(machine_->blocks(), theta_, direction);
  const bool centred = options_.centered && options_.optimizer != Optimizer::natural;
  if (centred) {
    Matrix hidden = machine_->hidden_field(machine_part(), batch);
    machine_->hidden_mean(hidden);
    const double weight = update_ == 0 ? 1 : slide;
    for (std::size_t j = 0; j < hidden_mean_.size(); ++j) {
      double now = 0;
      for (std::size_t n = 0; n < hidden.columns(); ++n) now += hidden(j, n) / static_cast<double>(hidden.columns());
      hidden_mean_[j] += weight * (now - hidden_mean_[j]);
    }
    centre(direction);
  }
  if (const ParameterBlock* s = machine_->block("log_variance"); s != nullptr && !options_.learn_variance)
    std::fill_n(direction.begin() + static_cast<std::ptrdiff_t>(s->offset), s->size(), 0);
  if (options_.optimizer == Optimizer::natural) {
    Eigen::MatrixXd f = fisher_matrix(*machine_, machine_part());
    f.diagonal().array() += options_.damping;
    Eigen::Map<Eigen::VectorXd> d(direction.data(), f.rows());
    d = f.selfadjointView<Eigen::Lower>().ldlt().solve(d).eval();
  }
  steps_.scale(direction, update_);
  if (centred) uncentre(direction);
  std::vector<double> before = theta_;
  steps_.take(machine_->blocks(), direction, update_, theta_);
  machine_->fix_gauge(std::span(theta_).first(machine_->parameters()));
  steps_.limit(machine_->blocks(), theta_);
  if (!objective_->accept(theta_, update_)) {
    theta_ = std::move(before);
    steps_.slow_down(update_);
  }
  ++update_;
}

Snapshot Trainer::save() const {
  Snapshot out = objective_->save();
  out.numbers["trainer_parameters"] = theta_;
  out.numbers["trainer_hidden_mean"] = hidden_mean_;
  out.counts["trainer_update"] = {update_, options_.updates};
  steps_.save(out);
  return out;
}

void Trainer::load(const Snapshot& snapshot) {
  const auto found = snapshot.numbers.find("trainer_parameters");
  if (found == snapshot.numbers.end() || found->second.size() != theta_.size())
    throw std::invalid_argument("the checkpoint is of another machine");
  theta_ = found->second;
  steps_.load(snapshot);
  hidden_mean_ = snapshot.numbers.at("trainer_hidden_mean");
  update_ = snapshot.counts.at("trainer_update").at(0);
  options_.updates = snapshot.counts.at("trainer_update").at(1);
  objective_->load(snapshot);
}

}  // namespace gibbsite

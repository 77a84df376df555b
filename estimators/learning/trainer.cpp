#include "estimators/learning/trainer.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/reference.hpp"

namespace gibbsite {
namespace {

constexpr double largest_parameter = 1e8;  // beyond, a rate is too high
constexpr double slide = 0.01;             // of running means, per update

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
  return (kind == UnitKind::binary || kind == UnitKind::spin) && machine.visible().units <= 12 &&
         machine.parameters() <= 2000;
}

}  // namespace

std::vector<double> first_parameters(const ParametricMachine& machine, const Matrix& data, double spread, Key key) {
  const Layer& layer = machine.visible();
  const std::size_t width = machine.width(), samples = data.columns();
  std::vector<double> theta(machine.parameters(), 0), mean(width, 0), variance;
  for (std::size_t n = 0; n < samples; ++n)
    for (std::size_t i = 0; i < width; ++i) mean[i] += data(i, n) / static_cast<double>(samples);
  if (layer.kind == UnitKind::gaussian) {
    variance.assign(width, 0);
    for (std::size_t n = 0; n < samples; ++n)
      for (std::size_t i = 0; i < width; ++i)
        variance[i] += (data(i, n) - mean[i]) * (data(i, n) - mean[i]) / static_cast<double>(samples);
    std::copy(mean.begin(), mean.end(), theta.begin());
    const std::size_t at = machine.block("log_variance")->offset;
    for (std::size_t i = 0; i < width; ++i) theta[at + i] = std::log(variance[i] > 0 ? variance[i] : 1);
  } else {
    Layer with_bias = layer;
    with_bias.bias.assign(width, 0);
    // What is the same in all data is so to rounding only.
    for (double& m : mean) m = std::clamp(m, layer.kind == UnitKind::spin ? -1.0 : 0.0, 1.0);
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
      data_(data),
      options_(options),
      key_(key),
      theta_(std::move(theta)),
      hidden_mean_(machine_->hidden().units, 0) {
  if (data_.columns() == 0 || options_.updates == 0) throw std::invalid_argument("learning needs data and updates");
  if (options_.optimizer == Optimizer::natural && !lists_few_states(*machine_))
    throw std::invalid_argument(
        "natural steps are for machines of at most 12 visible units of two states and 2000 parameters");
  options_.batch = std::clamp<std::size_t>(options_.batch, 1, data_.columns());
  batches_ = std::max<std::size_t>(data_.columns() / options_.batch, 1);
  theta_.resize(machine_->parameters() + objective_->extra_parameters(), 0);
  velocity_.assign(theta_.size(), 0);
  if (options_.optimizer == Optimizer::adam) second_.assign(theta_.size(), 0);
  mean_.assign(machine_->width(), 0);
  for (std::size_t n = 0; n < data_.columns(); ++n)
    for (std::size_t i = 0; i < mean_.size(); ++i) mean_[i] += data_(i, n) / static_cast<double>(data_.columns());
}

/// A permutation of the samples for each epoch, a pure function of key and epoch (Fisher & Yates); what is left of it
/// beyond whole batches is passed over.
Matrix Trainer::next_batch() {
  const std::size_t samples = data_.columns(), place = update_ % batches_;
  if (order_.empty() || place == 0) {
    order_.resize(samples);
    std::iota(order_.begin(), order_.end(), 0U);
    Chance chance(Stream(key_, Purpose::batch, update_ / batches_, 0));
    for (std::size_t k = samples; k > 1; --k) std::swap(order_[k - 1], order_[chance.pick(k)]);
  }
  Matrix batch(data_.rows(), options_.batch);
  for (std::size_t n = 0; n < options_.batch; ++n) {
    const auto from = data_.column(order_[place * options_.batch + n]);
    std::copy(from.begin(), from.end(), batch.column(n).begin());
  }
  return batch;
}

std::vector<double> Trainer::visible_offsets() const {
  std::vector<double> mu = mean_;
  if (const ParameterBlock* s = machine_->block("log_variance"))
    for (std::size_t i = 0; i < mu.size(); ++i) mu[i] /= std::exp(theta_[s->offset + i]);
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
  if (!machine_->lateral()) return;
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t j = i + 1; j < width; ++j) d[machine_->pair(i, j)] -= mu[i] * d[j] + d[i] * mu[j];
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
  if (!machine_->lateral()) return;
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t j = i + 1; j < width; ++j) {
      step[i] -= step[machine_->pair(i, j)] * mu[j];
      step[j] -= step[machine_->pair(i, j)] * mu[i];
    }
}

double Trainer::rate() const {
  const double share =
      options_.updates > 1 ? static_cast<double>(update_) / static_cast<double>(options_.updates - 1) : 0;
  return options_.first_rate + (options_.last_rate - options_.first_rate) * share;
}

void Trainer::scale(std::span<double> direction) {
  const double rate_now = rate(), t = static_cast<double>(update_ + 1);
  if (options_.optimizer == Optimizer::natural) {
    Eigen::MatrixXd f = fisher_matrix(*machine_, machine_part());
    f.diagonal().array() += options_.damping;
    Eigen::Map<Eigen::VectorXd> d(direction.data(), f.rows());
    d = f.selfadjointView<Eigen::Lower>().ldlt().solve(d).eval();
  }
  for (std::size_t k = 0; k < theta_.size(); ++k) {
    double& v = velocity_[k];
    if (options_.optimizer == Optimizer::adam) {
      constexpr double beta_2 = 0.999, tiny = 1e-8;
      v = options_.momentum * v + (1 - options_.momentum) * direction[k];
      second_[k] = beta_2 * second_[k] + (1 - beta_2) * direction[k] * direction[k];
      const double first = v / (1 - std::pow(options_.momentum, t)), second = second_[k] / (1 - std::pow(beta_2, t));
      direction[k] = rate_now * first / (std::sqrt(second) + tiny);
    } else {
      direction[k] = v = options_.momentum * v + rate_now * direction[k];
    }
  }
}

void Trainer::take(std::span<const double> step) {
  for (std::size_t k = 0; k < theta_.size(); ++k) theta_[k] += step[k];
  if (options_.l1 > 0)  // the proximal step: towards 0, and not beyond
    for (const ParameterBlock& block : machine_->blocks())
      if (!block.bias || options_.penalize_biases)
        for (std::size_t k = block.offset; k < block.offset + block.size(); ++k)
          theta_[k] = std::copysign(std::max(std::abs(theta_[k]) - rate() * options_.l1, 0.0), theta_[k]);
}

void Trainer::limit() {
  machine_->fix_gauge(std::span(theta_).first(machine_->parameters()));
  const ParameterBlock* w = machine_->block("weights");
  if (!(options_.max_norm > 0) || w == nullptr) return;
  for (std::size_t j = 0; j < w->columns; ++j) {
    double norm = 0;
    for (std::size_t i = 0; i < w->rows; ++i) norm += std::pow(theta_[w->offset + i * w->columns + j], 2);
    norm = std::sqrt(norm);
    if (norm > options_.max_norm)
      for (std::size_t i = 0; i < w->rows; ++i) theta_[w->offset + i * w->columns + j] *= options_.max_norm / norm;
  }
}

void Trainer::advance() {
  const Matrix batch = next_batch();
  std::vector<double> direction(theta_.size(), 0);
  objective_->add_gradient(theta_, batch, update_, direction);
  if (options_.l2 > 0)
    for (const ParameterBlock& block : machine_->blocks())
      if ((!block.bias || options_.penalize_biases) && block.name != "log_variance")
        for (std::size_t k = block.offset; k < block.offset + block.size(); ++k)
          direction[k] -= options_.l2 * theta_[k];
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
  scale(direction);
  if (centred) uncentre(direction);
  take(direction);
  limit();
  ++update_;
}

bool Trainer::bounded() const {
  return std::all_of(theta_.begin(), theta_.end(), [](double x) { return std::abs(x) < largest_parameter; });
}

Snapshot Trainer::save() const {
  Snapshot out = objective_->save();
  out.numbers["trainer_parameters"] = theta_;
  out.numbers["trainer_velocity"] = velocity_;
  out.numbers["trainer_second"] = second_;
  out.numbers["trainer_hidden_mean"] = hidden_mean_;
  out.counts["trainer_update"] = {update_, options_.updates};
  return out;
}

void Trainer::load(const Snapshot& snapshot) {
  const auto found = snapshot.numbers.find("trainer_parameters");
  if (found == snapshot.numbers.end() || found->second.size() != theta_.size())
    throw std::invalid_argument("the checkpoint is of another machine");
  theta_ = found->second;
  velocity_ = snapshot.numbers.at("trainer_velocity");
  second_ = snapshot.numbers.at("trainer_second");
  hidden_mean_ = snapshot.numbers.at("trainer_hidden_mean");
  update_ = snapshot.counts.at("trainer_update").at(0);
  options_.updates = snapshot.counts.at("trainer_update").at(1);
  order_.clear();
  if (update_ % batches_ != 0) {  // the epoch's order, again
    const std::uint64_t now = update_;
    update_ -= update_ % batches_;
    next_batch();
    update_ = now;
  }
  objective_->load(snapshot);
}

}  // namespace gibbsite

#include "studies/likelihood/likelihood.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <optional>

#include "estimators/log_sum_exp.hpp"
#include "physics/chance.hpp"
#include "physics/exact/belief.hpp"
#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/mean_field.hpp"
#include "physics/tilted_layer.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/methods/raise.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

using Machine = std::shared_ptr<const BoltzmannMachine>;
using Layered = std::shared_ptr<const Network>;
using Belief = std::shared_ptr<const BeliefNetwork>;

constexpr std::uint64_t raise_task = 3;  // of keys
constexpr std::size_t meter_task = 2;

std::span<const double> sample(const Data& data, std::size_t s) {
  return std::span(data.values).subspan(s * data.width, data.width);
}

/// ln p of binary units with these fields, [unit][sample], added up by sample; and such units drawn.
Eigen::VectorXd log_probability(const Matrix& x, const Matrix& field) {
  const auto f = eigen(field).array();
  return (eigen(x).array() * f - f.unaryExpr(&softplus)).colwise().sum().transpose();
}
Matrix draw(const Matrix& field, Chance& chance) {
  return matrix(eigen(field).unaryExpr([&](double f) { return chance.coin(Coin(logistic(f))) ? 1.0 : 0.0; }));
}

/// Ways up a belief network: the lower layer of its top, and ln p(v | h) - ln q(h | v) of the layers in between.
struct Recognised {
  Matrix top;                  // [unit][sample]
  Eigen::VectorXd correction;  // [sample]
};
Recognised recognise(const BeliefNetwork& belief, const Matrix& v, Chance& chance) {
  Recognised out{v, Eigen::VectorXd::Zero(static_cast<Eigen::Index>(v.columns()))};
  for (const SigmoidLayer& layer : belief.below()) {
    const Matrix up = layer.up(out.top);
    Matrix h = draw(up, chance);
    out.correction += log_probability(out.top, layer.down(h)) - log_probability(h, up);
    out.top = std::move(h);
  }
  return out;
}

/// Whether all hidden states of a belief network are few enough for so many samples.
bool summable(const BeliefNetwork& belief, const Data& data, double most_states) {
  const double states = std::exp2(log2_hidden_states(belief));
  double work = static_cast<double>(data.samples * data.width);
  for (const SigmoidLayer& layer : belief.below().subspan(belief.below().empty() ? 0 : 1))
    work += std::exp2(static_cast<double>(layer.bias.size())) * static_cast<double>(layer.bias.size());
  return states <= most_states && states * work < 1e10;
}

Unnormalized of_belief(const BeliefNetwork& belief, const Data& data, Key key, const BoundEffort& effort) {
  if (summable(belief, data, effort.most_states))
    return {exact_log_weight(belief, data.batch(0, data.samples)), false, "exact given ln Z: hidden states summed"};
  const std::size_t draws = effort.draws;
  Unnormalized out{std::vector<double>(data.samples), true,
                   fmt::format("variational lower bound, estimated by {} draws of recognition for each sample", draws)};
  const double n = static_cast<double>(draws);
  out.noise.assign(data.samples, unknown);
  out.degrees = n - 1;
#pragma omp parallel for schedule(static)
  for (std::size_t s = 0; s < data.samples; ++s) {
    Chance chance(Stream(key, Purpose::sweep, 0, s));
    const Matrix copies = matrix(eigen(sample(data, s)).replicate(1, static_cast<Eigen::Index>(draws)));
    const Recognised up = recognise(belief, copies, chance);
    const std::vector<double> top = posterior(*belief.top(), up.top).log_weight;
    const Eigen::ArrayXd bound = up.correction.array() + eigen(top).array();
    out.log_weight[s] = bound.mean();
    if (draws > 1) out.noise[s] = (bound - bound.mean()).square().sum() / (n - 1);
  }
  // Where all draws of a sample fell on the same states, rarer ones were not seen: the other samples know how far those
  // may lie, and two draws in n are theirs.
  double mean = 0;
  for (const double variance : out.noise) mean += variance / static_cast<double>(data.samples);
  for (double& noise : out.noise) noise = std::sqrt((noise + 2 * mean / n) / n);
  return out;
}

/// ln sum_h exp(-E(v, h)) by visiting hidden states, where there are at most so many: the hidden units given v are a
/// machine of their own, with the fields that v makes for biases. Nothing where there are more.
std::optional<double> summed(const Network& network, std::span<const double> v, const SummationLimits& limits) {
  if (network.restricted()) return std::nullopt;
  std::vector<double> x(network.width(), 0.0);
  std::copy(v.begin(), v.end(), x.begin());
  std::vector<Layer> layers(network.layers().begin() + 1, network.layers().end());
  layers[0].bias = network.field(1, x);
  const Network hidden(layers, {network.weights().begin() + 1, network.weights().end()});
  const auto log_z = exact_log_z(hidden, Reference::flat(layers[0]), std::vector<double>{1.0}, limits);
  const auto* known = std::get_if<std::vector<double>>(&log_z);
  return known == nullptr ? std::nullopt : std::optional(known->front() - network.energy(x));
}
std::optional<double> summed(const BoltzmannMachine& machine, std::span<const double> v,
                             const SummationLimits& limits) {
  const std::size_t hidden = machine.hidden();
  if (hidden == 0) return std::nullopt;
  std::vector<double> x(machine.width(), 0.0), bias;
  std::copy(v.begin(), v.end(), x.begin());
  for (std::size_t i = v.size(); i < machine.width(); ++i) bias.push_back(machine.local_field(x, i));
  const auto n = static_cast<Eigen::Index>(hidden);
  const BoltzmannMachine rest(machine.hidden_kind(), hidden, matrix(eigen(machine.weights()).bottomRightCorner(n, n)),
                              bias);
  const IndependentUnits flat{std::vector<double>(hidden, 0.0), {}};
  const auto log_z = exact_log_z(rest, flat, std::vector<double>{1.0}, limits);
  const auto* known = std::get_if<std::vector<double>>(&log_z);
  return known == nullptr ? std::nullopt : std::optional(known->front() - machine.energy(x));
}

template <class Model>
Unnormalized of_network(const Model& model, const Data& data, double most_states) {
  constexpr std::size_t batch = 64;
  Unnormalized out{std::vector<double>(data.samples), false, ""};
  const SummationLimits limits{most_states, 1e9 / static_cast<double>(data.samples)};
  if (data.samples > 0 && summed(model, sample(data, 0), limits)) {
    for (std::size_t s = 0; s < data.samples; ++s) out.log_weight[s] = *summed(model, sample(data, s), limits);
    out.meaning = "exact given ln Z: hidden states summed";
    return out;
  }
  bool exact = true;
#pragma omp parallel for schedule(dynamic) reduction(&& : exact)
  for (std::size_t begin = 0; begin < data.samples; begin += batch) {
    const std::size_t count = std::min(batch, data.samples - begin);
    const Posterior hidden = posterior(model, data.batch(begin, count));
    std::copy(hidden.log_weight.begin(), hidden.log_weight.end(),
              out.log_weight.begin() + static_cast<std::ptrdiff_t>(begin));
    exact = exact && hidden.exact;
  }
  out.bound = !exact;
  out.meaning = exact ? "exact given ln Z" : "variational lower bound by mean field";
  return out;
}

/// A state from which annealing goes back, and ln of what the visible units add to it.
struct RaiseStart {
  std::vector<double> state;
  double correction = 0;
};

/// ln p(x_0 | the rest) of the visible layer in its field.
double log_conditional(const Layer& layer, std::span<const double> x, std::span<const double> field) {
  double sum = 0;
  if (layer.kind == UnitKind::gaussian) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double s2 = layer.variance[i], d = x[i] - field[i];
      sum -= d * d / (2 * s2) + std::log(2 * std::numbers::pi * s2) / 2;
    }
    return sum;
  }
  return eigen(x).dot(eigen(field)) - TiltedLayer(layer, nullptr, 1).log_z(field);
}

/// Draws units of these means; returns ln q of the draw.
double draw_means(UnitKind kind, std::span<const double> mean, std::span<double> x, Chance& chance) {
  double log_q = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double m = mean[i];
    const double p = std::clamp(kind == UnitKind::spin ? (1 + m) / 2 : m, 1e-12, 1 - 1e-12);
    const bool on = chance.coin(Coin(p));
    x[i] = on ? 1 : kind == UnitKind::spin ? -1 : 0;
    log_q += std::log(on ? p : 1 - p);
  }
  return log_q;
}

RaiseStart start_of(const Network& network, std::span<const double> v, Chance& chance) {
  RaiseStart start{std::vector<double>(network.width(), 0.0), 0};
  network.set_ordered(start.state);
  std::copy(v.begin(), v.end(), start.state.begin());
  if (network.restricted()) return start;
  const Posterior hidden = posterior(network, Matrix(v.size(), 1, v));
  std::size_t at = 0;
  for (std::size_t l = 1; l < network.layers().size(); ++l) {
    const Layer& layer = network.layers()[l];
    const double log_q = draw_means(layer.kind, hidden.mean.column(0).subspan(at, layer.units),
                                    std::span(start.state).subspan(network.offset(l), layer.units), chance);
    if (network.kept(l)) start.correction -= log_q;
    at += layer.units;
  }
  start.correction += log_conditional(network.layers()[0], v, network.field(0, start.state));
  return start;
}

RaiseStart start_of(const BoltzmannMachine& machine, std::span<const double> v, Chance& chance) {
  RaiseStart start{std::vector<double>(machine.width()), 0};
  std::copy(v.begin(), v.end(), start.state.begin());
  if (machine.hidden() == 0) return start;
  const Posterior hidden = posterior(machine, Matrix(v.size(), 1, v));
  start.correction =
      -draw_means(machine.hidden_kind(), hidden.mean.column(0), std::span(start.state).subspan(v.size()), chance);
  return start;
}

RaiseStart start_of(const BeliefNetwork& belief, std::span<const double> v, Chance& chance) {
  const Recognised up = recognise(belief, Matrix(v.size(), 1, v), chance);
  RaiseStart start = start_of(*belief.top(), up.top.column(0), chance);
  start.correction += up.correction[0];
  return start;
}

void load(Ensemble& ensemble, std::size_t replica, const std::vector<double>& state) {
  std::vector<std::byte> bytes(ensemble.layout().state_bytes());
  if (ensemble.layout().unit_type == UnitType::float64)
    std::memcpy(bytes.data(), state.data(), bytes.size());
  else
    for (std::size_t i = 0; i < state.size(); ++i)
      bytes[i] = static_cast<std::byte>(static_cast<std::int8_t>(state[i]));
  ensemble.load(replica, bytes);
}

}  // namespace

Unnormalized unnormalized(const ModelFile& model, const Data& data, Key key, const BoundEffort& effort) {
  if (const auto* layered = std::get_if<Layered>(&model.model)) return of_network(**layered, data, effort.most_states);
  if (const auto* machine = std::get_if<Machine>(&model.model)) return of_network(**machine, data, effort.most_states);
  return of_belief(*std::get<Belief>(model.model), data, key, effort);
}

std::vector<double> raise_log_likelihoods(const NetworkSystem& system, const Data& data, const Study& study,
                                          std::size_t samples, ProgressMeter& meter) {
  const std::size_t draws = static_cast<std::size_t>(study.keys<RaiseKeys>().draws), replicas = samples * draws;
  const Key key(study.run.seed, raise_task);
  if (static_cast<double>(replicas) * system.sites() > 4e9)
    throw RequestError(
        fmt::format("raise.samples x raise.draws is {} copies of {} units, more than memory holds; use fewer", replicas,
                    system.sites()));
  const auto ensemble = system.ensemble(study, key, replicas);
  std::vector<double> correction(replicas);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t r = 0; r < replicas; ++r) {
    Chance chance(Stream(key, Purpose::start, 0, r));
    const RaiseStart start = std::visit(
        [&](const auto& model) { return start_of(*model, sample(data, r / draws), chance); }, system.model().model);
#pragma omp critical(gibbsite_load)
    load(*ensemble, r, start.state);
    correction[r] = start.correction;
  }
  const std::vector<double> schedule =
      salakhutdinov_schedule(static_cast<std::size_t>(study.keys<RaiseKeys>().temperatures));
  const std::vector<double> log_p = raise_log_likelihood(*ensemble, schedule, 0, [&](std::size_t done) {
    meter.report(meter_task, {static_cast<double>(done), static_cast<double>(schedule.size()), "bound"});
  });
  std::vector<double> out;
  for (std::size_t s = 0; s < samples; ++s) {
    std::vector<double> ways;
    for (std::size_t k = s * draws; k < (s + 1) * draws; ++k) ways.push_back(log_p[k] + correction[k]);
    out.push_back(log_mean_exp(ways));
  }
  return out;
}

}  // namespace gibbsite

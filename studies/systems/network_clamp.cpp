#include "studies/systems/network_clamp.hpp"

#include <fmt/format.h>

#include <cmath>

#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// Entries of the free units, `states` for each, and those of the label.
std::vector<double> free_entries(std::span<const double> all, const Clamping& clamping, std::size_t states,
                                 std::size_t labels = 0) {
  std::vector<double> out;
  if (all.empty()) return out;
  for (const std::size_t unit : clamping.free)
    for (std::size_t k = 0; k < states; ++k) out.push_back(all[unit * states + k]);
  for (const double label : all.last(labels)) out.push_back(label);
  return out;
}

/// The visible layer's unit i at x: its own energy, and what it adds to the biases above.
double hold_visible(const Network& network, std::size_t i, double x, std::vector<double>& bias_above) {
  const Layer& layer = network.layers()[0];
  const Matrix& w = network.weights()[0];
  const bool categorical = layer.kind == UnitKind::categorical;
  const std::size_t row = categorical ? i * layer.states + static_cast<std::size_t>(x) : i;
  const bool gaussian = layer.kind == UnitKind::gaussian;
  const double strength = categorical ? 1 : gaussian ? x / layer.variance[i] : x;
  for (std::size_t j = 0; j < bias_above.size(); ++j) bias_above[j] += w(row, j) * strength;
  return gaussian ? (x - layer.bias[i]) * (x - layer.bias[i]) / (2 * layer.variance[i]) : -layer.bias[row] * strength;
}

AnyModel clamped(const Network& network, Clamping& clamping) {
  std::vector<Layer> layers(network.layers().begin(), network.layers().end());
  std::vector<Matrix> weights(network.weights().begin(), network.weights().end());
  const Layer& whole = network.layers()[0];
  for (const auto& [unit, value] : clamping.clamped)
    clamping.energy += hold_visible(network, unit, value, layers[1].bias);
  layers[0].units = clamping.free.size();
  layers[0].bias = free_entries(whole.bias, clamping, whole.states, whole.labels);
  layers[0].variance = free_entries(whole.variance, clamping, 1);
  Matrix kept(layers[0].width(), weights[0].columns());
  for (std::size_t k = 0; k < clamping.free.size(); ++k)
    for (std::size_t s = 0; s < whole.states; ++s)
      for (std::size_t j = 0; j < kept.columns(); ++j)
        kept(k * whole.states + s, j) = network.weights()[0](clamping.free[k] * whole.states + s, j);
  for (std::size_t y = 0; y < whole.labels; ++y)
    for (std::size_t j = 0; j < kept.columns(); ++j)
      kept(layers[0].own_width() + y, j) = network.weights()[0](whole.own_width() + y, j);
  weights[0] = std::move(kept);
  return std::make_shared<const Network>(std::move(layers), std::move(weights), network.constant());
}

/// Hidden units stay behind the visible ones; all of them are free.
AnyModel clamped(const BoltzmannMachine& machine, Clamping& clamping) {
  const std::size_t q = machine.states();
  std::vector<std::size_t> stays;  // numbers of a state, and those that are held, at what
  std::vector<std::pair<std::size_t, double>> held;
  for (const std::size_t unit : clamping.free)
    for (std::size_t a = 0; a < q; ++a) stays.push_back(unit * q + a);
  for (std::size_t i = machine.visible_width(); i < machine.width(); ++i) stays.push_back(i);
  for (const auto& [unit, value] : clamping.clamped)
    held.emplace_back(q > 1 ? unit * q + static_cast<std::size_t>(value) : unit, q > 1 ? 1 : value);
  std::vector<double> bias;
  Matrix weights(stays.size(), stays.size());
  for (std::size_t k = 0; k < stays.size(); ++k) {
    bias.push_back(machine.bias()[stays[k]]);
    for (const auto& [i, value] : held) bias.back() += machine.weights()(stays[k], i) * value;
    for (std::size_t l = 0; l < stays.size(); ++l) weights(k, l) = machine.weights()(stays[k], stays[l]);
  }
  for (std::size_t a = 0; a < held.size(); ++a) {
    const auto [i, x] = held[a];
    clamping.energy -= machine.bias()[i] * x;
    for (std::size_t b = 0; b < a; ++b) clamping.energy -= machine.weights()(i, held[b].first) * x * held[b].second;
  }
  if (q > 1)
    return std::make_shared<const BoltzmannMachine>(clamping.free.size(), q, machine.hidden_kind(), std::move(weights),
                                                    std::move(bias));
  std::vector<std::vector<std::int8_t>> patterns;
  for (const auto& pattern : machine.patterns()) {
    patterns.emplace_back();
    for (const std::size_t i : stays) patterns.back().push_back(pattern[i]);
  }
  return std::make_shared<const BoltzmannMachine>(machine.kind(), clamping.free.size(), std::move(weights),
                                                  std::move(bias), std::move(patterns));
}

AnyModel clamped(const BeliefNetwork&, Clamping&) {
  throw RequestError(
      "model.clamp: the units of a dbn that data are about are drawn from its top, and given them the top cannot be "
      "drawn "
      "exactly; clamp an rbm, dbm or boltzmann");
}

Clamping read_for(const Layer& visible, const std::string& words) {
  switch (visible.kind) {
    case UnitKind::binary:
      return read_clamping(
          words, visible.units, [](double x) { return x == 0 || x == 1; }, "0 and 1");
    case UnitKind::spin:
      return read_clamping(
          words, visible.units, [](double x) { return x == -1 || x == 1; }, "-1 and 1");
    case UnitKind::categorical:
      return read_clamping(
          words, visible.units,
          [&](double x) { return x >= 0 && x < static_cast<double>(visible.states) && x == std::floor(x); },
          fmt::format("states 0 to {}", visible.states - 1));
    case UnitKind::gaussian:
      break;
  }
  return read_clamping(
      words, visible.units, [](double x) { return std::isfinite(x); }, "finite numbers");
}

}  // namespace

std::pair<ModelFile, Clamping> clamp_network(const ModelFile& file, const std::string& words) {
  const Layer visible = visible_layer(file.model);
  Clamping clamping = read_for(visible, words);
  ModelFile out = file;
  out.model = std::visit([&](const auto& model) { return clamped(*model, clamping); }, file.model);
  if (out.base_rates) {
    out.base_rates->mean = free_entries(out.base_rates->mean, clamping, visible.states, visible.labels);
    out.base_rates->variance = free_entries(out.base_rates->variance, clamping, 1);
  }
  return {std::move(out), std::move(clamping)};
}

Data keep_free(Data data, const Clamping& clamping, const Layer& whole) {
  std::vector<double> values;
  for (std::size_t row = 0; row < data.samples; ++row) {
    const auto kept = free_entries(std::span(data.values).subspan(row * data.width, data.width), clamping, whole.states,
                                   whole.labels);
    values.insert(values.end(), kept.begin(), kept.end());
  }
  data.values = std::move(values);
  data.width = clamping.free.size() * whole.states + whole.labels;
  return data;
}

}  // namespace gibbsite

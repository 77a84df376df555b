#include "studies/learning/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/learning/training_keys.hpp"
#include "studies/models/unit_names.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

std::vector<Layer> layers_of(const AnyModel& model) {
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&model))
    return {(*network)->layers().begin(), (*network)->layers().end()};
  std::vector<Layer> layers = {visible_layer(model)};
  if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model))
    layers.push_back({.kind = (*machine)->hidden_kind(), .units = (*machine)->hidden()});
  return layers;
}

std::string described_units(const Layer& layer) {
  if (layer.units == 0) return "none";
  return fmt::format("{} {}{}{}", layer.units, word_of(layer.kind),
                     layer.states > 1 ? fmt::format(" of {} states", layer.states) : "",
                     layer.labels > 0 ? fmt::format(" and a label of {}", layer.labels) : "");
}

void check_layers(const std::vector<Layer>& found, const std::vector<Layer>& asked, const Study& study) {
  for (std::size_t l = 0; l < std::max(found.size(), asked.size()); ++l) {
    const std::string there = l < found.size() ? described_units(found[l]) : "none",
                      here = l < asked.size() ? described_units(asked[l]) : "none";
    if (there != here)
      throw RequestError(
          fmt::format("training.start = {}: its layer {} has units: {}, but those of this study are: {}; take data and "
                      "[model] that fit it (layers, units, visible and states may be left out)",
                      study.keys<TrainingKeys>().start, l, there, here));
  }
}

void append(std::vector<double>& theta, std::span<const double> numbers) {
  theta.insert(theta.end(), numbers.begin(), numbers.end());
}
/// Row by row.
void append(std::vector<double>& theta, const Matrix& w) {
  for (std::size_t i = 0; i < w.rows(); ++i)
    for (std::size_t j = 0; j < w.columns(); ++j) theta.push_back(w(i, j));
}

std::vector<double> of_network(const Network& network) {
  std::vector<double> theta;
  for (const Layer& layer : network.layers()) append(theta, layer.bias);
  for (const Matrix& w : network.weights()) append(theta, w);
  return theta;
}

std::vector<double> of_bonded(const ParametricMachine& machine, const BoltzmannMachine& model, const Study& study) {
  const std::size_t n = machine.width();
  const Matrix& w = model.weights();
  std::vector<double> theta(machine.parameters(), 0);
  std::copy_n(model.bias().begin(), n, theta.begin());
  if (const ParameterBlock* c = machine.block("hidden_bias"))
    for (std::size_t j = 0; j < c->size(); ++j) {
      theta[c->offset + j] = model.bias()[n + j];
      for (std::size_t i = 0; i < n; ++i) theta[machine.block("weights")->offset + i * c->size() + j] = w(i, n + j);
    }
  double here = 0, all = 0;  // what the machine's own bonds hold of the model's
  machine.each_lateral([&](std::size_t k, std::size_t i, std::size_t j) { here += std::abs(theta[k] = w(i, j)); });
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) all += std::abs(w(i, j));
  if (here < all * (1 - 1e-12))
    throw RequestError(
        fmt::format("training.start = {}: it has bonds that model.graph does not; take the same graph, or "
                    "\"complete\"",
                    study.keys<TrainingKeys>().start));
  return theta;
}

}  // namespace

std::optional<ModelFile> start_of(Study& study) {
  const std::string& path = study.keys<TrainingKeys>().start;
  if (path.empty()) return std::nullopt;
  ModelFile file = read_model(path);
  if (file.name() != study.model.name)
    throw RequestError(fmt::format("training.start = {} is a {}, but model.name = \"{}\"; say model.name = \"{}\"",
                                   path, file.name(), study.model.name, file.name()));
  const std::vector<Layer> layers = layers_of(file.model);
  const MachineKeys plain;
  auto& keys = study.keys<MachineKeys>();
  if (keys.layers.empty())
    for (std::size_t l = 0; l < layers.size(); ++l)
      keys.layers.push_back(l == 0 ? 0 : static_cast<std::int64_t>(layers[l].units));
  const Layer& inner = layers.size() > 1 && layers[1].units > 0 ? layers[1] : layers[0];
  if (keys.units == plain.units && inner.kind == UnitKind::spin) keys.units = "spin";
  if (keys.visible.empty() && word_of(layers[0].kind) != keys.units) keys.visible = word_of(layers[0].kind);
  if (keys.states == plain.states && layers[0].kind == UnitKind::categorical)
    keys.states = static_cast<std::int64_t>(layers[0].states);
  return file;
}

std::vector<double> start_parameters(const ParametricMachine& machine, const ModelFile& file, const Study& study) {
  check_layers(layers_of(file.model), {machine.visible(), machine.hidden()}, study);
  if (machine.lateral())
    return of_bonded(machine, *std::get<std::shared_ptr<const BoltzmannMachine>>(file.model), study);
  const Network& network = *std::get<std::shared_ptr<const Network>>(file.model);
  std::vector<double> theta = of_network(network);
  theta.resize(machine.parameters());
  if (const ParameterBlock* block = machine.block("log_variance"))
    for (std::size_t i = 0; i < block->size(); ++i)
      theta[block->offset + i] = std::log(network.layers()[0].variance[i]);
  return theta;
}

std::vector<double> start_parameters(const DeepMachine& machine, const ModelFile& file, const Study& study) {
  check_layers(layers_of(file.model), {machine.layers().begin(), machine.layers().end()}, study);
  return of_network(*std::get<std::shared_ptr<const Network>>(file.model));
}

}  // namespace gibbsite

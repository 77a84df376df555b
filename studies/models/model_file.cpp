/// From groups to a model.
#include "studies/models/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "physics/reference.hpp"
#include "studies/files/archive.hpp"
#include "studies/models/energy_group.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/models/unit_names.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

Layer read_layer(const Place& place) {
  const std::string word = place.text("units_kind");
  const auto kind = kind_from(word);
  if (!kind)
    place.refuse(fmt::format("the attribute units_kind is `{}`; allowed: binary, spin, gaussian, categorical", word));
  const Shape shape = place.shape("bias");
  const bool categorical = *kind == UnitKind::categorical;
  if (shape.size() != (categorical ? 2 : 1) || shape.front() == 0)
    place.refuse(fmt::format("bias has the shape {}, expected one number per {}", shape_text(shape),
                             categorical ? "unit and state: (unit, state)" : "unit: (unit)"));
  Layer layer{*kind, shape.front(), categorical ? shape.back() : 1, {}, {}};
  layer.bias = place.numbers("bias", shape, "");
  if (*kind == UnitKind::gaussian) layer.variance = place.numbers("variance", {layer.units}, "(unit)");
  if (place.has_variable("label_bias")) {
    const Shape labels = place.shape("label_bias");
    layer.labels = labels.empty() ? 0 : labels.front();
    for (const double b : place.numbers("label_bias", {layer.labels}, "(label)")) layer.bias.push_back(b);
  }
  return layer;
}

std::vector<Layer> read_layers(const Place& place) {
  std::vector<Layer> layers;
  while (place.has(fmt::format("layer_{}", layers.size())))
    layers.push_back(read_layer(place.child(fmt::format("layer_{}", layers.size()))));
  if (layers.empty()) (void)place.child("layer_0");
  return layers;
}

Matrix read_weights(const Place& place, const std::string& group, const Layer& lower, const Layer& upper) {
  if (lower.labels > 0) {
    const Matrix own = read_weights(place, group, lower.without_label(), upper),
                 label = place.child(group).matrix("label_W", {lower.labels, upper.units}, "(label, upper)");
    Matrix all(lower.width(), upper.units);
    for (std::size_t j = 0; j < upper.units; ++j) {
      std::ranges::copy(own.column(j), all.column(j).begin());
      std::ranges::copy(label.column(j), all.column(j).begin() + static_cast<std::ptrdiff_t>(lower.own_width()));
    }
    return all;
  }
  if (lower.kind == UnitKind::categorical)
    return place.child(group).matrix("W", {lower.units, lower.states, upper.units}, "(lower, state, upper)");
  return place.child(group).matrix("W", {lower.units, upper.units}, "(lower, upper)");
}

std::shared_ptr<const Network> read_network(const Place& place, bool restricted) {
  std::vector<Layer> layers = read_layers(place);
  if (restricted ? layers.size() != 2 : layers.size() < 3)
    place.refuse(fmt::format("it has {} layers (groups layer_0, ...); {}", layers.size(),
                             restricted ? "an rbm has 2, call more a dbm or dbn" : "a dbm has 3 or more"));
  std::vector<Matrix> weights;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l)
    weights.push_back(read_weights(place, fmt::format("weights_{}", l), layers[l], layers[l + 1]));
  return std::make_shared<const Network>(std::move(layers), std::move(weights),
                                         place.number<double>("energy_constant").value_or(0));
}

std::vector<std::vector<std::int8_t>> read_patterns(const Place& place, std::size_t units) {
  const Shape shape = place.shape("xi");
  if (shape.size() != 2 || shape[0] == 0)
    place.refuse(fmt::format("xi has the shape {}, expected (pattern, unit)", shape_text(shape)));
  const std::vector<double> xi = place.numbers("xi", {shape[0], units}, "(pattern, unit)");
  std::vector<std::vector<std::int8_t>> patterns(shape[0]);
  for (std::size_t k = 0; k < xi.size(); ++k) {
    if (xi[k] != 1 && xi[k] != -1)
      place.refuse(fmt::format("xi holds {} (pattern {}, unit {}); patterns are made of -1 and +1", xi[k], k / units,
                               k % units));
    patterns[k / units].push_back(xi[k] > 0 ? 1 : -1);
  }
  return patterns;
}

/// Categorical visible units: couplings, and perhaps hidden units.
std::shared_ptr<const BoltzmannMachine> read_potts(const Place& place, const Layer& visible) {
  const std::size_t width = visible.width();
  const Matrix j = place.child("couplings")
                       .matrix("J", {visible.units, visible.states, visible.units, visible.states},
                               "(unit, state, other_unit, other_state)");
  Layer hidden{.kind = UnitKind::binary};
  if (place.has("layer_1")) hidden = read_layer(place.child("layer_1"));
  if (hidden.kind != UnitKind::binary && hidden.kind != UnitKind::spin)
    place.refuse(fmt::format("layer_1 is {}; hidden units are binary or spins", word_of(hidden.kind)));
  Matrix w(width + hidden.units, width + hidden.units);
  for (std::size_t a = 0; a < width; ++a)
    for (std::size_t b = 0; b < width; ++b) w(a, b) = j(a * visible.units + b / visible.states, b % visible.states);
  std::vector<double> bias = visible.bias;
  bias.insert(bias.end(), hidden.bias.begin(), hidden.bias.end());
  if (hidden.units > 0) {
    const Matrix up = read_weights(place, "weights_0", visible, hidden);
    for (std::size_t a = 0; a < width; ++a)
      for (std::size_t h = 0; h < hidden.units; ++h) w(a, width + h) = w(width + h, a) = up(a, h);
    if (place.has("weights_1")) {
      const Matrix among = read_weights(place, "weights_1", hidden, hidden);
      for (std::size_t g = 0; g < hidden.units; ++g)
        for (std::size_t h = 0; h < hidden.units; ++h) w(width + g, width + h) = among(g, h);
    }
  }
  return std::make_shared<const BoltzmannMachine>(visible.units, visible.states, hidden.kind, std::move(w),
                                                  std::move(bias));
}

std::shared_ptr<const BoltzmannMachine> read_machine(const Place& place, bool stores_patterns) {
  std::vector<std::vector<std::int8_t>> patterns;
  if (stores_patterns) {
    const Place group = place.child("patterns");
    const Shape shape = group.shape("xi");
    patterns = read_patterns(group, shape.empty() ? 0 : shape.back());
    if (!place.has("weights_0")) {
      const std::string rule = group.text("rule");
      const auto known = rule.empty() ? PatternRule::hebbian : pattern_rule_named(rule);
      if (!known)
        group.refuse(
            fmt::format("the attribute rule is `{}`; allowed: {}", rule, join(names_of_pattern_rules(), ", ")));
      return std::make_shared<const BoltzmannMachine>(hopfield(std::move(patterns), *known));
    }
  }
  const Place place_0 = place.child("layer_0");
  const Layer layer = read_layer(place_0);
  if (layer.kind == UnitKind::categorical && !stores_patterns) return read_potts(place, layer);
  const auto visible = place_0.number<std::int64_t>("visible").value_or(static_cast<std::int64_t>(layer.units));
  if (visible < 1) place_0.refuse(fmt::format("the attribute visible is {}; it counts the visible units", visible));
  return std::make_shared<const BoltzmannMachine>(
      layer.kind, static_cast<std::size_t>(visible),
      place.child("weights_0").matrix("W", {layer.units, layer.units}, "(unit, unit)"), layer.bias,
      std::move(patterns));
}

std::shared_ptr<const BeliefNetwork> read_belief_network(const Place& place) {
  const std::vector<Layer> layers = read_layers(place);
  for (std::size_t l = 0; l < layers.size(); ++l)
    if (layers[l].kind != UnitKind::binary)
      place.refuse(fmt::format("layer_{} is {}; a dbn has binary units alone", l, word_of(layers[l].kind)));
  if (layers.size() < 2) place.refuse("it has one layer; a dbn has 2 or more");
  std::vector<SigmoidLayer> below;
  const std::size_t depth = layers.size() - 2;
  for (std::size_t l = 0; l < depth; ++l) {
    const Matrix down = read_weights(place, fmt::format("weights_{}", l), layers[l], layers[l + 1]);
    below.push_back({layers[l].bias, down, layers[l + 1].bias, down});
    const std::string group = fmt::format("recognition_{}", l);
    if (!place.has(group)) continue;
    const Place recognition = place.child(group);
    below.back().recognition_weights = read_weights(place, group, layers[l], layers[l + 1]);
    if (recognition.has_variable("bias"))
      below.back().recognition_bias = recognition.numbers("bias", {layers[l + 1].units}, "(upper)");
  }
  const auto weights = read_weights(place, fmt::format("weights_{}", depth), layers[depth], layers[depth + 1]);
  return std::make_shared<const BeliefNetwork>(
      std::move(below), std::make_shared<const Network>(std::vector<Layer>{layers[depth], layers[depth + 1]},
                                                        std::vector<Matrix>{weights}));
}

BaseRates read_base_rates(const Place& place, const Layer& visible) {
  BaseRates rates;
  const auto samples = place.number<std::int64_t>("samples");
  if (!samples || *samples < 1) place.refuse("it needs the attribute samples, how many data these are the means of");
  rates.samples = static_cast<std::size_t>(*samples);
  rates.data = place.text("data");
  rates.mean = visible.kind == UnitKind::categorical
                   ? place.numbers("mean", {visible.units, visible.states}, "(unit, state)")
                   : place.numbers("mean", {visible.units}, "(unit)");
  if (visible.labels > 0)
    for (const double m : place.numbers("label_mean", {visible.labels}, "(label)")) rates.mean.push_back(m);
  if (visible.kind == UnitKind::gaussian) rates.variance = place.numbers("variance", {visible.units}, "(unit)");
  try {
    (void)Reference::base_rates(visible, rates.mean, rates.variance, rates.samples);
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
  return rates;
}

}  // namespace

NetworkKind kind_of(const AnyModel& model) {
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&model))
    return (*network)->restricted() ? NetworkKind::rbm : NetworkKind::dbm;
  if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model))
    return (*machine)->patterns().empty() ? NetworkKind::boltzmann : NetworkKind::hopfield;
  return NetworkKind::dbn;
}

std::optional<std::size_t> gap_of(const std::string& alphabet) {
  const std::size_t at = alphabet.find('-');
  return at == alphabet.npos ? std::nullopt : std::optional(at);
}

Layer visible_layer(const AnyModel& model) {
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&model)) return (*network)->layers()[0];
  if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model))
    return (*machine)->visible_layer();
  const BeliefNetwork& belief = *std::get<std::shared_ptr<const BeliefNetwork>>(model);
  if (belief.below().empty()) return belief.top()->layers()[0];
  return {.units = belief.visible(), .bias = belief.below()[0].bias};
}

bool is_model(const Group& group) { return text_attribute(group, "content") == "model"; }

std::string model_kind_in(const std::filesystem::path& path) {
  try {
    std::vector<Unread> unread;
    const Group root = read_archive(path, unread, [](const std::string& name) {  // attributes alone
      return name.find('/') == name.npos;
    });
    const Group* inside = is_model(root) ? &root : root.child("model");
    return inside != nullptr && is_model(*inside) ? text_attribute(*inside, "model") : "";
  } catch (const std::runtime_error&) {  // whoever reads it then says what is wrong
    return "";
  }
}

ModelFile model_from(const Group& group, const std::string& where) {
  const Place place(group, where);
  if (!is_model(group)) place.refuse("it is no model: it needs the attribute content = \"model\"");
  place.refuse_newer_than(model_format);
  const std::string name = place.text("model");
  const auto kind = network_named(name);
  if (!kind && files_keep(name))
    place.refuse(
        fmt::format("it holds an energy of real numbers (`{}`), where a network is wanted: {}; show, sample, run, "
                    "loglik and report "
                    "take it",
                    name, join(names_of_networks(), ", ")));
  if (!kind && is_codes_kind(name))
    place.refuse(fmt::format("it holds a {}, where a network is wanted: {}; show and report take it", name,
                             join(names_of_networks(), ", ")));
  if (!kind && name == "ebt")
    place.refuse(fmt::format("it holds an ebt, where a network is wanted: {}; show and predict take it",
                             join(names_of_networks(), ", ")));
  if (!kind && is_net_kind(name))
    place.refuse(
        fmt::format("it holds a net with several outputs (`{}`), where a network of units is wanted: {}; show and "
                    "{} take it",
                    name, join(names_of_networks(), ", "), name == "encoder" ? "embed" : "predict"));
  if (!kind)
    place.refuse(fmt::format("the attribute model is `{}`; allowed: {}", name, join(names_of_networks(), ", ")));
  ModelFile file{.kind = *kind, .model = {}, .alphabet = place.text("alphabet"), .note = place.text("note")};
  file.learned_log_z = place.number<double>("learned_log_z").value_or(unknown);
  try {
    switch (*kind) {
      case NetworkKind::rbm:
      case NetworkKind::dbm:
        file.model = read_network(place, *kind == NetworkKind::rbm);
        break;
      case NetworkKind::boltzmann:
      case NetworkKind::hopfield:
        file.model = read_machine(place, *kind == NetworkKind::hopfield);
        break;
      case NetworkKind::dbn:
        file.model = read_belief_network(place);
    }
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
  if (!file.alphabet.empty() && file.alphabet.size() != visible_layer(file.model).states)
    place.refuse(fmt::format("the attribute alphabet has {} letters, but the visible units have {} states",
                             file.alphabet.size(), visible_layer(file.model).states));
  file.treatment = treatment_from(group, visible_layer(file.model).units, where);
  if (place.has("base_rates")) file.base_rates = read_base_rates(place.child("base_rates"), visible_layer(file.model));
  return file;
}

ModelFile read_model(const std::filesystem::path& path) {
  Group root;
  std::vector<Unread> unread;
  try {
    root = read_archive(path, unread);
  } catch (const std::runtime_error& error) {
    const std::string suffix = path.extension().string();
    if (suffix == ".npz" || suffix == ".npy")
      throw RequestError(fmt::format(
          "{0}: these are arrays, not a model file; make one with `gibbsite import {0} -o MODEL.h5`", path.string()));
    throw RequestError(error.what());
  }
  const Group* inside = root.child("model");
  try {
    if (!is_model(root) && inside != nullptr && is_model(*inside))
      return model_from(*inside, path.string() + ": model");
    if (is_model(root)) return model_from(root, path.string());
  } catch (const RequestError& error) {
    if (unread.empty()) throw;
    throw RequestError(fmt::format("{}; what may be missing, the array {}, {}", error.what(), unread.front().name,
                                   unread.front().why));
  }
  throw RequestError(
      fmt::format("{}: it is an HDF5 file, but holds no model; make one with `gibbsite import`, or "
                  "see `gibbsite help models`",
                  path.string()));
}

}  // namespace gibbsite

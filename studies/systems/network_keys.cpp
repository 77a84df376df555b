#include "studies/systems/network_keys.hpp"

#include <fmt/format.h>

#include "studies/data/data_keys.hpp"
#include "studies/models/network_kinds.hpp"
#include "studies/systems/clamp.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

bool drawn(const Study& s) { return s.keys<NetworkKeys>().file.empty(); }
bool never(const Study&) { return false; }

const std::vector<std::string> selectors = {"model.file"};

void add_layers(const Section<NetworkKeys>& model) {
  model.add(
      "layers", "integer >= 1 or a list",
      "networks with random weights or patterns: units of each layer, visible first",
      [](NetworkKeys& keys, const Value& value) { keys.layers = read_sides(value); },
      [](const NetworkKeys& keys) { return one_or_list(keys.layers); });
}

void add_reference(const Section<NetworkKeys>& model) {
  model.choice("reference", &NetworkKeys::reference, {"uniform", "base-rate", "trajectory"},
               "networks: what beta = 0 is; base-rate: independent units as in the data, and beta = 1 the "
               "model; trajectory: where its training began, with the snapshots of the file on the way");
}

Condition without_file() { return {"a network with random weights, not with model.file", selectors, drawn}; }

/// Patterns have no scale and no biases.
void add_interactions(KeyTable& table, bool patterns) {
  const auto holds = patterns ? never : drawn;
  add_interaction_keys(
      table,
      {"a lattice, a couplings file or a network with random weights, not with model.file or hopfield", selectors,
       holds},
      {R"(model.disorder = "bimodal" or "gaussian", or a network with random weights)", selectors, drawn},
      {"a lattice or a network with random weights, not with files of them", selectors, holds});
}

void add_pattern_count(const Section<HopfieldKeys>& section) {
  section.integer("patterns", &HopfieldKeys::patterns, {1, 1'000'000}, "hopfield: random patterns stored");
}
void add_noise(const Section<HopfieldKeys>& section) {
  section.real("noise", &HopfieldKeys::noise, {.low = 0, .high = 1},
               "hopfield: share of units flipped where a cold start shows the first pattern");
}

}  // namespace

void add_model_file(const Section<NetworkKeys>& model) {
  StudyKey& file = model.add(
      "file", "model file",
      "networks and energies of real numbers: their parameters, see `gibbsite import` and `train`; without it random "
      "weights, or numbers that stand here",
      [](NetworkKeys& keys, const Value& value) { keys.file = read_path(value); }, optional_text(&NetworkKeys::file));
  file.text = file.file = true;
}

void add_attention_pattern_keys(KeyTable& table) {
  add_layers(Section<NetworkKeys>(table, "model"));
  const Section<HopfieldKeys> own(table, "model");
  add_pattern_count(own);
  add_noise(own);
  Section<InteractionKeys>(table, "model")
      .seed("disorder_seed", &InteractionKeys::disorder_seed, "which random bonds, weights or patterns");
}

void add_network_keys(KeyTable& table) {
  const Section<NetworkKeys> model(table, "model");
  add_interactions(table, false);
  add_model_file(model);
  add_layers(model.when(without_file()));
  model.when({"a network with random weights, not with model.file or hopfield", selectors, drawn})
      .choice("units", &NetworkKeys::units, {"binary", "spin"}, "networks: states 0, 1 or -1, +1");
  add_reference(model);
  add_clamp_key(table, "ising and networks: sites or visible units held at values, counted from 0");
  add_balance_key(table);
  add_data_keys(table);
}

void add_hopfield_keys(KeyTable& table) {
  const Section<NetworkKeys> model(table, "model");
  add_interactions(table, true);
  add_model_file(model);
  add_layers(model.when(without_file()));
  const auto own = Section<HopfieldKeys>(table, "model").before("model.reference");
  const auto random = own.when(
      {fmt::format("model.name = \"{}\" without model.file", name_of(NetworkKind::hopfield)), selectors, drawn});
  add_pattern_count(random);
  random.choice("rule", &HopfieldKeys::rule, names_of_pattern_rules(), "hopfield: how patterns make weights");
  add_noise(own);
  add_reference(model);
  add_clamp_key(table, "ising and networks: sites or visible units held at values, counted from 0");
  add_balance_key(table);
  add_data_keys(table);
}

SystemSize size_of_layers(const Study& study, bool full) {
  const auto& keys = study.keys<NetworkKeys>();
  if (!keys.file.empty()) return {};
  double units = 0, weights = 0, before = 0;
  for (const std::int64_t layer : keys.layers) {
    units += static_cast<double>(layer);
    weights += before * static_cast<double>(layer);
    before = static_cast<double>(layer);
  }
  if (full) weights = units * units;
  return {units, {8 * weights, fmt::format("{:.3g} weights", weights), "model.layers"}, "model.layers"};
}

SystemSize size_of_hopfield(const Study& study) {
  SystemSize size = size_of_layers(study, true);
  if (size.sites == 0) return size;
  const std::int64_t patterns = study.keys<HopfieldKeys>().patterns;
  size.need.bytes += size.sites * static_cast<double>(patterns);
  size.need.what += fmt::format(" and {} patterns of {:.3g} units", patterns, size.sites);
  if (static_cast<double>(patterns) > size.sites) size.need.keys += " or model.patterns";
  return size;
}

std::vector<std::size_t> layer_sizes(const Study& study, std::size_t least, std::size_t most) {
  const auto& layers = study.keys<NetworkKeys>().layers;
  if (const NetworkKeys untouched; layers == untouched.layers && layers.size() > most)  // left out: as many as it takes
    return {layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(most)};
  if (layers.size() < least || layers.size() > most)
    throw RequestError(fmt::format("model.layers has {} numbers; model.name = \"{}\" takes {}", layers.size(),
                                   study.model.name,
                                   least == most ? std::to_string(least)
                                   : most > 100  ? fmt::format("{} or more", least)
                                                 : fmt::format("{} or {}", least, most)));
  return {layers.begin(), layers.end()};
}

}  // namespace gibbsite

/// From a model to groups.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "physics/contacts.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/version.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/models/unit_names.hpp"

namespace gibbsite {
namespace {

std::vector<double> row_major(const Matrix& m) {
  std::vector<double> values;
  values.reserve(m.size());
  for (std::size_t i = 0; i < m.rows(); ++i)
    for (std::size_t j = 0; j < m.columns(); ++j) values.push_back(m(i, j));
  return values;
}

/// A variable of one number per unit, or per unit and state; the coordinates are there.
void add_per_unit(Group& group, const std::string& name, const std::vector<double>& values, const Layer& layer,
                  const std::string& long_name) {
  const auto own = values.begin() + static_cast<std::ptrdiff_t>(layer.own_width());
  if (layer.kind == UnitKind::categorical)
    add(group, name, {"unit", "state"}, {layer.units, layer.states}, std::vector<double>(values.begin(), own), "1",
        long_name);
  else
    add(group, name, {"unit"}, {layer.units}, std::vector<double>(values.begin(), own), "1", long_name);
  if (layer.labels > 0)
    add(group, "label_" + name, {"label"}, {layer.labels}, std::vector<double>(own, values.end()), "1",
        long_name + " of the label");
}

void add_unit_axes(Group& group, const Layer& layer) {
  add_index(group, "unit", layer.units, "unit of the layer");
  if (layer.kind == UnitKind::categorical) add_index(group, "state", layer.states, "state of a unit");
  if (layer.labels > 0) add_index(group, "label", layer.labels, "state of the label");
}

Group layer_group(std::size_t l, const Layer& layer) {
  Group group{.name = fmt::format("layer_{}", l), .attributes = {{"units_kind", word_of(layer.kind)}}};
  add_unit_axes(group, layer);
  add_per_unit(group, "bias", layer.bias, layer,
               layer.kind == UnitKind::gaussian ? "mean without input from other layers" : "bias");
  if (!layer.variance.empty())
    add(group, "variance", {"unit"}, {layer.units}, layer.variance, "1", "variance given the other layers");
  return group;
}

/// `states`: of the units below, behind which a label of so many states may stand.
Group weights_group(const std::string& name, const Matrix& all, std::size_t states, std::size_t labels = 0) {
  Group group{.name = name};
  const std::size_t rows = all.rows() - labels, columns = all.columns();
  Matrix weights(rows, columns), of_label(labels, columns);
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < all.rows(); ++i) (i < rows ? weights(i, j) : of_label(i - rows, j)) = all(i, j);
  add_index(group, "lower", rows / states, "unit of the layer below");
  if (states > 1) add_index(group, "state", states, "state of a unit below");
  add_index(group, "upper", columns, "unit of the layer above");
  if (states > 1)
    add(group, "W", {"lower", "state", "upper"}, {rows / states, states, columns}, row_major(weights), "1", "weight");
  else
    add(group, "W", {"lower", "upper"}, {rows, columns}, row_major(weights), "1", "weight");
  if (labels > 0) {
    add_index(group, "label", labels, "state of the label below");
    add(group, "label_W", {"label", "upper"}, {labels, columns}, row_major(of_label), "1", "weight of the label");
  }
  return group;
}

void add_model(Group& out, const Network& network) {
  if (network.constant() != 0) out.attributes.emplace_back("energy_constant", network.constant());
  for (std::size_t l = 0; l < network.layers().size(); ++l) out.groups.push_back(layer_group(l, network.layers()[l]));
  for (std::size_t l = 0; l < network.weights().size(); ++l)
    out.groups.push_back(weights_group(fmt::format("weights_{}", l), network.weights()[l], network.layers()[l].states,
                                       network.layers()[l].labels));
}

/// Layers by themselves, couplings as (unit, state, unit, state), weights to hidden units as of an rbm.
void add_potts(Group& out, const BoltzmannMachine& machine) {
  const std::size_t n = machine.visible(), q = machine.states(), width = machine.visible_width();
  out.groups.push_back(layer_group(0, machine.visible_layer()));
  Group couplings{.name = "couplings"};
  add_index(couplings, "unit", n, "first unit");
  add_index(couplings, "state", q, "its state");
  add_index(couplings, "other_unit", n, "second unit");
  add_index(couplings, "other_state", q, "its state");
  std::vector<double> j;
  j.reserve(width * width);
  for (std::size_t a = 0; a < width; ++a)
    for (std::size_t b = 0; b < width; ++b) j.push_back(machine.weights()(a, b));
  add(couplings, "J", {"unit", "state", "other_unit", "other_state"}, {n, q, n, q}, std::move(j), "1",
      "coupling, E = -sum over pairs of J - sum of biases");
  out.groups.push_back(std::move(couplings));
  if (machine.hidden() == 0) return;
  out.groups.push_back(layer_group(1, machine.hidden_layer()));
  Matrix up(width, machine.hidden()), among(machine.hidden(), machine.hidden());
  double most = 0;
  for (std::size_t h = 0; h < machine.hidden(); ++h) {
    for (std::size_t a = 0; a < width; ++a) up(a, h) = machine.weights()(a, width + h);
    for (std::size_t g = 0; g < machine.hidden(); ++g) {
      among(g, h) = machine.weights()(width + g, width + h);
      most = std::max(most, std::abs(among(g, h)));
    }
  }
  out.groups.push_back(weights_group("weights_0", up, q));
  if (most > 0) out.groups.push_back(weights_group("weights_1", among, 1));
}

void add_model(Group& out, const BoltzmannMachine& machine) {
  if (machine.kind() == UnitKind::categorical) return add_potts(out, machine);
  const std::vector<double> bias(machine.bias().begin(), machine.bias().end());
  out.groups.push_back(layer_group(0, {.kind = machine.kind(), .units = machine.units(), .bias = bias}));
  out.groups.back().attributes.emplace_back("visible", static_cast<std::int64_t>(machine.visible()));
  out.groups.push_back(weights_group("weights_0", machine.weights(), 1));
  if (machine.patterns().empty()) return;
  Group group{.name = "patterns"};
  std::vector<std::int8_t> xi;
  for (const auto& pattern : machine.patterns()) xi.insert(xi.end(), pattern.begin(), pattern.end());
  add_index(group, "pattern", machine.patterns().size(), "stored pattern");
  add_index(group, "unit", machine.units(), "unit of the layer");
  add(group, "xi", {"pattern", "unit"}, {machine.patterns().size(), machine.units()}, std::move(xi), "1",
      "unit in a stored pattern");
  out.groups.push_back(std::move(group));
}

void add_model(Group& out, const BeliefNetwork& network) {
  const std::size_t depth = network.below().size();
  for (std::size_t l = 0; l < depth; ++l) {
    const SigmoidLayer& layer = network.below()[l];
    out.groups.push_back(layer_group(l, {.units = layer.bias.size(), .bias = layer.bias}));
    out.groups.push_back(weights_group(fmt::format("weights_{}", l), layer.weights, 1));
    out.groups.push_back(weights_group(fmt::format("recognition_{}", l), layer.recognition_weights, 1));
    add(out.groups.back(), "bias", {"upper"}, {layer.recognition_bias.size()}, layer.recognition_bias, "1",
        "bias on the way up");
  }
  const Network& top = *network.top();
  out.groups.push_back(layer_group(depth, top.layers()[0]));
  out.groups.push_back(layer_group(depth + 1, top.layers()[1]));
  out.groups.push_back(weights_group(fmt::format("weights_{}", depth), top.weights()[0], 1));
}

Group contacts_group(const BoltzmannMachine& machine, const std::string& alphabet) {
  Group group{.name = "contacts"};
  const std::size_t n = machine.visible();
  add_index(group, "unit", n, "first unit");
  add_index(group, "other_unit", n, "second unit");
  add(group, "score", {"unit", "other_unit"}, {n, n}, row_major(contact_scores(machine, gap_of(alphabet))), "1",
      "norm of the couplings in the zero-sum gauge, without gaps, after average product correction");
  return group;
}

}  // namespace

Group base_rates_group(const BaseRates& rates, const Layer& visible) {
  Group group{.name = "base_rates", .attributes = {{"samples", static_cast<std::int64_t>(rates.samples)}}};
  if (!rates.data.empty()) group.attributes.emplace_back("data", rates.data);
  add_unit_axes(group, visible);
  add_per_unit(group, "mean", rates.mean, visible, "mean over the data");
  if (!rates.variance.empty())
    add(group, "variance", {"unit"}, {visible.units}, rates.variance, "1", "variance over the data");
  return group;
}

Group model_record(const ModelFile& file, const std::string& name) {
  Group out{.name = name, .attributes = {{"content", std::string("model")}, {"model", file.name()}}};
  if (!file.alphabet.empty()) out.attributes.emplace_back("alphabet", file.alphabet);
  if (!file.note.empty()) out.attributes.emplace_back("note", file.note);
  std::visit([&](const auto& model) { add_model(out, *model); }, file.model);
  if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&file.model))
    if ((*machine)->kind() == UnitKind::categorical) out.groups.push_back(contacts_group(**machine, file.alphabet));
  if (file.base_rates) out.groups.push_back(base_rates_group(*file.base_rates, visible_layer(file.model)));
  if (file.treatment.reshapes()) out.groups.push_back(treatment_group(file.treatment));
  return out;
}

void write_model(const std::filesystem::path& path, const ModelFile& file, const std::string& command) {
  Group root = model_record(file, "");
  root.attributes.insert(root.attributes.begin(), {{"program", std::string("gibbsite")},
                                                   {"version", version()},
                                                   {"git_commit", git_commit()},
                                                   {"format_version", model_format},
                                                   {"created_at", now_as_text()},
                                                   {"command", command}});
  write_archive(path, root);
}

}  // namespace gibbsite

/// `gibbsite show` of a model file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/estimate.hpp"
#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/energy_print.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/models/unit_names.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

struct Portrait {
  std::vector<Layer> layers;  ///< from the visible one
  std::vector<NumberBlock> blocks;
  double constant = 0;
  std::size_t patterns = 0;
};

void add_layer(Portrait& out, const Layer& layer) {
  const std::string suffix = fmt::format("layer_{}", out.layers.size());
  out.blocks.push_back(block("bias of " + suffix, {layer.width()}, layer.bias));
  if (!layer.variance.empty()) out.blocks.push_back(block("variance of " + suffix, {layer.units}, layer.variance));
  out.layers.push_back(layer);
}

Portrait portrait(const Network& network) {
  Portrait out;
  for (const Layer& layer : network.layers()) add_layer(out, layer);
  for (std::size_t l = 0; l < network.weights().size(); ++l)
    out.blocks.push_back(block(fmt::format("weights_{}", l), network.weights()[l]));
  out.constant = network.constant();
  return out;
}

Portrait portrait(const BoltzmannMachine& machine) {
  Portrait out;
  add_layer(out, machine.visible_layer());
  if (machine.hidden() > 0) add_layer(out, machine.hidden_layer());
  out.blocks.push_back(block("weights", machine.weights()));
  out.patterns = machine.patterns().size();
  return out;
}

Portrait portrait(const BeliefNetwork& network) {
  Portrait out;
  for (const SigmoidLayer& layer : network.below()) add_layer(out, {.units = layer.bias.size(), .bias = layer.bias});
  for (const Layer& layer : network.top()->layers()) add_layer(out, layer);
  for (std::size_t l = 0; l < network.below().size(); ++l)
    out.blocks.push_back(block(fmt::format("weights_{}", l), network.below()[l].weights));
  out.blocks.push_back(block(fmt::format("weights_{}", network.below().size()), network.top()->weights()[0]));
  for (std::size_t l = 0; l < network.below().size(); ++l)
    out.blocks.push_back(block(fmt::format("recognition_{}", l), network.below()[l].recognition_weights));
  return out;
}

Portrait portrait(const AnyModel& model) {
  return std::visit([](const auto& one) { return portrait(*one); }, model);
}

std::string described(const Layer& layer, const std::string& place) {
  return fmt::format("{} {} {} units{}", layer.units, word_of(layer.kind), place,
                     layer.states > 1 ? fmt::format(" of {} states", layer.states) : "") +
         (layer.labels > 0 ? fmt::format(" and a label of {} states", layer.labels) : "");
}

/// What `gibbsite train` found at its end.
std::string said_of_training(const Group& training, const Group* snapshots) {
  const auto last = [&](const char* name) {
    const auto values = doubles(training, name);
    return values.empty() ? unknown : values.back();
  };
  const auto nats = [&](const std::string& name) {
    const double error = last((name + "_error").c_str());
    return error > 0 ? with_error(last(name.c_str()), error) : fmt::format("{:.6f}", last(name.c_str()));
  };
  std::string out;
  if (!std::isnan(last("log_likelihood"))) {
    out = fmt::format("ln p = {} a training sample", nats("log_likelihood"));
    if (!std::isnan(last("validation_log_likelihood")))
      out += fmt::format(", {} a validation sample", nats("validation_log_likelihood"));
    out += fmt::format(", with ln Z by {}; ", text_attribute(training, "route"));
  }
  if (const double right = last("accuracy"); !std::isnan(right)) {
    out += fmt::format("accuracy {:.2f} %", 100 * right);
    if (const double other = last("validation_accuracy"); !std::isnan(other))
      out += fmt::format(", validation {:.2f} %", 100 * other);
    if (const double gap = last("energy_gap"); !std::isnan(gap)) out += fmt::format(", energy gap {:.4g}", gap);
    out += "; ";
  }
  if (const double probe = last("probe_accuracy"); !std::isnan(probe))
    out += fmt::format("{:.2f} % of labels told by a linear probe, {:.2f} % by neighbours; ", 100 * probe,
                       100 * last("neighbour_accuracy"));
  if (const double deviation = last("mean_deviation"); !std::isnan(deviation))
    out += fmt::format("numbers of embeddings vary by {:.4g} on average, in {:.3g} directions; ", deviation,
                       last("effective_rank"));
  if (out.ends_with("; ")) out.resize(out.size() - 2);
  if (const double fixed = last("fixed_points"); !std::isnan(fixed))
    out += fmt::format("; {:.4g} % of its patterns are fixed points", 100 * fixed);
  if (const double bits = last("bits_per_dimension"); !std::isnan(bits))
    out += fmt::format("; {:.5g} bits per dimension", bits);
  if (const double off = last("divergence"); !std::isnan(off)) out += fmt::format("; KL(truth || model) = {:.4g}", off);
  if (snapshots != nullptr) out += fmt::format("; {} snapshots of its parameters", snapshots->groups.size());
  if (out.starts_with("; ")) out.erase(0, 2);
  return out;
}

/// The pairs of largest score.
void print_contacts(const Group& contacts) {
  constexpr std::size_t most = 10;
  const auto score = doubles(contacts, "score");
  const auto n = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(score.size()))));
  std::vector<std::pair<double, std::size_t>> pairs;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) pairs.emplace_back(-score[i * n + j], i * n + j);
  if (n * n != score.size() || pairs.empty()) return;
  std::sort(pairs.begin(), pairs.end());
  Table table({"contact", "with", "score"});
  for (std::size_t k = 0; k < std::min(pairs.size(), most); ++k)
    table.add({fmt::format("{}", pairs[k].second / n), fmt::format("{}", pairs[k].second % n),
               fmt::format("{:.5f}", -pairs[k].first)});
  fmt::print("\n{}", table.text());
}

ModelSummary summary_of_machine(const Group& root, const std::string& path) {
  const ModelFile file = model_from(root, path);
  const Portrait all = portrait(file.model);
  ModelSummary out;
  out.sentence = fmt::format("{}: {}", file.name(), described(all.layers[0], "visible"));
  for (std::size_t l = 1; l < all.layers.size(); ++l) out.sentence += ", " + described(all.layers[l], "hidden");
  if (all.patterns > 0)
    out.remarks.push_back(fmt::format("{} stored pattern{}", all.patterns, all.patterns == 1 ? "" : "s"));
  if (!file.note.empty()) out.remarks.push_back(file.note);
  out.remarks.push_back(file.base_rates ? fmt::format("base rates of {} data{}", file.base_rates->samples,
                                                      file.base_rates->data.empty() ? "" : ": " + file.base_rates->data)
                                        : "no base rates of data (`gibbsite import ... --data FILE` stores them)");
  out.rows = rows_of_blocks(all.blocks);
  return out;
}

}  // namespace

ModelSummary summary_of(const Group& root, const std::string& path) {
  const std::string kind = text_attribute(root, "model");
  ModelSummary out = files_keep(kind)      ? summary_of_energy(root, path)
                     : is_net_kind(kind)   ? summary_of_net(root, path)
                     : is_codes_kind(kind) ? summary_of_codes(root, path)
                     : kind == "ebt"       ? summary_of_thinker(root, path)
                                           : summary_of_machine(root, path);
  if (const Group* training = root.child("training"))
    out.remarks.push_back(said_of_training(*training, root.child("snapshots")));
  return out;
}

void print_model(const Group& root, const std::string& path) {
  const ModelSummary summary = summary_of(root, path);
  fmt::print("{}\n  {}\n", printable(path), summary.sentence);
  for (const std::string& remark : summary.remarks) fmt::print("  {}\n", wrapped(remark, 2));
  Table table(summary.rows.front(), 1);
  for (std::size_t k = 1; k < summary.rows.size(); ++k) table.add(summary.rows[k]);
  fmt::print("\n{}", table.text());
  if (const Group* contacts = root.child("contacts")) print_contacts(*contacts);
}

std::string model_as_json(const Group& root, const std::string& path) {
  if (const std::string kind = text_attribute(root, "model"); files_keep(kind))
    return energy_as_json(root, path).dump();
  else if (is_net_kind(kind))
    return net_as_json(root, path).dump();
  else if (is_codes_kind(kind))
    return codes_as_json(root, path).dump();
  else if (kind == "ebt")
    return thinker_as_json(root, path).dump();
  const ModelFile file = model_from(root, path);
  const Portrait all = portrait(file.model);
  Json out = {{"model", file.name()}, {"layers", Json::list()}, {"parameters", Json::list()}};
  for (const Layer& layer : all.layers)
    out["layers"].push_back({{"kind", word_of(layer.kind)}, {"units", layer.units}, {"states", layer.states}});
  for (const NumberBlock& b : all.blocks) out["parameters"].push_back(json_of(b));
  out["energy_constant"] = all.constant;
  out["patterns"] = all.patterns;
  out["note"] = file.note;
  out["base_rates"] = nullptr;
  if (file.base_rates) {
    out["base_rates"] = {{"samples", file.base_rates->samples}, {"mean", file.base_rates->mean}};
    if (!file.base_rates->data.empty()) out["base_rates"]["data"] = file.base_rates->data;
    if (!file.base_rates->variance.empty()) out["base_rates"]["variance"] = file.base_rates->variance;
  }
  return out.dump();
}

}  // namespace gibbsite

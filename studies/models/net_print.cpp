// `gibbsite show` of nets with several outputs.
#include <fmt/format.h>

#include "studies/models/energy_print.hpp"
#include "studies/models/stored_net.hpp"

namespace gibbsite {
std::vector<NumberBlock> blocks_of_net(const NetAt& at) {
  std::vector<NumberBlock> out;
  for (const NetPart& part : at.net.parts())
    if (const std::size_t slash = part.name.find('/'); slash != part.name.npos)
      out.push_back(block(fmt::format("{} of {}", part.name.substr(slash + 1), part.name.substr(0, slash)), part.shape,
                          std::span(at.theta).subspan(part.begin, part.size)));
  return out;
}

namespace {

/// What its outputs are for.
std::string purpose_of(const StoredNet& file) {
  if (file.kind == "encoder")
    return fmt::format("embeds samples of {} numbers in {}; `gibbsite embed` does", file.at.net.units(),
                       file.at.net.outputs());
  return fmt::format("energies of {} answers, E(x, y) = {}; p(y | x) goes as exp(-{}E)", file.at.net.outputs(),
                     file.positive ? "ln(1 + exp(-f_y(x)))" : "-f_y(x)",
                     file.beta == 1 ? "" : fmt::format("{:g} ", file.beta));
}

}  // namespace

ModelSummary summary_of_net(const Group& root, const std::string& path) {
  const StoredNet file = stored_net(root, path);
  const NeuralNet& net = file.at.net;
  ModelSummary out{.sentence = fmt::format("{}: net of {} layers and {} parameters from {} numbers to {}", file.kind,
                                           net.layers().size(), net.parameters(), net.units(), net.outputs()),
                   .remarks = {net_text(net), purpose_of(file)},
                   .rows = rows_of_blocks(blocks_of_net(file.at))};
  if (!file.note.empty()) out.remarks.push_back(file.note);
  if (file.samples > 0 && (file.data.empty() || file.note.find(file.data) == std::string::npos))
    out.remarks.push_back(
        fmt::format("it learned from {} data{}", file.samples, file.data.empty() ? "" : ": " + file.data));
  if (file.treatment.any()) out.remarks.push_back("treatment of the data: " + description(file.treatment));
  return out;
}

Json net_as_json(const Group& root, const std::string& path) {
  const StoredNet file = stored_net(root, path);
  Json out = {{"model", file.kind},
              {"words", purpose_of(file)},
              {"net", net_text(file.at.net)},
              {"units", file.at.net.units()},
              {"outputs", file.at.net.outputs()},
              {"parameters", Json::list()},
              {"note", file.note},
              {"treatment", nullptr},
              {"base_rates", nullptr}};
  for (const NumberBlock& one : blocks_of_net(file.at)) out["parameters"].push_back(json_of(one));
  if (file.treatment.any()) out["treatment"] = description(file.treatment);
  if (file.samples > 0) out["base_rates"] = {{"samples", file.samples}, {"mean", file.mean}, {"data", file.data}};
  return out;
}

}  // namespace gibbsite

#include "studies/models/net_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "studies/files/variables.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

void add_confining(Group& group, const std::string& name, const std::vector<double>& numbers) {
  add_index(group, "of_" + name, numbers.size(), "number of " + name);
  add(group, name, {"of_" + name}, {numbers.size()}, numbers, "1", "parameters of the energy, as in the study");
}

}  // namespace

std::string net_text(const NeuralNet& net) {
  std::vector<std::string> layers;
  for (const LayerSpec& layer : net.layers()) layers.push_back(layer_text(layer));
  return join(layers, ", ");
}

void describe_net(const NeuralNet& net, std::span<const double> theta, Group& group) {
  group.attributes.emplace_back("shape", shape_text(net.input()));
  group.attributes.emplace_back("net", net_text(net));
  if (net.end() == NetEnd::energy) {
    const Confinement& confinement = net.confinement();
    group.attributes.emplace_back("kappa", confinement.learned ? theta.back() : confinement.kappa);
    if (!confinement.mean.empty()) {
      add_confining(group, "confining_mean", confinement.mean);
      add_confining(group, "confining_deviation", confinement.deviation);
    }
  }
  for (const NetPart& part : net.parts()) {
    if (part.name == "kappa") continue;
    const std::size_t slash = part.name.find('/');
    const std::string layer = part.name.substr(0, slash), name = part.name.substr(slash + 1);
    if (group.groups.empty() || group.groups.back().name != layer) group.groups.push_back({.name = layer});
    Group& own = group.groups.back();
    std::vector<std::string> dims;
    for (std::size_t k = 0; k < part.shape.size(); ++k) {
      dims.push_back(fmt::format("{}_axis_{}", name, k));
      add_index(own, dims[k], part.shape[k], "as in PyTorch");
    }
    const auto numbers = theta.subspan(part.begin, part.size);
    add(own, name, dims, part.shape, std::vector<double>(numbers.begin(), numbers.end()), "1", "parameters of the net");
  }
}

NetAt net_from(const Place& place, NetEnd end) {
  std::vector<LayerSpec> layers;
  const std::string text = place.text("net");
  for (const std::string_view words : split(text, ',')) {
    const std::size_t first = words.find_first_not_of(' ');
    layers.push_back(parse_layer(words.substr(first == std::string_view::npos ? 0 : first)));
  }
  const NeuralShape shape = parse_shape(place.text("shape"));
  Confinement confinement;
  if (end == NetEnd::energy) confinement.kappa = place.number<double>("kappa").value_or(0);
  if (end == NetEnd::energy && place.has_variable("confining_mean")) {
    confinement.mean = place.numbers("confining_mean", {shape.size()}, "(unit)");
    confinement.deviation = place.numbers("confining_deviation", {shape.size()}, "(unit)");
  }
  NetAt out{NeuralNet(shape, std::move(layers), std::move(confinement), end), {}};
  for (const NetPart& part : out.net.parts()) {  // no room is made for what is not there
    const std::size_t slash = part.name.find('/');
    const auto numbers =
        place.child(part.name.substr(0, slash)).numbers(part.name.substr(slash + 1), part.shape, "(as in PyTorch)");
    out.theta.insert(out.theta.end(), numbers.begin(), numbers.end());
  }
  return out;
}

}  // namespace gibbsite

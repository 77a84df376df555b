// Networks with random weights, as [model] asks for them.
#include <fmt/format.h>

#include "physics/random_network.hpp"
#include "studies/systems/network_system.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// Numbers of `layers` as sizes, at least `least` and at most `most` of them.
std::vector<std::size_t> sizes_of(const Study::Model& m, std::size_t least, std::size_t most) {
  if (m.layers.size() < least || m.layers.size() > most)
    throw RequestError(fmt::format("model.layers has {} numbers; model.name = \"{}\" takes {}", m.layers.size(), m.name,
                                   least == most ? std::to_string(least)
                                   : most > 100  ? fmt::format("{} or more", least)
                                                 : fmt::format("{} or {}", least, most)));
  return {m.layers.begin(), m.layers.end()};
}

}  // namespace

ModelFile random_model(const Study::Model& m) {
  const UnitKind kind = m.units == "spin" ? UnitKind::spin : UnitKind::binary;
  if (m.name == "dbn" && kind == UnitKind::spin)
    throw RequestError(
        "model.units = \"spin\" does not go with model.name = \"dbn\"; belief networks have binary units");
  const RandomWeights random{m.coupling, m.field, m.disorder_seed};
  if (m.name == "rbm" || m.name == "dbm") {
    const auto sizes = m.name == "rbm" ? sizes_of(m, 2, 2) : sizes_of(m, 3, 1000);
    return {m.name, std::make_shared<const Network>(random_network(kind, sizes, random))};
  }
  if (m.name == "boltzmann") {
    const auto sizes = sizes_of(m, 1, 2);
    const std::size_t hidden = sizes.size() > 1 ? sizes[1] : 0;
    return {m.name, std::make_shared<const BoltzmannMachine>(random_boltzmann(kind, sizes[0], hidden, random))};
  }
  if (m.name == "hopfield") {
    auto patterns = random_patterns(static_cast<std::size_t>(m.patterns), sizes_of(m, 1, 1)[0], m.disorder_seed);
    const PatternRule rule = m.rule == "hebbian" ? PatternRule::hebbian : PatternRule::pseudo_inverse;
    return {m.name, std::make_shared<const BoltzmannMachine>(hopfield(std::move(patterns), rule))};
  }
  // A belief network: the weights of a deep machine, the upper two layers as its top and the others directed.
  const auto sizes = sizes_of(m, 3, 1000);
  const Network deep = random_network(UnitKind::binary, sizes, random);
  const std::size_t top = sizes.size() - 2;
  std::vector<SigmoidLayer> below;
  for (std::size_t l = 0; l < top; ++l)
    below.push_back({deep.layers()[l].bias, deep.weights()[l], deep.layers()[l + 1].bias, deep.weights()[l]});
  auto machine = std::make_shared<const Network>(std::vector<Layer>{deep.layers()[top], deep.layers()[top + 1]},
                                                 std::vector<Eigen::MatrixXd>{deep.weights()[top]});
  return {m.name, std::make_shared<const BeliefNetwork>(std::move(below), std::move(machine))};
}

}  // namespace gibbsite

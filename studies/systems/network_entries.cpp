// The kinds of networks that a study can name, and those with random weights or patterns.
#include <fmt/format.h>

#include <stdexcept>

#include "physics/random_network.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/network.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t any_depth = 1000;

RandomWeights random_weights(const Study& study) {
  const auto& keys = study.keys<InteractionKeys>();
  return {keys.coupling, keys.field, keys.disorder_seed};
}

UnitKind units_of(const Study& study) {
  return study.keys<NetworkKeys>().units == "spin" ? UnitKind::spin : UnitKind::binary;
}

AnyModel random_layers(const Study& study, std::size_t least, std::size_t most) {
  return std::make_shared<const Network>(
      random_network(units_of(study), layer_sizes(study, least, most), random_weights(study)));
}
AnyModel random_rbm(const Study& study) { return random_layers(study, 2, 2); }
AnyModel random_dbm(const Study& study) { return random_layers(study, 3, any_depth); }

/// The weights of a deep machine, the upper two layers as the top and the others directed.
AnyModel random_dbn(const Study& study) {
  if (units_of(study) == UnitKind::spin)
    throw RequestError(
        fmt::format("model.units = \"spin\" does not go with model.name = \"{}\"; belief networks have binary units",
                    study.model.name));
  const auto sizes = layer_sizes(study, 3, any_depth);
  const Network deep = random_network(UnitKind::binary, sizes, random_weights(study));
  const std::size_t top = sizes.size() - 2;
  std::vector<SigmoidLayer> below;
  for (std::size_t l = 0; l < top; ++l)
    below.push_back({deep.layers()[l].bias, deep.weights()[l], deep.layers()[l + 1].bias, deep.weights()[l]});
  auto machine = std::make_shared<const Network>(std::vector<Layer>{deep.layers()[top], deep.layers()[top + 1]},
                                                 std::vector<Matrix>{deep.weights()[top]});
  return std::make_shared<const BeliefNetwork>(std::move(below), std::move(machine));
}

AnyModel random_machine(const Study& study) {
  const auto sizes = layer_sizes(study, 1, 2);
  const std::size_t hidden = sizes.size() > 1 ? sizes[1] : 0;
  return std::make_shared<const BoltzmannMachine>(
      random_boltzmann(units_of(study), sizes[0], hidden, random_weights(study)));
}

AnyModel random_hopfield(const Study& study) {
  const auto& keys = study.keys<HopfieldKeys>();
  auto patterns = random_patterns(static_cast<std::size_t>(keys.patterns), layer_sizes(study, 1, 1)[0],
                                  study.keys<InteractionKeys>().disorder_seed);
  return std::make_shared<const BoltzmannMachine>(hopfield(std::move(patterns), *pattern_rule_named(keys.rule)));
}

/// A network with random weights, and the data that the study names.
std::shared_ptr<const System> make_random(const Study& study, AnyModel (*random)(const Study&), std::string words) {
  try {
    const AnyModel model = random(study);
    NetworkSource source{{kind_of(model), model}, std::move(words)};
    source.data = read_data_for(study, source.model.model);
    clamp(source, study);
    return std::make_shared<const NetworkSystem>(study, source);
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

template <AnyModel (*random)(const Study&)>
std::shared_ptr<const System> make_network(const Study& study) {
  if (!study.keys<NetworkKeys>().file.empty()) return std::make_shared<const NetworkSystem>(study, read_network(study));
  const auto& keys = study.keys<InteractionKeys>();
  return make_random(study, random, fmt::format("random weights (J = {}, seed {})", keys.coupling, keys.disorder_seed));
}

std::shared_ptr<const System> make_hopfield(const Study& study) {
  if (!study.keys<NetworkKeys>().file.empty()) return std::make_shared<const NetworkSystem>(study, read_network(study));
  const auto& keys = study.keys<HopfieldKeys>();
  return make_random(study, random_hopfield,
                     fmt::format("{} random patterns, {} (seed {})", keys.patterns, keys.rule,
                                 study.keys<InteractionKeys>().disorder_seed));
}

void nothing_more(const Study&) {}
SystemSize size_by_layers(const Study& study) { return size_of_layers(study, false); }
SystemSize size_of_all_to_all(const Study& study) { return size_of_layers(study, true); }

}  // namespace

const SystemEntry& rbm_entry() {
  static const SystemEntry entry{
      name_of(NetworkKind::rbm),
      "restricted Boltzmann machine: E = -sum b_i v_i - sum c_j h_j - sum v_i W_ij h_j; binary, spin, categorical or "
      "gaussian (quadratic in E) visible units, binary or spin hidden ones",
      add_network_keys,
      nothing_more,
      size_by_layers,
      make_network<random_rbm>};
  return entry;
}

const SystemEntry& dbm_entry() {
  static const SystemEntry entry{
      name_of(NetworkKind::dbm),
      "deep Boltzmann machine: three layers or more, E = -sum over l of b_l . x_l + x_l' W_l x_(l+1)",
      add_network_keys,
      nothing_more,
      size_by_layers,
      make_network<random_dbm>};
  return entry;
}

const SystemEntry& dbn_entry() {
  static const SystemEntry entry{
      name_of(NetworkKind::dbn),
      "deep belief network: a restricted Boltzmann machine on top of sigmoid layers; its top is what moves",
      add_network_keys,
      nothing_more,
      size_by_layers,
      make_network<random_dbn>};
  return entry;
}

const SystemEntry& boltzmann_entry() {
  static const SystemEntry entry{
      name_of(NetworkKind::boltzmann),
      "Boltzmann machine: E = -sum W_ij x_i x_j - sum b_i x_i over all pairs of units, with or "
      "without hidden ones",
      add_network_keys,
      nothing_more,
      size_of_all_to_all,
      make_network<random_machine>};
  return entry;
}

const SystemEntry& hopfield_entry() {
  static const SystemEntry entry{
      name_of(NetworkKind::hopfield),
      "Hopfield network: spins that store patterns (hebbian, pseudo-inverse), E = -sum W_ij s_i "
      "s_j - sum b_i s_i over all pairs",
      add_hopfield_keys,
      nothing_more,
      size_of_hopfield,
      make_hopfield};
  return entry;
}

}  // namespace gibbsite

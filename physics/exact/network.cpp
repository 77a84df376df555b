#include "physics/exact/network.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr double few_visible = 16;  // log2 of states that are worth the visible free energy

void check(const Network& network, const Reference& reference) {
  const Layer& layer = network.layers()[0];
  const std::size_t variances = layer.kind == UnitKind::gaussian ? layer.units : 0;
  if (reference.visible.field.size() != layer.width() || reference.visible.variance.size() != variances)
    throw std::invalid_argument("the reference does not fit the network's visible layer of " +
                                std::to_string(layer.width()) + " numbers");
}

/// Visits the layers of one parity, 0 the even ones. Of more than 2^most states only the visited layers: no matrices
/// for nothing.
TwoSides divide(const Network& network, const Reference& reference, std::size_t parity, double most) {
  const auto layers = network.layers();
  TwoSides sides;
  std::vector<std::size_t> at(layers.size());
  std::size_t width[2] = {0, 0};  // of the listed layers, of the free ones
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const bool free = l % 2 != parity;
    at[l] = width[free];
    width[free] += layers[l].width();
    std::vector<Layer>& side = free ? sides.free : sides.listed;
    side.push_back(layers[l].without_label());
    if (layers[l].labels > 0) side.push_back(layers[l].label());
  }
  if (sides.log2_listed() > most) return sides;
  sides.bonds = Matrix(width[1], width[0]);
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    const Matrix& w = network.weights()[l];
    for (std::size_t j = 0; j < w.columns(); ++j)
      for (std::size_t i = 0; i < w.rows(); ++i)
        (l % 2 == parity ? sides.bonds(at[l + 1] + j, at[l] + i) : sides.bonds(at[l] + i, at[l + 1] + j)) = w(i, j);
  }
  sides.constant = network.constant();
  sides.wants_free_energy = parity == 0 && network.restricted();
  sides.listed_reference.assign(width[0], 0.0);
  sides.free_reference.assign(width[1], 0.0);
  sides.free_reference_variance.assign(width[1], 1.0);
  std::ranges::copy(reference.visible.field, (parity == 0 ? sides.listed_reference : sides.free_reference).begin());
  if (layers[0].kind == UnitKind::gaussian)
    std::ranges::copy(reference.visible.variance, sides.free_reference_variance.begin());
  if (layers[0].kind == UnitKind::categorical && parity == 0) {  // how many units are in each state
    const std::size_t q = layers[0].states;
    sides.features = Matrix(q, width[0]);
    for (std::size_t i = 0; i < layers[0].own_width(); ++i) sides.features(i % q, i) = 1;
  }
  return sides;
}

/// The ways to divide the network, the best first; ways[k] visits the layers of parity[k].
struct Ways {
  std::vector<TwoSides> ways;
  std::vector<std::size_t> parity;
};

Ways ways_of(const Network& network, const Reference& reference, const SummationLimits& limits) {
  const double most = std::log2(limits.states);
  check(network, reference);
  Ways all;
  if (network.discrete()) {
    all.ways.push_back(divide(network, reference, 0, most));
    all.parity.push_back(0);
  }
  all.ways.push_back(divide(network, reference, 1, most));
  all.parity.push_back(1);
  if (all.ways.size() == 2 && all.ways[0].log2_listed() > std::max(few_visible, all.ways[1].log2_listed())) {
    std::swap(all.ways[0], all.ways[1]);
    std::swap(all.parity[0], all.parity[1]);
  }
  return all;
}

NetworkAverages collect(const Network& network, std::size_t parity, const Averages& from) {
  NetworkAverages averages{from.log_z, from.energy, from.energy_variance, {}, {}, {}};
  std::size_t at[2] = {0, 0};
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const bool free = l % 2 != parity;
    const std::size_t width = network.layers()[l].width();
    const auto mean = std::span(free ? from.free : from.listed).subspan(at[free], width);
    averages.mean.insert(averages.mean.end(), mean.begin(), mean.end());
    at[free] += width;
  }
  if (parity == 1) return averages;
  if (network.restricted()) averages.visible_free_energy = from.free_energy;
  const Layer& visible = network.layers()[0];
  if (visible.kind == UnitKind::categorical) {
    const double q = static_cast<double>(visible.states), n = static_cast<double>(visible.units);
    averages.visible_order = (q * from.largest_feature / n - 1) / (q - 1);
  }
  return averages;
}

std::map<std::string, double> name_values(const Network& network, const Reference& reference, double lambda,
                                          const NetworkAverages& averages) {
  const double units = static_cast<double>(network.units());
  std::map<std::string, double> values{
      {"log_z", averages.log_z}, {"energy", averages.energy}, {"energy_density", averages.energy / units}};
  if (reference.uniform) values["specific_heat"] = lambda * lambda * averages.energy_variance / units;
  if (averages.visible_free_energy) values["visible_free_energy"] = *averages.visible_free_energy;
  const auto observables = network.observables();
  const std::size_t first = observables.size() - network.layers().size();  // magnetizations stand last, by layer
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const Layer& layer = network.layers()[l];
    const std::string& name = observables[first + l].name;
    const auto mean = std::span(averages.mean).subspan(network.offset(l), layer.own_width());
    if (layer.kind != UnitKind::categorical)
      values[name] = std::accumulate(mean.begin(), mean.end(), 0.0) / static_cast<double>(layer.units);
    else if (averages.visible_order)
      values[name] = *averages.visible_order;
  }
  return values;
}

std::string describe(const TwoSides& sides, std::size_t parity, const Network& network) {
  double states = std::exp2(sides.log2_listed());
  const std::string which = network.restricted() ? (parity == 0 ? "the visible layer" : "the hidden layer")
                                                 : (parity == 0 ? "the even layers" : "the odd layers");
  return "sum over all " + std::to_string(static_cast<long long>(std::llround(states))) + " states of " + which +
         ", the rest in closed form";
}

}  // namespace

std::variant<std::vector<NetworkAverages>, std::string> exact_averages(const Network& network,
                                                                       const Reference& reference,
                                                                       std::span<const double> lambda,
                                                                       const SummationLimits& limits) {
  const Ways all = ways_of(network, reference, limits);
  const auto chosen = choose(all.ways, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&chosen)) return *why_not;
  const TwoSides* way = std::get<const TwoSides*>(chosen);
  std::vector<NetworkAverages> result;
  for (const Averages& averages : average(*way, lambda))
    result.push_back(collect(network, all.parity[static_cast<std::size_t>(way - all.ways.data())], averages));
  return result;
}

std::variant<std::vector<double>, std::string> exact_log_z(const Network& network, const Reference& reference,
                                                           std::span<const double> lambda,
                                                           const SummationLimits& limits) {
  const Ways all = ways_of(network, reference, limits);
  const auto chosen = choose(all.ways, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&chosen)) return *why_not;
  return log_z(*std::get<const TwoSides*>(chosen), lambda);
}

std::variant<ExactAnswers, std::string> exact_answers(const Network& network, const Reference& reference,
                                                      std::span<const double> lambda, const SummationLimits& limits) {
  const Ways all = ways_of(network, reference, limits);
  const auto chosen = choose(all.ways, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&chosen)) return *why_not;
  const TwoSides* way = std::get<const TwoSides*>(chosen);
  const std::size_t parity = all.parity[static_cast<std::size_t>(way - all.ways.data())];
  const std::vector<Averages> found = average(*way, lambda);
  ExactAnswers answers{describe(*way, parity, network), {}, {}};
  for (std::size_t k = 0; k < lambda.size(); ++k)
    answers.at.push_back({name_values(network, reference, lambda[k], collect(network, parity, found[k]))});
  return answers;
}

}  // namespace gibbsite

#include "physics/exact/boltzmann.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gibbsite {
namespace {

enum class Visited { visible, hidden, all };

/// A way to divide the machine: numbers begin .. begin + count - 1 are visited, the others summed.
struct Way {
  Visited visited;
  std::size_t begin, count;
};

void check(const BoltzmannMachine& machine, const IndependentUnits& reference) {
  if (reference.field.size() != machine.visible_width() || !reference.variance.empty())
    throw std::invalid_argument("the reference does not fit the machine's " + std::to_string(machine.visible()) +
                                " visible units");
}

/// Whether any two of the units begin .. end - 1 are.
bool bonded(const Matrix& weights, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; ++j)
    for (const double w : weights.column(j).subspan(begin, end - begin))
      if (w != 0) return true;
  return false;
}

/// The weights between some units and others.
Matrix part(const Matrix& weights, const std::vector<std::size_t>& rows, const std::vector<std::size_t>& columns) {
  Matrix out(rows.size(), columns.size());
  for (std::size_t j = 0; j < columns.size(); ++j)
    for (std::size_t i = 0; i < rows.size(); ++i) out(i, j) = weights(rows[i], columns[j]);
  return out;
}

/// The best first.
std::vector<Way> ways_of(const BoltzmannMachine& machine) {
  const std::size_t units = machine.width(), visible = machine.visible_width(), hidden = machine.hidden();
  std::vector<Way> ways;
  if (hidden > 0 && !bonded(machine.weights(), visible, units)) ways.push_back({Visited::visible, 0, visible});
  if (hidden > 0 && !bonded(machine.weights(), 0, visible)) ways.push_back({Visited::hidden, visible, hidden});
  if (ways.size() == 2 && ways[1].count < ways[0].count) std::swap(ways[0], ways[1]);
  // Small systems: everything, for what only all states know.
  const bool rather_all = !machine.patterns().empty() && units <= 16;
  ways.insert(rather_all ? ways.begin() : ways.end(), {Visited::all, 0, units});
  return ways;
}

/// The layers of which these numbers are: all of the visible units, of the hidden ones, or of both.
std::vector<Layer> units_of(const BoltzmannMachine& machine, const std::vector<std::size_t>& which) {
  if (machine.kind() != UnitKind::categorical) {
    Layer layer{.kind = machine.kind(), .units = which.size()};
    for (const std::size_t i : which) layer.bias.push_back(machine.bias()[i]);
    return {layer};
  }
  std::vector<Layer> layers;
  if (which.front() == 0) layers.push_back(machine.visible_layer());
  if (which.back() >= machine.visible_width()) layers.push_back(machine.hidden_layer());
  return layers;
}

/// Of a way that visits more than 2^most states only its visited units: no matrices for nothing.
TwoSides divide(const BoltzmannMachine& machine, const IndependentUnits& reference, const Way& way, double most) {
  const std::size_t units = machine.width();
  std::vector<std::size_t> listed(way.count), free;
  std::iota(listed.begin(), listed.end(), way.begin);
  for (std::size_t i = 0; i < units; ++i)
    if (i < way.begin || i >= way.begin + way.count) free.push_back(i);
  std::vector<double> a = reference.field;
  a.resize(units, 0.0);
  TwoSides sides;
  sides.listed = units_of(machine, listed);
  if (sides.log2_listed() > most) return sides;
  if (!free.empty()) sides.free = units_of(machine, free);
  sides.bonds = part(machine.weights(), free, listed);
  if (bonded(machine.weights(), way.begin, way.begin + way.count))
    sides.among = part(machine.weights(), listed, listed);
  for (const std::size_t i : listed) sides.listed_reference.push_back(a[i]);
  for (const std::size_t i : free) sides.free_reference.push_back(a[i]);
  sides.free_reference_variance.assign(free.size(), 1.0);
  if (way.visited == Visited::all && !machine.patterns().empty()) {
    sides.features = Matrix(machine.patterns().size(), units);
    for (std::size_t mu = 0; mu < sides.features.rows(); ++mu)
      for (std::size_t i = 0; i < units; ++i) sides.features(mu, i) = machine.patterns()[mu][i];
  }
  if (machine.kind() == UnitKind::categorical && way.begin == 0) {  // how many visible units are in each state
    sides.features = Matrix(machine.states(), listed.size());
    for (std::size_t i = 0; i < machine.visible_width(); ++i) sides.features(i % machine.states(), i) = 1;
  }
  return sides;
}

/// A division within the limits.
struct Found {
  Way way;
  TwoSides sides;
};

std::variant<Found, std::string> find(const BoltzmannMachine& machine, const IndependentUnits& reference,
                                      std::span<const double> lambda, const SummationLimits& limits) {
  check(machine, reference);
  const std::vector<Way> ways = ways_of(machine);
  std::vector<TwoSides> divided;
  for (const Way& way : ways) divided.push_back(divide(machine, reference, way, std::log2(limits.states)));
  const auto chosen = choose(divided, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&chosen)) return *why_not;
  const auto k = static_cast<std::size_t>(std::get<const TwoSides*>(chosen) - divided.data());
  return Found{ways[k], std::move(divided[k])};
}

BoltzmannAverages collect(const BoltzmannMachine& machine, const Way& way, const Averages& from) {
  BoltzmannAverages averages{from.log_z, from.energy, from.energy_variance, {}, {}, {}};
  const std::vector<double>&first = way.begin == 0 ? from.listed : from.free,
        &second = way.begin == 0 ? from.free : from.listed;
  averages.mean.assign(first.begin(), first.end());
  averages.mean.insert(averages.mean.end(), second.begin(), second.end());
  if (way.visited == Visited::all && !machine.patterns().empty())
    averages.largest_overlap = from.largest_feature / static_cast<double>(machine.units());
  if (machine.kind() == UnitKind::categorical && way.begin == 0)
    averages.largest_share = from.largest_feature / static_cast<double>(machine.visible());
  return averages;
}

std::map<std::string, double> name_values(const BoltzmannMachine& machine, const IndependentUnits& reference,
                                          double lambda, const BoltzmannAverages& averages) {
  const double n = static_cast<double>(machine.units());
  const auto mean = [&](std::size_t begin, std::size_t count) {
    const auto part = std::span(averages.mean).subspan(begin, count);
    return std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(count);
  };
  std::map<std::string, double> values{
      {"log_z", averages.log_z}, {"energy", averages.energy}, {"energy_density", averages.energy / n}};
  const double q = static_cast<double>(machine.states());
  if (machine.kind() != UnitKind::categorical)
    values["visible_magnetization"] = mean(0, machine.visible());
  else if (averages.largest_share)
    values["visible_magnetization"] = (q * *averages.largest_share - 1) / (q - 1);
  if (machine.hidden() > 0) values["hidden_magnetization"] = mean(machine.visible_width(), machine.hidden());
  if (!machine.patterns().empty()) {
    const auto& pattern = machine.patterns()[0];
    values["pattern_overlap"] = std::inner_product(pattern.begin(), pattern.end(), averages.mean.begin(), 0.0) / n;
  }
  if (averages.largest_overlap) values["largest_overlap"] = *averages.largest_overlap;
  if (std::all_of(reference.field.begin(), reference.field.end(), [](double a) { return a == 0; }))
    values["specific_heat"] = lambda * lambda * averages.energy_variance / n;
  return values;
}

std::string describe(const BoltzmannMachine& machine, const Found& found) {
  std::string states = "2^" + std::to_string(found.way.count) + " states";
  if (machine.kind() == UnitKind::categorical && found.way.begin == 0) {
    states = std::to_string(machine.states()) + "^" + std::to_string(machine.visible());
    if (found.way.visited == Visited::all && machine.hidden() > 0) states += " 2^" + std::to_string(machine.hidden());
    states += " states";
  }
  if (found.way.visited == Visited::all) return "sum over all " + states;
  return "sum over all " + states + " of the " + (found.way.visited == Visited::visible ? "visible" : "hidden") +
         " units, the rest in closed form";
}

}  // namespace

std::variant<std::vector<BoltzmannAverages>, std::string> exact_averages(const BoltzmannMachine& machine,
                                                                         const IndependentUnits& reference,
                                                                         std::span<const double> lambda,
                                                                         const SummationLimits& limits) {
  const auto found = find(machine, reference, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&found)) return *why_not;
  const auto& [way, sides] = std::get<Found>(found);
  std::vector<BoltzmannAverages> result;
  for (const Averages& averages : average(sides, lambda)) result.push_back(collect(machine, way, averages));
  return result;
}

std::variant<std::vector<double>, std::string> exact_log_z(const BoltzmannMachine& machine,
                                                           const IndependentUnits& reference,
                                                           std::span<const double> lambda,
                                                           const SummationLimits& limits) {
  const auto found = find(machine, reference, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&found)) return *why_not;
  return log_z(std::get<Found>(found).sides, lambda);
}

std::variant<ExactAnswers, std::string> exact_answers(const BoltzmannMachine& machine,
                                                      const IndependentUnits& reference, std::span<const double> lambda,
                                                      const SummationLimits& limits) {
  const auto found = find(machine, reference, lambda, limits);
  if (const auto* why_not = std::get_if<std::string>(&found)) return *why_not;
  const auto& [way, sides] = std::get<Found>(found);
  ExactAnswers answers{describe(machine, std::get<Found>(found)), {}, {}};
  const std::vector<Averages> all = average(sides, lambda);
  for (std::size_t k = 0; k < lambda.size(); ++k)
    answers.at.push_back({name_values(machine, reference, lambda[k], collect(machine, way, all[k]))});
  return answers;
}

}  // namespace gibbsite

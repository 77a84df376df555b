/// The slowest and simplest exact answers of networks: a loop over all states (gaussian units: points of a grid, wide
/// and fine enough for the trapezoidal rule to be exact to rounding), in long double.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "physics/reference.hpp"

namespace gibbsite::test {

struct BruteForce {
  double log_z = 0, energy_variance = 0;
  std::map<std::string, double> values;  ///< means of observables
  std::vector<double> mean;              ///< of every number of a state
};

/// What one number, or the q of a categorical unit, can be.
using Choices = std::vector<std::vector<double>>;

inline Choices choices(UnitKind kind, std::size_t states) {
  switch (kind) {
    case UnitKind::binary:
      return {{0}, {1}};
    case UnitKind::spin:
      return {{-1}, {1}};
    case UnitKind::categorical: {
      Choices all(states, std::vector<double>(states, 0.0));
      for (std::size_t k = 0; k < states; ++k) all[k][k] = 1;
      return all;
    }
    case UnitKind::gaussian: {
      Choices grid;
      for (int k = -40; k <= 40; ++k) grid.push_back({k * 0.4});
      return grid;
    }
  }
  return {};
}

/// log_weight, observe (into as many numbers as there are names) of every state of units with these choices.
inline BruteForce brute_force(const std::vector<Choices>& units, double volume,
                              const std::function<double(std::span<const double>)>& log_weight,
                              const std::vector<Observable>& names,
                              const std::function<void(std::span<const double>, std::span<double>)>& observe) {
  std::vector<std::size_t> digit(units.size(), 0);
  std::vector<double> x, seen(names.size());
  std::vector<long double> first;
  long double scale = -1e300L, z = 0, square = 0;
  while (true) {
    x.clear();
    for (std::size_t i = 0; i < units.size(); ++i)
      x.insert(x.end(), units[i][digit[i]].begin(), units[i][digit[i]].end());
    const long double lw = log_weight(x);
    if (lw > scale) {
      const long double factor = std::exp(scale - lw);
      scale = lw;
      z *= factor;
      square *= factor;
      for (long double& sum : first) sum *= factor;
    }
    const long double w = std::exp(lw - scale);
    observe(x, seen);
    first.resize(seen.size() + x.size());
    z += w;
    square += w * seen[0] * seen[0];
    for (std::size_t k = 0; k < seen.size(); ++k) first[k] += w * seen[k];
    for (std::size_t k = 0; k < x.size(); ++k) first[seen.size() + k] += w * x[k];
    std::size_t i = 0;
    while (i < units.size() && ++digit[i] == units[i].size()) digit[i++] = 0;
    if (i == units.size()) break;
  }
  BruteForce out;
  out.log_z = static_cast<double>(scale + std::log(z * volume));
  out.energy_variance = static_cast<double>(square / z - first[0] / z * (first[0] / z));
  for (std::size_t k = 0; k < names.size(); ++k) out.values[names[k].name] = static_cast<double>(first[k] / z);
  for (std::size_t k = names.size(); k < first.size(); ++k) out.mean.push_back(static_cast<double>(first[k] / z));
  return out;
}

inline BruteForce brute_force(const Network& network, const Reference& reference, double lambda) {
  std::vector<Choices> units;
  double volume = 1;
  for (const Layer& layer : network.layers())
    for (std::size_t i = 0; i < layer.units; ++i) {
      units.push_back(choices(layer.kind, layer.states));
      if (layer.kind == UnitKind::gaussian) volume *= 0.4;
    }
  const Layer& visible = network.layers()[0];
  return brute_force(
      units, volume,
      [&](std::span<const double> x) {
        return (1 - lambda) * reference.log_weight(visible, x.first(visible.width())) - lambda * network.energy(x);
      },
      network.observables(), [&](auto x, auto out) { network.observe(x, out); });
}

}  // namespace gibbsite::test

/// The slowest and simplest exact answers: a loop over all states, in long double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite::test {

inline std::map<std::string, double> brute_force(const Graph& graph, double beta) {
  const std::size_t n = graph.sites();
  std::vector<long double> energies, magnetisations;
  for (std::uint64_t x = 0; x < std::uint64_t{1} << n; ++x) {
    const auto s = [&](std::size_t i) { return (x >> i & 1) != 0 ? 1.0L : -1.0L; };
    long double e = 0, m = 0;
    for (const Bond& bond : graph.bonds()) e -= bond.J * s(bond.i) * s(bond.j);
    for (std::size_t i = 0; i < n; ++i) e -= graph.fields()[i] * s(i);
    for (std::size_t i = 0; i < n; ++i) m += s(i);
    energies.push_back(e);
    magnetisations.push_back(m / static_cast<long double>(n));
  }
  const long double ground = *std::min_element(energies.begin(), energies.end());
  std::vector<long double> weights;
  for (const long double e : energies) weights.push_back(std::exp(-beta * (e - ground)));
  const auto sum = [&](auto f) {
    long double total = 0;
    for (std::size_t x = 0; x < energies.size(); ++x) total += weights[x] * f(energies[x] - ground, magnetisations[x]);
    return total;
  };
  const long double z = sum([](auto, auto) { return 1.0L; });
  const auto mean = [&](auto f) { return sum(f) / z; };
  const long double e = mean([](auto energy, auto) { return energy; });
  const long double m = mean([](auto, auto x) { return x; }), a = mean([](auto, auto x) { return std::abs(x); });
  const long double m2 = mean([](auto, auto x) { return x * x; }),
                    m4 = mean([](auto, auto x) { return x * x * x * x; });
  const long double N = n;
  const std::map<std::string, long double> exact{
      {"log_z", std::log(z) - beta * ground},
      {"energy", ground + e},
      {"energy_density", (ground + e) / N},
      {"specific_heat", beta * beta * mean([&](auto x, auto) { return (x - e) * (x - e); }) / N},
      {"magnetization_density", m},
      {"abs_magnetization_density", a},
      {"magnetization_density_squared", m2},
      {"susceptibility", beta * N * mean([&](auto, auto x) { return (x - m) * (x - m); })},
      {"susceptibility_abs", beta * N * mean([&](auto, auto x) { return (std::abs(x) - a) * (std::abs(x) - a); })},
      {"binder_cumulant", 1 - m4 / (3 * m2 * m2)}};
  std::map<std::string, double> rounded;
  for (const auto& [name, value] : exact) rounded[name] = static_cast<double>(value);
  return rounded;
}

}  // namespace gibbsite::test

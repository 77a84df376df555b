/// Every model there is, one row each: what the laws of models and kernels, and exact answers, are tried on.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "physics/clock.hpp"
#include "physics/exact/all_states.hpp"
#include "physics/exact/enumeration.hpp"
#include "physics/ising.hpp"
#include "physics/lattice.hpp"

namespace gibbsite::test {

/// What another program, another method or a closed form says: log_z, energy, energy_density, specific_heat, means of
/// observables.
struct Oracle {
  std::string system;
  Graph graph;
  double beta = 0;
  std::map<std::string, double> values;
};

template <class M>
struct ModelCase {
  std::string name;
  std::function<M(Graph)> of;
  /// The equation once more, as plainly as can be, since the model's own energy is what is tried.
  std::function<double(const Graph&, std::span<const typename M::Unit>)> energy;
  std::vector<Oracle> oracles = {};
};

/// What the clock of q states is known to be. On a ring Z = sum_k l_k^N, l_k = sum_s exp(beta cos(2 pi s / q)) cos(2 pi
/// k s / q); the other figures are of two Ising models, and of a transfer matrix.
inline std::vector<Oracle> clock_oracles(int q) {
  const Graph ring = build({.geometry = Geometry::chain, .size = {6}});
  const Graph torus = build({.geometry = Geometry::square, .size = {3, 3}});
  double z = 0;
  for (int k = 0; k < q; ++k) {
    double l = 0;
    for (int s = 0; s < q; ++s) l += std::exp(std::cos(2 * M_PI * s / q)) * std::cos(2 * M_PI * k * s / q);
    z += std::pow(l, 6);
  }
  std::vector<Oracle> all = {{"ring of 6", ring, 1, {{"log_z", std::log(z)}}}};
  if (q == 2) {
    const Graph glass({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}}, {0.2, -0.5, 0.15, 0.3});
    const auto ising = name_values(enumerate(glass, std::vector{0.8}).at[0], 0.8, 4, false);
    std::map<std::string, double> values;
    for (const char* name : {"log_z", "energy", "specific_heat", "abs_magnetization_density"})
      values[name] = ising.at(name);
    values["magnetization_x"] = ising.at("magnetization_density");
    all.push_back({"a glass of 4 in fields", glass, 0.8, values});
  }
  if (q == 3)  // Potts: 3 states, levels -k with these counts, at 3 beta / 2, and 1/2 for each of 18 bonds
    for (const double beta : {0.7, 1.1}) {
      const std::map<int, double> levels = {{0, 12},   {2, 540}, {3, 936},  {4, 3240}, {5, 3996}, {6, 3348}, {7, 3240},
                                            {8, 2592}, {9, 660}, {10, 810}, {11, 108}, {12, 144}, {14, 54},  {18, 3}};
      double potts = 0;
      for (const auto& [k, count] : levels) potts += count * std::exp(1.5 * beta * k);
      all.push_back({"3 x 3 torus", torus, beta, {{"log_z", std::log(potts) - 9 * beta}}});
    }
  if (q == 4)
    for (const double beta : {0.7, 1.1}) {
      const Thermal half = enumerate(torus, std::vector{beta / 2}).at[0];
      all.push_back({"3 x 3 torus",
                     torus,
                     beta,
                     {{"log_z", 2 * half.log_z},
                      {"energy", half.energy},
                      {"specific_heat", beta * beta * half.energy_variance / 18}}});
    }
  if (q == 5) {
    all.push_back({"3 x 3 torus",
                   torus,
                   0.7,
                   {{"log_z", 17.554444173484},
                    {"energy_density", -1.1147408992},
                    {"specific_heat", 0.89730540412},
                    {"magnetization_density_squared", 0.56389005961}}});
    all.push_back({"3 x 3 torus",
                   torus,
                   1.1,
                   {{"log_z", 22.61682727376},
                    {"energy_density", -1.6323789123},
                    {"specific_heat", 1.0532531582},
                    {"magnetization_density_squared", 0.8190847006}}});
  }
  return all;
}

/// Calls see(ModelCase<M>) for every model.
template <class See>
void for_each_model(See see) {
  see(ModelCase<Ising>{
      .name = "Ising",
      .of = [](Graph graph) { return Ising(std::move(graph)); },
      .energy =
          [](const Graph& graph, std::span<const std::int8_t> s) {
            double sum = 0;
            for (const Bond& bond : graph.bonds()) sum -= bond.J * s[bond.i] * s[bond.j];
            for (std::size_t i = 0; i < s.size(); ++i) sum -= graph.fields()[i] * s[i];
            return sum;
          },
      .oracles =
          {{"triangular 3 x 3",
            build({.geometry = Geometry::triangular, .size = {3, 3}}),
            0.25,
            {{"log_z", 8.0604907193496}, {"energy_density", -2.10180888789}, {"specific_heat", 0.661814401909}}},
           {"honeycomb 3 x 3 cells",
            build({.geometry = Geometry::honeycomb, .size = {3, 3}}),
            0.5,
            {{"log_z", 16.016656112445}, {"energy_density", -0.876951085039}, {"specific_heat", 0.657303500689}}}}});
  for (const int q : {2, 3, 4, 5})
    see(ModelCase<Clock>{.name = "clock, q = " + std::to_string(q),
                         .of = [q](Graph graph) { return Clock(std::move(graph), q); },
                         .energy =
                             [q](const Graph& graph, std::span<const std::int8_t> s) {
                               const auto cosine = [q](int k) { return std::cos(2 * M_PI * k / q); };
                               double sum = 0;
                               for (const Bond& bond : graph.bonds()) sum -= bond.J * cosine(s[bond.i] - s[bond.j]);
                               for (std::size_t i = 0; i < s.size(); ++i) sum -= graph.fields()[i] * cosine(s[i]);
                               return sum;
                             },
                         .oracles = clock_oracles(q)});
}

}  // namespace gibbsite::test

/// Every model there is, one row each: what the laws of models and kernels, and exact answers, are tried on.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "physics/exact/all_states.hpp"
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
}

}  // namespace gibbsite::test

/// Replicas in lanes on every instruction set, and graphs to try them on.
#pragma once

#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/simd/couplings/field_blocks.hpp"
#include "tests/samplers/trajectories.hpp"

namespace gibbsite::in_lanes {

using trajectories::state_of;

/// Instruction sets for fields and for products, each at least once.
struct Target {
  const simd::FieldKernels* fields;
  const simd::Kernels* products;
  FieldLayout layout;
};
inline std::vector<Target> targets() {
  const auto fields = simd::field_kernels();
  const auto products = simd::kernels();
  std::vector<Target> all;
  for (std::size_t k = 0; k < std::max(fields.size(), products.size()) && !fields.empty(); ++k) {
    const Target both{fields[std::min(k, fields.size() - 1)], products[std::min(k, products.size() - 1)], {}};
    if (k < fields.size()) all.push_back({both.fields, both.products, FieldLayout::kept});
    all.push_back({both.fields, both.products, FieldLayout::made_anew});
  }
  return all;
}
inline std::string name(const Target& t) {
  return std::string(t.fields->name) + (t.layout == FieldLayout::kept ? ", kept" : ", made anew, ") +
         (t.layout == FieldLayout::kept ? "" : t.products->name);
}
inline std::unique_ptr<Ensemble> make(const std::shared_ptr<const Ising>& model, RealCouplings how,
                                      std::size_t replicas, const Target& t, std::size_t first = 0, Key key = Key(5)) {
  return make_real_couplings_ensemble(model, how, key, {first, replicas, first + replicas}, t.layout, *t.fields,
                                      *t.products);
}

inline std::shared_ptr<const Ising> shared(Graph graph) { return std::make_shared<const Ising>(std::move(graph)); }
inline Graph small_glass() {
  return Graph({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, -0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
               {0.2, -0.5, 0.15, 0.0, -0.3});
}
/// Every pair bonded or not, real couplings and fields.
inline Graph random_graph(std::uint32_t sites, double density, std::uint64_t seed) {
  Chance chance(Stream(Key(seed), Purpose::test, 0, 0));
  std::vector<Bond> bonds;
  std::vector<double> fields;
  for (std::uint32_t i = 0; i < sites; ++i) {
    for (std::uint32_t j = 0; j < i; ++j)
      if (chance.uniform() < density) bonds.push_back({i, j, chance.normal() / std::sqrt(sites * density)});
    fields.push_back(0.3 * chance.normal());
  }
  return Graph(std::move(bonds), std::move(fields));
}

inline std::vector<double> energies(const Ensemble& ensemble) {
  std::vector<double> minus(ensemble.layout().replicas, -1.0), out(minus.size());
  ensemble.log_weight(minus, out);
  return out;
}

}  // namespace gibbsite::in_lanes

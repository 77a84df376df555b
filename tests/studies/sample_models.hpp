/// Small models of every kind, with random parameters.
#pragma once

#include <random>

#include "studies/models/model_file.hpp"

namespace gibbsite::test {

inline double normal(std::mt19937& random) { return std::normal_distribution<double>()(random); }

inline std::vector<double> normals(std::mt19937& random, std::size_t count) {
  std::vector<double> out(count);
  for (double& x : out) x = normal(random);
  return out;
}

inline Matrix matrix(std::mt19937& random, std::size_t rows, std::size_t columns) {
  return {rows, columns, normals(random, rows * columns)};
}

inline Layer sample_layer(std::mt19937& random, UnitKind kind, std::size_t units) {
  const std::size_t states = kind == UnitKind::categorical ? 3 : 1;
  Layer layer{kind, units, states, normals(random, units * states), {}};
  if (kind == UnitKind::gaussian)
    for (std::size_t i = 0; i < units; ++i) layer.variance.push_back(0.5 + static_cast<double>(i));
  return layer;
}

inline std::shared_ptr<const Network> sample_network(const std::vector<UnitKind>& kinds) {
  std::mt19937 random(7);
  std::vector<Layer> layers;
  std::vector<Matrix> weights;
  for (std::size_t l = 0; l < kinds.size(); ++l) layers.push_back(sample_layer(random, kinds[l], 4 - l));
  for (std::size_t l = 0; l + 1 < kinds.size(); ++l)
    weights.push_back(matrix(random, layers[l].width(), layers[l + 1].width()));
  return std::make_shared<const Network>(layers, weights, 0.25);
}

inline std::shared_ptr<const BoltzmannMachine> sample_machine(UnitKind kind) {
  std::mt19937 random(8);
  const Matrix half = matrix(random, 5, 5);
  Matrix weights(5, 5);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j)
      if (i != j) weights(i, j) = half(i, j) + half(j, i);
  return std::make_shared<const BoltzmannMachine>(kind, 3, weights, normals(random, 5));
}

inline std::shared_ptr<const BeliefNetwork> sample_belief_network() {
  std::mt19937 random(9);
  std::vector<SigmoidLayer> below{{normals(random, 4), matrix(random, 4, 3), normals(random, 3), matrix(random, 4, 3)}};
  const std::vector<Layer> top = {sample_layer(random, UnitKind::binary, 3), sample_layer(random, UnitKind::binary, 2)};
  return std::make_shared<const BeliefNetwork>(
      below, std::make_shared<const Network>(top, std::vector<Matrix>{matrix(random, 3, 2)}));
}

inline ModelFile model_file(AnyModel model) { return {.kind = kind_of(model), .model = std::move(model)}; }

}  // namespace gibbsite::test

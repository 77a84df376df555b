#include "physics/random_network.hpp"

#include <boost/random/normal_distribution.hpp>
#include <cmath>

#include "physics/random.hpp"

namespace gibbsite {

Network random_network(UnitKind kind, std::span<const std::size_t> sizes, const RandomWeights& random) {
  std::vector<Layer> layers;
  for (const std::size_t n : sizes) layers.push_back({kind, n, 1, std::vector<double>(n, random.field), {}});
  std::vector<Matrix> weights;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    Stream stream(Key(random.seed), Purpose::disorder, 0, l);
    boost::random::normal_distribution<double> normal(
        0, std::abs(random.coupling) / std::sqrt(static_cast<double>(sizes[l] + sizes[l + 1])));
    Matrix& w = weights.emplace_back(sizes[l], sizes[l + 1]);
    for (std::size_t j = 0; j < w.columns(); ++j)
      for (std::size_t i = 0; i < w.rows(); ++i) w(i, j) = normal(stream);
  }
  return {std::move(layers), std::move(weights)};
}

BoltzmannMachine random_boltzmann(UnitKind kind, std::size_t visible, std::size_t hidden, const RandomWeights& random) {
  const std::size_t n = visible + hidden;
  Stream stream(Key(random.seed), Purpose::disorder, 0, 0);
  boost::random::normal_distribution<double> normal(0, std::abs(random.coupling) / std::sqrt(static_cast<double>(n)));
  Matrix w(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) w(i, j) = w(j, i) = normal(stream);
  return {kind, visible, std::move(w), std::vector<double>(n, random.field)};
}

}  // namespace gibbsite

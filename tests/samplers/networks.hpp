/// Small layered networks, and what block Gibbs does to them, from scratch in double.
#pragma once

#include <cmath>
#include <memory>

#include "physics/chance.hpp"
#include "physics/random.hpp"
#include "physics/reference.hpp"

namespace gibbsite::networks {

struct Shape {
  UnitKind kind;
  std::size_t units;
};

/// Weights and biases are normal; `scale` is the standard deviation of weights.
inline std::shared_ptr<const Network> random_network(std::vector<Shape> shapes, double scale, std::uint64_t seed,
                                                     double constant = 0) {
  Chance chance(Stream(Key(seed), Purpose::test, 0, 0));
  std::vector<Layer> layers;
  std::vector<Matrix> weights;
  for (const Shape& shape : shapes) {
    layers.push_back({.kind = shape.kind, .units = shape.units});
    for (std::size_t u = 0; u < shape.units; ++u) layers.back().bias.push_back(0.5 * chance.normal());
  }
  for (std::size_t l = 0; l + 1 < shapes.size(); ++l) {
    weights.emplace_back(shapes[l].units, shapes[l + 1].units);
    for (double& w : weights.back().numbers()) w = scale * chance.normal();
  }
  return std::make_shared<const Network>(std::move(layers), std::move(weights), constant);
}

inline Reference random_reference(const Network& network, std::uint64_t seed) {
  Chance chance(Stream(Key(seed), Purpose::test, 1, 0));
  std::vector<double> mean;
  for (std::size_t u = 0; u < network.layers()[0].units; ++u)
    mean.push_back(network.layers()[0].kind == UnitKind::spin ? 2 * chance.uniform() - 1 : chance.uniform());
  return Reference::base_rates(network.layers()[0], mean, {}, 50);
}

/// What acts on layer l at lambda: lambda f + (1 - lambda) a.
inline std::vector<double> pull(const Network& network, const Reference& reference, std::size_t l,
                                std::span<const double> x, double lambda) {
  std::vector<double> out;
  const std::vector<double> f = network.field(l, x);
  for (std::size_t u = 0; u < f.size(); ++u)
    out.push_back(lambda * f[u] + (l == 0 ? (1 - lambda) * reference.visible.field[u] : 0));
  return out;
}

/// ln of the weight of the kept units, the others summed out.
inline double log_weight(const Network& network, const Reference& reference, std::span<const double> x, double lambda) {
  double sum = -lambda * network.constant();
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const Layer& layer = network.layers()[l];
    if (network.kept(l)) {
      for (std::size_t u = 0; u < layer.units; ++u)
        sum += x[network.offset(l) + u] *
               (lambda * layer.bias[u] + (l == 0 ? (1 - lambda) * reference.visible.field[u] : 0));
      continue;
    }
    for (const double y : pull(network, reference, l, x, lambda))
      sum += layer.kind == UnitKind::spin ? log_cosh2(y) : softplus(y);
  }
  return sum;
}

/// State number `code` of all units, one bit each.
inline std::vector<double> state(const Network& network, std::size_t code) {
  std::vector<double> x;
  for (const Layer& layer : network.layers())
    for (std::size_t u = 0; u < layer.units; ++u, code >>= 1)
      x.push_back(layer.kind == UnitKind::spin ? 2.0 * static_cast<double>(code & 1) - 1
                                               : static_cast<double>(code & 1));
  return x;
}

/// P(the units of kept (or other) layers are those of `to` | the rest is that of x).
inline double conditional(const Network& network, const Reference& reference, std::span<const double> x,
                          std::span<const double> to, double lambda, bool kept) {
  double p = 1;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    if (network.kept(l) != kept) continue;
    const std::vector<double> y = pull(network, reference, l, x, lambda);
    const bool spin = network.layers()[l].kind == UnitKind::spin;
    for (std::size_t u = 0; u < y.size(); ++u) {
      const double one = logistic(spin ? 2 * y[u] : y[u]);
      p *= to[network.offset(l) + u] > 0 ? one : 1 - one;
    }
  }
  return p;
}

/// P(from -> to) of a sweep: the others given the kept, then the kept given those.
inline double transition(const Network& network, const Reference& reference, std::span<const double> from,
                         std::span<const double> to, double lambda) {
  std::vector<double> middle(from.begin(), from.end());
  for (std::size_t l = 0; l < network.layers().size(); ++l)
    if (!network.kept(l))
      for (std::size_t u = network.offset(l); u < network.offset(l + 1); ++u) middle[u] = to[u];
  return conditional(network, reference, from, to, lambda, false) *
         conditional(network, reference, middle, to, lambda, true);
}

}  // namespace gibbsite::networks

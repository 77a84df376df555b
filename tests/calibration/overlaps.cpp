#include "tests/calibration/overlaps.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gibbsite::calibration {
namespace {

void walsh_hadamard(std::vector<double>& x) {
  for (std::size_t half = 1; half < x.size(); half *= 2)
    for (std::size_t i = 0; i < x.size(); i += 2 * half)
      for (std::size_t j = i; j < i + half; ++j) {
        const double a = x[j], b = x[j + half];
        x[j] = a + b;
        x[j + half] = a - b;
      }
}

/// p(s) of all states (bit i set: spin i is +1), by a Gray code of single flips; those of the last spin held at +1
/// alone where `held`.
std::vector<double> probabilities(const Graph& graph, double beta, bool held) {
  const std::size_t n = graph.sites(), states = std::size_t{1} << (held ? n - 1 : n);
  std::vector<double> energy(states);
  for (std::size_t x = 0; x < states; ++x) {
    const auto s = [&](std::size_t i) { return i < n - (held ? 1 : 0) && (x >> i & 1) == 0 ? -1.0 : 1.0; };
    if (x == 0) {
      for (const Bond& bond : graph.bonds()) energy[0] -= bond.J * s(bond.i) * s(bond.j);
      for (std::size_t i = 0; i < n; ++i) energy[0] -= graph.fields()[i] * s(i);
      continue;
    }
    const auto top = static_cast<std::size_t>(std::bit_width(x) - 1);  // this state is another one with that spin up
    double field = graph.fields()[top];
    for (std::size_t k = graph.first()[top]; k < graph.first()[top + 1]; ++k)
      field += graph.coupling()[k] * s(graph.neighbour()[k]);
    energy[x] = energy[x ^ std::size_t{1} << top] - 2 * field;
  }
  const double least = *std::min_element(energy.begin(), energy.end());
  double sum = 0;
  for (double& e : energy) sum += e = std::exp(-beta * (e - least));
  for (double& p : energy) p /= sum;
  return energy;
}

}  // namespace

std::optional<std::vector<double>> overlap_distribution(const Graph& graph, double beta, std::size_t most_spins) {
  const std::size_t n = graph.sites();
  if (n > most_spins) return std::nullopt;
  const bool held = graph.common_field() == 0.0;
  std::vector<double> p = probabilities(graph, beta, held);
  walsh_hadamard(p);
  for (double& v : p) v *= v / static_cast<double>(p.size());
  walsh_hadamard(p);
  std::vector<double> up(n + 1, 0.0);
  for (std::size_t x = 0; x < p.size(); ++x) {
    const auto unlike = static_cast<std::size_t>(std::popcount(x));
    if (held) {
      up[unlike] += p[x] / 2;
      up[n - unlike] += p[x] / 2;
    } else {
      up[n - unlike] += p[x];
    }
  }
  return up;
}

}  // namespace gibbsite::calibration

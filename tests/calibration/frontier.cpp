#include "tests/calibration/frontier.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gibbsite::calibration {
namespace {

/// In which order spins come, and how wide the frontier gets.
struct Order {
  std::vector<std::size_t> spins;
  std::size_t width = 0;
};

Order order_of(const Graph& graph) {
  const std::size_t n = graph.sites();
  std::vector<std::size_t> missing(n);  // neighbours still to come, parallel bonds counted
  for (std::size_t i = 0; i < n; ++i) missing[i] = graph.degree(i);
  std::vector<char> placed(n, 0);
  Order order;
  std::size_t frontier = 0;
  while (order.spins.size() < n) {
    std::size_t best = n, smallest = n + 2;
    for (std::size_t v = 0; v < n; ++v) {
      if (placed[v] != 0) continue;
      std::size_t closes = 0, left = missing[v];
      for (std::size_t k = graph.first()[v]; k < graph.first()[v + 1]; ++k) {
        const std::size_t u = graph.neighbour()[k];
        std::size_t parallel = 0, before = 0;
        for (std::size_t l = graph.first()[v]; l < graph.first()[v + 1]; ++l)
          if (graph.neighbour()[l] == u) l < k ? ++before : ++parallel;
        if (before == 0 && placed[u] != 0 && missing[u] == parallel) ++closes;
        if (placed[u] != 0) --left;
      }
      // `missing` of v counts neighbours placed already, too
      const std::size_t then = frontier + 1 - closes - (left == 0 ? 1 : 0);
      if (then < smallest) smallest = then, best = v;
    }
    order.spins.push_back(best);
    placed[best] = 1;
    order.width = std::max(order.width, frontier + 1);
    for (std::size_t k = graph.first()[best]; k < graph.first()[best + 1]; ++k) --missing[graph.neighbour()[k]];
    frontier = 0;
    for (std::size_t u = 0; u < n; ++u)
      if (placed[u] != 0)
        for (std::size_t k = graph.first()[u]; k < graph.first()[u + 1]; ++k)
          if (placed[graph.neighbour()[k]] == 0) {
            ++frontier;
            break;
          }
  }
  return order;
}

struct Moments {
  double w = 0, e = 0, ee = 0;
  void add(const Moments& m) {
    w += m.w;
    e += m.e;
    ee += m.ee;
  }
};

}  // namespace

std::optional<Thermal> transfer(const Graph& graph, double beta, std::size_t widest) {
  const std::size_t n = graph.sites();
  const Order order = order_of(graph);
  if (order.width > widest) return std::nullopt;
  std::vector<char> placed(n, 0);
  std::vector<std::size_t> frontier;  // bit b of a state is the spin frontier[b]
  std::vector<Moments> table(1, Moments{1, 0, 0});
  std::size_t levels = 1;           // numbers of spins up so far: 0 .. levels - 1
  double log_scale = 0, floor = 0;  // energies are measured from the sum of what every bond and field could give
  for (const std::size_t v : order.spins) {
    const std::size_t states = std::size_t{1} << frontier.size();
    std::vector<Moments> next(2 * states * (levels + 1));
    double deepest = std::abs(graph.fields()[v]);
    std::vector<std::pair<std::size_t, double>> bonds;  // bit, J
    for (std::size_t k = graph.first()[v]; k < graph.first()[v + 1]; ++k) {
      if (placed[graph.neighbour()[k]] == 0) continue;
      const auto at = std::find(frontier.begin(), frontier.end(), graph.neighbour()[k]);
      bonds.emplace_back(static_cast<std::size_t>(at - frontier.begin()), graph.coupling()[k]);
      deepest += std::abs(graph.coupling()[k]);
    }
    floor -= deepest;
    log_scale += beta * deepest;
    for (std::size_t state = 0; state < states; ++state)
      for (const int s : {-1, 1}) {
        double d = deepest - graph.fields()[v] * s;
        for (const auto& [bit, J] : bonds) d -= J * s * ((state >> bit & 1) != 0 ? 1 : -1);
        const double factor = std::exp(-beta * d);
        const std::size_t to = state + (s > 0 ? states : 0);
        for (std::size_t k = 0; k < levels; ++k) {
          const Moments& m = table[state * levels + k];
          next[to * (levels + 1) + k + (s > 0 ? 1 : 0)].add(
              {factor * m.w, factor * (m.e + d * m.w), factor * (m.ee + 2 * d * m.e + d * d * m.w)});
        }
      }
    ++levels;
    placed[v] = 1;
    frontier.push_back(v);
    table = std::move(next);
    for (std::size_t b = frontier.size(); b-- > 0;) {  // sum over spins that are done
      bool done = true;
      for (std::size_t k = graph.first()[frontier[b]]; k < graph.first()[frontier[b] + 1]; ++k)
        done = done && placed[graph.neighbour()[k]] != 0;
      if (!done) continue;
      const std::size_t half = (std::size_t{1} << frontier.size()) / 2, low = (std::size_t{1} << b) - 1;
      std::vector<Moments> sum(half * levels);
      for (std::size_t state = 0; state < half; ++state)
        for (const std::size_t bit : {std::size_t{0}, std::size_t{1}})
          for (std::size_t k = 0; k < levels; ++k)
            sum[state * levels + k].add(table[(((state & ~low) << 1) + (bit << b) + (state & low)) * levels + k]);
      table = std::move(sum);
      frontier.erase(frontier.begin() + static_cast<std::ptrdiff_t>(b));
    }
    double top = 0;
    for (const Moments& m : table) top = std::max(top, m.w);
    log_scale += std::log(top);
    for (Moments& m : table) m = {m.w / top, m.e / top, m.ee / top};
  }
  Thermal thermal;
  Moments all;
  for (const Moments& m : table) all.add(m);
  for (const Moments& m : table) thermal.up.push_back(m.w / all.w);
  const double excess = all.e / all.w;
  thermal.log_z = log_scale + std::log(all.w);
  thermal.energy = floor + excess;
  thermal.energy_variance = all.ee / all.w - excess * excess;
  return thermal;
}

}  // namespace gibbsite::calibration

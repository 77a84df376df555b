#include "physics/exact/enumeration.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

#include "physics/exact/blocks.hpp"

namespace gibbsite {
namespace {

/// Half the states stand for all: the distribution of up spins is its own mirror image.
void mirror(std::vector<double>& up) {
  const std::size_t n = up.size() - 1;
  for (std::size_t k = 0; 2 * k <= n; ++k) up[k] = up[n - k] = (up[k] + up[n - k]) / 2;
}

/// Energies closer than this are the same.
double energy_tolerance(const Graph& graph) {
  double scale = 0;
  for (const Bond& bond : graph.bonds()) scale += std::abs(bond.J);
  for (const double h : graph.fields()) scale += std::abs(h);
  return 1e-12 * scale;
}

/// Levels of a graph where |J_ij| and h_i are the same everywhere, each counted once.
std::vector<Level> count_levels(const Graph& graph, bool half) {
  const std::size_t n = graph.sites(), bonds = graph.bonds().size();
  const double strength = *graph.common_strength(), field = *graph.common_field();
  std::vector<std::int32_t> signs(bonds);
  std::transform(graph.bonds().begin(), graph.bonds().end(), signs.begin(),
                 [](const Bond& bond) { return bond.J < 0 ? -1 : 1; });
  const Blocks<std::int32_t> blocks(graph, signs, std::vector<std::int32_t>(n, 0), half);
  // The bin of a state: its unsatisfied bonds = (energy + bonds) / 2, then its up spins.
  std::vector<std::uint64_t> counts((bonds + 1) * (n + 1), 0);
#pragma omp parallel
  {
    std::vector<std::uint64_t> mine(counts.size(), 0);
    std::vector<std::int32_t> energy(blocks.states());
#pragma omp for schedule(static)
    for (std::uint64_t y = 0; y < blocks.count(); ++y) {
      const std::size_t up = blocks.energies(y, energy);
      for (std::size_t x = 0; x < blocks.states(); ++x) {
        const std::size_t unsatisfied = (static_cast<std::size_t>(energy[x]) + bonds) / 2;  // modulo 2^64
        ++mine[unsatisfied * (n + 1) + up + blocks.ups()[x]];
      }
    }
#pragma omp critical(gibbsite_count_levels)
    std::transform(mine.begin(), mine.end(), counts.begin(), counts.begin(), std::plus<>());
  }
  std::vector<Level> levels;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    if (counts[bin] == 0) continue;
    const double unsatisfied = static_cast<double>(bin / (n + 1)), up = static_cast<double>(bin % (n + 1));
    const double energy =
        -strength * (static_cast<double>(bonds) - 2 * unsatisfied) - field * (2 * up - static_cast<double>(n));
    levels.push_back({std::log(static_cast<long double>(counts[bin])), energy, bin % (n + 1)});
  }
  return levels;
}

/// Sums over states of w = exp(-beta (E - E_ground)), one per beta.
struct Sums {
  double w = 0, we = 0, wee = 0;  // e = E - E_ground
  std::vector<double> up;         // w, by the number of up spins
};

/// Averages where energies are real numbers: one pass for the ground state, one for the sums, in pieces that do not
/// depend on the number of threads and are added up in order.
Enumeration visit_states(const Graph& graph, std::span<const double> beta, bool half) {
  const std::size_t n = graph.sites();
  std::vector<double> couplings(graph.bonds().size()), fields(graph.fields().begin(), graph.fields().end());
  std::transform(graph.bonds().begin(), graph.bonds().end(), couplings.begin(),
                 [](const Bond& bond) { return bond.J; });
  const Blocks<double> blocks(graph, couplings, fields, half);
  const std::uint64_t pieces = std::min<std::uint64_t>(blocks.count(), 64), per_piece = blocks.count() / pieces;
  const auto for_each_block = [&](auto visit) {
#pragma omp parallel for schedule(dynamic)
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
      std::vector<double> energy(blocks.states());
      for (std::uint64_t y = piece * per_piece; y < (piece + 1) * per_piece; ++y) {
        const std::size_t up = blocks.energies(y, energy);
        visit(piece, up, energy);
      }
    }
  };

  std::vector<double> least(pieces, std::numeric_limits<double>::infinity());
  for_each_block([&](std::uint64_t piece, std::size_t, const std::vector<double>& energy) {
    least[piece] = std::min(least[piece], *std::min_element(energy.begin(), energy.end()));
  });
  Enumeration result;
  result.ground_energy = *std::min_element(least.begin(), least.end());

  const double tolerance = energy_tolerance(graph);
  std::vector<double> ground_states(pieces, 0.0);
  std::vector<std::vector<Sums>> sums(pieces,
                                      std::vector<Sums>(beta.size(), {0, 0, 0, std::vector<double>(n + 1, 0.0)}));
  for_each_block([&](std::uint64_t piece, std::size_t up, std::vector<double>& energy) {
    for (double& e : energy) ground_states[piece] += (e -= result.ground_energy) <= tolerance;
    for (std::size_t b = 0; b < beta.size(); ++b) {
      constexpr double underflow = 700;
      double w = 0, we = 0, wee = 0;
      double* by_up = sums[piece][b].up.data() + up;
      for (std::size_t x = 0; x < energy.size(); ++x) {
        const double e = energy[x], z = beta[b] * e;
        if (z > underflow) continue;
        const double weight = std::exp(-z);
        w += weight;
        we += weight * e;
        wee += weight * e * e;
        by_up[blocks.ups()[x]] += weight;
      }
      sums[piece][b].w += w;
      sums[piece][b].we += we;
      sums[piece][b].wee += wee;
    }
  });
  for (const double states : ground_states) result.ground_states += states;
  for (std::size_t b = 0; b < beta.size(); ++b) {
    Sums total{0, 0, 0, std::vector<double>(n + 1, 0.0)};
    for (const auto& part : sums) {
      total.w += part[b].w;
      total.we += part[b].we;
      total.wee += part[b].wee;
      for (std::size_t k = 0; k <= n; ++k) total.up[k] += part[b].up[k];
    }
    for (double& p : total.up) p /= total.w;
    const double mean = total.we / total.w;
    result.at.push_back({std::log(total.w) - beta[b] * result.ground_energy, result.ground_energy + mean,
                         total.wee / total.w - mean * mean, total.up});
  }
  return result;
}

/// The same from the counts of integer levels.
Enumeration weigh_levels(const Graph& graph, std::span<const double> beta, bool half) {
  const std::vector<Level> levels = count_levels(graph, half);
  const double tolerance = energy_tolerance(graph);
  Enumeration result;
  const auto ground =
      std::min_element(levels.begin(), levels.end(), [](auto& a, auto& b) { return a.energy < b.energy; });
  result.ground_energy = static_cast<double>(ground->energy);
  for (const Level& level : levels)
    if (level.energy <= ground->energy + tolerance)
      result.ground_states += static_cast<double>(std::round(std::exp(level.log_count)));
  for (const double b : beta) result.at.push_back(average_levels(levels, graph.sites(), b));
  return result;
}

}  // namespace

Enumeration enumerate(const Graph& graph, std::span<const double> beta) {
  if (graph.sites() > most_enumerable_spins)
    throw std::invalid_argument("2^" + std::to_string(graph.sites()) + " states are too many to enumerate: at most 2^" +
                                std::to_string(most_enumerable_spins));
  const bool half = graph.common_field() == 0.0;
  Enumeration result = graph.common_strength() && graph.common_field() ? weigh_levels(graph, beta, half)
                                                                       : visit_states(graph, beta, half);
  if (!half) return result;
  result.ground_states *= 2;
  for (Thermal& thermal : result.at) {
    thermal.log_z += std::numbers::ln2;
    mirror(thermal.up);
  }
  return result;
}

}  // namespace gibbsite

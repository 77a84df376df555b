#include "physics/exact/chain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "physics/exact/log_weight.hpp"

namespace gibbsite {
namespace {

using Weights = std::array<LogWeight, 2>;  // of a spin that is -1, +1
constexpr std::array<int, 2> spins{-1, 1};

bool is_ring(std::span<const double> J, std::span<const double> h) {
  if (h.size() >= 2 && J.size() == h.size()) return true;
  if (!h.empty() && J.size() + 1 == h.size()) return false;
  throw std::invalid_argument("a chain of " + std::to_string(h.size()) + " spins cannot have " +
                              std::to_string(J.size()) +
                              " couplings: give one per spin for a ring (of 2 or more), one less for an open chain");
}

bool has_fields(std::span<const double> h) {
  return std::any_of(h.begin(), h.end(), [](double x) { return x != 0; });
}

/// B_i(s) for all i, where the ring closes on a first spin s_0 = `first` (ignored by an open chain).
std::vector<Weights> weigh_rest(std::span<const double> J, std::span<const double> h, double beta, int first) {
  const std::size_t n = h.size();
  std::vector<Weights> rest(n);
  for (std::size_t a = 0; a < 2; ++a)
    rest[n - 1][a] = J.size() == n ? boltzmann_factor(beta, -J[n - 1] * spins[a] * first) : LogWeight(0, 0);
  for (std::size_t i = n - 1; i-- > 0;)
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b)
        rest[i][a] =
            rest[i][a] + boltzmann_factor(beta, -J[i] * spins[a] * spins[b] - h[i + 1] * spins[b]) * rest[i + 1][b];
  return rest;
}

/// Adds `probability` x P(k up | s_0 = spins[first]) to up[k].
void walk(std::span<const double> J, std::span<const double> h, double beta, std::size_t first,
          const std::vector<Weights>& rest, double probability, std::vector<double>& up) {
  constexpr double negligible = 1e-280;  // stay clear of denormal numbers, which are slow
  const std::size_t n = h.size();
  std::array<std::vector<double>, 2> at{std::vector<double>(n + 2, 0.0), std::vector<double>(n + 2, 0.0)};
  at[first][first] = 1;  // P(spin i is a and k of the spins 0 .. i are up) = at[a][k]
  std::vector<double>&down = at[0], &upward = at[1];
  for (std::size_t i = 0; i + 1 < n; ++i) {
    double p[2][2];
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b) {
        const double gain = J[i] * spins[a] * spins[b] + h[i + 1] * spins[b];
        p[a][b] = static_cast<double>(std::exp(beta * gain + rest[i + 1][b].log - rest[i][a].log));
      }
    double carried = 0;  // what enters "spin up" from one up spin fewer
    for (std::size_t k = 0; k <= i + 2; ++k) {
      const double d = down[k], u = upward[k];
      const double stay = d * p[0][0] + u * p[1][0];
      down[k] = stay < negligible ? 0 : stay;
      upward[k] = carried < negligible ? 0 : carried;
      carried = d * p[0][1] + u * p[1][1];
    }
  }
  for (std::size_t k = 0; k <= n; ++k) up[k] += probability * (down[k] + upward[k]);
}

}  // namespace

Thermal solve_chain(std::span<const double> J, std::span<const double> h, double beta) {
  const std::size_t n = h.size();
  is_ring(J, h);
  const bool symmetric = !has_fields(h);
  const std::size_t starts = symmetric ? 1 : 2;  // without fields both first spins are alike, mirrored
  std::array<std::vector<Weights>, 2> rest;
  std::array<LogWeight, 2> part;
  for (std::size_t a = 0; a < starts; ++a) {
    rest[a] = weigh_rest(J, h, beta, spins[a]);
    part[a] = boltzmann_factor(beta, -h[0] * spins[a]) * rest[a][0][a];
  }
  if (symmetric) part[1] = part[0];
  const LogWeight z = part[0] + part[1];
  Thermal thermal{static_cast<double>(z.log), static_cast<double>(0 - z.first), static_cast<double>(z.second), {}};
  if (n > longest_magnetised_chain) return thermal;
  thermal.up.assign(n + 1, 0.0);
  for (std::size_t a = 0; a < starts; ++a)
    walk(J, h, beta, a, rest[a], static_cast<double>(std::exp(part[a].log - z.log)), thermal.up);
  if (symmetric)
    for (std::size_t k = 0; 2 * k <= n; ++k) thermal.up[k] = thermal.up[n - k] = thermal.up[k] + thermal.up[n - k];
  return thermal;
}

double chain_ground_energy(std::span<const double> J, std::span<const double> h) {
  const std::size_t n = h.size();
  const bool ring = is_ring(J, h);
  double ground = std::numeric_limits<double>::infinity();
  for (const int first : spins) {
    std::array<double, 2> least;  // of the spins so far, the last being -1, +1
    for (std::size_t b = 0; b < 2; ++b)
      least[b] = spins[b] == first ? -h[0] * first : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i + 1 < n; ++i) {
      std::array<double, 2> next;
      for (std::size_t b = 0; b < 2; ++b)
        next[b] = std::min(least[0] + J[i] * spins[b], least[1] - J[i] * spins[b]) - h[i + 1] * spins[b];
      least = next;
    }
    for (std::size_t b = 0; b < 2; ++b) ground = std::min(ground, least[b] - (ring ? J[n - 1] * spins[b] * first : 0));
  }
  return ground;
}

}  // namespace gibbsite

/// A first-order transition in temperature with an exact answer: 60 spins bonded with J = 1.4/60 each to each, in a
/// field of -0.37; 60 more in a field of 0.6, each bonded to every one of the first with J = 0.6/60; then a random
/// gauge, s_i
/// -> e_i s_i, so that no order meets the eye. At beta = 2 the phase with M = 60 outweighs the other by e^14, but
/// chains that come from hot states all but always fall into the one with M = -60.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "physics/chance.hpp"
#include "physics/graph.hpp"

namespace gibbsite::two_phases {

inline Graph graph(std::uint64_t seed) {
  constexpr std::uint32_t half = 60;
  std::vector<Bond> bonds;
  std::vector<double> h(2 * half), gauge(2 * half);
  Chance chance(Stream(Key(seed), Purpose::test, 0, 0));
  for (double& e : gauge) e = chance.coin(Coin(0.5)) ? 1 : -1;
  for (std::uint32_t i = 0; i < half; ++i) {
    for (std::uint32_t j = i + 1; j < half; ++j) bonds.push_back({i, j, 1.4 / half * gauge[i] * gauge[j]});
    for (std::uint32_t j = half; j < 2 * half; ++j) bonds.push_back({i, j, 0.6 / half * gauge[i] * gauge[j]});
    h[i] = -0.37 * gauge[i];
    h[i + half] = 0.6 * gauge[i + half];
  }
  return Graph(std::move(bonds), std::move(h));
}

/// ln Z from the sum over M.
inline double log_z(double beta) {
  double largest = -1e300, sum = 0;
  std::vector<double> terms;
  for (int up = 0; up <= 60; ++up) {
    const double M = 2 * up - 60, field = beta * (0.6 + 0.6 * M / 60);
    terms.push_back(std::lgamma(61) - std::lgamma(up + 1) - std::lgamma(61 - up) -
                    beta * (-1.4 * (M * M - 60) / 120 + 0.37 * M) +
                    60 * (std::abs(field) + std::log1p(std::exp(-2 * std::abs(field)))));
    largest = std::max(largest, terms.back());
  }
  for (const double t : terms) sum += std::exp(t - largest);
  return largest + std::log(sum);
}

}  // namespace gibbsite::two_phases

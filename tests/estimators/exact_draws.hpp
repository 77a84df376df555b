/// Draws of small Ising systems from their exact distribution, as correlated as wanted: a chain keeps its state with
/// probability `keep` and else draws a new one, so tau = (1 + keep) / (1 - keep) / 2 for every observable; and rungs
/// may exchange states as in tempering, which keeps all distributions and correlates the rungs.
#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "estimators/temperature_curves.hpp"
#include "physics/graph.hpp"
#include "tests/estimators/synthetic.hpp"

namespace gibbsite::synthetic {

struct State {
  double energy, m;
};

/// All states of a system by energy and magnetisation, with ln of their number.
class Spectrum {
 public:
  explicit Spectrum(const Graph& graph) {
    const std::size_t n = graph.sites();
    std::map<std::pair<double, double>, double> counts;
    for (std::uint64_t x = 0; x < std::uint64_t{1} << n; ++x) {
      const auto s = [&](std::size_t i) { return (x >> i & 1) != 0 ? 1.0 : -1.0; };
      double e = 0, m = 0;
      for (const Bond& bond : graph.bonds()) e -= bond.J * s(bond.i) * s(bond.j);
      for (std::size_t i = 0; i < n; ++i) e -= graph.fields()[i] * s(i);
      for (std::size_t i = 0; i < n; ++i) m += s(i);
      ++counts[{e, m / static_cast<double>(n)}];
    }
    for (const auto& [state, count] : counts) {
      states.push_back({state.first, state.second});
      log_count.push_back(std::log(count));
    }
  }
  /// The L x L torus by energy alone, P. D. Beale, Phys. Rev. Lett. 76, 78 (1996): level i has energy 4 i - 2 L^2.
  explicit Spectrum(int L) {
    std::ifstream in(GIBBSITE_SOURCE_DIR "/tests/data/density_of_states_square_" + std::to_string(L) + ".txt");
    double energy = -2 * L * L;
    for (long double count; in >> count; energy += 4)
      if (count > 0) {
        states.push_back({energy, 0});
        log_count.push_back(static_cast<double>(std::log(count)));
      }
  }

  std::vector<double> cumulative(double beta) const {
    std::vector<double> sum;
    double total = 0, top = -1e300;
    for (std::size_t i = 0; i < states.size(); ++i) top = std::max(top, log_count[i] - beta * states[i].energy);
    for (std::size_t i = 0; i < states.size(); ++i)
      sum.push_back(total += std::exp(log_count[i] - beta * states[i].energy - top));
    for (double& v : sum) v /= total;
    return sum;
  }

  std::vector<State> states;
  std::vector<double> log_count;
};

struct Plan {
  std::vector<double> beta;
  std::size_t chains = 2, draws = 1000;
  double keep = 0;
  bool exchange = false;
};

struct Drawn {
  Plan plan;
  std::vector<double> energy, m;  // [chain][draw][beta]

  SystemDraws view(double sites, bool symmetric = true) const {
    return {plan.beta,   energy, m,
            plan.chains, sites,  symmetric ? MeanMagnetization::zero_by_symmetry : MeanMagnetization::measured};
  }
};

inline Drawn draw(const Spectrum& spectrum, const Plan& plan, std::uint64_t run, std::uint64_t test = 900) {
  Normal random(test, run);
  Drawn drawn{plan, {}, {}};
  std::vector<std::vector<double>> cumulative;
  for (const double beta : plan.beta) cumulative.push_back(spectrum.cumulative(beta));
  const auto fresh = [&](std::size_t k) {
    const auto& c = cumulative[k];
    const auto at = std::upper_bound(c.begin(), c.end() - 1, random.uniform()) - c.begin();
    return spectrum.states[static_cast<std::size_t>(at)];
  };
  for (std::size_t c = 0; c < plan.chains; ++c) {
    std::vector<State> rung;
    for (std::size_t k = 0; k < plan.beta.size(); ++k) rung.push_back(fresh(k));
    for (std::size_t t = 0; t < plan.draws; ++t) {
      for (std::size_t k = 0; k < rung.size(); ++k)
        if (random.uniform() >= plan.keep) rung[k] = fresh(k);
      for (std::size_t k = t % 2; plan.exchange && k + 1 < rung.size(); k += 2) {
        const double log_ratio = (plan.beta[k + 1] - plan.beta[k]) * (rung[k + 1].energy - rung[k].energy);
        if (std::log(random.uniform()) < log_ratio) std::swap(rung[k], rung[k + 1]);
      }
      for (const State& s : rung) {
        drawn.energy.push_back(s.energy);
        drawn.m.push_back(s.m);
      }
    }
  }
  return drawn;
}

}  // namespace gibbsite::synthetic

/// Hamiltonian Monte Carlo on U(x) = -ln p_lambda(x), for a few replicas at once (Duane, Kennedy, Pendleton & Roweth,
/// PLB 195, 216 (1987); Neal, arXiv:1206.1901). Momenta p ~ N(0, 1); a step h of leapfrog, with the scale s of the
/// reference as units of length:
///   p -= (h s / 2) dU/dx,   x += h s p,   p -= (h s / 2) dU/dx,
/// repeated n times, then accepted with min(1, exp(-dH)), H = U + |p|^2 / 2; where it is refused x returns and p turns
/// round. n is drawn uniformly from 1 ... 2 steps - 1, so that no period of the system is met again and again
/// (Mackenzie, Biometrika 76, 369 (1989)).
///   steps = 1                      Langevin with Metropolis' correction: x' = x - (h s)^2/2 dU/dx + h s xi (MALA;
///                                  Rossky, Doll & Friedman 1978; Roberts & Tweedie, Bernoulli 2, 341 (1996))
///   refreshments K > 1, memory c   underdamped Langevin: K times p <- c p + sqrt(1 - c^2) xi and one trajectory, whose
///                                  momenta are kept (Horowitz, PLB 268, 247 (1991)); a sweep begins with fresh ones.
///                                  With steps = 1 this is OBABO with its Metropolis correction. BAOAB (Leimkuhler &
///                                  Matthews, Appl. Math. Res. Express 2013, 34), better where nothing is corrected,
///                                  can be corrected too, by the energy gained in all but O, but that is of order h^2,
///                                  not h^3: on N(0, 1)^100 at h = 0.4, c = 0.5 it refuses 14.6 % where OBABO does 6.4,
///                                  and 9.3 against 6.4 at c = 0.9
/// Each trajectory draws its h uniformly from `least` of it to all: where -ln p grows faster than a square, steps that
/// suit its middle are refused for long far outside (Roberts & Tweedie, sec. 4), and a run that never came there knows
/// nothing of it; some short steps lead there and back.
/// h = stride d^(-1/6) with steps = 1, else stride d^(-1/4): then the stride hardly depends on d (Beskos et al.,
/// Bernoulli 19, 1501 (2013)). Every sweep is its own time reversal, as all its parts are. Tally: trajectories, and
/// the sum of min(1, exp(-dH)), which tunes with less noise than what was accepted of them. Cost: `steps` gradients for
/// each refreshment, on average. Energies with a faster way (physics/continuous/leapfrog.hpp) take it, eight replicas
/// side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "physics/chance.hpp"
#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "physics/continuous/leapfrog.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/side_by_side.hpp"

namespace gibbsite {

struct HamiltonianOptions {
  std::uint32_t steps = 10;        ///< of a trajectory, on average
  std::uint32_t refreshments = 1;  ///< trajectories of a sweep
  double memory = 0;               ///< c, what momenta keep from one trajectory of a sweep to the next
  double least = 1;                ///< steps of a trajectory are drawn from least h ... h
};

/// Replicas at work: states [replica][d], their energies and gradients of E (without model.leapfrog()), and where each
/// stands on the path.
struct Cloud {
  const ContinuousEnergy& model;
  const ContinuousReference& reference;
  std::span<double> x, energy, gradient;
  std::span<const Setting> setting;
  std::span<Tally> tally;
  std::size_t count() const noexcept { return energy.size(); }
};

/// What makes the moves exact. step: how long one is, the same wherever the replica stands; accept: whether a
/// trajectory over which U + |p|^2/2 rose by `rise` is kept; refuse: what momenta become where it is not.
struct Metropolised {
  static double step(double h, std::span<const double>) noexcept { return h; }
  static bool accept(double rise, Chance& chance) { return rise <= 0 || chance.uniform() < std::exp(-rise); }
  static void refuse(std::span<double> p) noexcept {
    for (double& value : p) value = -value;
  }
};

template <class Rules = Metropolised>
class Hamiltonian {
 public:
  /// Scratch memory, which carries nothing from one sweep to the next.
  struct Workspace {
    std::vector<double> p, q, momentum, energy, gradient, step, before;
    std::vector<std::uint32_t> length;
    std::vector<std::size_t> order;
    std::vector<Lanes> x_lanes, p_lanes;
  };

  explicit Hamiltonian(HamiltonianOptions options) : options_(options) {}
  const HamiltonianOptions& options() const noexcept { return options_; }

  /// One sweep of all replicas of the cloud. chance: one source per replica.
  void sweep(const Cloud& cloud, std::span<Chance> chance, Workspace& w) const {
    const std::size_t d = cloud.model.units(), count = cloud.count();
    const Leapfrog* leapfrog = cloud.model.leapfrog();
    w.p.resize(count * d);
    for (std::uint32_t k = 0; k < options_.refreshments; ++k) {
      const double keep = k == 0 ? 0 : options_.memory, fresh = std::sqrt(1 - keep * keep);
      for (std::size_t r = 0; r < count; ++r) refresh(row(w.p, r, d), keep, fresh, chance[r], leapfrog != nullptr, w);
      plan(cloud, chance, w);
      if (leapfrog != nullptr)
        fly(*leapfrog, cloud, chance, w);
      else
        move(cloud, chance, w);
    }
  }

 private:
  static std::span<double> row(std::vector<double>& all, std::size_t r, std::size_t d) {
    return std::span(all).subspan(r * d, d);
  }
  static double kinetic(std::span<const double> p) {
    double sum = 0;
    for (const double value : p) sum += value * value;
    return 0.5 * sum;
  }

  static void refresh(std::span<double> p, double keep, double fresh, Chance& chance, bool many, Workspace& w) {
    if (!many) {
      for (double& value : p) value = keep == 0 ? chance.normal() : keep * value + fresh * chance.normal();
    } else if (keep == 0) {
      draw_normals(p, chance);
    } else {
      w.before.resize(p.size());
      draw_normals(w.before, chance);
      for (std::size_t i = 0; i < p.size(); ++i) p[i] = keep * p[i] + fresh * w.before[i];
    }
  }

  /// How many steps each replica makes, and how long. Those with the most come first, so that the others need no
  /// gradients once they have arrived.
  void plan(const Cloud& cloud, std::span<Chance> chance, Workspace& w) const {
    const std::size_t d = cloud.model.units(), count = cloud.count();
    w.length.assign(count, 1);
    if (options_.steps > 1)
      for (std::size_t r = 0; r < count; ++r)
        w.length[r] = 1 + static_cast<std::uint32_t>(chance[r].pick(2 * options_.steps - 1));
    w.order.resize(count);
    std::iota(w.order.begin(), w.order.end(), std::size_t{0});
    std::stable_sort(w.order.begin(), w.order.end(),
                     [&](std::size_t a, std::size_t b) { return w.length[a] > w.length[b]; });
    w.step.resize(count);
    const double shrink = std::pow(static_cast<double>(d), options_.steps == 1 ? -1.0 / 6 : -0.25);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t r = w.order[k];
      const double part = options_.least < 1 ? options_.least + (1 - options_.least) * chance[r].uniform() : 1;
      w.step[k] =
          cloud.reference.scale() * Rules::step(part * cloud.setting[r].stride * shrink, cloud.x.subspan(r * d, d));
    }
  }

  /// One trajectory of each replica.
  void move(const Cloud& cloud, std::span<Chance> chance, Workspace& w) const {
    const std::size_t d = cloud.model.units(), count = cloud.count();
    w.q.resize(count * d);
    w.momentum.resize(count * d);
    w.gradient.resize(count * d);
    w.energy.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t r = w.order[k];
      const std::span<const double> x = cloud.x.subspan(r * d, d), p = row(w.p, r, d),
                                    g = cloud.gradient.subspan(r * d, d);
      std::copy(x.begin(), x.end(), row(w.q, k, d).begin());
      std::copy(p.begin(), p.end(), row(w.momentum, k, d).begin());
      std::copy(g.begin(), g.end(), row(w.gradient, k, d).begin());
    }
    std::size_t moving = count;
    for (std::size_t k = 0; k < count; ++k) kick(cloud, w, k, 0.5);
    for (std::uint32_t step = 0; step < w.length[w.order[0]]; ++step) {
      while (moving > 0 && w.length[w.order[moving - 1]] <= step) --moving;
      for (std::size_t k = 0; k < moving; ++k) {
        const auto q = row(w.q, k, d), p = row(w.momentum, k, d);
        for (std::size_t i = 0; i < d; ++i) q[i] += w.step[k] * p[i];
      }
      cloud.model.evaluate(std::span(w.q).first(moving * d), std::span(w.energy).first(moving),
                           std::span(w.gradient).first(moving * d));
      for (std::size_t k = 0; k < moving; ++k)  // two half kicks follow one another, but at the end
        kick(cloud, w, k, w.length[w.order[k]] == step + 1 ? 0.5 : 1);
    }
    for (std::size_t k = 0; k < count; ++k) settle(cloud, chance, w, k);
  }

  void kick(const Cloud& cloud, Workspace& w, std::size_t k, double part) const {
    const std::size_t d = cloud.model.units();
    const double lambda = cloud.setting[w.order[k]].lambda, by = part * w.step[k];
    const double back = by * cloud.reference.stiffness(lambda), pull = by * lambda, mean = cloud.reference.mean();
    double* p = w.momentum.data() + k * d;
    const double *q = w.q.data() + k * d, *g = w.gradient.data() + k * d;
    for (std::size_t i = 0; i < d; ++i) p[i] -= back * (q[i] - mean) + pull * g[i];
  }

  /// The same, eight side by side.
  void fly(const Leapfrog& leapfrog, const Cloud& cloud, std::span<Chance> chance, Workspace& w) const {
    const std::size_t d = cloud.model.units();
    w.x_lanes.resize(d);
    w.p_lanes.resize(d);
    for (std::size_t begin = 0; begin < cloud.count(); begin += Lanes::count) {
      const auto which = std::span(w.order).subspan(begin, std::min(Lanes::count, cloud.count() - begin));
      Flight flight{.x = w.x_lanes, .p = w.p_lanes, .mean = cloud.reference.mean()};
      Lanes energy;
      for (std::size_t s = 0; s < which.size(); ++s) {
        flight.step.of[s] = w.step[begin + s];
        flight.steps[s] = w.length[which[s]];
        flight.lambda.of[s] = cloud.setting[which[s]].lambda;
        flight.stiffness.of[s] = cloud.reference.stiffness(flight.lambda.of[s]);
        energy.of[s] = cloud.energy[which[s]];
      }
      put_side_by_side(cloud.x, which, w.x_lanes);
      put_side_by_side(w.p, which, w.p_lanes);
      const Lanes u = potentials(cloud.reference, w.x_lanes, energy, flight.lambda), k = half_squares(w.p_lanes, 0);
      leapfrog.fly(flight, energy);
      const Lanes v = potentials(cloud.reference, w.x_lanes, energy, flight.lambda), l = half_squares(w.p_lanes, 0);
      for (std::size_t s = 0; s < which.size(); ++s) {
        const std::size_t r = which[s];
        const bool kept = accept(v.of[s] + l.of[s] - u.of[s] - k.of[s], cloud.tally[r], chance[r]);
        if (kept) take_lane(w.x_lanes, s, cloud.x.subspan(r * d, d));
        if (kept) cloud.energy[r] = energy.of[s];
        if (options_.refreshments == 1) continue;  // nobody asks for the momenta
        if (kept)
          take_lane(w.p_lanes, s, row(w.p, r, d));
        else
          Rules::refuse(row(w.p, r, d));
      }
    }
  }

  void settle(const Cloud& cloud, std::span<Chance> chance, Workspace& w, std::size_t k) const {
    const std::size_t d = cloud.model.units(), r = w.order[k];
    const auto x = cloud.x.subspan(r * d, d), q = row(w.q, k, d), end = row(w.momentum, k, d), begin = row(w.p, r, d);
    const double lambda = cloud.setting[r].lambda;
    const double rise = cloud.reference.potential(q, w.energy[k], lambda) + kinetic(end) -
                        cloud.reference.potential(x, cloud.energy[r], lambda) - kinetic(begin);
    if (accept(rise, cloud.tally[r], chance[r])) {
      std::copy(q.begin(), q.end(), x.begin());
      std::copy(end.begin(), end.end(), begin.begin());
      cloud.energy[r] = w.energy[k];
      const auto g = row(w.gradient, k, d);
      std::copy(g.begin(), g.end(), cloud.gradient.begin() + static_cast<std::ptrdiff_t>(r * d));
    } else {
      Rules::refuse(begin);
    }
  }
  static bool accept(double rise, Tally& tally, Chance& chance) {
    const bool finite = std::isfinite(rise);  // nothing is worth more than any number
    tally.tried += 1;
    tally.accepted += finite ? std::min(1.0, std::exp(-rise)) : 0;
    return finite && Rules::accept(rise, chance);
  }

  HamiltonianOptions options_;
};

}  // namespace gibbsite

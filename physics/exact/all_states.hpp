/// Exact averages of any model whose states can be listed, by visiting all of them:
///   Z = sum_x exp(-beta E(x)),  <A> = sum_x A(x) exp(-beta E(x)) / Z.
///
/// Units count up as the digits of an odometer do, the first one fastest. Weights are taken relative to the lowest
/// energy seen so far. The states are cut in pieces that do not depend on the number of threads and are added up in
/// order. Cost: an energy from scratch and the observables for each state, and an exponential for each beta; the Ising
/// model has physics/exact/enumeration.hpp, a hundred times as fast.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "physics/concepts.hpp"

namespace gibbsite {

/// At one beta. mean and square: of A and of A^2, one per observable of the model.
struct StateAverages {
  double log_z = 0, energy = 0, energy_variance = 0;
  std::vector<double> mean, square;
};

struct StateSums {
  double ground_energy = 0;
  double ground_states = 0;  ///< how many states have it, to 1e-12 of the largest |E|
  std::vector<StateAverages> at;
};

/// The number of states, infinite where a double cannot hold it.
template <Enumerable M>
double count_states(const M& model) {
  double count = 1;
  for (std::size_t i = 0; i < model.units(); ++i) count *= static_cast<double>(model.states(i));
  return count;
}

/// x becomes state number `index`: its digit i, of base states(i), is the state of unit i.
template <Enumerable M>
void set_state_number(const M& model, std::span<typename M::Unit> x, std::uint64_t index) {
  for (std::size_t i = 0; i < model.units(); ++i) {
    model.set_state(x, i, static_cast<std::size_t>(index % model.states(i)));
    index /= model.states(i);
  }
}

/// Calls see(x) for states begin ... end - 1, in order.
template <Enumerable M, class See>
void for_each_state(const M& model, std::uint64_t begin, std::uint64_t end, See see) {
  std::vector<typename M::Unit> x(model.units());
  std::vector<std::size_t> digit(model.units());
  std::uint64_t index = begin;
  for (std::size_t i = 0; i < digit.size(); ++i) {
    digit[i] = static_cast<std::size_t>(index % model.states(i));
    index /= model.states(i);
    model.set_state(x, i, digit[i]);
  }
  for (std::uint64_t k = begin; k < end; ++k) {
    see(std::span<const typename M::Unit>(x));
    for (std::size_t i = 0; i < digit.size(); ++i) {
      digit[i] = digit[i] + 1 == model.states(i) ? 0 : digit[i] + 1;
      model.set_state(x, i, digit[i]);
      if (digit[i] != 0) break;
    }
  }
}

namespace all_states {

/// Sums of w = exp(-beta (E - lowest)), with e = E - lowest.
struct Sums {
  double w = 0, we = 0, wee = 0;
  std::vector<double> wa, waa;  // of the observables

  /// The same, relative to an energy that is lower by `drop`.
  void lower(double beta, double drop) {
    if (w == 0) return;
    const double factor = std::exp(-beta * drop);
    wee = factor * (wee + 2 * drop * we + drop * drop * w);
    we = factor * (we + drop * w);
    w *= factor;
    for (double& a : wa) a *= factor;
    for (double& a : waa) a *= factor;
  }
};

/// States that one thread visits.
struct Piece {
  double lowest = std::numeric_limits<double>::infinity(), largest = 0;  // E, |E|
  double ground_states = 0;                                              // that have the lowest energy
  std::vector<Sums> sums;                                                // one per beta

  double tolerance() const { return 1e-12 * largest; }
  /// Energies from now on are relative to `energy`, which is lower than what has been seen.
  void lower(std::span<const double> beta, double energy) {
    if (lowest - energy > tolerance()) ground_states = 0;
    for (std::size_t b = 0; b < beta.size(); ++b) sums[b].lower(beta[b], lowest - energy);
    lowest = energy;
  }
};

}  // namespace all_states

/// Averages over all states at each beta >= 0. The model must have at most 2^53 of them; how many are worth waiting for
/// is the caller's affair.
template <Enumerable M>
StateSums sum_states(const M& model, std::span<const double> beta) {
  const auto count = static_cast<std::uint64_t>(count_states(model));
  const std::size_t observables = model.observables().size();
  const std::uint64_t pieces = std::min<std::uint64_t>(count, 64);
  const all_states::Sums none{0, 0, 0, std::vector<double>(observables, 0.0), std::vector<double>(observables, 0.0)};
  std::vector<all_states::Piece> piece(pieces);
  const auto begin_of = [&](std::uint64_t p) { return count / pieces * p + std::min(p, count % pieces); };
#pragma omp parallel for schedule(dynamic)
  for (std::uint64_t p = 0; p < pieces; ++p) {
    all_states::Piece& mine = piece[p];
    mine.sums.assign(beta.size(), none);
    std::vector<double> seen(observables);
    for_each_state(model, begin_of(p), begin_of(p + 1), [&](auto x) {
      const double energy = model.energy(x);
      mine.largest = std::max(mine.largest, std::abs(energy));
      if (energy < mine.lowest) mine.lower(beta, energy);
      mine.ground_states += energy - mine.lowest <= mine.tolerance();
      model.observe(x, energy, seen);
      const double e = energy - mine.lowest;
      for (std::size_t b = 0; b < beta.size(); ++b) {
        all_states::Sums& sums = mine.sums[b];
        const double w = std::exp(-beta[b] * e);
        sums.w += w;
        sums.we += w * e;
        sums.wee += w * e * e;
        for (std::size_t k = 0; k < observables; ++k) {
          sums.wa[k] += w * seen[k];
          sums.waa[k] += w * seen[k] * seen[k];
        }
      }
    });
  }

  StateSums result;
  result.ground_energy = piece[0].lowest;
  for (const all_states::Piece& one : piece) result.ground_energy = std::min(result.ground_energy, one.lowest);
  for (all_states::Piece& one : piece) {
    one.lower(beta, result.ground_energy);
    result.ground_states += one.ground_states;
  }
  for (std::size_t b = 0; b < beta.size(); ++b) {
    all_states::Sums total = none;
    for (const all_states::Piece& one : piece) {
      total.w += one.sums[b].w;
      total.we += one.sums[b].we;
      total.wee += one.sums[b].wee;
      for (std::size_t k = 0; k < observables; ++k) {
        total.wa[k] += one.sums[b].wa[k];
        total.waa[k] += one.sums[b].waa[k];
      }
    }
    const double e = total.we / total.w;
    StateAverages at{std::log(total.w) - beta[b] * result.ground_energy,
                     result.ground_energy + e,
                     total.wee / total.w - e * e,
                     {},
                     {}};
    for (std::size_t k = 0; k < observables; ++k) {
      at.mean.push_back(total.wa[k] / total.w);
      at.square.push_back(total.waa[k] / total.w);
    }
    result.at.push_back(std::move(at));
  }
  return result;
}

}  // namespace gibbsite

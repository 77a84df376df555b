/// The laws of kernels, on systems small enough to write the transition matrix of one sweep down.
///
/// States are numbered as physics/exact/all_states.hpp does: of spins 0 .. 2^N - 1, bit i is spin i. P(i, j) is the
/// probability that a sweep leads from i to j; p is the Boltzmann distribution, from the equation of the energy. A law
/// is a function that gives a verdict, so that mutants can stand trial too.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "physics/ising.hpp"
#include "samplers/kernels/kernel.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/physics/models.hpp"
#include "tests/samplers/enumerator.hpp"

namespace gibbsite::laws {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::RowVectorXd;

struct Verdict {
  bool passed = false;
  std::string reason;
  explicit operator bool() const { return passed; }
  friend std::ostream& operator<<(std::ostream& out, const Verdict& verdict) { return out << verdict.reason; }
};

inline std::vector<std::int8_t> spins_of(std::size_t state, std::size_t n) {
  std::vector<std::int8_t> s(n);
  for (std::size_t i = 0; i < n; ++i) s[i] = (state >> i & 1U) != 0 ? 1 : -1;
  return s;
}
inline std::size_t number_of(std::span<const std::int8_t> s) {
  std::size_t state = 0;
  for (std::size_t i = 0; i < s.size(); ++i) state |= std::size_t{s[i] > 0} << i;
  return state;
}
inline Eigen::Index at(std::size_t k) { return static_cast<Eigen::Index>(k); }

/// E of every state, from the bonds and fields themselves.
inline Vector energies(const Graph& graph) {
  const std::size_t states = std::size_t{1} << graph.sites();
  Vector energy = Vector::Zero(at(states));
  for (std::size_t k = 0; k < states; ++k) {
    const auto s = spins_of(k, graph.sites());
    for (const Bond& bond : graph.bonds()) energy[at(k)] -= bond.J * s[bond.i] * s[bond.j];
    for (std::size_t i = 0; i < s.size(); ++i) energy[at(k)] -= graph.fields()[i] * s[i];
  }
  return energy;
}

/// The same, by the equation in the row of a model.
template <class M>
Vector energies(const test::ModelCase<M>& row, const M& model) {
  Vector energy(at(static_cast<std::size_t>(count_states(model))));
  Eigen::Index k = 0;
  for_each_state(model, 0, static_cast<std::uint64_t>(energy.size()),
                 [&](auto x) { energy[k++] = row.energy(model.graph(), x); });
  return energy;
}

inline Vector boltzmann(const Vector& energy, double beta) {
  const Vector weight = (-beta * (energy.array() - energy.minCoeff())).exp();
  return weight / weight.sum();
}
inline Vector boltzmann(const Graph& graph, double beta) { return boltzmann(energies(graph), beta); }

/// Numbers of the states of a model, and back.
template <Enumerable M>
class States {
  using Unit = typename M::Unit;
  static_assert(sizeof(Unit) == 1);

 public:
  explicit States(const M& model) : model_(&model), digit_(model.units()) {
    std::vector<Unit> x(model.units());
    for (std::size_t i = 0; i < x.size(); ++i)
      for (std::size_t k = 0; k < model.states(i); ++k) {
        model.set_state(x, i, k);
        digit_[i][static_cast<std::uint8_t>(x[i])] = k;
      }
  }
  std::size_t count() const { return static_cast<std::size_t>(count_states(*model_)); }
  std::vector<Unit> operator[](std::size_t number) const {
    std::vector<Unit> x(model_->units());
    set_state_number<M>(*model_, x, number);
    return x;
  }
  std::size_t number_of(std::span<const Unit> x) const {
    std::size_t number = 0;
    for (std::size_t i = x.size(); i-- > 0;)
      number = number * model_->states(i) + digit_[i][static_cast<std::uint8_t>(x[i])];
    return number;
  }

 private:
  const M* model_;
  std::vector<std::array<std::size_t, 256>> digit_;  // of a unit, by its byte
};

template <Enumerable M, class K>
Matrix transition_matrix(const M& model, const K& kernel, double beta, double stride = 1,
                         Direction order = Direction::forward) {
  const States<M> states(model);
  const auto moves = kernel.prepare(model, beta);
  typename K::Workspace scratch;
  Matrix P = Matrix::Zero(at(states.count()), at(states.count()));
  std::vector<typename M::Unit> start, s;
  for (std::size_t from = 0; from < states.count(); ++from) {
    start = states[from];
    for_each_outcome(
        [&](Enumerator& chance) {
          s = start;
          Tally tally;
          kernel.sweep(model, moves, s, stride, order, chance, tally, scratch);
        },
        [&](double probability) { P(at(from), at(states.number_of(s))) += probability; });
  }
  return P;
}

inline Verdict judge(double distance, double allowed, const std::string& what) {
  std::ostringstream reason;
  reason << what << " by " << distance << ", allowed " << allowed;
  return {distance <= allowed, reason.str()};
}

inline Verdict rows_sum_to_one(const Matrix& P) {
  return judge((P.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-12, "a row of P misses 1");
}

/// p P = p.
inline Verdict invariance(const Matrix& P, const Vector& p) {
  return judge((p * P - p).cwiseAbs().maxCoeff(), 1e-12, "p P misses p");
}

/// From every start, P^n comes to p; n = 1, 2, 4, ..., 2^40.
inline Verdict convergence(const Matrix& P, const Vector& p) {
  Matrix power = P;
  double distance = 1;
  for (int doubling = 0; doubling <= 40; ++doubling) {
    distance = 0.5 * (power.rowwise() - p).cwiseAbs().rowwise().sum().maxCoeff();
    if (distance < 1e-8) break;
    power = power * power;
    for (Eigen::Index row = 0; row < power.rows(); ++row) power.row(row) /= power.row(row).sum();
  }
  return judge(distance, 1e-8, "P^n misses p");
}

/// p_i P(i, j) = p_j R(j, i), R the matrix of the reversed sweep.
inline Verdict time_reversal(const Matrix& P, const Matrix& R, const Vector& p) {
  const Matrix forward = p.asDiagonal() * P, backward = (p.asDiagonal() * R).transpose();
  return judge((forward - backward).cwiseAbs().maxCoeff(), 1e-12, "flow forward misses flow backward");
}

struct Verdicts {
  Verdict rows, invariance, convergence, time_reversal;
};

/// energy: of every state, by the equation.
template <Enumerable M, class K>
Verdicts judge_kernel(const M& model, const Vector& energy, const K& kernel, double beta, double stride = 1) {
  const Vector p = boltzmann(energy, beta);
  const Matrix P = transition_matrix(model, kernel, beta, stride);
  const Matrix R = transition_matrix(model, kernel, beta, stride, Direction::reversed);
  return {rows_sum_to_one(P), invariance(P, p), convergence(P, p), time_reversal(P, R, p)};
}

template <class K>
Verdicts judge_kernel(const Ising& model, const K& kernel, double beta, double stride = 1) {
  return judge_kernel(model, energies(model.graph()), kernel, beta, stride);
}

/// Metropolis that always accepts a flip without cost: a mutant, which in a fixed order goes in circles.
struct AlwaysFree : Metropolis {
  using Metropolis::Metropolis;
  struct Flips {
    const Ising* model;
    double beta;
    template <class C>
    bool attempt(std::span<std::int8_t> s, std::size_t i, C& chance) const {
      if (!chance.coin(Coin(std::exp(std::min(0.0, -2 * beta * model->local_field(s, i) * s[i]))))) return false;
      model->flip(s, i);
      return true;
    }
  };
  auto prepare(const Ising& model, double beta) const { return Flips{&model, beta}; }
};

/// A kernel that believes the temperature is twice what it is: heat bath with exp(-beta f), Wolff with 1 - exp(-beta
/// J).
template <class K>
struct AtHalfBeta : K {
  using K::K;
  explicit AtHalfBeta(K kernel) : K(std::move(kernel)) {}
  template <class M>
  auto prepare(const M& model, double lambda) const {
    return K::prepare(model, lambda / 2);
  }
};

}  // namespace gibbsite::laws

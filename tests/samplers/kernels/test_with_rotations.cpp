/// A heat bath over rotations of the whole state leaves p invariant behind any kernel, is its own time reversal, and
/// reaches what single sites do not; a mutant that takes all rotations alike is found out. Without statistics: the
/// transition matrices are written down.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "physics/clock.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "samplers/kernels/with_rotations.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

/// A clock that believes its fields weigh nothing: all rotations alike.
struct NoFields : Clock {
  using Clock::Clock;
  void rotation_energies(ConstState, std::span<double> out) const { std::fill(out.begin(), out.end(), 0.0); }
};

template <class M>
M clock_of(int q) {
  return M(Graph({{0, 1, 1.5}, {1, 2, 0.7}}, {0.3, -0.2, 0.5}), q);
}

laws::Vector energies_of(const Clock& model) {
  const laws::States<Clock> states(model);
  laws::Vector energy(laws::at(states.count()));
  for (std::size_t k = 0; k < states.count(); ++k) energy[laws::at(k)] = model.energy(states[k]);
  return energy;
}

template <class M, class K>
laws::Verdicts judged(int q, const K& kernel, double beta) {
  const M model = clock_of<M>(q);
  return laws::judge_kernel(model, energies_of(model), kernel, beta);
}

}  // namespace

TEST_CASE("rotations of the whole state keep the laws of the kernel before them", "[mutant]") {
  for (const int q : {2, 3, 4}) {
    const Clock model = clock_of<Clock>(q);
    const Scan scan(ScanOrder::sequential, model.graph());
    const WithRotations heat_bath{HeatBath(scan)};
    const WithRotations metropolis{Metropolis(scan)};
    for (const double beta : {0.4, 1.5}) {
      INFO("q = " << q << ", beta = " << beta);
      for (const laws::Verdicts& verdict : {judged<Clock>(q, heat_bath, beta), judged<Clock>(q, metropolis, beta)}) {
        CHECK(verdict.rows.passed);
        CHECK(verdict.invariance.passed);
        CHECK(verdict.convergence.passed);
        CHECK(verdict.time_reversal.passed);
      }
      CHECK_FALSE(judged<NoFields>(q, heat_bath, beta).invariance.passed);
    }
    std::vector<double> ratio(model.rotations());
    std::vector<std::int8_t> s = {0, static_cast<std::int8_t>(q - 1), 1};
    model.rotation_energies(s, ratio);
    const double before = model.energy(s);
    for (std::size_t k = 0; k < ratio.size(); ++k) {
      std::vector<std::int8_t> rotated = s;
      model.rotate(rotated, k);
      CHECK(model.energy(rotated) - before == Approx(ratio[k]).margin(1e-13));
    }
  }
}

TEST_CASE("rotations lead from one direction of order to another where single sites hardly do") {
  const auto gap = [](const laws::Matrix& P) {  // 1 - |second eigenvalue|
    Eigen::EigenSolver<laws::Matrix> solver(P, false);
    std::vector<double> size;
    for (Eigen::Index k = 0; k < P.rows(); ++k) size.push_back(std::abs(solver.eigenvalues()[k]));
    std::sort(size.rbegin(), size.rend());
    return 1 - size[1];
  };
  const Clock model(Graph({{0, 1, 2}, {1, 2, 2}}, {0.05, 0.05, 0.05}), 3);
  const HeatBath alone(Scan(ScanOrder::sequential, model.graph()));
  const double slow = gap(laws::transition_matrix(model, alone, 2)),
               fast = gap(laws::transition_matrix(model, WithRotations(alone), 2));
  CHECK(slow < 0.02);
  CHECK(fast > 0.5);
}

/// What learning by scores and by unadjusted steps gets wrong, and by how much: numbers by quadrature and transition
/// matrices in numpy.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/significance.hpp"
#include "physics/continuous/families.hpp"
#include "physics/neural/neural_energy.hpp"

namespace gibbsite::test {
namespace {

/// Two normal densities of width 1 at -d and d, the first with weight w, as a member of the mixtures.
FamilyEnergy two_modes(double w, double d) {
  return {mixture_family(1, 2), std::vector<double>{std::log(w), std::log(1 - w), -d, d, 0, 0}};
}

struct Population {
  double score = 0, likelihood = 0;
};
/// <E'^2 / 2 - E''> and <E> (ln Z = 0) of a model over the truth, on a fine grid.
Population population(const FamilyEnergy& model, const FamilyEnergy& truth) {
  Population out;
  constexpr double step = 0.002;
  for (double x = -14; x < 14; x += step) {
    const double at[] = {x}, unit[] = {1};
    std::vector<double> e(1), jet(3);
    truth.energy(at, e);
    model.along(at, unit, jet);
    const double p = std::exp(-e[0]) * step;
    out.score += p * (jet[1] * jet[1] / 2 - 2 * jet[2]);
    out.likelihood += p * jet[0];
  }
  return out;
}

}  // namespace

TEST_CASE("score matching cannot tell the weights of modes far apart, the likelihood can") {
  const struct {
    double d, score, likelihood;
  } rows[] = {{1, 0.06162515, 0.1042278},
              {2, 0.03185383, 0.1791163},
              {3, 0.004056724, 0.1919175},
              {4, 0.0001653928, 0.1927252},
              {5, 2.310336e-06, 0.1927446}};
  for (const auto& row : rows) {
    const FamilyEnergy truth = two_modes(.2, row.d);
    const Population right = population(truth, truth), wrong = population(two_modes(.5, row.d), truth);
    CHECK(wrong.score - right.score == Approx(row.score).epsilon(1e-6).margin(1e-12));
    CHECK(wrong.likelihood - right.likelihood == Approx(row.likelihood).epsilon(1e-6));
  }
}

TEST_CASE("unadjusted steps on the double well stay where their transition matrix says, corrected ones do not") {
  // Stationary <x^2>, <E> and P(x > 0) at eps = .05, where the density itself has .8499, -.6551 and .3784. Three
  // z-scores, false alarm 1e-4.
  constexpr std::size_t chains = 20'000;
  const FamilyEnergy energy(quartic_family(), std::vector<double>{1, -2, .3});
  const auto z_of = [&](MoveKind kind) {
    EnergyChains<double> all(chains, {{0}, {1}}, {.kind = kind, .sweeps = 400, .step = .05}, Key(8));
    all.set_stride(std::sqrt(2 * .05));
    for (std::size_t r = 0; r < chains; ++r) {  // in the wells: from farther out such steps run away
      const double well[] = {r % 5 < 2 ? 1.0 : -1.0};
      all.place(r, well);
    }
    all.move(energy, 0, chains, 1);
    std::vector<double> e(chains);
    energy.energy(all.states(), e);
    const double expected[] = {.803808, -.5421521, .3888805};
    double sum[3] = {}, squares[3] = {};
    for (std::size_t r = 0; r < chains; ++r) {
      const double x = all.states()[r], of[] = {x * x, e[r], x > 0 ? 1.0 : 0.0};
      for (std::size_t k = 0; k < 3; ++k) sum[k] += of[k] / chains, squares[k] += of[k] * of[k] / chains;
    }
    std::vector<double> z;
    for (std::size_t k = 0; k < 3; ++k)
      z.push_back((sum[k] - expected[k]) / std::sqrt((squares[k] - sum[k] * sum[k]) / chains));
    return z;
  };
  CHECK_FALSE(largest_z(z_of(MoveKind::unadjusted), 1e-4).exceeds);
  CHECK(largest_z(z_of(MoveKind::langevin), 1e-4).exceeds);
}

TEST_CASE("a penalty on energies is of what parameters move: what confines a net does not count") {
  // A net without weights: its energies are its one bias, whatever holds states together.
  const NeuralNet net(parse_shape("40"), {parse_layer("dense 1")}, {.kappa = 1});
  std::vector<double> theta(net.parameters(), 0), x(40 * 10, 1.5);
  theta.back() = 0.3;
  const NeuralEnergy<double> energy(net, theta);
  const auto slope = [&](double l2) {
    const auto objective =
        make_chain_objective<double>({.rule = ChainRule::contrastive, .l2_energy = l2},
                                     {std::vector<double>(40, 0), std::vector<double>(40, 1)}, Key(9));
    std::vector<double> gradient(theta.size(), 0);
    objective->add_gradient(energy, {}, x, 1, gradient);
    return gradient.back();
  };
  CHECK(slope(0) == Approx(0).margin(1e-12));
  CHECK(slope(0.1) == Approx(0.1 * 2 * 2 * 0.3));  // of data and chains; with |x|^2 / 2 it would be 18 or more
}

}  // namespace gibbsite::test

// Locally balanced flips, by the exact transition matrix of one proposal: the known case, the laws, states that
// weigh next to nothing; and mutants break them.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/lattice.hpp"
#include "samplers/kernels/boltzmann_pairs.hpp"
#include "samplers/kernels/locally_balanced.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

/// Accepts by p(x^i) g(1/t) / (p(x) g(t)), which is 1: without what normalises the choice there and back.
struct Unnormalised : LocallyBalanced {
  using LocallyBalanced::LocallyBalanced;
  template <class Unit, class P, class C>
  bool propose(const P& pairs, std::span<Unit> x, C& chance, Workspace& w) const {
    pairs.flip(x, w.tree.choose(chance));
    return true;
  }
};

/// Takes what acted on a unit's neighbours before it flipped for what acts on them now.
struct Forgetful : LocallyBalanced {
  using LocallyBalanced::LocallyBalanced;
  template <class P>
  struct Alone : P {
    template <class Visit>
    void for_neighbours(std::size_t, Visit) const {}
  };
  template <class Unit, class P, class C>
  bool propose(const P& pairs, std::span<Unit> x, C& chance, Workspace& w) const {
    return LocallyBalanced::propose(Alone<P>{pairs}, x, chance, w);
  }
};

/// Of one proposal; states are numbered by bits. zero: what a unit is that is not 1.
template <class Unit, class K, class P>
laws::Matrix matrix_of_proposal(const K& kernel, const P& pairs, std::size_t n, Unit zero) {
  const std::size_t states = std::size_t{1} << n;
  laws::Matrix matrix = laws::Matrix::Zero(laws::at(states), laws::at(states));
  typename K::Workspace scratch;
  std::vector<Unit> x(n);
  for (std::size_t from = 0; from < states; ++from)
    for_each_outcome(
        [&](Enumerator& chance) {
          for (std::size_t i = 0; i < n; ++i) x[i] = (from >> i & 1U) != 0 ? Unit{1} : zero;
          kernel.begin(pairs, std::span(x), n, scratch);
          kernel.propose(pairs, std::span(x), chance, scratch);
        },
        [&](double probability) {
          std::size_t to = 0;
          for (std::size_t i = 0; i < n; ++i) to |= std::size_t{x[i] > 0} << i;
          matrix(laws::at(from), laws::at(to)) += probability;
        });
  return matrix;
}
template <class K>
laws::Matrix matrix_of_proposal(const K& kernel, const Ising& model, double beta) {
  return matrix_of_proposal<std::int8_t>(kernel, kernel.prepare(model, beta), model.units(), -1);
}

/// 4 spins, W_ij = sin(1 + 3i + 7j) / 2, b_i = cos(2i + 1) / 2.
Ising four_spins() {
  std::vector<Bond> bonds;
  std::vector<double> fields;
  for (std::uint32_t i = 0; i < 4; ++i) {
    fields.push_back(std::cos(2.0 * i + 1) / 2);
    for (std::uint32_t j = i + 1; j < 4; ++j) bonds.push_back({i, j, std::sin(1.0 + 3 * i + 7 * j) / 2});
  }
  return Ising(Graph(std::move(bonds), std::move(fields)));
}

struct Numbers {
  double acceptance, second, smallest;
};

Numbers numbers_of(const laws::Matrix& P, const laws::Vector& p) {
  double stays = 0;
  for (Eigen::Index k = 0; k < p.size(); ++k) stays += p[k] * P(k, k);
  const laws::Vector root = p.cwiseSqrt();
  const laws::Matrix alike = root.asDiagonal() * P * root.cwiseInverse().asDiagonal();
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<laws::Matrix>((alike + alike.transpose()) / 2).eigenvalues();
  return {1 - stays, values[values.size() - 2], values[0]};
}

std::shared_ptr<const BoltzmannMachine> small_machine(UnitKind kind) {
  const std::vector<double> numbers = {0,    0.9,  -0.4, 0.7,   //
                                       0.9,  0,    0.5,  -0.8,  //
                                       -0.4, 0.5,  0,    1.2,   //
                                       0.7,  -0.8, 1.2,  0};
  return std::make_shared<const BoltzmannMachine>(kind, 3, Matrix(4, 4, numbers),
                                                  std::vector<double>{0.3, -0.6, 0.2, 0.5});
}

}  // namespace

TEST_CASE("locally balanced flips accept and relax as their exact transition matrix says") {
  const Ising model = four_spins();
  const laws::Vector p = laws::boltzmann(model.graph(), 1);
  const auto compare = [&](const laws::Matrix& P, Numbers known) {
    const Numbers found = numbers_of(P, p);
    CHECK(std::abs(found.acceptance - known.acceptance) < 1e-10);
    CHECK(std::abs(found.second - known.second) < 1e-10);
    CHECK(std::abs(found.smallest - known.smallest) < 1e-10);
  };
  compare(matrix_of_proposal(LocallyBalanced(Balance::root), model, 1), {0.8438868391, 0.6884791895, -0.7234527646});
  compare(matrix_of_proposal(LocallyBalanced(Balance::barker), model, 1), {0.8657241021, 0.6831272361, -0.7638333597});
  CHECK(std::abs(numbers_of(matrix_of_proposal(Unnormalised(Balance::root), model, 1), p).acceptance - 0.8438868391) >
        0.1);
}

TEST_CASE("every proposal of a locally balanced flip is reversible, and mutants are not") {
  const Graph graphs[] = {
      build({.geometry = Geometry::chain, .size = {5}}), build({.geometry = Geometry::square, .size = {2, 2}}),
      build({.geometry = Geometry::triangular, .size = {2, 3}, .boundary = Boundary::open, .field = -0.2}),
      Graph({{0, 1, 1.0}, {0, 1, -0.4}, {1, 2, 0.5}, {1, 2, -0.5}}, {0, 0.3, 0.2})};
  for (const Graph& graph : graphs) {
    const Ising model(graph);
    for (const double beta : {0.15, 0.6, 2.0}) {
      const laws::Vector p = laws::boltzmann(graph, beta);
      const auto judge = [&](const auto& kernel) {
        const laws::Matrix P = matrix_of_proposal(kernel, model, beta);
        CHECK(laws::rows_sum_to_one(P));
        return laws::time_reversal(P, P, p);
      };
      for (const Balance balance : {Balance::root, Balance::barker}) {
        CHECK(judge(LocallyBalanced(balance)));
        CHECK_FALSE(judge(Unnormalised(balance)));
        CHECK_FALSE(judge(Forgetful(balance)));
      }
    }
  }
}

TEST_CASE("locally balanced flips of a Boltzmann machine are reversible all along its path") {
  const IndependentUnits base{{0.8, -0.4, 1.1}, {}};
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const double lambda : {0.4, 1.0, 1.6})
      for (const Balance balance : {Balance::root, Balance::barker}) {
        const BoltzmannHeatBath path(small_machine(kind), base);
        const double zero = kind == UnitKind::spin ? -1 : 0;
        laws::Vector log_p(16);
        for (std::size_t k = 0; k < 16; ++k) {
          std::vector<double> x;
          for (std::size_t i = 0; i < 4; ++i) x.push_back((k >> i & 1U) != 0 ? 1 : zero);
          log_p[laws::at(k)] = (1 - lambda) * path.reference_weight(x) - lambda * path.machine().energy(x);
        }
        const laws::Vector weight = (log_p.array() - log_p.maxCoeff()).exp(), p = weight / weight.sum();
        const laws::Matrix P =
            matrix_of_proposal<double>(LocallyBalanced(balance), BoltzmannPairs(path, lambda), 4, zero);
        CHECK(laws::rows_sum_to_one(P));
        CHECK(laws::time_reversal(P, P, p));
      }
}

TEST_CASE("locally balanced flips hold where a flip gains more than any double does") {
  const Ising spin(Graph({}, {1.6}));
  for (const Balance balance : {Balance::root, Balance::barker}) {
    const laws::Matrix P = matrix_of_proposal(LocallyBalanced(balance), spin, 200);  // ln t = 640 and -640
    CHECK(P(0, 1) == 1);
    CHECK(P(1, 0) == Approx(std::exp(-640)).epsilon(1e-9).margin(0));
    const laws::Matrix far = matrix_of_proposal(LocallyBalanced(balance), spin, 1e6);
    CHECK(far(0, 1) == 1);
    CHECK(far(1, 1) == 1);
  }
}

TEST_CASE("a tree of sums is what its weights are, whatever they were before") {
  SumTree changed, fresh;
  changed.resize(11);
  fresh.resize(11);
  const auto weight = [](std::size_t i) { return std::exp(10 * std::sin(static_cast<double>(i))); };
  for (std::size_t i = 0; i < 11; ++i) changed.put(i, 1e9 * weight(i + 5));
  changed.add_all();
  for (std::size_t i = 0; i < 11; ++i) {
    fresh.put(i, weight(i));
    changed.put(i, weight(i));
    changed.add(i);
  }
  fresh.add_all();
  CHECK(changed.total() == fresh.total());
  std::vector<double> chosen(11);
  std::size_t at = 0;
  for_each_outcome([&](Enumerator& chance) { at = changed.choose(chance); },
                   [&](double probability) { chosen[at] += probability; });
  for (std::size_t i = 0; i < 11; ++i) CHECK(chosen[i] == Approx(weight(i) / fresh.total()));
}

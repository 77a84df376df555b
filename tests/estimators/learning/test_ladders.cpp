// Negative phases from ladders: chains that exchange on the way to independent units.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/objective.hpp"
#include "estimators/learning/trainer.hpp"

using namespace gibbsite;

namespace {

using Theta = std::vector<double>;

/// Six spins that hold together, in a field: two clusters of states, 1 : exp(-2.4), between which heat bath seldom
/// goes.
std::shared_ptr<const ParametricMachine> six_spins() {
  return std::make_shared<const ParametricMachine>(Layer{.kind = UnitKind::spin, .units = 6}, Layer{}, true);
}
Theta two_clusters(const ParametricMachine& machine) {
  Theta theta(machine.parameters(), 0.5);
  std::fill_n(theta.begin(), 6, 0.2);
  return theta;
}
Matrix all_up() {
  Matrix v(6, 1);
  for (std::size_t i = 0; i < 6; ++i) v(i, 0) = 1;
  return v;
}

/// Largest z-score of directions after a few updates, one of each seed, against the gradient of the likelihood.
template <class Make>
double largest_score(const ParametricMachine& machine, const Theta& theta, Make&& make) {
  constexpr std::uint64_t seeds = 40;
  const Matrix batch = all_up();
  Theta exact(theta.size(), 0), sum(theta.size(), 0), squares(theta.size(), 0);
  make_exact_objective(std::make_shared<const ParametricMachine>(machine))->add_gradient(theta, batch, 0, exact);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto objective = make(Key(seed));
    Theta out;
    for (std::uint64_t update = 0; update < 4; ++update) {
      out.assign(theta.size(), 0);
      objective->add_gradient(theta, batch, update, out);
    }
    for (std::size_t k = 0; k < out.size(); ++k) sum[k] += out[k] / seeds, squares[k] += out[k] * out[k] / seeds;
  }
  double most = 0;
  for (std::size_t k = 0; k < sum.size(); ++k)
    most = std::max(most, std::abs(sum[k] - exact[k]) / std::sqrt((squares[k] - sum[k] * sum[k]) / (seeds - 1)));
  return most;
}

// 21 numbers at a false-alarm rate of 1e-4 (Sidak, Student's t with 39 degrees of freedom).
constexpr double score_threshold = 5.4;

}  // namespace

TEST_CASE("chains that exchange along ladders know both clusters of a machine, others do not") {
  const auto machine = six_spins();
  const Theta theta = two_clusters(*machine);
  const NegativeChains options{.steps = 25, .chains = 20, .rungs = 5};
  const auto tempered = [&](Key key) { return make_tempered_chains(machine, key, options, Theta(theta.size(), 0)); };
  CHECK(largest_score(*machine, theta, tempered) < score_threshold);
  // The mutant: the same chains without exchanges stay where their first sweep took them.
  CHECK(largest_score(*machine, theta, [&](Key key) { return make_pcd(machine, key, options); }) > score_threshold);
  CHECK_THROWS(make_tempered_chains(machine, Key(1), options, theta));  // a reference with bonds
}

TEST_CASE("ladders that learn, stopped and going on, have the same bits for any threads") {
  const auto machine = std::make_shared<const ParametricMachine>(Layer{.units = 12}, Layer{.units = 7}, false);
  Matrix data(12, 40);
  for (std::size_t n = 0; n < 40; ++n)
    for (std::size_t i = 0; i < 12; ++i) data(i, n) = (n * 7 + i * (1 + n % 3)) % 5 < 2 ? 1 : 0;
  const Theta first = first_parameters(*machine, data, 0, Key(4));
  const TrainingOptions options{.batch = 10, .updates = 30, .first_rate = 0.2, .last_rate = 0.1};
  const auto begin = [&] {
    return std::make_unique<Trainer>(
        machine, make_tempered_chains(machine, Key(4), {.steps = 2, .chains = 33, .rungs = 4}, first), data,
        first_parameters(*machine, data, 0.1, Key(4)), options, Key(4));
  };
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto whole = begin();
  while (!whole->done()) whole->advance();
  omp_set_num_threads(4);
  auto part = begin();
  for (int k = 0; k < 13; ++k) part->advance();
  const Snapshot saved = part->save();
  part = begin();
  part->load(saved);
  while (!part->done()) part->advance();
  omp_set_num_threads(before);
  CHECK(whole->parameters() == part->parameters());
  CHECK(whole->save().bytes == part->save().bytes);
  CHECK(whole->save().counts == part->save().counts);
}

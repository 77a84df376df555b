// The loop of learning: fixed points, centred and natural steps, penalties, and going on where it stopped.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/trainer.hpp"
#include "tests/estimators/learning/small_machines.hpp"

using namespace gibbsite;

namespace {

using Parameters = std::vector<double>;

std::shared_ptr<const ParametricMachine> four_spins() { return shared(spins(4)); }
std::shared_ptr<const ParametricMachine> small_rbm() { return shared(rbm(4, 2)); }

/// All data in every batch, at a constant rate, until nothing moves.
Parameters settled(const std::shared_ptr<const ParametricMachine>& machine, std::unique_ptr<Objective> objective,
                   const Matrix& data, TrainingOptions options) {
  options.batch = data.columns();
  options.last_rate = options.first_rate;
  Trainer trainer(machine, std::move(objective), data, Parameters(machine->parameters(), 0), options, Key(1));
  while (!trainer.done()) trainer.advance();
  return trainer.parameters();
}

}  // namespace

TEST_CASE("learning comes to the optimum of each objective") {
  const auto machine = four_spins();
  const Matrix data = counted(4, pi_digits, -1);
  const auto check = [&](std::unique_ptr<Objective> objective, double kl, const Parameters& expected, double rate,
                         bool centered) {
    TrainingOptions options{.updates = 6000, .first_rate = rate, .momentum = 0.9, .centered = centered};
    const Parameters found = settled(machine, std::move(objective), data, options);
    CHECK(divergence(*machine, found, data, pi_digits) == Approx(kl).epsilon(1e-8));
    for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(expected[k]).margin(1e-7));
  };
  const Parameters likely = {-0.03775387105, -0.01690625136, 0.2940756339,  0.2689505802,  0.01787544116,
                             0.05521710585,  -0.1147715222,  -0.1951037859, 0.06919588179, -0.1323869528};
  for (const bool centered : {false, true}) check(make_exact_objective(machine), 0.05817611378, likely, 0.05, centered);
  check(make_flip_objective(FlipRule::pseudo_likelihood, machine), 0.05817629878,
        {-0.03785680315, -0.01665679868, 0.2940828443, 0.268668915, 0.01780072854, 0.05537496415, -0.1145058407,
         -0.1951823708, 0.06872466484, -0.1322165652},
        0.02, true);
  check(make_flip_objective(FlipRule::ratio_matching, machine), 0.05837659063,
        {-0.03497260989, -0.01744726125, 0.2918735373, 0.2803266869, 0.01408408998, 0.04282255243, -0.1258442595,
         -0.1944070917, 0.06886070538, -0.1426725117},
        0.05, true);
  check(make_flip_objective(FlipRule::flow, machine), 0.05823439609,
        {-0.0391918963, -0.01597863475, 0.2975061132, 0.263948683, 0.01993060446, 0.0624961702, -0.1088983393,
         -0.1960560352, 0.06835512932, -0.1289271276},
        0.02, true);
  check(make_flip_objective(FlipRule::lyu, machine), 0.0670412329,
        {-0.06739176596, -0.009822734094, 0.3662908087, 0.2574550573, 0.03967215469, 0.1514957565, -0.03162133526,
         -0.1957493819, 0.06619421462, -0.1679236355},
        0.001, false);
}

TEST_CASE("natural steps reach the optimum in a few") {
  const auto machine = four_spins();
  const Matrix data = counted(4, pi_digits, -1);
  const auto after = [&](Optimizer optimizer, double rate) {
    const Parameters theta =
        settled(machine, make_exact_objective(machine), data,
                {.optimizer = optimizer, .updates = 12, .first_rate = rate, .momentum = 0, .damping = 0});
    return divergence(*machine, theta, data, pi_digits) - 0.05817611378;
  };
  CHECK(after(Optimizer::natural, 1) < 1e-10);  // Newton's method: Fisher's matrix is the curvature
  CHECK(after(Optimizer::sgd, 0.1) > 1e-4);
  CHECK(after(Optimizer::adam, 0.05) < after(Optimizer::adam, 0.005));
}

TEST_CASE("adam climbs in centred parameters as in others") {
  const auto machine = small_rbm();
  const Matrix data = counted(4, uneven_counts, 0);
  for (const bool centered : {false, true}) {
    TrainingOptions options{
        .optimizer = Optimizer::adam, .batch = 120, .updates = 4000, .first_rate = 0.02, .last_rate = 0};
    options.momentum = 0.9, options.l2 = 0.01, options.penalize_biases = true, options.centered = centered;
    Trainer trainer(machine, make_exact_objective(machine), data, first_parameters(*machine, data, 0.5, Key(2)),
                    options, Key(2));
    while (!trainer.done()) trainer.advance();
    // The optimum, or the mirror of it where hidden units change places.
    CHECK(divergence(*machine, trainer.parameters(), data, uneven_counts) == Approx(0.1858608).epsilon(1e-4));
  }
}

TEST_CASE("a pull on all parameters holds the likelihood where it should") {
  const auto machine = small_rbm();
  const Matrix data = counted(4, uneven_counts, 0);
  Parameters theta(6, 0);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j) theta.push_back(1.5 * std::sin(1 + 3 * i + 7 * j + i * j));
  TrainingOptions options{.batch = 120, .updates = 40000, .first_rate = 0.1, .last_rate = 0.1, .momentum = 0.9};
  options.l2 = 0.01, options.penalize_biases = true, options.centered = false;
  Trainer trainer(machine, make_exact_objective(machine), data, theta, options, Key(1));
  while (!trainer.done()) trainer.advance();
  CHECK(divergence(*machine, trainer.parameters(), data, uneven_counts) == Approx(0.185860814).epsilon(1e-7));
  const Parameters expected = {-0.44699337, -0.303071302, -0.162353309, -0.180402526, -1.92825542,
                               2.29319828,  1.89202555,   -2.30425655,  1.34100399,   -1.53663873,
                               1.82999893,  -2.07316049,  0.114228701,  -0.0265099428};
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(trainer.parameters()[k] == Approx(expected[k]).margin(1e-6));
}

TEST_CASE("other penalties: l1 takes weights to zero, norms stay below their limit") {
  const auto machine = small_rbm();
  const Matrix data = counted(4, pi_digits, 0);
  Parameters theta(machine->parameters(), 0.5);
  TrainingOptions options{.batch = 80, .updates = 3000, .first_rate = 0.05, .last_rate = 0.05};
  options.l1 = 1;
  Trainer sparse(machine, make_exact_objective(machine), data, theta, options, Key(1));
  while (!sparse.done()) sparse.advance();
  for (std::size_t k = 6; k < 14; ++k) CHECK(sparse.parameters()[k] == 0);
  CHECK(sparse.parameters()[0] != 0);  // biases are free
  options.l1 = 0, options.max_norm = 0.25;
  Trainer short_ones(machine, make_exact_objective(machine), data, theta, options, Key(1));
  while (!short_ones.done()) short_ones.advance();
  for (std::size_t j = 0; j < 2; ++j) {
    double norm = 0;
    for (std::size_t i = 0; i < 4; ++i) norm += std::pow(short_ones.parameters()[6 + 2 * i + j], 2);
    CHECK(std::sqrt(norm) <= 0.25 + 1e-12);
  }
}

TEST_CASE("learning that is stopped and goes on has the bits of one that was not") {
  const auto machine = small_rbm();
  const Matrix data = counted(4, pi_digits, 0);
  const TrainingOptions options{
      .optimizer = Optimizer::adam, .batch = 7, .updates = 60, .first_rate = 0.05, .last_rate = 0.01};
  for (const bool weighted : {false, true}) {
    const auto begin = [&] {
      const NegativeChains chains{.steps = 2, .chains = 30, .resample_below = 0.9};
      return std::make_unique<Trainer>(
          machine, weighted ? make_jarzynski(machine, Key(4), chains) : make_pcd(machine, Key(4), chains), data,
          first_parameters(*machine, data, 0.1, Key(4)), options, Key(4));
    };
    const auto whole = begin();
    while (!whole->done()) whole->advance();
    auto part = begin();
    for (int k = 0; k < 25; ++k) part->advance();  // within an epoch of 11 batches
    const Snapshot saved = part->save();
    part = begin();
    part->load(saved);
    while (!part->done()) part->advance();
    CHECK(whole->parameters() == part->parameters());
    CHECK(whole->save().bytes == part->save().bytes);
    CHECK(whole->save().numbers == part->save().numbers);
  }
}

TEST_CASE("the first parameters are independent units as in the data") {
  const auto machine = small_rbm();
  const Matrix data = counted(4, pi_digits, 0);
  const Parameters theta = first_parameters(*machine, data, 0, Key(1));
  double mean = 0;
  for (std::size_t n = 0; n < data.columns(); ++n) mean += data(2, n);
  CHECK(theta[2] == Approx(std::log((mean + 1) / (81 - mean))));
  CHECK(first_parameters(*machine, data, 0.1, Key(1)) == first_parameters(*machine, data, 0.1, Key(1)));
  CHECK(first_parameters(*machine, data, 0.1, Key(1)) != first_parameters(*machine, data, 0.1, Key(2)));
  // Units that are on in all of them, whose mean is 1 to rounding.
  for (const std::size_t samples : {49, 50, 93}) {
    Matrix same(4, samples);
    for (std::size_t n = 0; n < samples; ++n)
      for (std::size_t i = 0; i < 4; ++i) same(i, n) = 1;
    CHECK(first_parameters(*machine, same, 0, Key(1))[0] == Approx(std::log(static_cast<double>(samples) + 1)));
  }
}

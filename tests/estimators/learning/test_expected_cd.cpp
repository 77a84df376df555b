// Contrastive divergence without its noise: expected updates and the points at which it rests, against numbers found
// independently by enumeration (Carreira-Perpinan & Hinton 2005).
#include "estimators/learning/trainer.hpp"
#include "tests/estimators/learning/small_machines.hpp"

using namespace gibbsite;

namespace {

/// Where the expected update of CD-k and a pull towards 0 cancel.
Numbers rest_of(const std::shared_ptr<const ParametricMachine>& machine, std::size_t steps, const Matrix& data,
                const Numbers& theta, double pull) {
  TrainingOptions options{.batch = data.columns(), .updates = 12000, .first_rate = 0.1, .last_rate = 0.1};
  options.momentum = 0.9, options.l2 = pull, options.penalize_biases = true, options.centered = false;
  Trainer trainer(machine, steps == 0 ? make_exact_objective(machine) : make_expected_cd(machine, steps), data, theta,
                  options, Key(1));
  while (!trainer.done()) trainer.advance();
  return trainer.parameters();
}

double distance(const Numbers& x, const Numbers& y) {
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += (x[k] - y[k]) * (x[k] - y[k]);
  return std::sqrt(sum);
}
double farthest(const Numbers& x, const Numbers& y) {
  double most = 0;
  for (std::size_t k = 0; k < x.size(); ++k) most = std::max(most, std::abs(x[k] - y[k]));
  return most;
}

}  // namespace

TEST_CASE("the expected update of contrastive divergence") {
  const auto machine = shared(rbm(4, 2));
  const Matrix data = counted(4, pi_digits, 0);
  const auto update = [&](std::size_t steps) {
    return direction(*make_expected_cd(machine, steps), theta_of_rbm(), data);
  };
  check_equal(update(1), {-0.387217839092, 0.311699740505, 0.0239947507557, -0.0766305488053, -0.153309067018,
                          -0.13283690548, -0.334993640848, -0.372788711758, 0.131166477641, 0.195736411354,
                          -0.0553342214084, -0.0624631868345, -0.179763490326, -0.136374082781});
  check_equal(update(2), {-0.431974738001, 0.349515300771, 0.000520445274115, -0.0940777828311, -0.17366748622,
                          -0.148305588158, -0.3786631198, -0.416551749886, 0.150352402323, 0.221953877169,
                          -0.0830266142794, -0.0937534223911, -0.209464506721, -0.158240361188});
  check_equal(update(10), {-0.438030401803, 0.354832321916, -0.00334059417376, -0.0960132019501, -0.176629692154,
                           -0.150308697816, -0.384768671648, -0.422429023395, 0.153048883207, 0.225724647488,
                           -0.0873830900676, -0.098563842751, -0.213336621434, -0.160805914849});
  // Spins, one after the other.
  const auto bonded = shared(spins(4));
  const Matrix states = counted(4, uneven_counts, -1);
  check_equal(direction(*make_expected_cd(bonded, 1), theta_of_spins(), states),
              {-0.237191889312, 0.278835148266, -0.244225197908, -0.467756027284, 0.372949548164, 0.464974162515,
               -0.0842291196239, 0.788537620154, 0.447289140022, -0.140563830307});
  check_equal(direction(*make_expected_cd(bonded, 2), theta_of_spins(), states),
              {-0.226056111871, 0.342526925281, -0.314792906594, -0.479563614729, 0.329931022815, 0.494310545987,
               -0.0745411403025, 0.807930347471, 0.471815635325, -0.166336030254});
}

TEST_CASE("expected updates of semi-restricted machines tend to the gradient of the likelihood") {
  const auto machine = std::make_shared<const ParametricMachine>(Layer{.units = 3}, Layer{.units = 2}, true);
  Numbers theta;
  for (std::size_t k = 0; k < machine->parameters(); ++k) theta.push_back(std::sin(2.0 * static_cast<double>(k) + 1));
  const double counts[8] = {3, 1, 4, 1, 5, 9, 2, 6};
  const Matrix data = counted(3, counts, 0);
  check_equal(direction(*make_expected_cd(machine, 200), theta, data),
              direction(*make_exact_objective(machine), theta, data));
  CHECK(distance(direction(*make_expected_cd(machine, 1), theta, data),
                 direction(*make_exact_objective(machine), theta, data)) > 1e-2);
}

TEST_CASE("where CD-k rests, and how far from the maximum of the likelihood") {
  const auto machine = shared(rbm(4, 2));
  const Matrix data = counted(4, uneven_counts, 0);
  Numbers theta = theta_of_rbm();
  std::fill_n(theta.begin(), 6, 0);
  const Numbers likely = rest_of(machine, 0, data, theta, 0.01);
  CHECK(divergence(*machine, likely, data, uneven_counts) == Approx(0.185860814).epsilon(1e-8));
  theta = likely;
  const auto check = [&](std::size_t steps, double kl, double away) {
    theta = rest_of(machine, steps, data, theta, 0.01);
    CHECK(divergence(*machine, theta, data, uneven_counts) == Approx(kl).epsilon(1e-8));
    CHECK(distance(theta, likely) == Approx(away).epsilon(1e-6));
  };
  check(10, 0.185894293, 0.00114172848);
  check(5, 0.186185978, 0.0102030341);
  check(3, 0.187005213, 0.0293933611);
  check(2, 0.189087376, 0.0626649378);
  check(1, 0.202474236, 0.236708431);
  check_equal(theta,
              {-0.393018152, -0.260110694, -0.108756209, -0.164643557, -1.8497354, 2.1601917, 1.85204634, -2.20391857,
               1.3115732, -1.48787812, 1.79461605, -1.98670221, 0.108908285, -0.0516037986},
              1e-7);
}

TEST_CASE("where CD-k of bonded spins rests") {
  const auto machine = shared(spins(4));
  const Matrix data = counted(4, uneven_counts, -1);
  const Numbers zero(machine->parameters(), 0), likely = rest_of(machine, 0, data, zero, 0);
  const auto check = [&](std::size_t steps, double kl, double away) {
    const Numbers theta = rest_of(machine, steps, data, likely, 0);
    CHECK(divergence(*machine, theta, data, uneven_counts) == Approx(kl).epsilon(1e-8));
    CHECK(farthest(theta, likely) == Approx(away).epsilon(1e-6));
  };
  CHECK(divergence(*machine, likely, data, uneven_counts) == Approx(0.06474432372).epsilon(1e-9));
  check(5, 0.06474556475, 0.001476834866);
  check(2, 0.0647990826, 0.0100888793);
  check(1, 0.06520945702, 0.03188411729);
}

TEST_CASE("expected updates are of small machines of two states") {
  CHECK_THROWS_AS(make_expected_cd(shared(rbm(12, 5)), 1), std::invalid_argument);
  CHECK_THROWS_AS(make_expected_cd(shared(rbm(3, 2, UnitKind::gaussian)), 1), std::invalid_argument);
}

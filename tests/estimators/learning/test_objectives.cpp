// What learning climbs: values and gradients against exact numbers, found independently by enumeration with high
// precision.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/objective.hpp"
#include "tests/estimators/learning/small_machines.hpp"

using namespace gibbsite;

namespace {

double mean_log_likelihood(const ParametricMachine& machine, const Numbers& theta, const Matrix& v) {
  double sum = 0;
  for (const double w : machine.log_weight(theta, v)) sum += w / static_cast<double>(v.columns());
  return sum - machine.log_z(theta);
}

}  // namespace

TEST_CASE("the likelihood of a fully visible machine and its gradient") {
  const auto machine = shared(spins(4));
  const Matrix data = counted(4, pi_digits, -1);
  CHECK(mean_log_likelihood(*machine, theta_of_spins(), data) == Approx(-2.99639791261).epsilon(1e-11));
  check_equal(direction(*make_exact_objective(machine), theta_of_spins(), data),
              {-0.176204959905, 0.386314644913, -0.0870640439792, -0.190126575621, -0.21576150919, -0.153849401003,
               -0.177069080484, 0.130617393083, 0.323713737198, -0.326843474012});
}

TEST_CASE("pseudo-likelihood, ratio matching, flow and Lyu's objective, with gradients") {
  const ParametricMachine machine = spins(4);
  const Matrix data = counted(4, pi_digits, -1);
  const Numbers theta = theta_of_spins();
  const auto check = [&](FlipRule rule, double value, const Numbers& gradient) {
    Numbers found(theta.size(), 0);
    CHECK(flip_objective(rule, machine, theta, data, found) == Approx(value).epsilon(1e-11));
    check_equal(found, gradient);
    CHECK(flip_objective(rule, machine, theta, data) == Approx(value).epsilon(1e-11));
  };
  check(FlipRule::pseudo_likelihood, -3.18489564881,
        {-0.304066014335, 0.40032531151, 0.107020000295, -0.159313070955, -0.666561936463, -0.370120679999,
         -0.289268701834, 0.237499127573, 0.367080974635, -0.443563362101});
  check(FlipRule::ratio_matching, 0.559396856335,
        {0.0381405729361, -0.0426299939105, -0.0254116871182, 0.0265192867667, 0.0692205255903, 0.0478042597664,
         0.0395176937742, -0.0123275151443, -0.0457807814424, 0.0897148277158});
  check(FlipRule::flow, 4.57392411842,
        {0.455195439251, -0.707733123845, -0.103801700376, 0.192642291858, 1.13078841832, 0.545431270885,
         0.412510231949, -0.52244477838, -0.608472575369, 0.505014585026});
  check(FlipRule::lyu, 28.8008586206,
        {39.7271890482, -149.40126195, 1.51359458627, 4.97864136623, 189.514770265, 45.0716764671, 30.8476014665,
         -147.06068385, -121.30726329, 12.7926298928});
}

TEST_CASE("noise-contrastive estimation, by enumeration of data and noise") {
  const ParametricMachine machine{Layer{.kind = UnitKind::binary, .units = 3}, Layer{}, true};
  const Numbers theta = {.2, -.1, .3, .5, -.4, .3, 1}, p0 = {3, 1, 4, 1, 5, 9, 2, 6}, q = {.4, .5, .6}, once(8, 1);
  const Matrix states = counted(3, once, 0);
  for (const auto& [nu, value, gradient] :
       {std::tuple<double, double, Numbers>{1,
                                            -1.83019666764,
                                            {-0.237474801033, -0.326003470178, -0.319654195151, -0.14794933967,
                                             -0.106409981413, -0.20396014524, 0.571413124036}},
        std::tuple<double, double, Numbers>{10,
                                            -4.69893975007,
                                            {-1.07269553802, -1.28377988852, -1.1266604276, -0.718798005021,
                                             -0.458457761391, -0.777036713991, 2.1079668075}}}) {
    Numbers data, noise, log_noise, found(7, 0);
    for (std::size_t s = 0; s < 8; ++s) {
      double p = 1;
      for (std::size_t i = 0; i < 3; ++i) p *= s >> i & 1U ? q[i] : 1 - q[i];
      data.push_back(p0[s] / 31), noise.push_back(nu * p), log_noise.push_back(std::log(p));
    }
    CHECK(noise_contrastive(machine, theta, std::log(nu), states, data, log_noise, states, noise, log_noise, found) ==
          Approx(value).epsilon(1e-11));
    check_equal(found, gradient);
  }
}

TEST_CASE("the likelihood gradient of restricted machines with binary, categorical and gaussian units") {
  SECTION("binary, both sides summed") {
    const auto machine = shared(rbm(4, 2));
    check_equal(direction(*make_exact_objective(machine), theta_of_rbm(), counted(4, pi_digits, 0)),
                {-0.438030402087, 0.354832322184, -0.00334059443461, -0.0960132019455, -0.176629692321, -0.150308697892,
                 -0.384768671957, -0.422429023658, 0.153048883338, 0.225724647685, -0.0873830903455, -0.0985638430345,
                 -0.21333662156, -0.160805914882});
    const Numbers symmetric = {0, 0, 0, 0, 0, 0, 2, -1, -1, 2, 1.5, 1, -2, 1};
    check_equal(direction(*make_exact_objective(machine), symmetric, counted(4, pi_digits, 0)),
                {-.12218186, -.22992982, -.20824065, .20968186, -.13598062, -.03511644, -.15571383, -.11272155,
                 -.22550875, -.21314190, -.17990768, -.19815295, .06140038, .15182861},
                1e-8);
  }
  SECTION("categorical") {
    const auto machine = shared({Layer{.kind = UnitKind::categorical, .units = 2, .states = 3},
                                 Layer{.kind = UnitKind::binary, .units = 2}, false});
    Numbers theta, values;
    for (int i = 0; i < 2; ++i)
      for (int a = 0; a < 3; ++a) theta.push_back(.5 * std::cos(1 + i + 2 * a));
    theta.insert(theta.end(), {.2, -.3});
    for (int i = 0; i < 2; ++i)
      for (int a = 0; a < 3; ++a)
        for (int j = 0; j < 2; ++j) theta.push_back(1.2 * std::sin(1 + 2 * i + 3 * a + 5 * j));
    const int counts[9] = {1, 4, 2, 8, 5, 7, 3, 6, 9};
    for (int s = 0; s < 9; ++s)
      for (int k = 0; k < counts[s]; ++k)
        for (const int state : {s % 3, s / 3})
          for (int a = 0; a < 3; ++a) values.push_back(a == state ? 1 : 0);
    check_equal(direction(*make_exact_objective(machine), theta, Matrix(6, 45, values)),
                {-0.270512302486,  0.202606958788,  0.0679053436981, -0.10674599766,   0.374783438668,
                 -0.268037441008,  -0.138837675915, -0.156220528121, -0.243294486424,  -0.242333384838,
                 0.0672542120251,  0.107053011312,  0.0372025984838, -0.0209401545943, -0.105812645565,
                 -0.0562332743561, 0.212272862585,  0.0607960616804, -0.245297892935,  -0.160783315445});
  }
  SECTION("gaussian: ln Z in closed form, variances too") {
    const auto machine = shared(rbm(2, 2, UnitKind::gaussian));
    Numbers theta = {.3, -.2, .1, -.4}, values;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) theta.push_back(.9 * std::sin(1 + 3 * i + 7 * j + i * j));
    theta.insert(theta.end(), {std::log(.8), std::log(1.3)});
    for (int n = 0; n < 5; ++n)
      for (int i = 0; i < 2; ++i) values.push_back(1.5 * std::sin(1 + 2 * n + 3 * i + n * i));
    const Matrix data(2, 5, values);
    CHECK(machine->log_z(theta) == Approx(4.8878427530788).epsilon(1e-12));
    CHECK(mean_log_likelihood(*machine, theta, data) == Approx(-3.8149599412333).epsilon(1e-12));
    check_equal(direction(*make_exact_objective(machine), theta, data),
                {-1.69271911906, 0.792110671707, -0.264311770057, -0.305904955931, -1.49043328645, -1.44245600526,
                 0.752185214539, 0.726291903422, 1.14935222752, 0.21271083353});
  }
}

TEST_CASE("every gradient is the slope of its objective, for every machine it is for") {
  struct Case {
    ParametricMachine machine;
    double low;
  };
  const UnitKind binary = UnitKind::binary, spin = UnitKind::spin;
  std::vector<Case> cases = {{rbm(4, 3), 0},
                             {rbm(3, 5, spin), -1},
                             {{Layer{.kind = spin, .units = 4}, Layer{.kind = spin, .units = 2}, false}, -1},
                             {{Layer{.kind = binary, .units = 4}, Layer{.kind = binary, .units = 2}, true}, 0},
                             {{Layer{.kind = binary, .units = 5}, Layer{}, true}, 0}};
  for (const Case& c : cases) {
    const std::size_t n = c.machine.visible().units;
    Numbers counts(std::size_t{1} << n), theta;
    for (std::size_t s = 0; s < counts.size(); ++s) counts[s] = static_cast<double>((5 * s + 3) % 4);
    for (std::size_t k = 0; k < c.machine.parameters(); ++k)
      theta.push_back(.7 * std::sin(2.0 + 3 * static_cast<double>(k)));
    const Matrix data = counted(n, counts, c.low);
    const auto check = [&](auto&& value, const Numbers& gradient) {
      for (std::size_t k = 0; k < theta.size(); ++k) {
        Numbers up = theta, down = theta;
        up[k] += 1e-5, down[k] -= 1e-5;
        INFO(k);
        CHECK(gradient[k] == Approx((value(up) - value(down)) / 2e-5).epsilon(1e-6).margin(1e-8));
      }
    };
    const auto machine = shared(c.machine);
    check([&](const Numbers& t) { return mean_log_likelihood(*machine, t, data); },
          direction(*make_exact_objective(machine), theta, data));
    for (const FlipRule rule : {FlipRule::pseudo_likelihood, FlipRule::ratio_matching, FlipRule::flow, FlipRule::lyu}) {
      Numbers gradient(theta.size(), 0);
      flip_objective(rule, *machine, theta, data, gradient);
      check([&](const Numbers& t) { return flip_objective(rule, *machine, t, data); }, gradient);
      const double sign = rule == FlipRule::pseudo_likelihood ? 1 : -1;
      for (double& g : gradient) g *= sign;
      check_equal(direction(*make_flip_objective(rule, machine), theta, data), gradient);
    }
  }
}

namespace {

/// z-scores of the mean direction over so many updates against what it should be.
Numbers scores(Objective& objective, const Numbers& theta, const Matrix& batch, int updates, const Numbers& expected) {
  Numbers sum(theta.size(), 0), squares(theta.size(), 0), z;
  for (int u = 0; u < updates; ++u) {
    Numbers one(theta.size(), 0);
    objective.add_gradient(theta, batch, static_cast<std::uint64_t>(u), one);
    for (std::size_t k = 0; k < one.size(); ++k) sum[k] += one[k], squares[k] += one[k] * one[k];
  }
  for (std::size_t k = 0; k < sum.size(); ++k) {
    const double mean = sum[k] / updates, variance = squares[k] / updates - mean * mean;
    z.push_back((mean - expected[k]) / std::sqrt(variance / (updates - 1)));
  }
  return z;
}

double largest(const Numbers& z) {
  double most = 0;
  for (const double x : z) most = std::max(most, std::abs(x));
  return most;
}

// 14 numbers of 200 updates at a false-alarm rate of 1e-4 (Sidak, Student's t with 199 degrees of freedom).
constexpr double threshold = 4.6;

}  // namespace

TEST_CASE("contrastive divergence gives the expected updates of k sweeps, and not those of others") {
  const auto machine = shared(rbm(4, 2));
  const Matrix batch = counted(4, pi_digits, 0);
  const Numbers one = {-0.387217839092,  0.311699740505,   0.0239947507557, -0.0766305488053, -0.153309067018,
                       -0.13283690548,   -0.334993640848,  -0.372788711758, 0.131166477641,   0.195736411354,
                       -0.0553342214084, -0.0624631868345, -0.179763490326, -0.136374082781};
  const Numbers two = {-0.431974738001,  0.349515300771,   0.000520445274115, -0.0940777828311, -0.17366748622,
                       -0.148305588158,  -0.3786631198,    -0.416551749886,   0.150352402323,   0.221953877169,
                       -0.0830266142794, -0.0937534223911, -0.209464506721,   -0.158240361188};
  const auto cd = [&](std::size_t k) { return make_cd(machine, Key(7), {.steps = k}); };
  CHECK(largest(scores(*cd(1), theta_of_rbm(), batch, 200, one)) < threshold);
  CHECK(largest(scores(*cd(2), theta_of_rbm(), batch, 200, two)) < threshold);
  CHECK(largest(scores(*cd(2), theta_of_rbm(), batch, 200, one)) > threshold);  // the mutants: k off by one
  CHECK(largest(scores(*cd(1), theta_of_rbm(), batch, 200, two)) > threshold);
}

TEST_CASE("contrastive divergence of categorical units gives the expected update") {
  const auto machine = shared({Layer{.kind = UnitKind::categorical, .units = 2, .states = 3},
                               Layer{.kind = UnitKind::binary, .units = 2}, false});
  Numbers theta, values;
  for (int i = 0; i < 2; ++i)
    for (int a = 0; a < 3; ++a) theta.push_back(.5 * std::cos(1 + i + 2 * a));
  theta.insert(theta.end(), {.2, -.3});
  for (int i = 0; i < 2; ++i)
    for (int a = 0; a < 3; ++a)
      for (int j = 0; j < 2; ++j) theta.push_back(1.2 * std::sin(1 + 2 * i + 3 * a + 5 * j));
  const int counts[9] = {1, 4, 2, 8, 5, 7, 3, 6, 9};
  for (int s = 0; s < 9; ++s)
    for (int k = 0; k < counts[s]; ++k)
      for (const int state : {s % 3, s / 3})
        for (int a = 0; a < 3; ++a) values.push_back(a == state ? 1 : 0);
  const Numbers one = {-0.243809950495, 0.185299754309,  0.0585101961859, -0.106580510326,  0.34524151568,
                       -0.238661005354, -0.126886271961, -0.143963410653, -0.21923663828,   -0.218961942303,
                       0.0609168539894, 0.0960713841005, 0.0314335123296, -0.0210728524503, -0.103428357377,
                       -0.056799813589, 0.194356557915,  0.0563997724012, -0.217814472498,  -0.143563369465};
  const Matrix batch(6, 45, values);
  CHECK(largest(scores(*make_cd(machine, Key(5), {.steps = 1}), theta, batch, 400, one)) < threshold);
  CHECK(largest(scores(*make_cd(machine, Key(5), {.steps = 20}), theta, batch, 400, one)) > threshold);
}

TEST_CASE("contrastive divergence of gaussian units gives the expected update") {
  const auto machine = shared(rbm(2, 2, UnitKind::gaussian));
  Numbers theta = {.3, -.2, .1, -.4}, values;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) theta.push_back(.9 * std::sin(1 + 3 * i + 7 * j + i * j));
  theta.insert(theta.end(), {std::log(.8), std::log(1.3)});
  for (int n = 0; n < 5; ++n)
    for (int i = 0; i < 2; ++i) values.push_back(1.5 * std::sin(1 + 2 * n + 3 * i + n * i));
  const Numbers one = {-1.10202630825,  0.539991510355, -0.183237163437, -0.206778896694, -0.936274813352,
                       -0.899232173064, 0.519631807657, 0.490638287879,  0.810844692792,  0.110727825231};
  const Matrix batch(2, 5, values);
  CHECK(largest(scores(*make_cd(machine, Key(5), {.steps = 1}), theta, batch, 2000, one)) < threshold);
  CHECK(largest(scores(*make_cd(machine, Key(5), {.steps = 2}), theta, batch, 2000, one)) > threshold);
}

TEST_CASE("contrastive divergence of bonds among visible units moves one unit after the other") {
  const auto machine = shared(spins(4));
  const double counts[16] = {30, 1, 1, 2, 1, 9, 2, 18, 13, 2, 9, 1, 7, 1, 2, 21};
  const Matrix batch = counted(4, counts, -1);
  const Numbers one = {-0.237191889312, 0.278835148266,   -0.244225197908, -0.467756027284, 0.372949548164,
                       0.464974162515,  -0.0842291196239, 0.788537620154,  0.447289140022,  -0.140563830307};
  CHECK(largest(scores(*make_cd(machine, Key(3), {.steps = 1}), theta_of_spins(), batch, 200, one)) < threshold);
  CHECK(largest(scores(*make_cd(machine, Key(3), {.steps = 2}), theta_of_spins(), batch, 200, one)) > threshold);
}

TEST_CASE("persistent chains, with weights or without, come to the gradient of the likelihood") {
  const auto machine = shared(rbm(4, 2));
  const Matrix batch = counted(4, pi_digits, 0);
  const Numbers exact = direction(*make_exact_objective(machine), theta_of_rbm(), batch);
  const NegativeChains options{.steps = 20, .chains = 400};
  const auto pcd = make_pcd(machine, Key(11), options);
  Numbers burn(theta_of_rbm().size(), 0);
  pcd->add_gradient(theta_of_rbm(), batch, 1000, burn);
  CHECK(largest(scores(*pcd, theta_of_rbm(), batch, 200, exact)) < threshold);
  // The mutant: chains that begin at the data again and again.
  CHECK(largest(scores(*make_cd(machine, Key(11), {.steps = 1}), theta_of_rbm(), batch, 200, exact)) > threshold);
}

TEST_CASE("weights of chains that follow moving parameters know ln Z without a bias") {
  const auto machine = shared(rbm(4, 2));
  const Matrix batch = counted(4, pi_digits, 0);
  const Numbers target = theta_of_rbm();
  const double log_z = machine->log_z(target);
  const Numbers exact = direction(*make_exact_objective(machine), target, batch);
  Numbers ratios, weighted(target.size(), 0), weighted_squares = weighted, plain = weighted, plain_squares = weighted;
  constexpr int seeds = 100;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const NegativeChains options{.steps = 1, .chains = 200, .resample_below = 0.3};
    const auto with = make_jarzynski(machine, Key(seed), options), without = make_pcd(machine, Key(seed), options);
    Numbers out, lagging;
    for (int step = 0; step <= 2; ++step) {  // fast: chains alone lag behind
      Numbers theta = target;
      for (double& t : theta) t *= step / 2.0;
      out.assign(target.size(), 0), lagging = out;
      with->add_gradient(theta, batch, static_cast<std::uint64_t>(step), out);
      without->add_gradient(theta, batch, static_cast<std::uint64_t>(step), lagging);
    }
    ratios.push_back(std::exp(with->log_z(target).value - log_z));  // unbiased: <Z estimated> / Z = 1
    for (std::size_t k = 0; k < target.size(); ++k) {
      weighted[k] += out[k] / seeds, weighted_squares[k] += out[k] * out[k] / seeds;
      plain[k] += lagging[k] / seeds, plain_squares[k] += lagging[k] * lagging[k] / seeds;
    }
  }
  double mean = 0, variance = 0, largest_z = 0, largest_lag = 0;
  for (const double r : ratios) mean += r / seeds;
  for (const double r : ratios) variance += (r - mean) * (r - mean) / (seeds - 1) / seeds;
  CHECK(std::abs(mean - 1) < threshold * std::sqrt(variance));
  CHECK(std::sqrt(variance) < 0.03);
  for (std::size_t k = 0; k < target.size(); ++k) {
    const auto z = [&](const Numbers& first, const Numbers& second) {
      return std::abs(first[k] - exact[k]) / std::sqrt((second[k] - first[k] * first[k]) / (seeds - 1));
    };
    largest_z = std::max(largest_z, z(weighted, weighted_squares));
    largest_lag = std::max(largest_lag, z(plain, plain_squares));
  }
  CHECK(largest_z < threshold);
  CHECK(largest_lag > threshold);  // the mutant: the same chains without weights
}

TEST_CASE("ln Z by weights has an error that many seeds bear out, resampled or not") {
  const auto machine = shared(rbm(4, 2));
  const Matrix batch = counted(4, pi_digits, 0);
  constexpr int seeds = 200, steps = 40;
  constexpr std::size_t chains = 100;
  Numbers target = theta_of_rbm();
  for (double& t : target) t *= 2;
  const double log_z = machine->log_z(target);
  for (const double below : {0.0, 0.95}) {
    double square = 0, missed = 0, of_shares = 0;  // means of z^2, of squared misses, and of variances by the mutant
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const auto objective = make_jarzynski(
          machine, Key(seed), {.steps = 1, .chains = chains, .resample_below = below, .witnesses = false});
      for (int step = 0; step <= steps; ++step) {  // where chains have no say
        Numbers theta = target, out(target.size(), 0);
        for (double& t : theta) t *= static_cast<double>(step) / steps;
        objective->add_gradient(theta, batch, static_cast<std::uint64_t>(step), out);
      }
      const Estimate found = objective->log_z(target);
      square += std::pow((found.value - log_z) / found.error, 2) / seeds;
      // The mutant: only the weights since the last resampling.
      missed += std::pow(found.value - log_z, 2) / seeds;
      of_shares += (1 / objective->effective_fraction() - 1) / chains / seeds;
    }
    INFO(below << ": z^2 " << square << ", by shares " << missed / of_shares);
    CHECK(square > 0.65);  // of 200 seeds: five standard deviations are .5
    CHECK(square < 1.5);
    if (below > 0) CHECK(missed > 3 * of_shares);
  }
}

TEST_CASE("ln Z while chains teach is that of witnesses, without the bias of those that do") {
  const auto machine = shared(rbm(4, 2));
  const Matrix batch = counted(4, pi_digits, 0);
  constexpr int seeds = 60;
  const auto score = [&](bool witnesses) {
    double square = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const auto objective = make_jarzynski(machine, Key(seed),
                                            {.steps = 1, .chains = 200, .resample_below = 0.9, .witnesses = witnesses});
      Numbers theta = theta_of_rbm();
      for (int update = 0; update < 100; ++update) {
        Numbers out(theta.size(), 0);
        objective->add_gradient(theta, batch, static_cast<std::uint64_t>(update), out);
        for (std::size_t k = 0; k < theta.size(); ++k) theta[k] += 0.2 * out[k];
      }
      const Estimate found = objective->log_z(theta);
      square += std::pow((found.value - machine->log_z(theta)) / found.error, 2) / seeds;
    }
    return square;
  };
  const double witnessed = score(true), taught = score(false);
  INFO(witnessed << ' ' << taught);
  CHECK(witnessed > 0.3);  // of 60 seeds: four standard deviations are .73
  CHECK(witnessed < 1.73);
  CHECK(taught > 3);  // the mutant
}

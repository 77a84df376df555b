// Exact answers of networks: known numbers, the loop over all states for every kind of units, threads, limits.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "tests/physics/network_brute_force.hpp"
#include "tests/physics/small_networks.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Contains;

TEST_CASE("ln Z of restricted Boltzmann machines, computed independently") {
  const auto log_z = [](std::size_t visible, std::size_t hidden, double scale) {
    const Network network = rbm(visible, hidden, scale);
    return get(exact_log_z(network, Reference::flat(network.layers()[0]), std::vector<double>{1}))[0];
  };
  CHECK(log_z(10, 5, 0.5) == Approx(11.587170216752).epsilon(1e-13));
  CHECK(log_z(20, 10, 0.5) == Approx(22.957532542170).epsilon(1e-13));
  CHECK(log_z(20, 10, 2) == Approx(54.886241273695).epsilon(1e-13));
  CHECK(log_z(784, 16, 0.5) == Approx(873.556308420855).epsilon(1e-13));
}

TEST_CASE("networks of every kind of units agree with the loop over all states, at every lambda") {
  for (const auto& [name, network] : small_networks())
    for (const Reference& reference : {Reference::flat(network.layers()[0]), base_rates(network.layers()[0])}) {
      const auto averages = get(exact_averages(network, reference, lambdas));
      const auto answers = get(exact_answers(network, reference, lambdas));
      const auto log_z = get(exact_log_z(network, reference, lambdas));
      REQUIRE(averages.size() == lambdas.size());
      check_close(averages[0].log_z, reference.log_z(network), 1e-13);
      for (std::size_t k = 0; k < lambdas.size(); ++k) {
        CAPTURE(name, reference.uniform, lambdas[k]);
        const auto exact = test::brute_force(network, reference, lambdas[k]);
        check_close(averages[k].log_z, exact.log_z, 1e-12);
        check_close(log_z[k], exact.log_z, 1e-12);
        check_close(averages[k].energy_variance, exact.energy_variance, 1e-10);
        REQUIRE(averages[k].mean.size() == exact.mean.size());
        for (std::size_t i = 0; i < exact.mean.size(); ++i) check_close(averages[k].mean[i], exact.mean[i], 1e-12);
        const auto& values = answers.at[k].values;
        for (const auto& [observable, value] : exact.values) {
          CAPTURE(observable);
          if (network.discrete() || (observable != "visible_free_energy" && observable != "visible_magnetization"))
            REQUIRE(values.contains(observable));  // the visible sides here are all small
          if (values.contains(observable)) check_close(values.at(observable), value, 1e-11);
        }
        CHECK(values.size() == exact.values.size() + 1 + (reference.uniform ? 1 : 0) -
                                   (!network.discrete() && network.restricted() ? 1 : 0));
        if (reference.uniform)
          check_close(values.at("specific_heat"),
                      lambdas[k] * lambdas[k] * exact.energy_variance / static_cast<double>(network.units()), 1e-10);
      }
    }
}

TEST_CASE("either side gives the same, and the larger visible side keeps what only it knows to itself") {
  const Network network = rbm(17, 2, 1.3);
  const Reference reference = base_rates(network.layers()[0]);
  const auto small = get(exact_averages(network, reference, lambdas));  // 2^17: the hidden side
  CHECK_FALSE(small[0].visible_free_energy);
  const Layer& visible = network.layers()[0];
  Layer fewer{.units = 16, .bias = {visible.bias.begin(), visible.bias.end() - 1}};
  const Network other({fewer, network.layers()[1]}, {matrix(eigen(network.weights()[0]).topRows(16))});
  CHECK(get(exact_averages(other, Reference::flat(fewer), lambdas))[0].visible_free_energy);
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    const auto exact = test::brute_force(network, reference, lambdas[k]);
    check_close(small[k].log_z, exact.log_z, 1e-12);
    check_close(small[k].energy_variance, exact.energy_variance, 1e-10);
    for (std::size_t i = 0; i < exact.mean.size(); ++i) check_close(small[k].mean[i], exact.mean[i], 1e-12);
  }
}

TEST_CASE("exact answers have the same bits for any number of threads") {
  const Network network = rbm(40, 14, 0.9);
  const Reference reference = base_rates(network.layers()[0]);
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = get(exact_averages(network, reference, lambdas));
  omp_set_num_threads(3);
  const auto three = get(exact_averages(network, reference, lambdas));
  omp_set_num_threads(threads);
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    CHECK(one[k].log_z == three[k].log_z);
    CHECK(one[k].energy == three[k].energy);
    CHECK(one[k].energy_variance == three[k].energy_variance);
    CHECK(one[k].mean == three[k].mean);
  }
}

TEST_CASE("enormous weights neither overflow nor cancel") {
  const Network network = stack({layer(UnitKind::binary, 6), layer(UnitKind::spin, 5)}, 3000);
  const Reference reference = Reference::flat(network.layers()[0]);
  const auto averages = get(exact_averages(network, reference, std::vector<double>{1}))[0];
  const auto exact = test::brute_force(network, reference, 1);
  CHECK(averages.log_z == Approx(exact.log_z).epsilon(1e-13));
  CHECK(averages.energy == Approx(exact.values.at("energy")).epsilon(1e-13));
  CHECK(averages.energy_variance == Approx(exact.energy_variance).margin(1e-6));
}

TEST_CASE("what is too large is not summed, and the sentence says why") {
  const std::vector<double> one{1};
  const Network large = rbm(40, 30, 0.1);
  const Reference flat = Reference::flat(large.layers()[0]);
  const auto refused = exact_answers(large, flat, one);
  REQUIRE(std::holds_alternative<std::string>(refused));
  CHECK_THAT(std::get<std::string>(refused), Contains("2^30 states") && Contains("2^26") && Contains("annealing"));
  const Network fair = rbm(40, 10, 0.1);
  CHECK_THAT(std::get<std::string>(exact_log_z(fair, flat, one, {.work = 1000})), Contains("4.2e+04 terms"));
  CHECK(std::holds_alternative<std::vector<double>>(exact_log_z(fair, flat, one, {.work = 50'000})));
  CHECK_THAT(get(exact_answers(fair, flat, one)).source, Contains("1024 states of the hidden layer"));

  const Network gaussian = stack({layer(UnitKind::gaussian, 2), layer(UnitKind::binary, 3)});
  const Reference narrow{{{0, 0}, {0.1, 0.1}}, false};
  const Reference widened =
      Reference::base_rates(gaussian.layers()[0], std::vector<double>{0, 0}, std::vector<double>{0.1, 0.1}, 1);
  CHECK(widened.visible.variance == gaussian.layers()[0].variance);  // weights from narrower ones have heavy tails
  CHECK_THAT(std::get<std::string>(exact_log_z(gaussian, narrow, lambdas)), Contains("at lambda = 1.7"));
  CHECK_THROWS_AS(exact_log_z(fair, flat, std::vector<double>{-1}), std::invalid_argument);
  CHECK_THROWS_AS(exact_log_z(fair, flat, std::vector<double>{NAN}), std::invalid_argument);
  CHECK_THROWS_WITH(exact_log_z(fair, Reference::flat(gaussian.layers()[0]), one), Contains("does not fit"));
}

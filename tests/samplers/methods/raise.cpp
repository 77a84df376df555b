// Reverse annealing from data: a probability, and in the slow limit the model's.
#include "samplers/methods/raise.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/log_sum_exp.hpp"
#include "physics/random_network.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/methods/annealing.hpp"

using namespace gibbsite;

namespace {

constexpr std::size_t raised_units = 4, raised_states = 1U << raised_units;

std::shared_ptr<const Network> machine() {
  const std::vector<std::size_t> sizes = {raised_units, 3};
  return std::make_shared<const Network>(random_network(UnitKind::binary, sizes, {.coupling = 4, .field = -0.5}));
}

std::vector<double> raised_state(std::size_t k) {
  std::vector<double> v(raised_units);
  for (std::size_t i = 0; i < raised_units; ++i) v[i] = static_cast<double>(k >> i & 1U);
  return v;
}

/// Draws of raise, `draws` of each visible state, state after state.
std::vector<double> draws_of(const std::shared_ptr<const Network>& rbm, std::size_t draws, std::size_t temperatures,
                             bool forgets_reference) {
  const std::vector<double> mean = {0.2, 0.5, 0.6, 0.9};
  const Reference reference = Reference::base_rates(rbm->layers()[0], mean, {}, 100);
  const auto ensemble = make_network_ensemble(rbm, reference, Key(11), raised_states * draws);
  std::vector<std::byte> bytes(rbm->width());
  for (std::size_t r = 0; r < raised_states * draws; ++r) {
    const std::vector<double> v = raised_state(r / draws);
    for (std::size_t i = 0; i < raised_units; ++i) bytes[i] = static_cast<std::byte>(static_cast<std::int8_t>(v[i]));
    ensemble->load(r, bytes);
  }
  std::vector<double> log_p =
      raise_log_likelihood(*ensemble, linear_schedule(std::vector<double>{1.0}, temperatures), 5);
  if (forgets_reference)
    for (double& p : log_p) p += ensemble->layout().log_z_reference - std::log(static_cast<double>(raised_states));
  return log_p;
}

/// (sum over states of the mean of exp - 1) in standard errors.
double z_of_total(const std::vector<double>& log_p, std::size_t draws) {
  double total = 0, variance = 0;
  for (std::size_t k = 0; k < raised_states; ++k) {
    double sum = 0, square = 0;
    for (std::size_t d = 0; d < draws; ++d) {
      const double p = std::exp(log_p[k * draws + d]);
      sum += p;
      square += p * p;
    }
    const double n = static_cast<double>(draws), mean = sum / n;
    total += mean;
    variance += (square / n - mean * mean) / (n - 1);
  }
  return (total - 1) / std::sqrt(variance);
}

}  // namespace

TEST_CASE("probabilities by reverse annealing sum to one, for any number of temperatures") {
  const auto rbm = machine();
  for (const std::size_t temperatures : {2, 5, 20})  // three comparisons at 1e-4 each
    CHECK(std::abs(z_of_total(draws_of(rbm, 4000, temperatures, false), 4000)) < 3.9);
  CHECK(std::abs(z_of_total(draws_of(rbm, 4000, 5, true), 4000)) > 20);  // the mutant
}

TEST_CASE("reverse annealing is conservative, and slow annealing gives the model's probabilities") {
  const auto rbm = machine();
  std::vector<double> exact;
  for (std::size_t k = 0; k < raised_states; ++k) exact.push_back(-rbm->free_energy(raised_state(k)));
  const double log_z = log_sum_exp(exact);
  const auto mean_gap = [&](std::size_t temperatures) {  // Kullback-Leibler from the model to the annealed one
    const std::vector<double> log_p = draws_of(rbm, 2000, temperatures, false);
    double gap = 0;
    for (std::size_t k = 0; k < raised_states; ++k)
      gap += std::exp(exact[k] - log_z) * (exact[k] - log_z - log_mean_exp(std::span(log_p).subspan(k * 2000, 2000)));
    return gap;
  };
  const double fast = mean_gap(2), slow = mean_gap(200);
  CHECK(fast > 0.02);
  CHECK(std::abs(slow) < 0.01);
}

/// Replicas with real couplings in lanes: transitions have the probabilities of the plain kernels, and mean energies
/// are exact. Tests that draw raise false alarms at a rate of 1e-6 in all.
#include <catch2/catch.hpp>

#include "physics/lattice.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/ensembles/real_couplings.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;
using namespace gibbsite::in_lanes;

namespace {

const std::vector<double> lambdas_of_couplings = {0, 0.3, 0.8, 1.3};

/// Transitions of one sweep from every state at every lambda, each lane its own: [lambda](from, to).
std::vector<laws::Matrix> transitions(const std::shared_ptr<const Ising>& model, RealCouplings how, const Target& t,
                                      Direction order) {
  const std::size_t n = model->units(), states = std::size_t{1} << n, replicas = 4 * states * 8;
  std::vector<laws::Matrix> count(lambdas_of_couplings.size(), laws::Matrix::Zero(laws::at(states), laws::at(states)));
  const auto ensemble = make(model, how, replicas, t);
  std::vector<Setting> setting(replicas);
  std::vector<Tally> tally(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = lambdas_of_couplings[r % 4];
  for (std::uint64_t time = 0; time < 60; ++time) {
    for (std::size_t r = 0; r < replicas; ++r) {
      const std::vector<std::int8_t> s = laws::spins_of(r / 4 % states, n);
      ensemble->load(r, std::as_bytes(std::span(s)));
    }
    ensemble->sweep(setting, {.time = time, .order = order}, tally);
    for (std::size_t r = 0; r < replicas; ++r)
      count[r % 4](laws::at(r / 4 % states), laws::at(laws::number_of(state_of(*ensemble, r)))) += 1;
  }
  return count;
}
std::vector<laws::Matrix> exact(const Ising& model, RealCouplings how, Direction order, double factor = 1) {
  const Scan scan(how.scan, model.graph());
  std::vector<laws::Matrix> P;
  for (const double lambda : lambdas_of_couplings)
    P.push_back(lambda == 0 || how.move == LocalMove::heat_bath
                    ? laws::transition_matrix(model, HeatBath(scan), factor * lambda, 1, order)
                    : laws::transition_matrix(model, Metropolis(scan), factor * lambda, 1, order));
  return P;
}

}  // namespace

TEST_CASE("transitions in lanes have the probabilities of the plain kernels") {
  const auto glass = shared(small_glass());
  const auto chain =
      shared(Graph({{0, 1, 1.5}, {1, 2, -0.25}, {2, 3, 0.75}, {0, 3, 0.75}, {2, 3, 0.5}}, {0.1, 0, -0.4, 0.7}));
  const std::vector<Target> all = targets();
  const double least = statistics::sidak(4e-7, all.size() * 6);
  for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis})
    for (const auto& [model, scan, order] : {std::tuple(glass, ScanOrder::sequential, Direction::forward),
                                             std::tuple(glass, ScanOrder::sequential, Direction::reversed),
                                             std::tuple(chain, ScanOrder::checkerboard, Direction::forward)}) {
      const RealCouplings how{move, scan};
      const auto P = exact(*model, how, order), wrong = exact(*model, how, order, 1.25);
      Graph mutant =
          model == glass
              ? Graph({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, 0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
                      {0.2, -0.5, 0.15, 0.0, -0.3})
              : Graph({{0, 1, 1.5}, {1, 2, -0.25}, {2, 3, 0.75}, {0, 3, 0.75}}, {0.1, 0, -0.4, 0.7});
      const auto forgetful = exact(Ising(std::move(mutant)), how, order);
      for (const Target& t : all) {
        if (t.layout == FieldLayout::made_anew && scan != ScanOrder::sequential) continue;
        INFO(name(t) << (move == LocalMove::heat_bath ? ", heat bath" : ", Metropolis"));
        const auto count = transitions(model, how, t, order);
        CHECK(statistics::p_value(count, P) > least);
        CHECK(statistics::p_value(count, wrong) < least);  // lambda a quarter off; a sign, or a parallel bond forgotten
        CHECK(statistics::p_value(count, forgetful) < least);
      }
    }
}

TEST_CASE("energies in lanes are exact, every lane at its own lambda") {
  if (simd::field_kernels().empty()) return;
  const auto model = shared(build({.geometry = Geometry::cubic,
                                   .size = {2, 2, 3},
                                   .disorder = Disorder::gaussian,
                                   .disorder_seed = 3,
                                   .field = 0.1}));
  const laws::Vector E = laws::energies(model->graph());
  constexpr std::size_t replicas = 1024;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.1 * static_cast<double>(r % 16);
  for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
    const auto ensemble = make_real_couplings_ensemble(model, {move}, Key(3), replicas);
    std::vector<Tally> tally(replicas);
    std::vector<double> mean(replicas, 0.0);
    ensemble->draw_reference(0);
    ensemble->sweep(setting, {.time = 0, .count = 50}, tally);
    for (std::uint64_t time = 50; time < 250; ++time) {
      ensemble->sweep(setting, {.time = time}, tally);
      const std::vector<double> e = energies(*ensemble);
      for (std::size_t r = 0; r < replicas; ++r) mean[r] += e[r] / 200;
    }
    for (std::size_t k = 0; k < 16; ++k) {
      const auto expected = [&](double lambda) { return laws::boltzmann(model->graph(), lambda).dot(E); };
      std::vector<double> x;
      for (std::size_t r = k; r < replicas; r += 16) x.push_back(mean[r]);
      const double lambda = setting[k].lambda, least = statistics::sidak(2e-7, 32);
      INFO("lambda " << lambda);
      CHECK(statistics::agrees(x, expected(lambda)) > least);
      if (k > 2 && k < 8) CHECK(statistics::agrees(x, expected(1.25 * lambda)) < least);
      CHECK(tally[k].tried == 12.0 * 250);
      if (k == 0) CHECK(tally[k].accepted == 12.0 * 250);
    }
  }
}

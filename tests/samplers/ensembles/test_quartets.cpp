/// Four replicas to a word, on every instruction set: transitions have the probabilities of the plain kernels,
/// trajectories are the same bits, energies are the model's, and chains that share an order of visits are uncorrelated.
/// Tests that draw raise false alarms at a rate of 1e-6 in all.
#include <catch2/catch.hpp>
#include <numeric>

#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/quartet_places.hpp"
#include "samplers/ensembles/quartets.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/ensembles/real_couplings.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using in_lanes::energies;
using in_lanes::shared;
using trajectories::hash;
using trajectories::state_of;
using trajectories::Threads;

namespace {

const std::vector<double> lambdas_of_quartets = {0, 0.3, 0.6, 1.1};

std::vector<laws::Matrix> counted_quartets(const std::shared_ptr<const Ising>& model, RealCouplings how,
                                           const simd::QuartetKernels& kernels, Direction order) {
  const std::size_t n = model->units(), states = std::size_t{1} << n, replicas = 4 * states * 8;
  std::vector<laws::Matrix> count(4, laws::Matrix::Zero(laws::at(states), laws::at(states)));
  const auto ensemble = make_quartets_ensemble(model, how, Key(5), replicas, kernels);
  std::vector<Setting> setting(replicas);
  std::vector<Tally> tally(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = lambdas_of_quartets[r % 4];
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
std::vector<laws::Matrix> plain_kernels(const Ising& model, RealCouplings how, Direction order, double factor = 1) {
  std::vector<laws::Matrix> P;
  for (const double lambda : lambdas_of_quartets) {
    const Scan scan(lambda == 0 ? ScanOrder::sequential : how.scan, model.graph());
    P.push_back(lambda == 0 || how.move == LocalMove::heat_bath
                    ? laws::transition_matrix(model, HeatBath(scan), factor * lambda, 1, order)
                    : laws::transition_matrix(model, Metropolis(scan), factor * lambda, 1, order));
  }
  return P;
}

/// Five sites, or the first four, of odd and even degrees, with couplings of four strengths and both signs; one is J.
Graph several_strengths(double J, std::vector<double> fields) {
  std::vector<Bond> bonds = {{0, 1, 0.5}, {1, 2, -1}, {2, 0, J}, {2, 3, 0.25}};
  if (fields.size() == 5) bonds.insert(bonds.end(), {{3, 4, -0.5}, {4, 0, 0.75}});
  return Graph(std::move(bonds), std::move(fields));
}

std::vector<std::shared_ptr<const Ising>> graphs_of_quartets() {
  Lattice in_field{.geometry = Geometry::triangular, .size = {5, 7}, .coupling = -1, .field = 0.3};
  const Graph square = build({.size = {6, 8}}), cube = build({.geometry = Geometry::cubic, .size = {4, 4, 3}});
  std::vector<Bond> bonds(square.bonds().begin(), square.bonds().end());
  for (std::size_t k = 0; k < bonds.size(); ++k) bonds[k].J = (k % 3 == 0 ? -1.0 : 1.0) * (k % 5 < 2 ? 2 : 1);
  std::vector<double> signs;
  for (std::size_t i = 0; i < cube.sites(); ++i) signs.push_back(i * i % 7 < 3 ? -0.5 : 0.5);
  return {shared(Graph(bonds, std::vector<double>(square.sites(), 0.0))),
          shared(Graph({cube.bonds().begin(), cube.bonds().end()}, signs)), shared(build(in_field)),
          shared(build({.size = {7, 9}, .boundary = Boundary::open})),
          shared(Graph({{0, 1, 0.5}, {0, 1, 0.25}}, {0, 0}))};
}

}  // namespace

TEST_CASE("transitions of four replicas to a word have the probabilities of the plain kernels") {
  const std::vector<double> none(5, 0.0), signs = {0.5, -0.5, -0.5, 0.5, 0.5}, alike(5, -0.25);
  const std::vector<double> none_of_four(4, 0.0), signs_of_four = {0.5, -0.5, -0.5, 0.5};
  using enum ScanOrder;
  const auto kernels = simd::quartet_kernels();
  const double least = statistics::sidak(8e-7, kernels.size() * 8);
  for (const auto& [move, fields, scan, order] :
       {std::tuple(LocalMove::heat_bath, none_of_four, random, Direction::forward),
        std::tuple(LocalMove::heat_bath, signs_of_four, random, Direction::reversed),
        std::tuple(LocalMove::metropolis, none_of_four, random, Direction::forward),
        std::tuple(LocalMove::heat_bath, none, sequential, Direction::forward),
        std::tuple(LocalMove::heat_bath, signs, colours, Direction::reversed),
        std::tuple(LocalMove::heat_bath, alike, sequential, Direction::reversed),
        std::tuple(LocalMove::metropolis, none, sequential, Direction::reversed),
        std::tuple(LocalMove::metropolis, none, colours, Direction::forward)}) {
    const auto model = shared(several_strengths(-0.75, fields));
    const RealCouplings how{move, scan};
    REQUIRE(quartets_supported(model->graph(), how));
    const auto P = plain_kernels(*model, how, order), hot = plain_kernels(*model, how, order, 1.25);
    const auto wrong = plain_kernels(Ising(several_strengths(0.75, fields)), how, order);
    for (const simd::QuartetKernels* set : kernels) {
      INFO(set->name << (move == LocalMove::heat_bath ? ", heat bath" : ", Metropolis"));
      const auto count = counted_quartets(model, how, *set, order);
      CHECK(statistics::p_value(count, P) > least);
      CHECK(statistics::p_value(count, hot) < least);  // lambda a quarter off; a sign forgotten
      CHECK(statistics::p_value(count, wrong) < least);
    }
  }
}

TEST_CASE("a trajectory of words of four is the same on every instruction set, split, interrupted, threaded") {
  constexpr std::size_t replicas = 14, low = 8;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = static_cast<double>(r % 7) / 8;
  const auto go = [&](Ensemble& e, std::uint64_t begin, std::uint64_t end) {
    const std::size_t n = e.layout().replicas;
    std::vector<Tally> tally(n);
    for (std::uint64_t time = begin; time < end; ++time)
      e.sweep(std::span(setting).subspan(e.layout().first, n),
              {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed}, tally);
  };
  for (const auto& model : graphs_of_quartets())
    for (const ScanOrder scan : {ScanOrder::colours, ScanOrder::random})
      for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
        const RealCouplings how{move, scan};
        if (!quartets_supported(model->graph(), how)) continue;
        std::uint64_t known = 0;
        for (const simd::QuartetKernels* set : simd::quartet_kernels())
          for (const int team : {1, 2, 3}) {
            const Threads threads(team);
            INFO(set->name << ", " << team << " threads, " << model->units() << " sites");
            const auto whole = make_quartets_ensemble(model, how, Key(5), replicas, *set);
            whole->draw_reference(1);
            go(*whole, 2, 5);
            const auto resumed = make_quartets_ensemble(model, how, Key(5), replicas, *set);
            load_all(*resumed, save_all(*whole));
            go(*whole, 5, 15);
            go(*resumed, 5, 15);
            if (known == 0) known = hash(*whole);
            CHECK(hash(*whole) == known);
            CHECK(save_all(*resumed) == save_all(*whole));
            CHECK(energies(*resumed) == energies(*whole));
            std::vector<std::byte> states;
            for (const Slice slice : {Slice(0, low, replicas), Slice(low, replicas - low, replicas)}) {
              const auto part = make_quartets_ensemble(model, how, Key(5), slice, *set);
              part->draw_reference(1);
              go(*part, 2, 15);
              for (const std::byte b : save_all(*part)) states.push_back(b);
            }
            CHECK(states == save_all(*whole));
          }
      }
}

TEST_CASE("energies and observables of words of four are the model's, however long they moved") {
  constexpr std::size_t replicas = 6;
  for (const auto& model : graphs_of_quartets())
    for (const ScanOrder scan : {ScanOrder::colours, ScanOrder::random})
      for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis})
        for (const simd::QuartetKernels* set : simd::quartet_kernels()) {
          const RealCouplings how{move, scan};
          if (!quartets_supported(model->graph(), how)) continue;
          INFO(set->name << ", " << model->units() << " sites");
          const auto ensemble = make_quartets_ensemble(model, how, Key(3), replicas, *set);
          std::vector<Setting> setting(replicas);
          for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.2 * static_cast<double>(r);
          std::vector<Tally> tally(replicas);
          ensemble->sweep(setting, {.time = 0, .count = 300}, tally);
          CHECK(tally[0].accepted == tally[0].tried);  // at lambda = 0 all spins are new
          CHECK(tally[5].tried == 300.0 * static_cast<double>(model->units()));
          CHECK(tally[5].accepted < tally[1].accepted);
          ensemble->resample(std::vector<std::size_t>{0, 2, 2, 1, 5, 4});
          const auto check = [&] {
            const std::vector<double> e = energies(*ensemble);
            std::vector<double> observed(replicas * 5), expected(5), change(replicas), lambda(replicas, 1.0);
            ensemble->observe(observed);
            if (model->in_field()) ensemble->turning(lambda, change);
            for (std::size_t r = 0; r < replicas; ++r) {
              const std::vector<std::int8_t> s = state_of(*ensemble, r);
              const double margin = 1e-13 * static_cast<double>(model->units());
              CHECK(e[r] == Approx(model->energy(s)).margin(margin));
              model->observe(s, e[r], expected);
              CHECK(
                  std::equal(expected.begin(), expected.end(), observed.begin() + static_cast<std::ptrdiff_t>(5 * r)));
              if (model->in_field()) CHECK(change[r] == Approx(-model->turning_energy(s)).margin(margin));
            }
          };
          check();
          ensemble->turn(std::vector<std::uint8_t>{0, 1, 0, 1, 1, 0});
          check();
          ensemble->sweep(setting, {.time = 300, .count = 3}, tally);
          check();
          const std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 0}, {1, 2}, {5, 3}, {4, 0}};
          std::vector<double> q(4), of_states(4);
          ensemble->overlap(pairs, q);
          ensemble->Ensemble::overlap(pairs, of_states);
          CHECK(q == of_states);
        }
}

TEST_CASE("couplings fit words of four where they are multiples of a unit with few sums, and |h| is one") {
  if (simd::quartet_kernels().empty()) return;
  const RealCouplings heat{LocalMove::heat_bath, ScanOrder::random},
      metropolis{LocalMove::metropolis, ScanOrder::random};
  const auto square = [](double J, double field) { return build({.size = {4, 4}, .coupling = J, .field = field}); };
  CHECK(quartets_supported(square(0.3, 0), metropolis));
  CHECK(quartets_supported(square(0.3, 0.1), heat));
  CHECK_FALSE(quartets_supported(square(0.3, 0.1), metropolis));
  CHECK_FALSE(quartets_supported(square(0, 0.1), heat));
  CHECK_FALSE(quartets_supported(build({.size = {4, 4}, .disorder = Disorder::gaussian}), heat));
  CHECK_FALSE(quartets_supported(Graph({{0, 1, 1}}, {0.5, 0.25}), heat));
  CHECK(quartets_supported(Graph({{0, 1, 1}, {1, 2, 1.5}}, {0.5, -0.5, 0.5}), heat));
  CHECK_FALSE(quartets_supported(Graph({{0, 1, 1}, {1, 2, 20}}, {0, 0, 0}), heat));
  const auto whole = WholeCouplings::of(Graph({{0, 1, 1}, {1, 2, 1.5}}, {0.5, -0.5, 0.5})).value();
  CHECK(whole.unit == 0.5);
  CHECK(whole.most == 5);
  CHECK(whole.k == std::vector<int>{-2, -2, -3, -3});
}

// Chains of a word visit the same sites. Were their means correlated, errors of all chains together would be too small.
TEST_CASE("means of chains that share a random order of visits are not correlated, and of those that share coins are") {
  if (simd::quartet_kernels().empty()) return;
  const auto model = shared(build({.size = {4, 4}}));
  constexpr std::size_t replicas = 4, blocks = 4000, sweeps = 4, apart = 12;
  const RealCouplings how{LocalMove::heat_bath, ScanOrder::random};
  const auto z_of = [&](Ensemble& a, std::size_t i, Ensemble& b, std::size_t j) {
    std::vector<double> x, y;
    const std::vector<Setting> setting(replicas, Setting{0.3, 1});
    std::vector<Tally> tally(replicas);
    for (std::uint64_t block = 0; block < blocks; ++block) {
      double sum_x = 0, sum_y = 0;
      for (std::uint64_t k = 0; k < sweeps + apart; ++k) {
        a.sweep(setting, {.time = block * (sweeps + apart) + k}, tally);
        if (&a != &b) b.sweep(setting, {.time = block * (sweeps + apart) + k}, tally);
        if (k < apart) continue;
        sum_x += energies(a)[i];
        sum_y += energies(b)[j];
      }
      x.push_back(sum_x);
      y.push_back(sum_y);
    }
    const auto mean = [](const std::vector<double>& v) {
      return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
    };
    const double mean_x = mean(x), mean_y = mean(y);
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t k = 0; k < blocks; ++k) {
      xx += (x[k] - mean_x) * (x[k] - mean_x);
      yy += (y[k] - mean_y) * (y[k] - mean_y);
      xy += (x[k] - mean_x) * (y[k] - mean_y);
    }
    return xy / std::sqrt(xx * yy) * std::sqrt(static_cast<double>(blocks));
  };
  const auto make = [&] { return make_quartets_ensemble(model, how, Key(7), replicas); };
  constexpr double most = 5.3;  // exceeded by a normal deviate once in 1e7
  const auto chains = make();
  CHECK(std::abs(z_of(*chains, 0, *chains, 3)) < most);
  const auto other = make(), same_coins = make();
  std::vector<std::int8_t> down(16, -1);
  same_coins->load(0, std::as_bytes(std::span(down)));
  CHECK(std::abs(z_of(*other, 0, *same_coins, 0)) > most);
}

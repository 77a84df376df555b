// Lattices at 512 spins to a word: energies and states are the model's, every flip has the probability it should, and a
// trajectory is the same bits on every instruction set, for any number of threads, split or whole.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "physics/exact/kaufman.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/methods/mcmc.hpp"
#include "tests/samplers/ensembles/packed_lattices.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;
using namespace packed_lattices;

TEST_CASE("the packed lattice takes what fits its blocks, and nothing else") {
  if (simd::lattice_kernels().empty()) return;
  const auto fits = [](const Lattice& lattice) { return packed_lattice_supported(lattice, build(lattice)); };
  for (const Case& it : cases()) CHECK(fits(it.lattice));
  CHECK(fits({.size = {33, 32}}));
  CHECK_FALSE(fits({.size = {64, 2}}));
  CHECK(fits({.geometry = Geometry::triangular, .size = {64, 48}}));
  CHECK_FALSE(fits({.size = {64, 64}, .disorder = Disorder::gaussian}));
  CHECK_FALSE(fits({.size = {64, 64}, .coupling = 0}));
  CHECK(fits({.geometry = Geometry::cubic, .size = {16, 16, 9}}));
  CHECK_FALSE(fits({.geometry = Geometry::chain, .size = {512}}));
}

TEST_CASE("states come back as they went in, with the energies and observables of the model") {
  for (const simd::LatticeKernels* kernels : simd::lattice_kernels())
    for (const Case& it : cases()) {
      INFO(it.name << ", " << kernels->name);
      const auto model = model_of(it.lattice);
      const auto ensemble = make_packed_lattice_ensemble(model, it.lattice, LocalMove::heat_bath, Key(1), 3, *kernels);
      Chance chance(Stream(Key(2), Purpose::test, 0, 0));
      std::vector<std::vector<std::int8_t>> spins(3, std::vector<std::int8_t>(model->units()));
      model->draw_uniform(spins[0], chance);
      for (std::size_t i = 0; i < model->units(); ++i) spins[1][i] = i % 64 < 40 ? 1 : -1;
      model->set_ordered(spins[2]);
      std::vector<double> seen(3 * 5), expected(5), weight(3);
      for (std::size_t r = 0; r < 2; ++r) load(*ensemble, r, spins[r]);
      for (std::size_t round = 0; round < 3; ++round) {
        ensemble->observe(seen);
        ensemble->log_weight(std::vector<double>{0.3, 0.5, 0.7}, weight);
        for (std::size_t r = 0; r < 3; ++r) {
          const auto state = state_of(*ensemble, r);
          if (round == 0) CHECK(state == spins[r]);
          const double energy = model->energy(state);
          model->observe(state, energy, expected);
          for (std::size_t k = 0; k < 5; ++k) CHECK(seen[r * 5 + k] == expected[k]);
          CHECK(weight[r] == -(0.3 + 0.2 * static_cast<double>(r)) * energy);
        }
        std::vector<double> overlap(2);
        const std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 1}, {2, 0}};
        ensemble->overlap(pairs, overlap);
        for (std::size_t k = 0; k < 2; ++k)
          CHECK(overlap[k] ==
                model->overlap(state_of(*ensemble, pairs[k].first), state_of(*ensemble, pairs[k].second)));
        if (round == 0) sweep(*ensemble, {it.beta, 0, it.beta}, {.time = 1, .count = 3});
        if (round == 1) ensemble->resample(std::vector<std::size_t>{2, 0, 0});
      }
    }
}

TEST_CASE("a copy of a packed lattice stays what it was, and the lowest state has the lowest energy") {
  if (simd::lattice_kernels().empty()) return;
  const Lattice large{.size = {512, 512}};
  std::vector<std::byte> packed;
  make_packed_lattice_ensemble(model_of(large), large, LocalMove::heat_bath, Key(6), 1)->copy(0, packed);
  CHECK(packed.size() < std::size_t{512} * 512 / 6);  // bits, and a halo
  for (const Case& it : cases()) {
    INFO(it.name);
    const auto model = model_of(it.lattice);
    const auto ensemble =
        with_global_flips(make_packed_lattice_ensemble(model, it.lattice, LocalMove::heat_bath, Key(6), 3), Key(6));
    Mcmc chains(*ensemble, {.lambda = {it.beta},
                            .chains = 3,
                            .start = Starts::hot,
                            .thermalization = 12,
                            .draws = 4,
                            .every = 3,
                            .overlaps = false});
    while (!chains.done()) {
      const auto before = state_of(*ensemble, 1);
      std::vector<std::byte> copied, state(model->units());
      ensemble->copy(1, copied);
      chains.advance();
      ensemble->canonical(copied, state);
      CHECK(std::equal(state.begin(), state.end(), std::as_bytes(std::span(before)).begin()));
      CHECK(state_of(*ensemble, 1) != before);
      const std::vector<std::byte> lowest = chains.lowest().state(*ensemble);
      std::vector<std::int8_t> spins(lowest.size());
      std::memcpy(spins.data(), lowest.data(), lowest.size());
      CHECK(chains.lowest().energy() == model->energy(spins));
    }
    CHECK(chains.save().bytes.at("lowest_state") == chains.lowest().state(*ensemble));
  }
}

TEST_CASE("a trajectory of a packed lattice is the same bits on all instruction sets and for any number of threads") {
  const int before = omp_get_max_threads();
  std::vector<Case> all = cases();
  all.push_back({"square, shared by threads", {.size = {1024, 512}}, 0.44});
  all.push_back({"square that does not fill its blocks, shared by threads", {.size = {1000, 500}}, 0.44});
  all.push_back({"square with seams, shared by threads", {.size = {1001, 501}}, 0.44});
  all.push_back({"open square that does not, shared by threads", open({.size = {767, 511}}), 0.44});
  all.push_back({"triangular, shared by threads", {.geometry = Geometry::triangular, .size = {768, 768}}, 0.27});
  all.push_back({"cubic, shared by threads", {.geometry = Geometry::cubic, .size = {64, 64, 128}}, 0.22});
  all.push_back({"open square, shared by threads", open({.size = {512, 1024}}), 0.44});
  all.push_back({"open cubic, shared by threads", open({.geometry = Geometry::cubic, .size = {64, 64, 64}}), 0.22});
  for (const Case& it : all) {
    const auto model = model_of(it.lattice);
    for (const LocalMove move : moves) {
      std::vector<std::byte> first;
      std::vector<double> first_observed;
      for (const simd::LatticeKernels* kernels : simd::lattice_kernels())
        for (const int threads : {1, 2}) {
          if (threads > 1 && kernels != simd::lattice_kernels().front()) continue;
          omp_set_num_threads(threads);
          const auto ensemble = make_packed_lattice_ensemble(model, it.lattice, move, Key(4), 3, *kernels);
          const std::vector<double> beta = {it.beta, 0, it.beta / 2};
          ensemble->draw_reference(0);
          sweep(*ensemble, beta, {.time = 1020});  // one thread; from the second call on all of them are tried
          sweep(*ensemble, beta, {.time = 1021, .count = 6});
          sweep(*ensemble, beta, {.time = 1027, .count = 1, .order = Direction::reversed});
          std::vector<double> observed(3 * 5);
          ensemble->observe(observed);
          const auto states = save_all(*ensemble);
          if (first.empty()) {
            first = states;
            first_observed = observed;
          }
          INFO(it.name << ", " << kernels->name << ", " << threads << " threads");
          CHECK(states == first);
          CHECK(observed == first_observed);
        }
    }
  }
  omp_set_num_threads(before);
}

TEST_CASE("a packed lattice split in two, or stopped and loaded, goes the same way") {
  if (simd::lattice_kernels().empty()) return;
  const Lattice lattice{.size = {64, 64}};
  const auto model = model_of(lattice);
  const auto make = [&](std::size_t n, std::size_t first) {
    return make_packed_lattice_ensemble(model, lattice, LocalMove::heat_bath, Key(5), {first, n, first + n});
  };
  const auto whole = make(4, 0), left = make(2, 0), right = make(2, 2), resumed = make(4, 0);
  const std::vector<double> beta = {0.3, 0.4, 0, 0.5};
  for (const auto* e : {&whole, &left, &right}) (*e)->draw_reference(7);
  for (std::uint64_t time = 1020; time < 1030; ++time) sweep(*whole, beta, {.time = time});
  sweep(*left, {0.3, 0.4}, {.time = 1020, .count = 10});
  sweep(*right, {0, 0.5}, {.time = 1020, .count = 10});
  auto halves = save_all(*left);
  const auto other = save_all(*right);
  halves.insert(halves.end(), other.begin(), other.end());
  CHECK(save_all(*whole) == halves);
  load_all(*resumed, halves);
  sweep(*whole, beta, {.time = 1030, .count = 5});
  sweep(*resumed, beta, {.time = 1030, .count = 5});
  CHECK(save_all(*whole) == save_all(*resumed));
  CHECK(state_of(*whole, 0) != state_of(*whole, 1));
}

TEST_CASE("fresh draws of a packed lattice are fair coins for every spin") {
  if (simd::lattice_kernels().empty()) return;
  const Lattice lattice{.size = {64, 64}};
  const auto ensemble = make_packed_lattice_ensemble(model_of(lattice), lattice, LocalMove::heat_bath, Key(6), 2);
  constexpr int draws = 400;
  std::vector<double> up(4096, 0);
  double same = 0;
  for (std::uint64_t time = 0; time < draws; ++time) {
    if (time % 2 == 0)
      ensemble->draw_reference(time);
    else
      sweep(*ensemble, {0, 0}, {.time = time});
    const auto a = state_of(*ensemble, 0), b = state_of(*ensemble, 1);
    for (std::size_t i = 0; i < a.size(); ++i) {
      up[i] += a[i] > 0;
      same += a[i] == b[i];
    }
  }
  double chi2 = 0;
  for (const double n : up) chi2 += (n - draws / 2.0) * (n - draws / 2.0) / (draws / 4.0);
  CHECK(statistics::chi_square_tail(chi2, 4096) > 1e-4);
  CHECK(statistics::two_sided((same - 2048.0 * draws) / std::sqrt(1024.0 * draws)) > 1e-4);
}

TEST_CASE("energies of packed square lattices at the critical point are Kaufman's") {
  if (simd::lattice_kernels().empty()) return;
  constexpr double critical = 0.44068679350977151;
  struct Exact {
    std::size_t side;
    double energy;
    std::uint64_t sweeps;
  };
  // E/N in closed form (Kaufman, Phys. Rev. 76, 1232 (1949)). 6 comparisons at a false-alarm rate of 1e-3.
  const double threshold = statistics::sidak(1e-3, 6);
  for (const Exact& exact : {Exact{64, -1.42393838983, 20000}, Exact{128, -1.41907627208, 20000},
                             Exact{33, solve_torus(33, 33, std::vector{critical})[0].energy / (33 * 33), 20000}})
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      constexpr std::size_t replicas = 32, every = 20;
      const Lattice lattice{.size = {exact.side, exact.side}};
      const auto ensemble = make_packed_lattice_ensemble(model_of(lattice), lattice, move, Key(7), replicas);
      std::vector<double> observed(replicas * 5), energy(replicas, 0);
      ensemble->draw_reference(0);
      for (std::size_t r = 0; r < replicas; r += 2)
        load(*ensemble, r, std::vector<std::int8_t>(exact.side * exact.side, 1));
      const std::vector<double> beta(replicas, critical);
      sweep(*ensemble, beta, {.time = 1, .count = static_cast<std::uint32_t>(exact.sweeps / 3)});
      for (std::uint64_t t = exact.sweeps; t < 2 * exact.sweeps; t += every) {
        sweep(*ensemble, beta, {.time = t, .count = every});
        ensemble->observe(observed);
        for (std::size_t r = 0; r < replicas; ++r)
          energy[r] += observed[5 * r + 1] * every / static_cast<double>(exact.sweeps);
      }
      const statistics::Mean mean = statistics::mean_of(energy);
      INFO(exact.side << ": " << mean.value << " +- " << mean.error);
      CHECK(statistics::agrees(energy, exact.energy) > threshold);
      CHECK(mean.error < 3e-3);
      CHECK(statistics::agrees(energy, exact.energy + 0.02) < threshold);  // that it could fail
    }
}

TEST_CASE("long runs of a large packed lattice agree with Onsager and Yang", "[long]") {
  if (simd::lattice_kernels().empty()) return;
  struct Exact {
    double beta, energy, magnetization;
  };
  // Onsager, Phys. Rev. 65, 117 (1944); Yang, Phys. Rev. 85, 808 (1952). Correlations reach 13 sites: 2048 are
  // infinity, and blocks of 1000 sweeps are longer than the autocorrelation time, about 200.
  constexpr std::size_t blocks = 24, every = 10, rows = 100;
  const double threshold = statistics::sidak(1e-3, 6);
  const Lattice lattice{.size = {2048, 2048}};
  const auto model = model_of(lattice);
  for (const Exact& exact : {Exact{0.42, -1.226054840280675, 0}, Exact{0.46, -1.5811773175242965, 0.8146381332315972}})
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      const auto ensemble = make_packed_lattice_ensemble(model, lattice, move, Key(8), 1);
      if (exact.magnetization == 0) ensemble->draw_reference(0);
      sweep(*ensemble, {exact.beta}, {.time = 1, .count = 3000});
      std::vector<double> observed(5), energy(blocks, 0), magnetization(blocks, 0);
      std::uint64_t time = 3001;
      for (std::size_t row = 0; row < blocks * rows; ++row, time += every) {
        sweep(*ensemble, {exact.beta}, {.time = time, .count = every});
        ensemble->observe(observed);
        energy[row / rows] += observed[1] / rows;
        magnetization[row / rows] += observed[2] / rows;
      }
      INFO(exact.beta << ": " << statistics::mean_of(energy).value << " +- " << statistics::mean_of(energy).error);
      CHECK(statistics::agrees(energy, exact.energy) > threshold);
      CHECK(statistics::mean_of(energy).error < 2e-4);
      constexpr double sites = 2048.0 * 2048.0;
      const auto torus = solve_torus(2048, 2048, std::vector<double>{exact.beta, 1.002 * exact.beta});
      CHECK(std::abs(torus[0].energy / sites - exact.energy) < 1e-12);
      CHECK(statistics::agrees(energy, torus[1].energy / sites) < threshold);  // mutant: beta is off by 2 in 1000
      if (exact.magnetization > 0) CHECK(statistics::agrees(magnetization, exact.magnetization) > threshold);
    }
}

TEST_CASE("energies of packed lattices are the model's at every side") {
  if (simd::lattice_kernels().empty()) return;
  const auto check = [](Geometry geometry, std::vector<std::size_t> size, Boundary boundary) {
    const Lattice lattice{.geometry = geometry, .size = size, .boundary = boundary, .field = 0.25};
    const Graph graph = build(lattice);
    if (!packed_lattice_supported(lattice, graph)) return false;
    const auto model = std::make_shared<const Ising>(graph);
    const auto ensemble = make_packed_lattice_ensemble(model, lattice, LocalMove::heat_bath, Key(1), 1);
    std::vector<double> seen(5), expected(5);
    for (const Direction order : {Direction::forward, Direction::reversed}) {
      sweep(*ensemble, {0.2}, {.time = order == Direction::forward ? 1U : 2U, .order = order});
      ensemble->observe(seen);
      const auto state = state_of(*ensemble, 0);
      model->observe(state, model->energy(state), expected);
      INFO(static_cast<int>(geometry) << ": " << size[0] << " x " << size[1]
                                      << (boundary == Boundary::open ? " open" : ""));
      CHECK(seen == expected);
    }
    return true;
  };
  std::size_t packed = 0;
  for (const Boundary boundary : {Boundary::periodic, Boundary::open}) {
    for (std::size_t side = 3; side <= 130; ++side)
      for (const Geometry geometry : {Geometry::square, Geometry::triangular, Geometry::honeycomb}) {
        const std::size_t other = geometry == Geometry::triangular ? 6 : 4;
        packed += check(geometry, {side, other}, boundary);
        packed += check(geometry, {other, side}, boundary);
      }
    for (std::size_t side = 3; side <= 34; ++side)
      for (std::size_t d = 0; d < 3; ++d) {
        std::vector<std::size_t> size = {4, 4, 4};
        size[d] = side;
        packed += check(Geometry::cubic, size, boundary);
      }
  }
  CHECK(packed == 2 * (2 * 3 * 128 + 3 * 32));
}

/// Replicas in bit lanes have the energies, observables and overlaps of their states, the same trajectory on any
/// processor, and, every lane at its own temperature, the exact means. Tests that draw raise false alarms at a rate of
/// 1e-6 in all.
#include <omp.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "physics/lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/methods/chains.hpp"
#include "samplers/methods/tempering.hpp"
#include "samplers/simd/replicas/replica_kernels.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using trajectories::hash;
using trajectories::state_of;

namespace {

std::shared_ptr<const Ising> glass(std::size_t side, Boundary boundary = Boundary::periodic) {
  return std::make_shared<const Ising>(build({.geometry = Geometry::cubic,
                                              .size = {side, side, side + 1},
                                              .boundary = boundary,
                                              .disorder = Disorder::bimodal,
                                              .disorder_seed = 9}));
}
std::vector<Setting> settings_up_to(std::size_t n, double top) {
  std::vector<Setting> setting(n);
  for (std::size_t r = 0; r < n; ++r) setting[r].lambda = top * static_cast<double>(r) / static_cast<double>(n);
  return setting;
}

}  // namespace

TEST_CASE("energies, observables and overlaps of packed replicas are the model's") {
  std::vector<std::shared_ptr<const Ising>> models = {glass(3), glass(3, Boundary::open)};
  for (const Lattice& lattice :
       {Lattice{.geometry = Geometry::triangular, .size = {5, 7}, .coupling = -0.7, .field = 0.3},
        Lattice{.geometry = Geometry::honeycomb, .size = {4, 3}},
        Lattice{.geometry = Geometry::hypercubic, .size = {3, 3, 3, 3}, .disorder = Disorder::bimodal}})
    models.push_back(std::make_shared<const Ising>(build(lattice)));
  for (const auto& model : models)
    for (const std::size_t width : {64, 128, 256, 512})
      for (const simd::ReplicaKernels* kernels : simd::replica_kernels()) {
        const std::size_t n = 150, units = model->units(), components = model->observables().size();
        const auto ensemble =
            make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::sequential, Key(2), n, {width, kernels});
        std::vector<Tally> tally(n);
        std::vector<double> observed(n * components), expected(components), lambda(n, 0.3), weight(n);
        std::vector<std::vector<std::int8_t>> before(n);
        for (int stage = 0; stage < 4; ++stage) {
          for (std::size_t r = 0; r < n; ++r) before[r] = state_of(*ensemble, r);
          std::vector<std::size_t> parent(n);
          for (std::size_t r = 0; r < n; ++r) parent[r] = r * 37 % n;
          if (stage == 0) ensemble->draw_reference(1);
          if (stage == 1) ensemble->sweep(settings_up_to(n, 1.5), {.time = 1}, tally);
          if (stage == 2) ensemble->resample(parent);
          if (stage == 3) ensemble->load(n - 1, std::vector<std::byte>(units, std::byte{1}));
          ensemble->observe(observed);
          ensemble->log_weight(lambda, weight);
          bool same = true;
          double changed = 0, counted = 0;
          for (std::size_t r = 0; r < n; ++r) {
            const auto s = state_of(*ensemble, r);
            model->observe(s, model->energy(s), expected);
            for (std::size_t k = 0; k < components; ++k) same = same && observed[r * components + k] == expected[k];
            same = same && weight[r] == -0.3 * model->energy(s);
            for (std::size_t i = 0; i < units; ++i) changed += s[i] != before[r][i];
            counted += tally[r].accepted;
            if (stage == 2) same = same && s == before[parent[r]];
          }
          INFO(ensemble->layout().name << ", " << units << " sites, stage " << stage);
          CHECK(same);
          if (stage == 1) CHECK(counted == changed);
          if (stage == 1) CHECK(tally[n - 1].tried == static_cast<double>(units));
        }
        const std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 1}, {3, 140}, {149, 70}, {5, 5}};
        std::vector<double> q(pairs.size()), expected_q(pairs.size());
        ensemble->overlap(pairs, q);
        ensemble->Ensemble::overlap(pairs, expected_q);
        CHECK(q == expected_q);
      }
}

TEST_CASE(
    "a trajectory of packed replicas is the same on every instruction set, split, interrupted, with any threads") {
  const int threads = omp_get_max_threads();
  for (const auto& [kernel, expected] : {std::pair(LocalMove::heat_bath, 0xfd8d8fc95ec92b27ULL),
                                         std::pair(LocalMove::metropolis, 0x9b4c9a52b1deea63ULL)})
    for (const simd::ReplicaKernels* kernels : simd::replica_kernels())
      for (const int team : {1, 2, 3}) {
        omp_set_num_threads(team);
        const std::size_t n = 300, half = 128;
        const auto model = glass(5);
        const auto make = [&, move = kernel](std::size_t count, std::size_t first) {
          return make_packed_replicas(model, move, ScanOrder::sequential, Key(3), {first, count, first + count},
                                      {64, kernels});
        };
        const std::vector<Setting> setting = settings_up_to(n, 1.4);
        std::vector<Tally> tally(n);
        const auto whole = make(n, 0), resumed = make(n, 0);
        whole->draw_reference(1);
        whole->sweep(setting, {.time = 2, .count = 3}, tally);
        load_all(*resumed, save_all(*whole));
        for (std::uint64_t time = 5; time < 25; ++time) {
          whole->sweep(setting, {.time = time}, tally);
          resumed->sweep(setting, {.time = time}, tally);
        }
        INFO(kernels->name << ", " << team << " threads");
        CHECK(hash(*whole) == expected);  // of the version that these draws belong to
        CHECK(save_all(*resumed) == save_all(*whole));
        const auto low = make(half, 0), high = make(n - half, half);
        for (Ensemble* part : {low.get(), high.get()}) {
          part->draw_reference(1);
          const std::size_t count = part->layout().replicas;
          part->sweep(std::span(setting).subspan(part->layout().first, count), {.time = 2, .count = 23},
                      std::span(tally).first(count));
        }
        std::vector<std::byte> states = save_all(*low);
        for (const std::byte b : save_all(*high)) states.push_back(b);
        CHECK(states == save_all(*whole));
      }
  omp_set_num_threads(threads);
}

TEST_CASE("changes of spins are counted alike over few sweeps and over many") {
  const auto model = glass(3);
  for (const std::size_t width : {64, 512})
    for (const simd::ReplicaKernels* kernels : simd::replica_kernels()) {
      const std::size_t n = 100, words = model->units() * width / 512;
      const auto count = static_cast<std::uint32_t>((1U << 16) / words + 1);  // too many for numbers of 16 bits
      const auto make = [&] {
        return make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::sequential, Key(4), n, {width, kernels});
      };
      const auto whole = make(), parts = make();
      std::vector<Tally> all(n), sum(n);
      whole->sweep(settings_up_to(n, 0.8), {.time = 0, .count = count}, all);
      for (std::uint32_t begin = 0; begin < count; begin += count / 3)
        parts->sweep(settings_up_to(n, 0.8), {.time = begin, .count = std::min(count / 3, count - begin)}, sum);
      bool same = true;
      for (std::size_t r = 0; r < n; ++r) same = same && all[r].accepted == sum[r].accepted && all[r].accepted > 0;
      INFO(kernels->name << ", " << width << " lanes");
      CHECK(same);
      CHECK(hash(*whole) == hash(*parts));
    }
}

namespace {

/// <E> of the 8 x 8 torus at beta, from the number of states of every energy.
double exact_energy(double beta) {
  std::ifstream file(GIBBSITE_SOURCE_DIR "/tests/data/density_of_states_square_8.txt");
  constexpr double sites = 64;
  double z = 0, sum = 0, states = 0;
  for (double k = 0; file >> states; ++k) {
    const double energy = -2 * sites + 4 * k, weight = states * std::exp(-beta * (energy + 2 * sites));
    z += weight;
    sum += energy * weight;
  }
  return sum / z;
}

}  // namespace

TEST_CASE("every lane of a tempering ladder has the exact energy of its rung") {
  if (simd::replica_kernels().empty()) return;
  const std::size_t rungs = 64, chains = 8, draws = 2000, blocks = 4;
  const auto model = std::make_shared<const Ising>(build({.size = {8, 8}}));
  const auto ensemble =
      make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::sequential, Key(21), rungs * chains);
  std::vector<double> lambda;
  for (std::size_t b = 0; b < rungs; ++b) lambda.push_back(0.6 * static_cast<double>(b) / (rungs - 1));
  Tempering tempering(*ensemble,
                      {.key = Key(21), .lambda = lambda, .chains = chains, .thermalization = 300, .draws = draws},
                      Ladder::fixed);
  while (!tempering.done()) tempering.advance();
  const Field& energy = *find_field(tempering.fields(), "energy");
  const double least = statistics::sidak(1e-7, rungs);
  std::size_t noticed = 0;
  for (std::size_t b = 0; b < rungs; ++b) {
    std::vector<double> means(chains * blocks);
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t c = 0; c < chains; ++c)
        means[c * blocks + t * blocks / draws] +=
            tempering.trace().at(t, energy.offset + c * rungs + b) * blocks / draws;
    INFO("rung " << b);
    CHECK(statistics::agrees(means, exact_energy(lambda[b])) > least);
    noticed += statistics::agrees(means, exact_energy(lambda[b] + 0.6 / (rungs - 1))) < least;
  }
  CHECK(noticed > rungs / 2);  // mutant: lanes that stand one rung off
}

TEST_CASE("packed replicas of a small cubic lattice have the exact energies") {
  const std::vector<std::pair<double, double>> exact = {{0.1, -0.3166188407},
                                                        {0.2, -0.9326109393},
                                                        {0.221654626, -1.2932279410},
                                                        {0.25, -1.8833440763},
                                                        {0.3, -2.5150734628}};
  const auto model = std::make_shared<const Ising>(build({.geometry = Geometry::cubic, .size = {4, 4, 4}}));
  const std::size_t n = 300, components = model->observables().size(), draws = 200;
  for (const LocalMove kernel : {LocalMove::heat_bath, LocalMove::metropolis})
    for (const std::size_t width : {64, 256}) {
      if (simd::replica_kernels().empty()) return;
      const auto ensemble = make_packed_replicas(model, kernel, ScanOrder::sequential, Key(31), n, {.width = width});
      std::vector<Setting> setting(n);
      for (std::size_t r = 0; r < n; ++r) setting[r].lambda = exact[r % exact.size()].first;
      std::vector<Tally> tally(n);
      std::vector<double> observed(n * components), mean(n);
      ensemble->draw_reference(0);
      ensemble->sweep(setting, {.time = 0, .count = 1000}, tally);
      for (std::uint64_t t = 0; t < draws; ++t) {
        ensemble->sweep(setting, {.time = 1000 + 5 * t, .count = 5}, tally);
        ensemble->observe(observed);
        for (std::size_t r = 0; r < n; ++r) mean[r] += observed[r * components + 1] / draws;
      }
      for (std::size_t k = 0; k < exact.size(); ++k) {
        std::vector<double> of_lambda;
        for (std::size_t r = k; r < n; r += exact.size()) of_lambda.push_back(mean[r]);
        INFO(width << " lanes, beta " << exact[k].first);
        CHECK(statistics::agrees(of_lambda, exact[k].second) > statistics::sidak(1e-7, 20));
        CHECK(statistics::agrees(of_lambda, exact[k].second * 1.1) < statistics::sidak(1e-7, 20));
      }
    }
}

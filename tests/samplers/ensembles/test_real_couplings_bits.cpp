/// Replicas with real couplings in lanes: energies and fields are exact without drift, and a trajectory is the same
/// bits on any processor, for any number of threads, and whether fields are kept or made anew.
#include <omp.h>

#include <catch2/catch.hpp>

#include "physics/lattice.hpp"
#include "tests/samplers/ensembles/real_couplings.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using namespace gibbsite::in_lanes;
using trajectories::hash;
using trajectories::Threads;

namespace {}  // namespace

TEST_CASE(
    "a trajectory in lanes is the same on every instruction set, kept or made anew, split, interrupted, threaded") {
  const auto model = shared(random_graph(70, 0.4, 2));
  constexpr std::size_t replicas = 150;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = static_cast<double>(r) / 75;
  for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis})
    for (const Target& t : targets())
      for (const int team : {1, 2, 3}) {
        const Threads threads(team);
        INFO(name(t) << ", " << team << " threads");
        const auto whole = make(model, {move}, replicas, t);
        std::vector<Tally> tally(replicas), again(replicas);
        whole->draw_reference(1);
        whole->sweep(setting, {.time = 2, .count = 3}, tally);
        const auto resumed = make(model, {move}, replicas, t);
        load_all(*resumed, save_all(*whole));
        for (std::uint64_t time = 5; time < 25; ++time) {
          whole->sweep(setting, {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed},
                       tally);
          resumed->sweep(setting, {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed},
                         again);
        }
        CHECK(hash(*whole) == (move == LocalMove::heat_bath ? 0x4bc4242e5730bedbULL
                                                            : 0xa682884abf17f973ULL));  // of the version of these draws
        CHECK(save_all(*resumed) == save_all(*whole));
        CHECK(energies(*resumed) == energies(*whole));
        const auto low = make(model, {move}, 48, t), high = make(model, {move}, replicas - 48, t, 48);
        for (Ensemble* part : {low.get(), high.get()}) {
          const std::size_t n = part->layout().replicas;
          part->draw_reference(1);
          const auto mine = std::span(setting).subspan(part->layout().first, n);
          part->sweep(mine, {.time = 2, .count = 3}, std::span(again).first(n));
          for (std::uint64_t time = 5; time < 25; ++time)
            part->sweep(mine, {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed},
                        std::span(again).first(n));
        }
        std::vector<std::byte> states = save_all(*low);
        for (const std::byte b : save_all(*high)) states.push_back(b);
        CHECK(states == save_all(*whole));
      }
}

TEST_CASE("kept fields do not drift, and energies are those of the rounded couplings") {
  for (const auto& model :
       {shared(build({.geometry = Geometry::cubic, .size = {4, 4, 4}, .disorder = Disorder::gaussian})),
        shared(random_graph(41, 0.3, 8)), shared(Graph({}, {0.6, -1e-3})), shared(Graph({{0, 1, 0}}, {0, 0}))}) {
    const simd::DyadicGraph graph(model->graph());
    const Ising rounded(graph.rounded());
    const auto bound = graph.grid / 2 * static_cast<double>(model->graph().bonds().size() + model->units());
    for (const Target& t : targets()) {
      INFO(name(t));
      const auto ensemble = make(model, {}, 40, t);
      std::vector<Setting> setting(40);
      for (std::size_t r = 0; r < 40; ++r) setting[r].lambda = 0.05 * static_cast<double>(r);
      std::vector<Tally> tally(40);
      ensemble->sweep(setting, {.time = 0, .count = 3000}, tally);
      std::vector<std::size_t> parent(40);
      for (std::size_t r = 0; r < 40; ++r) parent[r] = r * 7 % 40;
      const std::vector<double> before = energies(*ensemble);
      const auto third = state_of(*ensemble, parent[3]);
      ensemble->resample(parent);
      CHECK(state_of(*ensemble, 3) == third);
      const std::vector<double> e = energies(*ensemble);
      std::vector<double> observed(40 * 5), expected(5);
      ensemble->observe(observed);
      for (std::size_t r = 0; r < 40; ++r) {
        const auto s = state_of(*ensemble, r);
        CHECK(e[r] == before[parent[r]]);
        CHECK(e[r] == rounded.energy(s));
        CHECK(std::abs(e[r] - model->energy(s)) <= bound + 1e-13 * std::abs(e[r]));
        model->observe(s, e[r], expected);
        CHECK(std::equal(expected.begin(), expected.end(), observed.begin() + static_cast<std::ptrdiff_t>(5 * r)));
      }
    }
  }
}

TEST_CASE("kept fields are those from scratch, to the last bit") {
  const Graph given = random_graph(37, 0.5, 6);
  const simd::DyadicGraph graph(given);
  for (const simd::FieldKernels* kernels : simd::field_kernels()) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 37; ++i) order.push_back(i * 5 % 37);
    const simd::KeptFields work(graph, *kernels, order);
    std::vector<simd::FieldBlock> blocks;
    blocks.push_back(work.block(0, 3));
    for (std::size_t lane = 0; lane < 48; ++lane) work.renew(blocks[0], lane);
    simd::Buffer<float> scale(48), top(48);
    simd::Buffer<std::uint32_t> turned(48);
    for (std::size_t lane = 0; lane < 48; ++lane) {
      scale[lane] = static_cast<float>(0.05 * static_cast<double>(lane) * graph.grid);
      top[lane] = 2;
    }
    for (std::uint64_t time = 0; time < 2000; ++time) {
      const simd::Cipher cipher(time, 7);
      work.sweep(blocks, {.cipher = &cipher,
                          .scale = scale.data(),
                          .top = top.data(),
                          .turned = turned.data(),
                          .move = time % 2 == 0 ? kernels->heat_bath : kernels->metropolis});
    }
    bool same = true;
    for (std::size_t lane = 0; lane < 48; ++lane)
      for (std::size_t i = 0; i < 37; ++i)
        same = same && blocks[0].fields[i * 48 + lane] ==
                           graph.local_field(i, [&](std::size_t j) { return work.up(blocks[0], j, lane); });
    INFO(kernels->name);
    CHECK(same);
    CHECK(turned[47] > 0);
  }
}

TEST_CASE("couplings are rounded to a grid on which every local field fits, and refused where that hurts") {
  const Graph given = random_graph(60, 1, 4);
  const simd::DyadicGraph graph(given);
  double largest = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    double sum = std::abs(given.fields()[i]);
    for (std::uint32_t e = given.first()[i]; e < given.first()[i + 1]; ++e) sum += std::abs(given.coupling()[e]);
    largest = std::max(largest, sum);
  }
  CHECK(graph.grid <= largest * 0x1p-30);
  CHECK(graph.grid >= largest * 0x1p-31);
  const simd::DyadicGraph whole(Graph({{0, 1, 1}, {1, 2, -0.375}, {2, 0, 3}}, {0.5, 0, -1}));
  CHECK(whole.rounded().bonds()[1].J == -0.375);
  if (simd::field_kernels().empty()) return;
  CHECK(real_couplings_supported(given, {}));
  CHECK_FALSE(real_couplings_supported(given, {.scan = ScanOrder::random}));
  CHECK_FALSE(real_couplings_supported(Graph({{0, 1, 1e9}, {2, 3, 1e-3}}, {0, 0, 0, 0}), {}));
  CHECK(real_couplings_supported(small_glass(), {.move = LocalMove::metropolis}));
  // Flips that cost nothing, which would march for ever along a chain, are made one time in two.
  CHECK(real_couplings_supported(build({.geometry = Geometry::chain, .size = {6}}), {.move = LocalMove::metropolis}));
}

TEST_CASE("overlaps of lanes are those of the states that they save, on every instruction set") {
  for (const std::uint32_t sites : {1U, 8U, 63U, 64U, 130U, 201U})
    for (const Target& t : targets()) {
      const auto model = shared(random_graph(sites, 0.2, sites));
      const auto ensemble = make(model, {}, 75, t);
      ensemble->draw_reference(7);
      std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 0}, {74, 74}, {0, 74}, {15, 16}, {31, 3}};
      for (std::size_t r = 0; r + 1 < 75; ++r) pairs.emplace_back(r, (7 * r + 1) % 75);
      std::vector<double> q(pairs.size()), expected(pairs.size());
      ensemble->overlap(pairs, q);
      ensemble->Ensemble::overlap(pairs, expected);
      INFO(name(t) << ", " << sites << " sites");
      CHECK(q == expected);
    }
}

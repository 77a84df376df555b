/// Sixteen sites to a vector, on every instruction set: transitions have the probabilities of the plain kernels,
/// trajectories are the same bits, and energies do not drift. Tests that draw raise false alarms at a rate of 1e-6 in
/// all.
#include <catch2/catch.hpp>

#include "physics/lattice.hpp"
#include "samplers/ensembles/site_vectors.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/ensembles/real_couplings.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using in_lanes::energies;
using in_lanes::random_graph;
using in_lanes::shared;
using in_lanes::small_glass;
using trajectories::hash;
using trajectories::state_of;
using trajectories::Threads;

namespace {

struct SiteTarget {
  const simd::SiteKernels* kernels;
  FieldLayout fields;
};
std::vector<SiteTarget> site_targets() {
  std::vector<SiteTarget> all;
  for (const simd::SiteKernels* kernels : simd::site_kernels())
    for (const FieldLayout fields : {FieldLayout::kept, FieldLayout::made_anew}) all.push_back({kernels, fields});
  return all;
}
std::string name(const SiteTarget& t) {
  return std::string(t.kernels->name) + (t.fields == FieldLayout::kept ? ", fields kept" : ", fields made anew");
}
std::unique_ptr<Ensemble> make(const std::shared_ptr<const Ising>& model, RealCouplings how, Slice slice,
                               const SiteTarget& t) {
  return make_site_vectors_ensemble(model, how, Key(5), slice, t.fields, *t.kernels);
}

const std::vector<double> lambdas_of_vectors = {0, 0.3, 0.8, 1.3};

/// Transitions of one sweep from every state at every lambda: [lambda](from, to).
std::vector<laws::Matrix> counted(const std::shared_ptr<const Ising>& model, RealCouplings how, const SiteTarget& t,
                                  Direction order) {
  const std::size_t n = model->units(), states = std::size_t{1} << n, replicas = 4 * states * 8;
  std::vector<laws::Matrix> count(4, laws::Matrix::Zero(laws::at(states), laws::at(states)));
  const auto ensemble = make(model, how, replicas, t);
  std::vector<Setting> setting(replicas);
  std::vector<Tally> tally(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = lambdas_of_vectors[r % 4];
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
std::vector<laws::Matrix> of_plain_kernels(const Ising& model, RealCouplings how, Direction order, double factor = 1) {
  std::vector<laws::Matrix> P;
  for (const double lambda : lambdas_of_vectors) {
    const Scan scan(lambda == 0 ? ScanOrder::sequential : how.scan, model.graph());
    P.push_back(lambda == 0 || how.move == LocalMove::heat_bath
                    ? laws::transition_matrix(model, HeatBath(scan), factor * lambda, 1, order)
                    : laws::transition_matrix(model, Metropolis(scan), factor * lambda, 1, order));
  }
  return P;
}

}  // namespace

TEST_CASE("transitions of vectors of sites have the probabilities of the plain kernels") {
  const auto glass = shared(small_glass());
  const auto chain =
      shared(Graph({{0, 1, 1.5}, {1, 2, -0.25}, {2, 3, 0.75}, {0, 3, 0.75}, {2, 3, 0.5}}, {0.1, 0, -0.4, 0.7}));
  const std::vector<SiteTarget> all = site_targets();
  const double least = statistics::sidak(8e-7, all.size() * 10);
  for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis})
    for (const auto& [model, scan, order] : {std::tuple(glass, ScanOrder::sequential, Direction::forward),
                                             std::tuple(glass, ScanOrder::sequential, Direction::reversed),
                                             std::tuple(glass, ScanOrder::colours, Direction::reversed),
                                             std::tuple(chain, ScanOrder::checkerboard, Direction::forward),
                                             std::tuple(chain, ScanOrder::random, Direction::forward)}) {
      const RealCouplings how{move, scan};
      const auto P = of_plain_kernels(*model, how, order), wrong = of_plain_kernels(*model, how, order, 1.25);
      Graph mutant =
          model == glass
              ? Graph({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, 0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
                      {0.2, -0.5, 0.15, 0.0, -0.3})
              : Graph({{0, 1, 1.5}, {1, 2, -0.25}, {2, 3, 0.75}, {0, 3, 0.75}}, {0.1, 0, -0.4, 0.7});
      const auto forgetful = of_plain_kernels(Ising(std::move(mutant)), how, order);
      for (const SiteTarget& t : all) {
        if (t.fields == FieldLayout::made_anew && scan == ScanOrder::random) continue;
        INFO(name(t) << (move == LocalMove::heat_bath ? ", heat bath" : ", Metropolis"));
        const auto count = counted(model, how, t, order);
        CHECK(statistics::p_value(count, P) > least);
        CHECK(statistics::p_value(count, wrong) < least);  // lambda a quarter off; a sign, or a parallel bond forgotten
        CHECK(statistics::p_value(count, forgetful) < least);
      }
    }
}

TEST_CASE("a trajectory of vectors is the same on every instruction set, split, interrupted, threaded") {
  const auto model = shared(random_graph(70, 0.2, 2));
  constexpr std::size_t replicas = 12, low = 5;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = static_cast<double>(r) / 6;
  const auto go = [&](Ensemble& e, std::uint64_t begin, std::uint64_t end) {
    const std::size_t n = e.layout().replicas;
    std::vector<Tally> tally(n);
    for (std::uint64_t time = begin; time < end; ++time)
      e.sweep(std::span(setting).subspan(e.layout().first, n),
              {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed}, tally);
  };
  for (const ScanOrder scan : {ScanOrder::colours, ScanOrder::random})
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      std::uint64_t first[2] = {0, 0};  // hashes, by kind of fields
      for (const SiteTarget& t : site_targets())
        for (const int team : {1, 2, 3}) {
          if (t.fields == FieldLayout::made_anew && scan == ScanOrder::random) continue;
          const Threads threads(team);
          INFO(name(t) << ", " << team << " threads");
          const auto whole = make(model, {move, scan}, replicas, t);
          whole->draw_reference(1);
          go(*whole, 2, 5);
          const auto resumed = make(model, {move, scan}, replicas, t);
          load_all(*resumed, save_all(*whole));
          go(*whole, 5, 25);
          go(*resumed, 5, 25);
          std::uint64_t& known = first[t.fields == FieldLayout::kept ? 0 : 1];
          if (known == 0) known = hash(*whole);
          CHECK(hash(*whole) == known);
          CHECK(save_all(*resumed) == save_all(*whole));
          CHECK(energies(*resumed) == energies(*whole));
          std::vector<std::byte> states;
          for (const Slice slice : {Slice(0, low, replicas), Slice(low, replicas - low, replicas)}) {
            const auto part = make(model, {move, scan}, slice, t);
            part->draw_reference(1);
            go(*part, 2, 25);
            for (const std::byte b : save_all(*part)) states.push_back(b);
          }
          CHECK(states == save_all(*whole));
        }
    }
}

TEST_CASE("what vectors of sites know of a replica does not drift, and is that of the rounded couplings") {
  for (const auto& model :
       {shared(build({.geometry = Geometry::cubic, .size = {3, 4, 5}, .disorder = Disorder::gaussian})),
        shared(build({.geometry = Geometry::triangular, .size = {5, 7}, .coupling = -1, .field = 0.3})),
        shared(random_graph(41, 0.3, 8)), shared(Graph({{0, 1, 0.5}, {0, 1, 0.25}}, {0, -1}))}) {
    const simd::DyadicGraph graph(model->graph());
    const Ising rounded(graph.rounded());
    constexpr std::size_t replicas = 6;
    for (const SiteTarget& t : site_targets()) {
      INFO(name(t) << ", " << model->units() << " sites");
      const auto ensemble = make(model, {LocalMove::heat_bath, ScanOrder::colours}, replicas, t);
      std::vector<Setting> setting(replicas);
      for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.3 * static_cast<double>(r);
      std::vector<Tally> tally(replicas);
      ensemble->sweep(setting, {.time = 0, .count = 2000}, tally);
      CHECK(tally[0].accepted == tally[0].tried);  // at lambda = 0 all spins are new
      CHECK(tally[5].tried == 2000.0 * static_cast<double>(model->units()));
      CHECK(tally[5].accepted < tally[1].accepted);
      ensemble->resample(std::vector<std::size_t>{0, 2, 2, 1, 4, 5});
      const auto check = [&] {
        const std::vector<double> e = energies(*ensemble);
        std::vector<double> observed(replicas * 5), expected(5), change(replicas), lambda(replicas, 1.0);
        ensemble->observe(observed);
        if (model->in_field()) ensemble->turning(lambda, change);
        for (std::size_t r = 0; r < replicas; ++r) {
          std::vector<std::int8_t> s = state_of(*ensemble, r);
          CHECK(e[r] == rounded.energy(s));
          model->observe(s, e[r], expected);
          CHECK(std::equal(expected.begin(), expected.end(), observed.begin() + static_cast<std::ptrdiff_t>(5 * r)));
          for (std::int8_t& spin : s) spin = static_cast<std::int8_t>(-spin);
          if (model->in_field())
            CHECK(change[r] ==
                  Approx(e[r] - rounded.energy(s)).margin(graph.grid * static_cast<double>(model->units())));
        }
      };
      check();
      ensemble->turn(std::vector<std::uint8_t>{0, 1, 0, 1, 1, 0});
      check();
      ensemble->sweep(setting, {.time = 2000, .count = 3}, tally);
      check();
      std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 0}, {1, 2}, {5, 3}, {4, 0}};
      std::vector<double> q(4), of_states(4);
      ensemble->overlap(pairs, q);
      ensemble->Ensemble::overlap(pairs, of_states);
      CHECK(q == of_states);
    }
  }
}

TEST_CASE("colours: a scan of all sites in which no colour holds neighbours") {
  for (const Graph& graph : {build({.geometry = Geometry::triangular, .size = {5, 4}}), random_graph(60, 0.1, 3),
                             build({.geometry = Geometry::square, .size = {6, 4}})}) {
    struct NoChance {
      std::size_t pick(std::size_t) { return 0; }
    } none;
    std::vector<std::size_t> visits, back;
    const Scan scan(ScanOrder::colours, graph);
    scan.sweep(Direction::forward, none, [&](std::size_t i) { visits.push_back(i); });
    scan.sweep(Direction::reversed, none, [&](std::size_t i) { back.push_back(i); });
    CHECK(std::equal(visits.begin(), visits.end(), back.rbegin(), back.rend()));
    // A colour is a stretch in which numbers rise; it may be two in a row, if the next begins higher.
    std::size_t begin = 0, colours = 0;
    std::vector<int> seen(graph.sites(), 0);
    for (std::size_t k = 0; k <= visits.size(); ++k) {
      if (k < visits.size()) ++seen[visits[k]];
      if (k > 0 && (k == visits.size() || visits[k] < visits[k - 1])) {
        ++colours;
        for (std::size_t a = begin; a < k; ++a)
          for (std::uint32_t e = graph.first()[visits[a]]; e < graph.first()[visits[a] + 1]; ++e)
            CHECK(std::find(visits.begin() + static_cast<std::ptrdiff_t>(begin),
                            visits.begin() + static_cast<std::ptrdiff_t>(k),
                            graph.neighbour()[e]) == visits.begin() + static_cast<std::ptrdiff_t>(k));
        begin = k;
      }
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<std::ptrdiff_t>(graph.sites()));
    CHECK(colours <= graph.max_degree() + 1);
    if (graph.bipartite()) CHECK(colours == 2);
  }
}

// The flip of all spins that follows a sweep in a field: a law-abiding part of the kernel in every layout, and a cure
// of chains that stand on one side for ever.
#include <catch2/catch.hpp>
#include <functional>

#include "physics/exact/exact.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/network_cases.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using trajectories::state_of;

namespace {

/// A kernel and the flip behind it; reversed, before it. Mutants: only half the energy, always behind, and accepted by
/// Metropolis' rule.
struct Mutation {
  double share = 1;
  bool always_behind = false, metropolis = false;
};
template <class K>
struct AndFlip : K {
  explicit AndFlip(K kernel, Mutation how = {}) : K(std::move(kernel)), mutation(how) {}
  Mutation mutation;
  double beta = 0;
  template <class M, class P, class C>
  void sweep(const M& model, const P& moves, std::span<std::int8_t> s, double clusters, Direction order, C& chance,
             Tally& tally, typename K::Workspace& scratch) const {
    const auto flip = [&] {
      const double log_ratio = -beta * mutation.share * model.turning_energy(s);
      if (mutation.metropolis ? chance.coin(Coin(std::exp(std::min(0.0, log_ratio)))) : turns_over(log_ratio, chance))
        model.turn(s);
    };
    const bool before = order == Direction::reversed && !mutation.always_behind;
    if (before) flip();
    K::sweep(model, moves, s, clusters, order, chance, tally, scratch);
    if (!before) flip();
  }
};
template <class K>
laws::Verdicts judge(const Ising& model, K kernel, double beta, Mutation mutation = {}) {
  AndFlip<K> both(std::move(kernel), mutation);
  both.beta = beta;
  return laws::judge_kernel(model, both, beta);
}

Scan sequential(const Ising& model) { return Scan(ScanOrder::sequential, model.graph()); }

struct InField {
  std::string name;
  std::shared_ptr<const Ising> model;
};
std::vector<InField> models_in_fields() {
  const auto of = [](Graph graph) { return std::make_shared<const Ising>(std::move(graph)); };
  return {{"open chain of 4",
           of(build({.geometry = Geometry::chain, .size = {4}, .boundary = Boundary::open, .field = 0.3}))},
          {"complete graph of 4", of(build({.geometry = Geometry::complete, .size = {4}, .field = -0.25}))},
          {"frustrated graph of 5, real couplings and fields",
           of(Graph({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, -0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
                    {0.2, -0.5, 0.15, 0.0, -0.3}))},
          {"a bond beside an isolated site", of(Graph({{0, 1, 1}}, {0, 0, -0.6}))}};
}

/// Replicas of a system of few units in one layout, and the sweep's matrix without the flip.
struct FlippedLayouts {
  std::string name;
  std::function<std::unique_ptr<Ensemble>(Key, std::size_t replicas)> make;
  std::size_t units;
  std::function<laws::Matrix(double beta, Direction)> sweep;
  std::function<double(std::size_t state)> energy;
};
std::vector<FlippedLayouts> layouts() {
  std::vector<FlippedLayouts> all;
  const auto add = [&](std::string name, std::shared_ptr<const Ising> model, auto make) {
    all.push_back({std::move(name), make, model->units(),
                   [model](double beta, Direction order) {
                     return laws::transition_matrix(*model, HeatBath(sequential(*model)), beta, 1, order);
                   },
                   [model](std::size_t state) { return model->energy(laws::spins_of(state, model->units())); }});
  };
  for (const InField& it : models_in_fields())
    add(it.name + ", plain", it.model, [model = it.model](Key key, std::size_t n) -> std::unique_ptr<Ensemble> {
      return std::make_unique<ArrayEnsemble<Ising, HeatBath>>(model, HeatBath(sequential(*model)), key, n);
    });
  const auto star = std::make_shared<const Ising>(
      Graph({{0, 1, 1}, {0, 2, -1}, {0, 3, 1}, {0, 4, 1}}, {0.25, 0.25, 0.25, 0.25, 0.25}));
  if (packed_replicas_supported(star->graph(), LocalMove::heat_bath, ScanOrder::sequential))
    add("star in bit lanes", star, [star](Key key, std::size_t n) {
      return make_packed_replicas(star, LocalMove::heat_bath, ScanOrder::sequential, key, n, {.width = 64});
    });
  const auto real = models_in_fields()[2].model;
  if (real_couplings_supported(real->graph(), {}))
    for (const FieldLayout fields : {FieldLayout::kept, FieldLayout::made_anew})
      add(fields == FieldLayout::kept ? "real couplings, fields kept" : "real couplings, fields made anew", real,
          [real, fields](Key key, std::size_t n) {
            return make_real_couplings_ensemble(real, {}, key, n, fields, *simd::field_kernels().front(),
                                                *simd::kernels().front());
          });
  return all;
}

std::vector<std::byte> spins_of(std::size_t state, std::size_t n) {
  std::vector<std::byte> bytes;
  for (const std::int8_t s : laws::spins_of(state, n)) bytes.push_back(static_cast<std::byte>(s));
  return bytes;
}

/// The matrix of flips alone, accepted with `share` of the energy.
laws::Matrix flips(const FlippedLayouts& it, double beta, double share = 1) {
  const std::size_t states = std::size_t{1} << it.units;
  laws::Matrix F = laws::Matrix::Zero(laws::at(states), laws::at(states));
  for (std::size_t k = 0; k < states; ++k) {
    const std::size_t turned = states - 1 - k;
    const double accepted = 1 / (1 + std::exp(beta * share * (it.energy(turned) - it.energy(k))));
    F(laws::at(k), laws::at(turned)) += accepted;
    F(laws::at(k), laws::at(k)) += 1 - accepted;
  }
  return F;
}

double p_value(const FlippedLayouts& it, Direction order, double beta, const laws::Matrix& P) {
  constexpr std::size_t replicas = 320, sweeps = 60;
  const std::size_t states = std::size_t{1} << it.units;
  const auto ensemble = with_global_flips(it.make(Key(9), replicas), Key(9));
  const std::vector<Setting> setting(replicas, Setting{beta, 1});
  std::vector<Tally> tally(replicas);
  laws::Matrix count = laws::Matrix::Zero(laws::at(states), laws::at(states));
  for (std::uint64_t time = 0; time < sweeps; ++time) {
    const auto from = [&](std::size_t r) { return (r * 7 + time * 11) % states; };
    for (std::size_t r = 0; r < replicas; ++r) ensemble->load(r, spins_of(from(r), it.units));
    ensemble->sweep(setting, {.time = 100 + time, .order = order}, tally);
    for (std::size_t r = 0; r < replicas; ++r)
      count(laws::at(from(r)), laws::at(laws::number_of(state_of(*ensemble, r)))) += 1;
  }
  return statistics::p_value(std::vector{count}, std::vector{P});
}

}  // namespace

TEST_CASE("a sweep and the flip behind it leave p invariant, converge, and are reversed with the flip first") {
  for (const InField& it : models_in_fields())
    for (const double beta : {0.4, 1.3}) {
      const auto obeys = [&](const laws::Verdicts& verdict) {
        CHECK(verdict.rows);
        CHECK(verdict.invariance);
        CHECK(verdict.convergence);
        CHECK(verdict.time_reversal);
      };
      INFO(it.name << ", beta = " << beta);
      obeys(judge(*it.model, HeatBath(sequential(*it.model)), beta));
      obeys(judge(*it.model, Metropolis(sequential(*it.model)), beta));
      obeys(judge(*it.model, SwendsenWang(), beta));
      obeys(judge(*it.model, Wolff(), beta));
      // The mutants.
      CHECK_FALSE(judge(*it.model, HeatBath(sequential(*it.model)), beta, {.share = 0.5}).invariance);
      if (it.model->graph().bonds().size() > 1)
        CHECK_FALSE(judge(*it.model, HeatBath(sequential(*it.model)), beta, {.always_behind = true}).time_reversal);
    }
}

TEST_CASE("a flip by Metropolis' rule leads some sweeps in circles that converge by themselves") {
  const Ising complete(build({.geometry = Geometry::complete, .size = {4}, .field = -0.25}));
  const laws::AlwaysFree metropolis(sequential(complete));
  CHECK(laws::judge_kernel(complete, metropolis, 0.4).convergence);
  const laws::Verdicts verdict = judge(complete, metropolis, 0.4, {.metropolis = true});
  CHECK(verdict.invariance);
  CHECK_FALSE(verdict.convergence);
}

TEST_CASE("every layout makes the flip behind its sweep, or reversed before it") {
  const std::vector<FlippedLayouts> all = layouts();
  const double least = statistics::sidak(1e-4, 2 * all.size()), beta = 0.6;
  for (const FlippedLayouts& it : all)
    for (const Direction order : {Direction::forward, Direction::reversed}) {
      INFO(it.name << (order == Direction::reversed ? ", reversed" : ""));
      const laws::Matrix S = it.sweep(beta, order), F = flips(it, beta), wrong = flips(it, beta, -1);
      const bool first = order == Direction::reversed;
      CHECK(p_value(it, order, beta, first ? laws::Matrix(F * S) : laws::Matrix(S * F)) > least);
      CHECK(p_value(it, order, beta, first ? laws::Matrix(wrong * S) : laws::Matrix(S * wrong)) < least);
      CHECK(p_value(it, order, beta, S) < least);
    }
}

namespace {

/// turning() is the difference of log weights, and turn() what load() of the state turned over gives.
void check_turns(const std::string& name, Ensemble& ensemble, double lambda) {
  INFO(name);
  REQUIRE(ensemble.layout().turns);
  const std::size_t n = ensemble.layout().replicas, components = ensemble.layout().observables.size();
  std::vector<Tally> tally(n);
  const std::vector<double> lambdas(n, lambda);
  ensemble.draw_reference(3);
  ensemble.sweep(std::vector<Setting>(n, Setting{lambda, 1}), {.time = 4}, tally);
  std::vector<double> ratio(n), before(n), after(n), seen(n * components), from_scratch(n * components);
  ensemble.turning(lambdas, ratio);
  ensemble.log_weight(lambdas, before);
  std::vector<std::uint8_t> turned(n);
  for (std::size_t r = 0; r < n; ++r) turned[r] = r % 3 != 1;
  std::vector<std::vector<std::int8_t>> states;
  for (std::size_t r = 0; r < n; ++r) {
    states.push_back(state_of(ensemble, r));
    if (turned[r] != 0)
      for (std::int8_t& s : states[r]) s = static_cast<std::int8_t>(-s);
  }
  ensemble.turn(turned);
  ensemble.log_weight(lambdas, after);
  ensemble.observe(seen);
  for (std::size_t r = 0; r < n; ++r) {
    CHECK(state_of(ensemble, r) == states[r]);
    const double expected = before[r] + (turned[r] != 0 ? ratio[r] : 0);
    CHECK(std::abs(after[r] - expected) <= 1e-10 * std::max(1.0, std::abs(expected)));
    ensemble.load(r, std::as_bytes(std::span(states[r])));
  }
  ensemble.observe(from_scratch);
  CHECK(seen == from_scratch);
  const auto trajectory = [&] {  // and moves on as from there
    ensemble.sweep(std::vector<Setting>(n, Setting{lambda, 1}), {.time = 5}, tally);
    return trajectories::hash(ensemble);
  };
  const std::uint64_t loaded = trajectory();
  for (std::size_t r = 0; r < n; ++r) {
    for (std::int8_t& s : states[r]) s = static_cast<std::int8_t>(-s);
    ensemble.load(r, std::as_bytes(std::span(states[r])));
  }
  ensemble.turn(std::vector<std::uint8_t>(n, 1));
  CHECK(trajectory() == loaded);
}

}  // namespace

TEST_CASE("every layout weighs and turns its spins over as their states say") {
  for (const FlippedLayouts& it : layouts()) check_turns(it.name, *it.make(Key(2), 40), 0.7);
  for (const Lattice& lattice :
       {Lattice{.size = {64, 32}, .field = 0.3}, Lattice{.size = {20, 46}, .field = -0.2},
        Lattice{.size = {21, 13}, .boundary = Boundary::open, .field = 0.1},
        Lattice{.geometry = Geometry::triangular, .size = {12, 51}, .disorder = Disorder::bimodal, .field = 0.4},
        Lattice{.geometry = Geometry::honeycomb, .size = {7, 9}, .boundary = Boundary::open, .field = 0.4},
        Lattice{.geometry = Geometry::cubic, .size = {6, 8, 4}, .field = 0.25}}) {
    const auto model = std::make_shared<const Ising>(build(lattice));
    if (!packed_lattice_supported(lattice, model->graph())) continue;
    check_turns("packed lattice", *make_packed_lattice_ensemble(model, lattice, LocalMove::heat_bath, Key(1), 4), 0.3);
  }
  const auto machine = std::make_shared<const BoltzmannMachine>(UnitKind::spin, 4, seam::standing_wave(6, 2),
                                                                std::vector<double>{0.4, -0.7, 0.2, 0.5, -0.3, 0.6});
  check_turns("Boltzmann machine of spins", *make_boltzmann_ensemble(machine, {{0.3, -0.1, 0.2, 0.7}, {}}, Key(1), 8),
              0.8);
  if (boltzmann_vectors_supported(*machine))
    check_turns("Boltzmann machine, vectors of spins",
                *make_boltzmann_vectors_ensemble(machine, {{0.3, -0.1, 0.2, 0.7}, {}}, Key(1), 8), 0.8);
  for (const seam::NetworkCase& it : seam::boltzmann_cases()) CHECK_FALSE(it.make(Key(1), 8)->layout().turns);
}

TEST_CASE("without a field nothing flips, and bits stay") {
  const auto model = std::make_shared<const Ising>(build({.size = {3, 3}}));
  auto bare = std::make_unique<ArrayEnsemble<Ising, HeatBath>>(model, HeatBath(sequential(*model)), Key(1), 2);
  const Ensemble* same = bare.get();
  CHECK(with_global_flips(std::move(bare), Key(1)).get() == same);
}

TEST_CASE("a cold ferromagnet in a weak field is seen on both sides") {
  const Lattice lattice{.size = {4, 4}, .field = -0.01};
  const auto model = std::make_shared<const Ising>(build(lattice));
  constexpr double beta = 1;
  const double exact = std::get<ExactAnswers>(exact_answers(lattice, model->graph(), std::vector{beta}))
                           .at[0]
                           .values.at("magnetization_density");
  const auto p_value_of = [&](bool flipping) {
    constexpr std::size_t n = 64;
    std::unique_ptr<Ensemble> ensemble =
        std::make_unique<ArrayEnsemble<Ising, HeatBath>>(model, HeatBath(sequential(*model)), Key(4), n);
    if (flipping) ensemble = with_global_flips(std::move(ensemble), Key(4));
    std::vector<Tally> tally(n);
    const std::size_t components = ensemble->layout().observables.size();
    std::vector<double> seen(n * components), m(n, 0.0);
    for (std::uint64_t time = 0; time < 400; ++time) {
      ensemble->sweep(std::vector<Setting>(n, Setting{beta, 1}), {.time = time}, tally);
      ensemble->observe(seen);
      for (std::size_t r = 0; time >= 100 && r < n; ++r) m[r] += seen[r * components + 2] / 300;
    }
    return statistics::agrees(m, exact);
  };
  CHECK(p_value_of(true) > 1e-3);
  CHECK(p_value_of(false) < 1e-12);
}

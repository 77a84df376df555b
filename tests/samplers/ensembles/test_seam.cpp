// The laws of the seam: any ensemble, any method - ln Z is right, split is whole, interrupted is uninterrupted.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <tuple>

#include "estimators/log_sum_exp.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/tempering.hpp"
#include "tests/samplers/seam.hpp"

using namespace gibbsite;

namespace {

constexpr std::size_t replicas_at_seam = 128;

struct Route {
  std::string name;
  std::function<std::unique_ptr<Method>(Ensemble&, double target, Key)> make;
};

std::vector<double> ladder(double target, std::size_t rungs) {
  std::vector<double> lambda;
  for (std::size_t k = 0; k < rungs; ++k)
    lambda.push_back(target * static_cast<double>(k) / static_cast<double>(rungs - 1));
  return lambda;
}

std::vector<Route> routes() {
  const auto annealing = [](double resample_below) {
    return [=](Ensemble& ensemble, double target, Key key) -> std::unique_ptr<Method> {
      return std::make_unique<Annealing>(ensemble, AnnealingOptions{.key = key,
                                                                    .report = {target / 2, target},
                                                                    .temperatures = 24,
                                                                    .resample_below = resample_below,
                                                                    .thermalization = 40});
    };
  };
  const auto tempering = [](Ladder kind) {
    return [=](Ensemble& ensemble, double target, Key key) -> std::unique_ptr<Method> {
      ChainOptions options{.key = key,
                           .lambda = ladder(target, 8),
                           .chains = replicas_at_seam / 8,
                           .thermalization = 100,
                           .draws = 80,
                           .every = 2};
      return std::make_unique<Tempering>(ensemble, options, kind);
    };
  };
  return {{"annealing", annealing(0)}, {"resampling", annealing(0.95)}, {"tempering", tempering(Ladder::adaptive)}};
}

void finish(Method& method) {
  while (!method.done()) method.advance();
}

/// ln Z / Z_0 from a finished method, forward and (annealing) on the way back.
std::vector<double> log_ratios_of(const Method& method) {
  const Trace& trace = method.trace();
  if (const auto* annealing = dynamic_cast<const Annealing*>(&method)) {
    const std::size_t last = trace.draws() - 1;
    const auto w = std::span(trace.rows).subspan(last * trace.width, replicas_at_seam);
    return {log_mean_exp(w), -log_mean_exp(annealing->reverse_log_weight())};
  }
  const auto& tempering = dynamic_cast<const Tempering&>(method);
  const std::size_t rungs = tempering.chain_trace().betas();
  double sum = 0;
  for (std::size_t b = 0; b + 1 < rungs; ++b) {
    std::vector<double> ratio;
    for (std::size_t t = 0; t < trace.draws(); ++t)
      for (std::size_t slot = b; slot < replicas_at_seam; slot += rungs)
        ratio.push_back(tempering.log_ratio_up(t, slot));
    sum += log_mean_exp(ratio);
  }
  return {sum};
}

bool same(const Snapshot& a, const Snapshot& b) {
  return a.numbers == b.numbers && a.counts == b.counts && a.bytes == b.bytes;
}

}  // namespace

TEST_CASE("ln Z by annealing, resampling and tempering is exact for every ensemble") {
  constexpr int runs = 24;
  // 11 ensembles x (2 + 2 + 1) estimates; Student's t with 23 degrees of freedom at a false-alarm rate of 1e-3 over
  // 55: 5.3. With every model's, and more layouts, they are some 100, and the rate is 2e-3.
  constexpr double threshold = 5.3;
  for (const seam::Case& it : seam::cases())
    for (const Route& route : routes()) {
      if (it.of_networks && route.name != "resampling") continue;
      std::vector<std::vector<double>> log_z;
      for (int run = 0; run < runs; ++run) {
        const Key key(1000 + static_cast<std::uint64_t>(run));
        const auto ensemble = it.make(key, replicas_at_seam);
        const auto method = route.make(*ensemble, it.target, key);
        finish(*method);
        log_z.push_back(log_ratios_of(*method));
        for (double& v : log_z.back()) v += ensemble->layout().log_z_reference;
      }
      for (std::size_t k = 0; k < log_z[0].size(); ++k) {
        double mean = 0, var = 0;
        for (const auto& v : log_z) mean += v[k] / runs;
        for (const auto& v : log_z) var += (v[k] - mean) * (v[k] - mean) / (runs - 1);
        // ln of a mean is low by half its variance: known, and taken out
        const double bias = (k == 0 ? -1 : 1) * (route.name == "tempering" ? 0 : var / 2);
        const double z = (mean - bias - it.exact_log_z) / std::sqrt(var / runs);
        INFO(it.name << ", " << route.name << (k == 1 ? ", reverse" : "") << ": " << mean << " +- "
                     << std::sqrt(var / runs) << ", exact " << it.exact_log_z);
        CHECK(std::abs(z) < threshold);
        CHECK(std::sqrt(var / runs) < 0.05);  // and it is not the error bar that makes it pass
      }
    }
}

TEST_CASE("split is whole, bit for bit, in every method") {
  for (const seam::Case& it : seam::cases())
    for (const Route& route : routes()) {
      INFO(it.name << ", " << route.name);
      const Key key(7);
      const auto whole = it.make(key, replicas_at_seam);
      seam::Joined split(it.make(key, {0, replicas_at_seam / 2, replicas_at_seam}),
                         it.make(key, {replicas_at_seam / 2, replicas_at_seam / 2, replicas_at_seam}));
      const auto a = route.make(*whole, it.target, key);
      const auto b = route.make(split, it.target, key);
      finish(*a);
      finish(*b);
      CHECK(a->trace().rows == b->trace().rows);
      CHECK(same(a->save(), b->save()));
    }
}

namespace {

/// A layout, and a number of replicas that three machines can share.
struct Layouts {
  std::string name;
  std::size_t total;
  std::function<std::unique_ptr<Ensemble>(Key, Slice)> make;
};

std::vector<Layouts> all_layouts() {
  std::vector<Layouts> all;
  for (const seam::Case& it : seam::cases()) all.push_back({it.name, 192, it.make});
  const Lattice lattice = {.size = {8, 8}};
  const auto model = std::make_shared<const Ising>(build(lattice));
  if (packed_lattice_supported(lattice, model->graph()))
    all.push_back({"a lattice to a register", 5, [=](Key key, Slice slice) {
                     return make_packed_lattice_ensemble(model, lattice, LocalMove::heat_bath, key, slice);
                   }});
  for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis})
    if (packed_replicas_supported(model->graph(), move, ScanOrder::checkerboard))
      all.push_back({"bit lanes, as many to a pack as the total asks for", 1300, [=](Key key, Slice slice) {
                       return make_packed_replicas(model, move, ScanOrder::checkerboard, key, slice);
                     }});
  const auto wolff = std::make_shared<const Ising>(build(lattice));
  all.push_back({"Wolff, plain", 7, [=](Key key, Slice slice) {
                   return std::make_unique<ArrayEnsemble<Ising, Wolff>>(wolff, Wolff(), key, slice);
                 }});
  return all;
}

/// Where the parts begin: multiples of the grain.
std::vector<std::size_t> cuts(std::size_t total, std::size_t parts, std::size_t grain) {
  std::vector<std::size_t> all;
  for (std::size_t k = 0; k < parts; ++k) all.push_back((total * k / parts + grain - 1) / grain * grain);
  all.push_back(total);
  return all;
}

}  // namespace

TEST_CASE("two and three slices have the states, weights and tallies of the whole, in every layout") {
  for (const Layouts& it : all_layouts()) {
    std::vector<Setting> setting;
    for (std::size_t r = 0; r < it.total; ++r)
      setting.push_back({r % 5 == 4 ? 0 : 0.15 * static_cast<double>(r % 5 + 1)});
    const auto run = [&](Slice slice) {
      auto ensemble = it.make(Key(8), slice);
      std::vector<Tally> tally(slice.count);
      const auto mine = std::span(setting).subspan(slice.first, slice.count);
      ensemble->draw_reference(1);
      ensemble->sweep(mine, {.time = 2, .count = 3}, tally);
      ensemble->sweep(mine, {.time = 5, .count = 2, .order = Direction::reversed}, tally);
      std::vector<double> seen(slice.count), lambda(slice.count, 0.7);
      ensemble->log_weight(lambda, seen);
      for (const Tally& one : tally) seen.insert(seen.end(), {one.tried, one.accepted});
      return std::tuple(ensemble->layout(), save_all(*ensemble), seen);
    };
    const auto [layout, states, seen] = run(it.total);
    for (const std::size_t parts : {2, 3}) {
      const std::vector<std::size_t> cut = cuts(it.total, parts, layout.grain);
      for (std::size_t k = 0; k < parts; ++k) {
        INFO(it.name << ", part " << k << " of " << parts << ": replicas " << cut[k] << " to " << cut[k + 1]);
        const std::size_t count = cut[k + 1] - cut[k];
        const auto [my_layout, my_states, my_seen] = run({cut[k], count, it.total});
        CHECK(my_layout.grain == layout.grain);
        CHECK(std::equal(my_states.begin(), my_states.end(),
                         states.begin() + static_cast<std::ptrdiff_t>(cut[k] * layout.state_bytes())));
        CHECK(std::equal(my_seen.begin(), my_seen.begin() + static_cast<std::ptrdiff_t>(count),
                         seen.begin() + static_cast<std::ptrdiff_t>(cut[k])));
        CHECK(std::equal(my_seen.begin() + static_cast<std::ptrdiff_t>(count), my_seen.end(),
                         seen.begin() + static_cast<std::ptrdiff_t>(it.total + 2 * cut[k])));
      }
    }
  }
}

TEST_CASE("the width of a pack depends on the total, not on the slice") {
  const auto model = std::make_shared<const Ising>(build({.size = {8, 8}}));
  if (!packed_replicas_supported(model->graph(), LocalMove::heat_bath, ScanOrder::checkerboard)) return;
  const auto grain = [&](Slice slice) {
    return make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::checkerboard, Key(1), slice)->layout().grain;
  };
  CHECK(grain({0, 64, 1300}) == grain(1300));
  CHECK(grain({0, 64, 64}) != grain(1300));
}

TEST_CASE("interrupted is uninterrupted, bit for bit, wherever it is cut") {
  auto all = routes();
  all.push_back({"chains", [](Ensemble& ensemble, double target, Key key) -> std::unique_ptr<Method> {
                   ChainOptions options{.key = key,
                                        .lambda = ladder(target, 4),
                                        .chains = replicas_at_seam / 4,
                                        .thermalization = 50,
                                        .draws = 30,
                                        .every = 3,
                                        .snapshots = 4,
                                        .overlaps = true};
                   return std::make_unique<Mcmc>(ensemble, options);
                 }});
  for (const seam::Case& it : seam::cases())
    for (const Route& route : all) {
      const Key key(11);
      const auto calm = it.make(key, replicas_at_seam);
      const auto whole = route.make(*calm, it.target, key);
      std::size_t length = 0;
      for (; !whole->done(); ++length) whole->advance();
      // A relay: what a snapshot does not hold is lost at every cut, and missing from there to the end.
      auto ensemble = it.make(key, replicas_at_seam);
      auto method = route.make(*ensemble, it.target, key);
      std::size_t at = 0;
      for (const std::size_t cut :
           {std::size_t{0}, std::size_t{1}, length / 4, length / 2, 3 * length / 4, length - 1, length}) {
        INFO(it.name << ", " << route.name << ", cut after " << cut << " of " << length);
        for (; at < cut; ++at) method->advance();
        auto next = it.make(key, replicas_at_seam);
        auto after = route.make(*next, it.target, key);
        after->load(method->save(), method->trace());
        CHECK(same(after->save(), method->save()));
        method = std::move(after);
        ensemble = std::move(next);
      }
      INFO(it.name << ", " << route.name);
      CHECK(method->done());
      CHECK(method->trace().rows == whole->trace().rows);
      CHECK(same(method->save(), whole->save()));
    }
}

// The overlap is the model's, whatever is stored for a state: what multiplies bytes fails here where units are 0 and 1.
TEST_CASE("every ensemble's overlap is 1 for a state with itself, symmetric, and that of the states it saves") {
  for (const seam::Case& it : seam::cases()) {
    const auto ensemble = it.make(Key(3), replicas_at_seam);
    ensemble->draw_reference(1);
    const std::size_t bytes = ensemble->layout().state_bytes();
    const std::vector<std::byte> states = save_all(*ensemble);
    const auto state = [&](std::size_t r) { return std::span(states).subspan(r * bytes, bytes); };
    const std::pair<std::size_t, std::size_t> pairs[] = {{0, 0}, {1, 2}, {2, 1}, {63, 64}, {127, 127}};
    double q[5];
    ensemble->overlap(pairs, q);
    INFO(it.name);
    CHECK(q[0] == Approx(1).margin(1e-14));
    CHECK(q[4] == Approx(1).margin(1e-14));
    CHECK(q[1] == q[2]);
    for (std::size_t k = 0; k < 5; ++k) {
      CHECK(q[k] == ensemble->overlap_of(state(pairs[k].first), state(pairs[k].second)));
      CHECK(std::abs(q[k]) <= 1 + 1e-14);
    }
    std::vector<std::uint64_t> memory;
    std::vector<std::size_t> which;
    for (std::size_t r = 0; r < replicas_at_seam; ++r) which.push_back((r + 3) % replicas_at_seam);
    std::vector<double> with(replicas_at_seam), right, again = with;
    ensemble->overlap_with(states, which, memory, with);
    for (std::size_t r = 0; r < replicas_at_seam; ++r) right.push_back(ensemble->overlap_of(state(r), state(which[r])));
    CHECK(with == right);
    for (std::size_t r = 0; r < replicas_at_seam; ++r) which[r] = r;
    ensemble->draw_reference(2);
    ensemble->overlap_with(states, which, memory, again);
    const std::vector<std::byte> now = save_all(*ensemble);
    for (std::size_t r = 0; r < replicas_at_seam; ++r)
      CHECK(again[r] == ensemble->overlap_of(std::span(now).subspan(r * bytes, bytes), state(r)));
  }
}

TEST_CASE("a checkpoint of another study is refused") {
  const auto cases = seam::cases();
  const auto a = cases[0].make(Key(1), replicas_at_seam);
  const auto b = cases[3].make(Key(1), replicas_at_seam);
  const auto anneal = routes()[0].make(*a, 0.8, Key(1));
  const auto temper = routes()[2].make(*b, 1, Key(1));
  CHECK_THROWS_AS(temper->load(anneal->save(), {}), std::invalid_argument);
  CHECK_THROWS_AS(anneal->load(temper->save(), {}), std::invalid_argument);
}

// Clusters per sweep come to turn over as many spins as there are; exchanges of tempering are accepted as often as they
// should be, leave every rung its distribution, alternate between even and odd pairs, and their round trips are
// counted.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/method_support.hpp"
#include "samplers/methods/tempering.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;
using laws::at;

namespace {

template <class K>
ArrayEnsemble<Ising, K> population(Graph graph, K kernel, Key key, std::size_t replicas) {
  return {std::make_shared<const Ising>(std::move(graph)), std::move(kernel), key, replicas};
}
ArrayEnsemble<Ising, HeatBath> heated(const Graph& graph, Key key, std::size_t replicas) {
  return population(graph, HeatBath(Scan(ScanOrder::sequential, graph)), key, replicas);
}

/// One spin in a field: a heat-bath sweep is a fresh draw, so all exchanges are independent.
Graph two_level() { return Graph({}, {0.7}); }

/// Mean and variance of alpha = min(1, exp((b - a)(E(y) - E(x)))) for independent x at a and y at b.
std::pair<double, double> exact_acceptance(const Graph& graph, double a, double b) {
  const laws::Vector E = laws::energies(graph), p = laws::boltzmann(graph, a), q = laws::boltzmann(graph, b);
  double mean = 0, square = 0;
  for (Eigen::Index x = 0; x < E.size(); ++x)
    for (Eigen::Index y = 0; y < E.size(); ++y) {
      const double alpha = std::min(1.0, std::exp((b - a) * (E[y] - E[x])));
      mean += p[x] * q[y] * alpha;
      square += p[x] * q[y] * alpha * alpha;
    }
  return {mean, square - mean * mean};
}

std::vector<double> exact_rejections(const Graph& graph, std::span<const double> ladder) {
  std::vector<double> r;
  for (std::size_t b = 0; b + 1 < ladder.size(); ++b)
    r.push_back(1 - exact_acceptance(graph, ladder[b], ladder[b + 1]).first);
  return r;
}

/// replica[slot] at every kept draw.
std::vector<std::vector<std::size_t>> places(const Tempering& tempering) {
  const Field& field = *find_field(tempering.fields(), "replica");
  std::vector<std::vector<std::size_t>> rows;
  for (std::size_t t = 0; t < tempering.trace().draws(); ++t) {
    rows.emplace_back();
    for (std::size_t slot = 0; slot < field.count; ++slot)
      rows.back().push_back(static_cast<std::size_t>(tempering.trace().at(t, field.offset + slot)));
  }
  return rows;
}

/// p-value, for each rung, of the energies that its replicas have (`energy` [chain][rung], chains independent).
std::vector<double> energy_p_values(const Graph& graph, std::span<const double> lambda,
                                    std::span<const double> energy) {
  const laws::Vector E = laws::energies(graph);
  const auto level = [](double e) { return std::llround(e * 1e6); };
  std::vector<double> p_values;
  for (std::size_t b = 0; b < lambda.size(); ++b) {
    const laws::Vector p = laws::boltzmann(graph, lambda[b]);
    std::map<long long, std::pair<double, double>> cells;  // probability and count by level
    for (Eigen::Index k = 0; k < E.size(); ++k) cells[level(E[k])].first += p[k];
    for (std::size_t slot = b; slot < energy.size(); slot += lambda.size()) cells[level(energy[slot])].second += 1;
    std::vector<double> expected, count;
    for (const auto& [unused, cell] : cells) {
      expected.push_back(cell.first);
      count.push_back(cell.second);
    }
    statistics::ChiSquare chi2;
    chi2.add(count, expected, static_cast<double>(energy.size() / lambda.size()));
    p_values.push_back(chi2.p_value());
  }
  return p_values;
}

/// Tempering in a few lines, with a rule of exchange of one's own: alpha = rule(ln of the ratio of weights).
template <class Rule>
std::vector<double> temper_plainly(const Graph& graph, std::span<const double> lambda, std::size_t chains,
                                   std::uint64_t sweeps, Rule rule) {
  const std::size_t betas = lambda.size(), slots = chains * betas;
  auto ensemble = heated(graph, Key(6), slots);
  std::vector<std::size_t> rung(slots), replica(slots);
  for (std::size_t r = 0; r < slots; ++r) rung[replica[r] = r] = r % betas;
  std::vector<double> energy(slots), minus(slots, -1.0);
  std::vector<Tally> tally(slots);
  ensemble.draw_reference(0);
  for (std::uint64_t t = 0; t < sweeps; ++t) {
    std::vector<Setting> setting(slots);
    for (std::size_t slot = 0; slot < slots; ++slot) setting[replica[slot]] = {lambda[slot % betas], 1};
    ensemble.sweep(setting, {.time = t}, tally);
    ensemble.log_weight(minus, energy);
    if (t + 1 == sweeps) break;
    for (std::size_t c = 0; c < chains; ++c) {
      Chance chance(Stream(Key(6), Purpose::exchange, t, c));
      for (std::size_t b = t % 2; b + 1 < betas; b += 2) {
        std::size_t &x = replica[c * betas + b], &y = replica[c * betas + b + 1];
        if (chance.coin(Coin(rule((lambda[b + 1] - lambda[b]) * (energy[y] - energy[x]))))) std::swap(x, y);
      }
    }
  }
  std::vector<double> by_slot;
  for (const std::size_t r : replica) by_slot.push_back(energy[r]);
  return by_slot;
}

Layout moved_by(Stride stride) {
  Layout layout;
  layout.stride = stride;
  return layout;
}

}  // namespace

TEST_CASE("tuning finds the clusters per sweep that turn over N spins") {
  CHECK(first_stride(Stride::clusters) == 0);
  CHECK(tuned_stride(moved_by(Stride::clusters), 0, {100, 25}, Tuning::last) == 4);
  CHECK(tuned_stride(moved_by(Stride::clusters), 0, {100, 25}, Tuning::ongoing) == 0);  // goes on with surveys
  CHECK(tuned_stride(moved_by(Stride::clusters), 0, {100, 100}, Tuning::last) == 1);
  CHECK(tuned_stride(moved_by(Stride::clusters), 0, {100, 0}, Tuning::last) > 1);  // nothing turned over (held by fields)
  CHECK(tuned_stride(moved_by(Stride::clusters), 0, {0, 0}, Tuning::last) == 0);   // nothing known
  CHECK(tuned_stride(moved_by(Stride::unused), 8, {100, 1}, Tuning::last) == 8);
  CHECK(tuned_stride(moved_by(Stride::step_size), 0.5, {1000, 574}, Tuning::ongoing) == Approx(0.5));
  CHECK(tuned_stride(moved_by(Stride::step_size), 0.5, {1000, 900}, Tuning::ongoing) > 0.5);
  CHECK(tuned_stride(moved_by(Stride::step_size), 0.5, {1000, 100}, Tuning::ongoing) < 0.5);
}

TEST_CASE("a tuned Wolff sweep turns over as many spins as there are") {
  const Graph torus = build({.geometry = Geometry::square, .size = {8, 8}});
  const std::vector<double> lambda = {0.1, 0.25, 0.4, 0.5};
  constexpr std::size_t chains = 4, draws = 100;
  std::vector<std::vector<double>> turned(lambda.size()), stride(lambda.size());
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    auto ensemble = population(torus, Wolff(), Key(seed), chains * lambda.size());
    Mcmc mcmc(ensemble, {.key = Key(seed), .lambda = lambda, .chains = chains, .thermalization = 512, .draws = draws});
    while (!mcmc.done()) mcmc.advance();
    for (std::size_t b = 0; b < lambda.size(); ++b) {
      Tally sum;
      for (std::size_t r = b; r < chains * lambda.size(); r += lambda.size()) {
        sum.tried += mcmc.tally()[r].tried;
        sum.accepted += mcmc.tally()[r].accepted;
        CHECK(mcmc.settings()[r].stride == mcmc.settings()[b].stride);
      }
      CHECK(sum.tried == 64.0 * draws * chains);
      turned[b].push_back(sum.accepted / sum.tried);
      stride[b].push_back(mcmc.settings()[b].stride);
    }
  }
  const double threshold = statistics::sidak(1e-3, lambda.size());
  for (std::size_t b = 0; b < lambda.size(); ++b) {
    const double clusters = statistics::mean_of(stride[b]).value;
    INFO("beta " << lambda[b] << ": " << clusters << " clusters turn over " << statistics::mean_of(turned[b]).value);
    CHECK(statistics::agrees(turned[b], 1, 0.5 / clusters) > threshold);  // a sweep is a whole number of clusters
    std::vector<double> half = turned[b];
    for (double& t : half) t /= 2;  // mutant: half as many clusters
    CHECK((clusters < 2 || statistics::agrees(half, 1, 0.5 / clusters) < threshold));
  }
}

TEST_CASE("equalised ladders have equal rejections") {
  SECTION("on a profile that is linear between rungs, at once") {
    const std::vector<double> ladder = {0, 0.1, 0.5, 0.6, 2, 3}, rejection = {0.3, 0.1, 0.4, 0.05, 0.25};
    const auto barrier = [&](double lambda) {
      double sum = 0;
      for (std::size_t k = 0; k + 1 < ladder.size(); ++k)
        sum += rejection[k] * std::clamp((lambda - ladder[k]) / (ladder[k + 1] - ladder[k]), 0.0, 1.0);
      return sum;
    };
    const auto moved = equalised(ladder, rejection);
    REQUIRE(moved.size() == ladder.size());
    CHECK(moved.front() == 0);
    CHECK(moved.back() == 3);
    for (std::size_t k = 0; k + 1 < moved.size(); ++k)
      CHECK(barrier(moved[k + 1]) - barrier(moved[k]) == Approx(1.1 / 5).epsilon(1e-12));
  }
  SECTION("on exact rejections, in a few rounds") {
    const Graph graph = build({.geometry = Geometry::square, .size = {2, 3}, .boundary = Boundary::open});
    std::vector<double> ladder = {0, 0.05, 0.1, 0.15, 2};
    for (int round = 0; round < 40; ++round) ladder = equalised(ladder, exact_rejections(graph, ladder));
    const auto r = exact_rejections(graph, ladder);
    CHECK(*std::max_element(r.begin(), r.end()) - *std::min_element(r.begin(), r.end()) < 1e-6);
    CHECK(std::is_sorted(ladder.begin(), ladder.end()));
  }
  SECTION("nothing rejected: rungs stay in order, evenly spread over the old ones") {
    const std::vector<double> ladder = {0, 1, 3, 4}, none(3, 0.0);
    const auto moved = equalised(ladder, none);
    for (std::size_t k = 0; k < 4; ++k) CHECK(moved[k] == Approx(ladder[k]));
  }
}

TEST_CASE("swap rates and round trips of a two-level system are exact on average") {
  const Graph graph = two_level();
  const std::vector<double> ladder = {0, 0.4, 1.0, 1.3, 2.5};
  constexpr std::size_t chains = 64, draws = 2000;
  const std::size_t betas = ladder.size();
  auto ensemble = heated(graph, Key(3), chains * betas);
  Tempering tempering(ensemble,
                      {.key = Key(3), .lambda = ladder, .chains = chains, .thermalization = 500, .draws = draws},
                      Ladder::fixed);
  while (!tempering.done()) tempering.advance();
  CHECK(std::equal(ladder.begin(), ladder.end(), tempering.lambda().begin(), tempering.lambda().end()));

  const double threshold = statistics::sidak(1e-3, betas);  // betas - 1 rates, and the round trips
  double barrier = 0;
  for (std::size_t b = 0; b + 1 < betas; ++b) {
    const auto [alpha, variance] = exact_acceptance(graph, ladder[b], ladder[b + 1]);
    INFO("pair " << b << ": " << tempering.swap_rate()[b] << ", exact " << alpha);
    const double error = std::sqrt(variance / (chains * draws));
    CHECK(statistics::two_sided((tempering.swap_rate()[b] - alpha) / error) > threshold);
    const double wrong = exact_acceptance(graph, ladder[b], 1.1 * ladder[b + 1]).first;  // mutant
    CHECK(statistics::two_sided((tempering.swap_rate()[b] - wrong) / error) < threshold);
    barrier += (1 - alpha) / alpha;
  }
  // Syed et al. (2022), eq. 12, exact here: a replica's walk has independent steps.
  std::vector<double> trips(chains, 0.0);
  for (std::size_t r = 0; r < chains * betas; ++r)
    trips[r / betas] += static_cast<double>(tempering.round_trips()[r]) / draws;
  const double rate = 1 / (2 + 2 * barrier);
  INFO("round trips per sweep " << statistics::mean_of(trips).value << " +- " << statistics::mean_of(trips).error
                                << ", exact " << rate);
  CHECK(statistics::agrees(trips, rate) > threshold);
}

TEST_CASE("exchanges alternate between even and odd pairs, and round trips are those of the trace") {
  const Graph graph = build({.geometry = Geometry::square, .size = {2, 3}, .boundary = Boundary::open});
  for (const std::size_t betas : {2, 3, 4, 7}) {
    constexpr std::size_t chains = 3, warm = 37, draws = 1500;
    std::vector<double> ladder;
    for (std::size_t b = 0; b < betas; ++b)
      ladder.push_back(1.2 * static_cast<double>(b) / static_cast<double>(betas - 1));
    auto ensemble = heated(graph, Key(9), chains * betas);
    Tempering tempering(ensemble,
                        {.key = Key(9), .lambda = ladder, .chains = chains, .thermalization = warm, .draws = draws},
                        Ladder::fixed);
    for (std::size_t t = 0; t < warm; ++t) tempering.advance();
    std::vector<std::uint64_t> last_end = tempering.save().counts.at("heading"), trips(chains * betas, 0);
    while (tempering.chain_trace().trace().draws() + 1 < draws) tempering.advance();
    const std::vector<std::uint64_t> counted(tempering.round_trips().begin(), tempering.round_trips().end());
    tempering.advance();  // a row shows who stands where before the exchange that follows it
    REQUIRE(tempering.done());

    const auto rows = places(tempering);
    bool right_pairs = true, moved = false;
    for (std::size_t t = 1; t < draws; ++t)
      for (std::size_t c = 0; c < chains; ++c) {
        const auto before = std::span(rows[t - 1]).subspan(c * betas, betas);
        const auto after = std::span(rows[t]).subspan(c * betas, betas);
        const std::size_t parity = (warm + t) % 2;  // sweeps made before this exchange
        for (std::size_t b = parity; b + 1 < betas; b += 2) {
          const bool stay = after[b] == before[b] && after[b + 1] == before[b + 1];
          const bool swap = after[b] == before[b + 1] && after[b + 1] == before[b];
          right_pairs = right_pairs && (stay || swap);
          moved = moved || swap;
        }
        if (parity == 1) right_pairs = right_pairs && after[0] == before[0];
        if ((betas - parity) % 2 == 1) right_pairs = right_pairs && after[betas - 1] == before[betas - 1];
        std::uint64_t& bottom = last_end[c * betas + after[0]];
        if (bottom == 2) ++trips[c * betas + after[0]];
        bottom = 1;
        last_end[c * betas + after[betas - 1]] = 2;
      }
    INFO(betas << " rungs");
    CHECK(right_pairs);
    CHECK(moved);
    CHECK(counted == trips);
  }
}

TEST_CASE("tempering leaves every rung its distribution, and a wrong sign does not") {
  const Graph graph({{0, 1, -0.7}, {1, 2, -1.1}, {2, 0, -0.45}, {2, 3, 0.9}, {3, 0, 1.3}}, {-0.4, 0.25, 0.0, 0.8});
  const std::vector<double> ladder = {0.1, 0.5, 0.9, 1.4};
  constexpr std::size_t chains = 3000;
  constexpr std::uint64_t sweeps = 60;
  const double threshold = statistics::sidak(1e-3, 2 * ladder.size());

  auto ensemble = heated(graph, Key(5), chains * ladder.size());
  Tempering tempering(ensemble,
                      {.key = Key(5),
                       .lambda = ladder,
                       .chains = chains,
                       .start = Starts::hot,
                       .thermalization = sweeps - 1,
                       .draws = 1},
                      Ladder::fixed);
  while (!tempering.done()) tempering.advance();
  const Field& energy = *find_field(tempering.fields(), "energy");
  for (const double p :
       energy_p_values(graph, ladder, std::span(tempering.trace().rows).subspan(energy.offset, energy.count)))
    CHECK(p > threshold);

  const auto metropolis = [](double log_ratio) { return std::exp(std::min(0.0, log_ratio)); };
  for (const double p : energy_p_values(graph, ladder, temper_plainly(graph, ladder, chains, sweeps, metropolis)))
    CHECK(p > threshold);
  const auto wrong_sign = [](double log_ratio) { return std::exp(std::min(0.0, -log_ratio)); };
  const auto wrong = energy_p_values(graph, ladder, temper_plainly(graph, ladder, chains, sweeps, wrong_sign));
  CHECK(*std::min_element(wrong.begin(), wrong.end()) < threshold);
}

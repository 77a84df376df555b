#include "estimators/rare_events.hpp"

#include <catch2/catch.hpp>

#include "estimators/autocorrelation.hpp"
#include "estimators/histogram.hpp"
#include "estimators/thermodynamics.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

/// Two states, |m| = 1 and an excitation of |m| = 0.2 with this probability; draws are independent.
constexpr double ordered = 1, excited = 0.2, hot_share = 0.05;
std::vector<double> draws(std::uint64_t test, std::uint64_t run, double share, std::size_t n) {
  Normal normal(test, run);
  std::vector<double> x(n);
  for (double& v : x) v = normal.uniform() < share ? excited : ordered;
  return x;
}
/// log_weight at the hotter temperature less that at the own one, up to a constant.
std::vector<double> log_ratio(const std::vector<double>& x, double own, double hot, double sign) {
  std::vector<double> out;
  for (const double v : x) out.push_back(sign * (v == excited ? std::log(hot / own) : std::log((1 - hot) / (1 - own))));
  return out;
}
constexpr Conditions one_site{.beta = 1, .sites = 1};
double chi(double share) { return share * (1 - share) * (ordered - excited) * (ordered - excited); }

struct Spread {
  double mean = 0, variance = 0, wrong = 0, unseen = 0;  // wrong: |z| > 4, or no error at all (unseen)
};
Spread spread(std::size_t runs, const std::function<Estimate(std::uint64_t)>& of, double truth) {
  Spread s;
  double known = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const double z = z_score(of(run), truth);
    if (!std::isfinite(z)) {
      s.wrong += 1;
      s.unseen += 1;
      continue;
    }
    known += 1;
    s.mean += z;
    s.variance += z * z;
    s.wrong += std::abs(z) > 4;
  }
  s.mean /= known;
  s.variance = s.variance / known - s.mean * s.mean;
  return s;
}

}  // namespace

TEST_CASE("the next hotter temperature knows of the rare events that a run missed", "[calibration][mutant]") {
  // Two events are expected, and one run in seven sees none at all.
  constexpr std::size_t n = 400, runs = 1024;
  constexpr double share = 2.0 / n;
  const auto with_neighbour = [&](std::uint64_t run) {
    const auto own = draws(1901, run, share, n), hot = draws(1902, run, hot_share, n);
    const PooledWeights weights =
        pooled_weights(log_ratio(own, share, hot_share, 1), log_ratio(hot, share, hot_share, -1));
    Beyond beyond{.hotter = hot, .weights = &weights};
    return estimate(susceptibility_abs_response(one_site), {own, 4}, beyond).estimate;
  };
  const auto alone = [&](std::uint64_t run) { return susceptibility_abs({draws(1901, run, share, n), 4}, one_site); };
  const Spread honest = spread(runs, with_neighbour, chi(share)), naive = spread(runs, alone, chi(share));
  INFO("with the hotter draws: mean " << honest.mean << ", variance " << honest.variance << ", wrong " << honest.wrong);
  INFO("without: mean " << naive.mean << ", variance " << naive.variance << ", wrong " << naive.wrong);
  CHECK(std::abs(honest.mean) < 0.25);
  CHECK(honest.variance < 1.2);
  CHECK(honest.variance > 0.5);
  CHECK(honest.wrong == 0);
  CHECK(naive.wrong > runs / 20);  // the mutant: errors unknown where no event was seen
}

TEST_CASE("a temperature alone allows for one event more than it saw", "[calibration][mutant]") {
  constexpr std::size_t n = 400, runs = 1024;
  constexpr double share = 4.0 / n;
  const auto alone = [&](std::uint64_t run) {
    const auto own = draws(1903, run, share, n);
    Beyond beyond{.unseen = beyond_both_sides(own, 0, 1)};
    return estimate(susceptibility_abs_response(one_site), {own, 4}, beyond).estimate;
  };
  const auto naive = [&](std::uint64_t run) { return susceptibility_abs({draws(1903, run, share, n), 4}, one_site); };
  const Spread honest = spread(runs, alone, chi(share)), without = spread(runs, naive, chi(share));
  INFO("one more: mean " << honest.mean << ", variance " << honest.variance << ", wrong " << honest.wrong);
  INFO("without: mean " << without.mean << ", variance " << without.variance << ", wrong " << without.wrong);
  CHECK(honest.variance < 1.2);
  CHECK(honest.wrong == without.unseen);  // where nothing was seen the error is unknown
  CHECK(without.variance > 1.2);          // the mutant
}

TEST_CASE("events that are many need no help from elsewhere") {
  const auto own = draws(1904, 0, 0.3, 4000);
  const Estimate plain = susceptibility_abs({own, 4}, one_site);
  const RareEstimate alone =
      estimate(susceptibility_abs_response(one_site), {own, 4}, {.unseen = beyond_both_sides(own, 0, 1)});
  CHECK(alone.estimate.error == plain.error);
  CHECK(alone.estimate.value == plain.value);
  CHECK(std::isnan(alone.events));
}

TEST_CASE("a series that never changed has an error from the hotter one alone") {
  const std::vector<double> own(100, ordered), hot = draws(1905, 0, 0.2, 100);
  const PooledWeights weights = pooled_weights(log_ratio(own, 0.001, 0.2, 1), log_ratio(hot, 0.001, 0.2, -1));
  const Response what = susceptibility_abs_response(one_site);
  CHECK(estimate(what, {own, 2}, {.hotter = hot, .weights = &weights}).estimate.error > 0);
  CHECK(std::isnan(estimate(what, {own, 2}, Beyond{}).estimate.error));
  const std::vector<double> still(100, ordered);
  const PooledWeights same = pooled_weights(log_ratio(own, 0.1, 0.1, 1), log_ratio(still, 0.1, 0.1, -1));
  CHECK(std::isnan(estimate(what, {own, 2}, {.hotter = still, .weights = &same}).estimate.error));
}

TEST_CASE("what hotter draws saw once, and own ones never, counts as one event that was missed") {
  // 400 draws without the event; one of the hotter ones has it, of next to no weight here.
  const std::vector<double> own(400, 0.0);
  std::vector<double> hot(400, 0.0);
  hot[7] = 1;
  PooledWeights weights{std::vector<double>(400, 1.0 / 800), std::vector<double>(400, 1.0 / 800), 0.9};
  weights.hotter[7] = 1e-9;
  const Beyond alone{.hotter = hot, .weights = &weights, .tau = 0.5};
  CHECK(estimate(mean_response(0), {own, 2}, alone).estimate.error < 1e-5);
  const Beyond beyond{.hotter = hot, .weights = &weights, .unseen = {0, 1}, .tau = 0.5};
  CHECK(estimate(mean_response(0), {own, 2}, beyond).estimate.error == Approx(1.0 / 400));
  const std::vector<double> edges = {-0.5, 0.5, 1.5};
  CHECK(histogram({own, 2}, edges, alone)[1].error == Approx(1.0 / 400));
}

TEST_CASE("a draw that stands for many sweeps has the error of their mean, and the tau of one of them") {
  // Sweeps are independent numbers, a draw is 25 of them: the error of 400 draws is that of 10000 numbers.
  constexpr std::size_t sweeps = 25, n = 400;
  double sum = 0, tau = 0, plain = 0;
  constexpr int seeds = 50;
  for (int seed = 0; seed < seeds; ++seed) {
    const std::vector<double> all = draws(1908, static_cast<std::uint64_t>(seed), 0.5, sweeps * n);
    std::vector<double> last, average(n, 0.0), spread(n, 0.0);
    for (std::size_t t = 0; t < n; ++t) {
      for (std::size_t k = 0; k < sweeps; ++k) average[t] += all[t * sweeps + k] / sweeps;
      for (std::size_t k = 0; k < sweeps; ++k) spread[t] += std::pow(all[t * sweeps + k] - average[t], 2) / sweeps;
      last.push_back(all[t * sweeps + sweeps - 1]);
    }
    const SweepMoments moments{.mean = average, .variance = spread};
    const Estimate e = estimate(mean_response(last[0]), {last, 2}, Beyond{.moments = moments}).estimate;
    CHECK(e.value == Approx(mean(all)));
    const Estimate v = estimate(variance_response(1, last[0]), {last, 2}, Beyond{.moments = moments}).estimate;
    CHECK(v.value == Approx(variance({all, 2}).value).epsilon(1e-3));
    sum += e.error / estimate_mean({all, 2}).error / seeds;
    tau += sweeps * e.tau / seeds;
    plain += estimate(mean_response(last[0]), {last, 2}, Beyond{}).estimate.error / e.error / seeds;
  }
  CHECK(sum == Approx(1).margin(0.1));
  CHECK(tau == Approx(0.5).margin(0.1));
  CHECK(plain == Approx(5).margin(0.7));  // what draws alone would say
}

TEST_CASE("pooled weights are those of one sample of the own distribution") {
  const double share = 0.1, hot = 0.4;
  const auto own = draws(1906, 0, share, 4000), other = draws(1907, 0, hot, 4000);
  const PooledWeights w = pooled_weights(log_ratio(own, share, hot, 1), log_ratio(other, share, hot, -1));
  double sum = 0, excitations = 0;
  for (std::size_t t = 0; t < own.size(); ++t) {
    sum += w.own[t] + w.hotter[t];
    excitations += w.own[t] * (own[t] == excited) + w.hotter[t] * (other[t] == excited);
  }
  CHECK(sum == Approx(1));
  CHECK(excitations == Approx(share).margin(4 * std::sqrt(share / 4000)));
  CHECK(w.overlap > 0.3);
}

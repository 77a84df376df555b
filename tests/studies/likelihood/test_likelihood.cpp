// Likelihoods of every kind of network against sums over all states, and the laws of their bounds.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "estimators/log_sum_exp.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/data/data.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/systems/network_keys.hpp"
#include "tests/studies/sample_models.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// Every state of `units` two-state units as a CSV file.
void write_states(const std::filesystem::path& path, std::size_t units, UnitKind kind) {
  std::ofstream out(path);
  for (std::size_t k = 0; k < std::size_t{1} << units; ++k)
    for (std::size_t i = 0; i < units; ++i)
      out << ((k >> i & 1U) != 0 ? 1 : kind == UnitKind::spin ? -1 : 0) << (i + 1 < units ? ',' : '\n');
}

/// A study of `model` with all visible states as its data.
struct Asked {
  Scratch folder;
  Study study = study_schema().first;

  Asked(const ModelFile& model, std::size_t visible, UnitKind kind) {
    write_model(folder / "model.h5", model, "test");
    write_states(folder / "all.csv", visible, kind);
    study.model.name = model.name();
    study.keys<NetworkKeys>().file = (folder / "model.h5").string();
    study.keys<NetworkKeys>().reference = "base-rate";
    study.keys<DataRequest>().file = (folder / "all.csv").string();
  }
  Data data() const { return *read_data_for(study, read_network(study).model.model); }
};

/// Exact ln p(v) of a belief network, by visiting its middle layer.
std::vector<double> exact_belief(const BeliefNetwork& belief, const Data& data) {
  const SigmoidLayer& layer = belief.below().front();
  const std::size_t middle = belief.top()->layers()[0].units;
  std::vector<double> top;
  for (std::size_t k = 0; k < std::size_t{1} << middle; ++k) {
    std::vector<double> h(middle);
    for (std::size_t i = 0; i < middle; ++i) h[i] = static_cast<double>(k >> i & 1U);
    top.push_back(-belief.top()->free_energy(h));
  }
  const double log_z = log_sum_exp(top);
  std::vector<double> out;
  for (std::size_t s = 0; s < data.samples; ++s) {
    std::vector<double> terms;
    for (std::size_t k = 0; k < top.size(); ++k) {
      double sum = top[k] - log_z;
      for (std::size_t i = 0; i < data.width; ++i) {
        double f = layer.bias[i];
        for (std::size_t j = 0; j < middle; ++j)
          if ((k >> j & 1U) != 0) f += layer.weights(i, j);
        sum += data.values[s * data.width + i] * f - softplus(f);
      }
      terms.push_back(sum);
    }
    out.push_back(log_sum_exp(terms));
  }
  return out;
}

}  // namespace

TEST_CASE("likelihoods of machines whose hidden units are independent sum to one") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    Asked asked(model_file(sample_network({kind, UnitKind::binary})), 4, kind);
    const NetworkSystem system(asked.study);
    const Unnormalized found = unnormalized(system.model(), asked.data(), Key(1));
    CHECK_FALSE(found.bound);
    CHECK(log_sum_exp(found.log_weight) == Approx(*system.exact_log_z()).epsilon(1e-12));
  }
}

TEST_CASE("variational bounds lie below, and are marked as bounds") {
  const std::vector<UnitKind> deep(3, UnitKind::binary);
  for (const ModelFile& model : {model_file(sample_network(deep)), model_file(sample_machine(UnitKind::spin))}) {
    const UnitKind kind = visible_layer(model.model).kind;
    Asked asked(model, visible_layer(model.model).units, kind);
    const NetworkSystem system(asked.study);
    const Unnormalized all = unnormalized(system.model(), asked.data(), Key(1));
    CHECK_FALSE(all.bound);
    CHECK(log_sum_exp(all.log_weight) == Approx(*system.exact_log_z()).epsilon(1e-12));
    const Unnormalized found = unnormalized(system.model(), asked.data(), Key(1), {.most_states = 1});
    CHECK(found.bound);
    const double gap = *system.exact_log_z() - log_sum_exp(found.log_weight);
    CHECK(gap > 0);
    CHECK(gap < 1);
  }
}

TEST_CASE("the bound of a belief network is below its likelihood, by the recognition model's divergence") {
  const auto belief = sample_belief_network();
  Asked asked(model_file(belief), 4, UnitKind::binary);
  const NetworkSystem system(asked.study);
  const Unnormalized found = unnormalized(system.model(), asked.data(), Key(1), {.most_states = 0, .draws = 4000});
  const std::vector<double> exact = exact_belief(*belief, asked.data());
  CHECK(log_sum_exp(exact) == Approx(0).margin(1e-12));
  CHECK(found.bound);
  const Unnormalized summed = unnormalized(system.model(), asked.data(), Key(1));
  CHECK_FALSE(summed.bound);
  for (std::size_t s = 0; s < exact.size(); ++s)
    CHECK(summed.log_weight[s] - *system.exact_log_z() == Approx(exact[s]).epsilon(1e-12));
  double mean_gap = 0;
  for (std::size_t s = 0; s < exact.size(); ++s) {
    const double gap = exact[s] - (found.log_weight[s] - *system.exact_log_z());
    CHECK(gap > -0.1);
    mean_gap += gap / static_cast<double>(exact.size());
  }
  CHECK(mean_gap > 0);
}

TEST_CASE("what is drawn for the bound of a belief network has an error, in each sample and in the mean", "[mutant]") {
  const auto belief = sample_belief_network();
  Asked asked(model_file(belief), 4, UnitKind::binary);
  const NetworkSystem system(asked.study);
  const std::vector<double> truth =
      unnormalized(system.model(), asked.data(), Key(1), {.most_states = 0, .draws = 40000}).log_weight;
  double of_sample = 0, of_mean = 0, of_mutant = 0, above = 0;
  constexpr int runs = 200;
  for (std::uint64_t run = 1; run <= runs; ++run) {
    const Unnormalized found = unnormalized(system.model(), asked.data(), Key(run, 7), {.most_states = 0});
    REQUIRE(found.noise.size() == truth.size());
    CHECK(found.degrees == 15);
    double off = 0, error2 = 0;
    for (std::size_t s = 0; s < truth.size(); ++s) {
      const double d = found.log_weight[s] - truth[s];
      of_sample += d * d / (found.noise[s] * found.noise[s]) / static_cast<double>(truth.size() * runs);
      of_mutant += d * d / (found.noise[s] * found.noise[s] * 16) / static_cast<double>(truth.size() * runs);
      off += d;
      error2 += found.noise[s] * found.noise[s];
      above += d > 0;
    }
    of_mean += off * off / error2 / runs;
  }
  INFO("mean of z^2: samples " << of_sample << ", mean " << of_mean << "; of the spread of single draws " << of_mutant);
  CHECK(of_sample == Approx(15.0 / 13).margin(0.25));  // Student's t with 15 degrees of freedom
  CHECK(of_mean == Approx(1).margin(0.35));            // chi-squared of 200 runs: 3.5 standard deviations
  CHECK(of_mutant < 0.1);
  CHECK(above > 0);  // an estimate of a bound is no bound
}

TEST_CASE("an exact ln Z is in no doubt because a sampled one misses it", "[mutant]") {
  const auto judged = [](double tempering) {
    LogZFindings found;
    found.routes = {{exact_route, {10, 0}}, {forward_route, {10.05, 0.1}}, {tempering_route, {tempering, 0.1}}};
    judge(found);
    return found;
  };
  const LogZFindings fine = judged(10.1), missed = judged(10.5);
  CHECK(fine.agree);
  CHECK(fine.verdict == "ln Z exact; ais, tempering agree");
  CHECK(fine.warnings.empty());
  CHECK(missed.agree);
  CHECK(missed.best.name() == "exact");
  CHECK(missed.best.log_z.error == 0);
  CHECK(missed.verdict == "ln Z exact; ais agrees; missed by tempering");
  CHECK_FALSE(missed.routes[2].trusted);
  CHECK(missed.warnings.size() == 1);
  LogZFindings sampled;  // without it the two are at odds, and the error holds it
  sampled.routes = {{forward_route, {10.05, 0.1}}, {tempering_route, {10.8, 0.1}}};
  judge(sampled);
  CHECK_FALSE(sampled.agree);
  CHECK(sampled.best.log_z.error == Approx(0.375));
}

TEST_CASE("conservative estimates of all states sum to one, for every kind of network") {
  // Each is the mean of 1500 ways back; their sum over the 8 or 16 states is 1 with an error seen from 8 repetitions.
  const std::vector<UnitKind> deep(4, UnitKind::binary);
  ProgressMeter quiet({0, 0, 0}, {1, 1, 1}, true);
  for (const ModelFile& model :
       {model_file(sample_network({UnitKind::spin, UnitKind::binary})), model_file(sample_network(deep)),
        model_file(sample_machine(UnitKind::binary)), model_file(sample_belief_network())}) {
    const Layer visible = visible_layer(model.model);
    Asked asked(model, visible.units, visible.kind);
    asked.study.keys<RaiseKeys>().temperatures = 12;
    asked.study.keys<RaiseKeys>().draws = 1500;
    const NetworkSystem system(asked.study);
    const Data data = *read_data_for(asked.study, system.model().model);
    double mean = 0, square = 0;
    constexpr int repetitions = 8;
    for (int k = 0; k < repetitions; ++k) {
      asked.study.run.seed = static_cast<std::uint64_t>(100 + k);
      const double total = std::exp(
          log_sum_exp(raise_log_likelihoods(system, data, asked.study, std::size_t{1} << visible.units, quiet)));
      mean += total / repetitions;
      square += total * total / repetitions;
    }
    const double error = std::sqrt((square - mean * mean) / (repetitions - 1));
    INFO(model.name() << ": sum " << mean << " +- " << error);
    CHECK(std::abs(mean - 1) < 7 * error);  // Student's t with 7 degrees of freedom: 2e-4 each
    CHECK(error < 0.05);
  }
}

TEST_CASE("routes to ln Z agree where annealing is slow, and say so where it is not") {
  Asked asked(model_file(sample_network({UnitKind::binary, UnitKind::binary})), 4, UnitKind::binary);
  asked.study.keys<AisKeys>().temperatures = 300;
  asked.study.keys<AisKeys>().thermalization = 100;
  asked.study.keys<LadderKeys>() = {8, 4, 200, 1000};
  ProgressMeter quiet({0, 0, 0}, {1, 1, 1}, true);
  const LogZFindings good = find_log_z(NetworkSystem(asked.study), asked.study, quiet);
  CHECK(good.agree);
  CHECK(good.best.name() == "exact");
  REQUIRE(good.routes.size() == 5);
  for (const LogZRoute& route : good.routes) {
    CHECK(route.trusted);
    CHECK(std::abs(route.log_z.value - good.best.log_z.value) <= 4.2 * route.log_z.error);  // 5 comparisons, 1e-4
  }

  // Two deep wells far from the reference, three temperatures, few particles: no route may claim to know.
  Layer layer{UnitKind::spin, 40, 1, std::vector<double>(40, 0.0), {}},
      hidden{UnitKind::spin, 30, 1, std::vector<double>(30, 0.0), {}};
  layer.bias[0] = -2;
  const Matrix weights(40, 30, 1.0);
  Asked bad(
      model_file(std::make_shared<const Network>(std::vector<Layer>{layer, hidden}, std::vector<Matrix>{weights})), 3,
      UnitKind::spin);
  bad.study.keys<DataRequest>().file = (bad.folder / "one.csv").string();
  std::ofstream csv(bad.study.keys<DataRequest>().file);
  for (int s = 0; s < 2; ++s)
    for (int i = 0; i < 40; ++i) csv << (s + i) % 2 << (i < 39 ? ',' : '\n');
  csv.close();
  bad.study.keys<AisKeys>() = {.particles = 20, .temperatures = 3, .schedule = "linear", .thermalization = 2};
  bad.study.keys<LadderKeys>() = {0, 1, 0, 16};
  const LogZFindings found = find_log_z(NetworkSystem(bad.study), bad.study, quiet);
  const double exact = 1200 + std::log(std::exp(-2.0) + std::exp(2.0));
  const bool honest = !found.agree && found.best.log_z.error * 4 > std::abs(found.best.log_z.value - exact);
  INFO(found.verdict << " " << found.best.log_z.value << " +- " << found.best.log_z.error);
  CHECK(honest);
  CHECK_FALSE(found.warnings.empty());
}

TEST_CASE("annealing that misses a well is not trusted, however even its weights") {
  // p(M) ~ binomial(n, M) exp(h M) (2 cosh(J M / n))^n has two wells; data and base rates know the lighter one, M < 0.
  constexpr std::size_t n = 60;
  constexpr double j = 1.3, h = 0.01;
  std::vector<double> terms;
  for (std::size_t up = 0; up <= n; ++up) {
    const double k = static_cast<double>(up), m = 2 * k - n;
    terms.push_back(std::lgamma(n + 1.0) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + h * m +
                    n * log_cosh2(j * m / n));
  }
  const double exact = log_sum_exp(terms);
  const Layer visible{UnitKind::spin, n, 1, std::vector<double>(n, h), {}},
      hidden{UnitKind::spin, n, 1, std::vector<double>(n, 0.0), {}};
  const std::vector<Matrix> weights = {Matrix(n, n, j / n)};
  Asked asked(model_file(std::make_shared<const Network>(std::vector<Layer>{visible, hidden}, weights)), 3,
              UnitKind::spin);
  asked.study.keys<DataRequest>().file = (asked.folder / "well.csv").string();
  std::ofstream csv(asked.study.keys<DataRequest>().file);
  for (std::size_t s = 0; s < 200; ++s)
    for (std::size_t i = 0; i < n; ++i) csv << ((7 * s + i) % n < 9 ? 1 : -1) << (i + 1 < n ? ',' : '\n');
  csv.close();
  asked.study.keys<AisKeys>() = {.particles = 100, .temperatures = 1000, .thermalization = 300};
  asked.study.keys<LadderKeys>() = {0, 1, 0, 16};
  ProgressMeter quiet({0, 0, 0}, {1, 1, 1}, true);
  const NetworkSystem system(asked.study);
  int lies = 0, lies_of_mutant = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    asked.study.run.seed = seed;
    const LogZFindings found = find_log_z(system, asked.study, quiet);
    for (const LogZRoute& route : found.routes) {
      const bool wrong = std::abs(route.log_z.value - exact) > 4.2 * route.log_z.error;  // 120 comparisons, 3e-3 in all
      lies += route.trusted && wrong;
      lies_of_mutant += route.name() == "ais" && route.effective >= 10 && wrong;  // a way judged by itself
    }
  }
  CHECK(lies == 0);
  CHECK(lies_of_mutant > 0);
}

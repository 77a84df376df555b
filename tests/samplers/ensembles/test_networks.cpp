// Every network and Boltzmann machine under annealing and tempering: ln Z forwards, backwards, from both sides and
// along the ladder, and the means of all observables, against exact answers; and ensembles with bugs that must fail.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/log_sum_exp.hpp"
#include "estimators/two_sided.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/methods/tempering.hpp"
#include "tests/samplers/network_cases.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;

namespace {

constexpr std::size_t network_runs = 20;
constexpr double false_alarm = 1e-3;  // of a whole test case

/// Comparisons of one test case, by name.
struct Comparison {
  std::string what;
  double p = 1;
};
using Comparisons = std::vector<Comparison>;

/// Compares what one run after the other found with what is true.
class Findings {
 public:
  void add(const std::string& what, double value, double exact, double slack = 0) {
    auto& found = found_[what];
    found.exact = exact;
    found.slack = slack;
    found.values.push_back(value);
  }
  void judge(const std::string& system, Comparisons& all) const {
    for (const auto& [what, it] : found_)
      all.push_back({system + ", " + what, statistics::agrees(it.values, it.exact, it.slack)});
  }

 private:
  struct Values {
    double exact = 0, slack = 0;
    std::vector<double> values;
  };
  std::map<std::string, Values> found_;
};

/// ln Z at lambda = 1 by annealing there and back, as ratios to the truth. The mean weight is right at any speed; on
/// the way back particles begin where forward ones ended, resampled, and Bennett's answer is a logarithm: both are
/// right but for terms of the order 1 / particles, the slack.
void anneal(Ensemble& ensemble, Key key, double log_z, Findings& findings) {
  constexpr std::size_t particles = 64;
  Annealing method(ensemble, {.key = key, .report = {1}, .temperatures = 16, .thermalization = 20});
  while (!method.done()) method.advance();
  const double truth = log_z - ensemble.layout().log_z_reference;
  const Trace& trace = method.trace();
  const auto forward = std::span(trace.rows).last(trace.width).first(particles);
  std::vector<std::size_t> family(method.reverse_family().begin(), method.reverse_family().end());
  findings.add("annealing", std::exp(log_mean_exp(forward) - truth), 1);
  findings.add("reverse annealing", std::exp(log_mean_exp(method.reverse_log_weight()) + truth), 1, 0.01);
  const TwoSided both = two_sided({forward}, {method.reverse_log_weight(), family, particles});
  findings.add("both sides", both.combined.value, truth, 0.01);
}

/// ln Z at the end of a ladder, and the means of all observables at every rung.
void temper(Ensemble& ensemble, Key key, std::span<const double> ladder, const std::vector<ExactPoint>& exact,
            Findings& findings) {
  constexpr std::size_t chains = 12;
  const std::size_t rungs = ladder.size();
  Tempering method(ensemble,
                   {.key = key,
                    .lambda = {ladder.begin(), ladder.end()},
                    .chains = chains,
                    .thermalization = 30,
                    .draws = 50,
                    .every = 2},
                   Ladder::fixed);
  while (!method.done()) method.advance();
  const Trace& trace = method.trace();
  const auto of_rung = [&](const Field& field, std::size_t rung) {
    std::vector<double> all;
    for (std::size_t t = 0; t < trace.draws(); ++t)
      for (std::size_t c = 0; c < chains; ++c) all.push_back(trace.at(t, field.offset + c * rungs + rung));
    return all;
  };
  double log_ratio = 0;
  for (std::size_t b = 0; b + 1 < rungs; ++b) {
    std::vector<double> up;
    for (std::size_t t = 0; t < trace.draws(); ++t)
      for (std::size_t c = 0; c < chains; ++c) up.push_back(method.log_ratio_up(t, c * rungs + b));
    log_ratio += log_mean_exp(up);
  }
  findings.add("tempering", ensemble.layout().log_z_reference + log_ratio, exact.back().values.at("log_z"), 0.003);
  for (const Observable& observable : ensemble.layout().observables)
    for (std::size_t b = 0; b < rungs; ++b) {
      const auto it = exact[b].values.find(observable.name);
      if (it == exact[b].values.end()) continue;
      std::vector<double> seen =
          of_rung(*find_field(method.fields(), observable.measured() ? observable.name : observable.from), b);
      if (observable.follows == Follows::per_unit)
        for (double& x : seen) x *= it->second / exact[b].values.at(observable.from);  // units, not numbers in a state
      findings.add(observable.name + " at lambda = " + std::to_string(ladder[b]), statistics::mean_of(seen).value,
                   it->second);
    }
}

using Make = std::function<std::unique_ptr<Ensemble>(std::unique_ptr<Ensemble>)>;

void try_methods(const seam::NetworkCase& it, Comparisons& all, const Make& wrap = nullptr) {
  const std::vector<double> ladder{0, 0.2, 0.45, 0.7, 1};
  const auto exact = it.exact(ladder);
  Findings findings;
  for (std::size_t run = 0; run < network_runs; ++run) {
    const Key key(500 + run);
    const auto make = [&](std::size_t replicas) {
      auto ensemble = it.make(key, replicas);
      return wrap ? wrap(std::move(ensemble)) : std::move(ensemble);
    };
    anneal(*make(64), key, exact.back().values.at("log_z"), findings);
    temper(*make(60), key, ladder, exact, findings);
  }
  findings.judge(it.name, all);
}

double threshold(const Comparisons& all) { return statistics::sidak(false_alarm, all.size()); }

void check_all(const Comparisons& all) {
  for (const Comparison& one : all) {
    INFO(one.what << ": p = " << one.p << ", one of " << all.size());
    CHECK(one.p > threshold(all));
  }
}

/// Passes every call on: the base of ensembles with bugs.
class Passing : public Ensemble {
 public:
  explicit Passing(std::unique_ptr<Ensemble> inside) : Ensemble(inside->layout()), inside_(std::move(inside)) {}
  void draw_reference(std::uint64_t time) override { inside_->draw_reference(time); }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    inside_->sweep(setting, step, tally);
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    inside_->log_weight(lambda, out);
  }
  void observe(std::span<double> out) const override { inside_->observe(out); }
  void resample(std::span<const std::size_t> parent) override { inside_->resample(parent); }
  void save(std::size_t r, std::span<std::byte> bytes) const override { inside_->save(r, bytes); }
  void load(std::size_t r, std::span<const std::byte> bytes) override { inside_->load(r, bytes); }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return inside_->overlap_of(x, y);
  }

 protected:
  std::unique_ptr<Ensemble> inside_;
};

/// Moves at a lambda a fifth too small.
class TooHot final : public Passing {
 public:
  using Passing::Passing;
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    std::vector<Setting> hot(setting.begin(), setting.end());
    for (Setting& s : hot) s.lambda *= 0.8;
    inside_->sweep(hot, step, tally);
  }
};

/// Weights without the reference on the way: lambda log_weight(x, 1).
class NoReference final : public Passing {
 public:
  using Passing::Passing;
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    inside_->log_weight(std::vector<double>(lambda.size(), 1.0), out);
    for (std::size_t r = 0; r < out.size(); ++r) out[r] *= lambda[r];
  }
};

template <class Bug>
Comparisons try_bug(const seam::NetworkCase& it) {
  Comparisons all;
  try_methods(it, all, [](std::unique_ptr<Ensemble> inside) { return std::make_unique<Bug>(std::move(inside)); });
  return all;
}

double p_of(const Comparisons& all, const std::string& what) {
  double least = 1;
  bool found = false;
  for (const Comparison& one : all)
    if (one.what.find(what) != std::string::npos) {
      least = std::min(least, one.p);
      found = true;
    }
  REQUIRE(found);
  return least;
}

}  // namespace

TEST_CASE("Boltzmann machines: ln Z by every method and the means of observables are exact") {
  Comparisons all;
  for (const seam::NetworkCase& it : seam::boltzmann_cases()) try_methods(it, all);
  CHECK(all.size() == 12 + 5 * (4 + 5 + 4));
  check_all(all);
}

TEST_CASE("Boltzmann machines as vectors of units: ln Z by every method and the means of observables are exact") {
  Comparisons all;
  for (const seam::NetworkCase& it : seam::boltzmann_vector_cases()) try_methods(it, all);
  check_all(all);
}

TEST_CASE("networks of every kind of units: ln Z by every method and the means of observables are exact") {
  Comparisons all;
  for (const seam::NetworkCase& it : seam::network_cases()) try_methods(it, all);
  CHECK(all.size() > 12 * (4 + 5 * 3));
  check_all(all);
}

TEST_CASE("ensembles with bugs do not pass as exact") {
  for (const seam::NetworkCase& it : {seam::boltzmann_cases()[0], seam::network_cases()[1], seam::network_cases()[5]}) {
    INFO(it.name);
    const Comparisons hot = try_bug<TooHot>(it), bare = try_bug<NoReference>(it);
    // The thresholds of the largest test above.
    const double limit = statistics::sidak(false_alarm, 400);
    CHECK(p_of(hot, "tempering") < limit);
    CHECK(p_of(hot, " at lambda = ") < limit);
    CHECK(p_of(hot, "annealing") < limit);
    CHECK(p_of(bare, ", annealing") < limit);
    CHECK(p_of(bare, "reverse annealing") < limit);
    CHECK(p_of(bare, "both sides") < limit);
    CHECK(p_of(bare, "tempering") < limit);
  }
}

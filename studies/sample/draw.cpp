#include "studies/sample/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/autocorrelation.hpp"
#include "estimators/convergence.hpp"
#include "estimators/verdict.hpp"
#include "samplers/methods/method_support.hpp"

namespace gibbsite {
namespace {

constexpr std::uint64_t most_compared = 500, fewest_compared = 8;  // draws per chain

/// Chains at one lambda after another.
class Walk {
 public:
  Walk(Ensemble& ensemble, double sweeps, const std::function<void(const Progress&)>& report)
      : ensemble_(ensemble),
        report_(report),
        setting_(ensemble.layout().replicas),
        tally_(setting_.size()),
        stride_(first_stride(ensemble.layout().stride)),
        total_(sweeps) {
    ensemble_.draw_reference(time_++);
  }

  void sweep(double lambda, std::uint64_t count, const char* phase) {
    const std::uint32_t most = sweeps_per_advance(ensemble_.layout());
    for (std::fill(setting_.begin(), setting_.end(), Setting{lambda, stride_}); count > 0;) {
      const auto some = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, most));
      ensemble_.sweep(setting_, {.time = time_, .count = some}, tally_);
      time_ += some;
      count -= some;
      done_ += some;
      report_({done_, total_, phase});
    }
  }
  /// The stride follows what moved since the last time.
  void tune(Tuning window) {
    Tally all;
    for (Tally& one : tally_) {
      all.tried += one.tried;
      all.accepted += one.accepted;
      one = {};
    }
    stride_ = tuned_stride(ensemble_.layout(), stride_, all, window);
  }

 private:
  Ensemble& ensemble_;
  const std::function<void(const Progress&)>& report_;
  std::vector<Setting> setting_;
  std::vector<Tally> tally_;
  double stride_, done_ = 0, total_;
  std::uint64_t time_ = 0;
};

/// Draws of all observables: observed[observable][chain][draw].
std::vector<std::vector<double>> compare(Ensemble& ensemble, Walk& walk, const SamplePlan& plan, std::uint64_t draws,
                                         std::uint64_t apart) {
  const std::size_t components = ensemble.layout().observables.size();
  std::vector<std::vector<double>> observed(components, std::vector<double>(plan.chains * draws));
  std::vector<double> now(plan.chains * components);
  for (std::uint64_t t = 0; t < draws; ++t) {
    walk.sweep(plan.lambda, apart, "thermalization");
    ensemble.observe(now);
    for (std::size_t c = 0; c < plan.chains; ++c)
      for (std::size_t k = 0; k < components; ++k) observed[k][c * draws + t] = now[c * components + k];
  }
  return observed;
}

bool varies(std::span<const double> x) {
  return std::any_of(x.begin(), x.end(), [&](double v) { return v != x.front(); });
}

void judge_chains(const Ensemble& ensemble, const SamplePlan& plan, std::span<const std::vector<double>> observed,
                  std::uint64_t apart, DrawnStates& out) {
  const std::size_t energy = energy_component(ensemble.layout());
  std::vector<Finding> findings;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    const ChainSeries series{observed[k], plan.chains};
    if (!varies(observed[k]) || !ensemble.layout().observables[k].measured()) continue;
    Convergence convergence = check_convergence(series);
    convergence.length = unknown;  // no error is made of these draws
    findings.push_back({ensemble.layout().observables[k].name, convergence});
    if (k != energy) continue;
    out.rhat = split_rhat(series);
    out.tau = autocorrelation(series).tau * static_cast<double>(apart);
  }
  out.warnings = verdict(findings);
  constexpr double enough = 20;  // times the energy's memory: exp(-20) of the start is left, as far as it tells
  if (static_cast<double>(plan.thermalization) < enough * out.tau)
    out.warnings.push_back(
        fmt::format("the energy remembers {:.2g} sweeps, and thermalization has {}: raise --thermalization to {:.1g}",
                    out.tau, plan.thermalization, std::ceil(enough * out.tau)));
  if (plan.rounds() > 1 && std::isfinite(out.tau) && static_cast<double>(plan.every) < 3 * out.tau)
    out.warnings.push_back(fmt::format(
        "states of one chain, {} sweeps apart, are not independent: the energy remembers {:.2g} sweeps; raise "
        "--every, or --chains to {}",
        plan.every, out.tau, plan.states));
}

}  // namespace

DrawnStates draw_states(Ensemble& ensemble, const SamplePlan& plan,
                        const std::function<void(const Progress&)>& report) {
  Walk walk(ensemble, plan.sweeps(), report);
  for (std::uint64_t t = 1; t <= plan.annealing; ++t) {
    walk.sweep(plan.lambda * static_cast<double>(t) / static_cast<double>(plan.annealing), 1, "annealing");
    constexpr std::uint64_t window = 16;
    if (t % window == 0) walk.tune(Tuning::ongoing);
  }
  const std::uint64_t settling = plan.thermalization / 2, left = plan.thermalization - settling;
  walk.sweep(plan.lambda, settling, "thermalization");
  walk.tune(settling + plan.annealing > 0 ? Tuning::last : Tuning::ongoing);
  DrawnStates out;
  const std::uint64_t draws = std::min(left, most_compared);
  if (draws >= fewest_compared) {
    const std::uint64_t apart = left / draws;
    const auto observed = compare(ensemble, walk, plan, draws, apart);
    walk.sweep(plan.lambda, left - draws * apart, "thermalization");
    judge_chains(ensemble, plan, observed, apart, out);
  } else {
    walk.sweep(plan.lambda, left, "thermalization");
    out.warnings.push_back(fmt::format(
        "thermalization = {} sweeps are too few to compare the chains: nothing tells whether they came to the target",
        plan.thermalization));
  }

  const Layout& layout = ensemble.layout();
  const std::size_t bytes = layout.state_bytes(), energy = energy_component(layout),
                    components = layout.observables.size();
  out.states.resize(plan.states * bytes);
  std::vector<double> now(plan.chains * components);
  for (std::size_t s = 0; s < plan.states;) {
    if (s > 0) walk.sweep(plan.lambda, plan.every, "sampling");
    ensemble.observe(now);
    for (std::size_t c = 0; c < plan.chains && s < plan.states; ++c, ++s) {
      ensemble.save(c, std::span(out.states).subspan(s * bytes, bytes));
      out.energy.push_back(energy < components ? now[c * components + energy] : unknown);
    }
  }
  return out;
}

}  // namespace gibbsite

#include "studies/likelihood/log_z_routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "estimators/free_energy.hpp"
#include "estimators/significance.hpp"
#include "estimators/two_sided.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/methods/tempering.hpp"
#include "studies/files/variables.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/methods/annealing_doubts.hpp"
#include "studies/methods/chain_estimates.hpp"
#include "studies/methods/chain_findings.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// Of the verdict that routes disagree. Estimates by annealing have tails: at 1e-4 it was seen about once in 1000
/// models.
constexpr double false_alarm = 1e-4;

/// Round trips per ladder below which rungs of the cold end are few draws, or one.
constexpr std::uint64_t fewest_round_trips = 5;

constexpr std::uint64_t annealing_task = 0, tempering_task = 1;   // of keys and of the meter
constexpr std::uint64_t trajectory_key = 4, trajectory_task = 3;  // of keys; of the meter

void run(Method& method, ProgressMeter& meter, std::size_t task) {
  while (!method.done()) {
    method.advance();
    meter.report(task, method.progress());
  }
}

std::vector<double> column(const Trace& trace, const Field& field, std::size_t row) {
  const auto begin = trace.rows.begin() + static_cast<std::ptrdiff_t>(row * trace.width + field.offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(field.count)};
}

void add_annealing(const System& system, const Study& study, ProgressMeter& meter, LogZFindings& found) {
  const auto& ais = study.keys<AisKeys>();
  const Key key(study.run.seed, annealing_task);
  const auto ensemble = system.ensemble(study, key, static_cast<std::size_t>(ais.particles), true);
  AnnealingOptions options{.key = key, .report = {1.0}};
  options.temperatures = static_cast<std::size_t>(ais.temperatures);
  if (ais.schedule == "salakhutdinov") options.schedule = salakhutdinov_schedule(options.temperatures);
  if (ais.schedule == "linear") options.schedule = linear_schedule(options.report, options.temperatures);
  options.reverse = ais.reverse;
  options.thermalization = static_cast<std::uint64_t>(ais.thermalization);
  Annealing annealing(*ensemble, options);
  run(annealing, meter, annealing_task);

  const double reference = ensemble->layout().log_z_reference;
  const std::vector<double> log_w =
      column(annealing.trace(), *find_field(annealing.fields(), "log_weight"), annealing.trace().draws() - 1);
  const LogZ forward = log_z_from_weights({log_w});
  const auto shifted = [reference](Estimate e) {
    e.value += reference;
    return e;
  };
  found.routes.push_back({forward_route, shifted(forward.log_z), forward.quality.trusted, forward.quality.effective});
  add_index(found.series, "particle", log_w.size(), "particle");
  add(found.series, "log_weight", {"particle"}, {log_w.size()}, log_w, "1", "ln of the importance weight at the model");
  add_scalar(found.diagnostics, "log_z_reference", reference, "1", "ln Z of the reference");
  add_scalar(found.diagnostics, "weight_ess", forward.quality.ess, "1", "effective sample size of the weights");
  add_scalar(found.diagnostics, "largest_share", forward.quality.largest_share, "1",
             "largest share of all weight that one particle holds");
  found.diagnostics.attributes.emplace_back("layout", ensemble->layout().name);
  if (!forward.quality.trusted)
    found.warnings.push_back(fmt::format("annealing: {}; log-likelihoods from it are too high",
                                         doubt_of_weights(forward.quality, log_w.size())));
  if (!ais.reverse) return;
  const auto back = annealing.reverse_log_weight();
  add(found.series, "log_weight_reverse", {"particle"}, {back.size()}, std::vector<double>(back.begin(), back.end()),
      "1", "ln of the weight on the way back");
  const std::vector<std::size_t> ancestor(annealing.reverse_family().begin(), annealing.reverse_family().end());
  const TwoSided both = two_sided({log_w}, {back, ancestor});
  // Where the two ways do not meet, weights that look even are those of particles that missed what carries Z: the
  // better one way looks by itself, the further it is off.
  found.routes.back().trusted = found.routes.back().trusted && both.meet;
  found.routes.push_back({reverse_route, shifted(both.reverse.log_z), both.reverse.quality.trusted && both.meet,
                          both.reverse.quality.effective});
  found.routes.push_back({two_sided_route, shifted(both.combined), both.trusted, both.combined.ess});
  add_scalar(found.diagnostics, "two_sided_z", both.z, "1", "forward against reverse, in their errors");
  add_scalar(found.diagnostics, "two_sided_overlap", both.overlap, "1", "overlap of forward and reverse paths, 0 to 1");
  if (const std::string doubt = doubt_of_both(both, false); !doubt.empty())
    found.warnings.push_back(fmt::format("{} (ln Z = {:.6g} and {:.6g})", doubt, forward.log_z.value + reference,
                                         both.reverse.log_z.value + reference));
}

/// Where a ladder's replicas come from, and what it is called.
struct LadderRoute {
  RouteKind kind;
  Ensemble& ensemble;
  Key key;
  std::size_t rungs;
};

/// ln Z by replicas that exchange between the reference and the model. group: takes the ladder's diagnostics.
void add_ladder(const LadderRoute& route, const LadderKeys& t, const std::function<void(Method&)>& run_it, Group& group,
                LogZFindings& found) {
  const std::size_t rungs = route.rungs, ladders = static_cast<std::size_t>(t.ladders);
  const Key key = route.key;
  Ensemble* ensemble = &route.ensemble;
  ChainOptions options{.key = key, .chains = ladders};
  for (std::size_t b = 0; b < rungs; ++b)
    options.lambda.push_back(static_cast<double>(b) / static_cast<double>(rungs - 1));
  options.thermalization = static_cast<std::uint64_t>(t.thermalization);
  options.draws = static_cast<std::uint64_t>(t.sweeps);
  Tempering tempering(*ensemble, options, Ladder::adaptive);
  run_it(tempering);

  const LadderSeries series = ladder_series(tempering);
  const LadderFreeEnergy bar = bennett_ladder(series.ratios(tempering.memory()));
  Estimate log_z = bar.log_z.back();
  log_z.value += ensemble->layout().log_z_reference;
  std::vector<std::string> warnings = overlap_warnings(bar, tempering.lambda());
  const auto trips = tempering.round_trips();
  const bool travelled = std::accumulate(trips.begin(), trips.end(), std::uint64_t{0}) >= fewest_round_trips * ladders;
  const bool trusted = warnings.empty() && travelled;
  add_ladder_diagnostics(group, tempering, warnings);
  found.routes.push_back({route.kind, log_z, trusted, log_z.ess});
  for (const std::string& warning : warnings)
    found.warnings.push_back(route.kind.family == RouteFamily::trajectory ? "trajectory: " + warning : warning);
}

void add_tempering(const System& system, const Study& study, ProgressMeter& meter, LogZFindings& found) {
  const auto& t = study.keys<LadderKeys>();
  if (t.rungs < 2) return;
  const Key key(study.run.seed, tempering_task);
  const auto rungs = static_cast<std::size_t>(t.rungs);
  const auto ensemble = system.ensemble(study, key, rungs * static_cast<std::size_t>(t.ladders));
  add_ladder(
      {tempering_route, *ensemble, key, rungs}, t, [&](Method& method) { run(method, meter, tempering_task); },
      found.diagnostics, found);
}

void add_trajectory(const System& system, const Study& study, ProgressMeter& meter, LogZFindings& found) {
  const auto rungs = static_cast<std::size_t>(study.keys<TrajectoryRouteKeys>().rungs);
  if (system.trajectory_machines() == 0 || rungs < 2) return;
  const auto& t = study.keys<LadderKeys>();
  const Key key(study.run.seed, trajectory_key);
  const auto ensemble = system.trajectory_ensemble(key, rungs * static_cast<std::size_t>(t.ladders));
  Group diagnostics{.name = "trajectory"};
  add_ladder(
      {trajectory_route, *ensemble, key, rungs}, t, [&](Method& method) { run(method, meter, trajectory_task); },
      diagnostics, found);
  add_scalar(diagnostics, "snapshots", static_cast<double>(system.trajectory_machines()), "1",
             "machines on the path, from independent units to the model");
  found.diagnostics.groups.push_back(std::move(diagnostics));
}

void add_exact(const System& system, double most_states, LogZFindings& found) {
  if (const auto log_z = system.exact_log_z(most_states)) found.routes.push_back({exact_route, {*log_z, 0}, true});
}

bool is_exact(const LogZRoute& route) { return route.kind.family == RouteFamily::exact; }

}  // namespace

void judge(LogZFindings& found) {
  const auto better = [](const LogZRoute* a, const LogZRoute* b) {
    return b == nullptr || a->kind.rank < b->kind.rank;
  };
  const LogZRoute *best = nullptr, *foremost = nullptr;  // of those that are trusted; of all
  for (const LogZRoute& r : found.routes) {
    if (better(&r, foremost)) foremost = &r;
    if (r.trusted && r.kind.rank != RouteKind::never && better(&r, best)) best = &r;
  }
  found.best = best != nullptr ? *best : *foremost;

  // What is exact is in no doubt: a sampled route that misses it by more than its error allows is the one that is
  // wrong.
  const bool exact = is_exact(found.best);
  std::vector<double> z, z_exact;
  for (const LogZRoute& r : found.routes)
    for (const LogZRoute& other : found.routes)
      if (&r < &other && r.kind.family != other.kind.family && r.trusted && other.trusted)
        (is_exact(r) || is_exact(other) ? z_exact : z).push_back(z_score(r.log_z, other.log_z));
  const Largest largest = largest_z(z, false_alarm);
  const double threshold = sidak_threshold(z_exact.size(), false_alarm);
  std::vector<std::string> others, doubted, missing;
  double farthest = 0;
  for (LogZRoute& r : found.routes) {
    farthest = std::max(farthest, std::abs(r.log_z.value - found.best.log_z.value));
    if (exact && r.trusted && std::abs(z_score(r.log_z, found.best.log_z)) > threshold) {
      r.trusted = false;
      missing.push_back(r.name());
    } else if (!r.trusted) {
      doubted.push_back(r.name());
    } else if (r.kind.name != found.best.kind.name) {
      others.push_back(r.name());
    }
  }
  const bool differ = largest.exceeds && !exact;
  found.agree = !differ && best != nullptr;
  if (!exact && !found.agree) found.best.log_z.error = std::max(found.best.log_z.error, farthest / 2);
  if (!missing.empty())
    found.warnings.push_back(
        fmt::format("ln Z by {} misses the exact one by more than {:.1f} standard errors, which are exceeded once in "
                    "some 1000 models: where ln Z has to be sampled, do not believe {} of this length for such a model",
                    join(missing, ", "), threshold, missing.size() == 1 ? "it" : "them"));

  const std::string which = exact ? "exact" : "by " + found.best.name();
  if (best == nullptr)
    found.verdict =
        fmt::format("NOT TRUSTED: no route to ln Z can be believed ({}); likelihoods are guesses", join(doubted, ", "));
  else if (differ)
    found.verdict = fmt::format(
        "DISAGREE: routes to ln Z differ by {:.1f} standard errors, where {:.1f} are exceeded once in some 1000 "
        "models; its "
        "error is half their distance",
        std::abs(largest.z), largest.threshold);
  else if (exact)
    found.verdict = fmt::format(
        "ln Z exact{}{}{}",
        others.empty() ? "" : fmt::format("; {} agree{}", join(others, ", "), others.size() == 1 ? "s" : ""),
        missing.empty() ? "" : "; missed by " + join(missing, ", "),
        doubted.empty() ? "" : "; not trusted: " + join(doubted, ", "));
  else if (others.empty() && doubted.empty())
    found.verdict = fmt::format("ln Z {}, by one route alone: nothing checks it", which);
  else if (others.empty())
    found.verdict =
        fmt::format("ln Z {}; {} cannot be trusted here, so that nothing checks it", which, join(doubted, ", "));
  else
    found.verdict = fmt::format("ln Z {}; {} agree{}{}", which, join(others, ", "), others.size() == 1 ? "s" : "",
                                doubted.empty() ? "" : "; not trusted: " + join(doubted, ", "));
  if (differ) found.warnings.push_back(found.verdict);
}

RouteWork annealing_work(const Study& study) {
  const auto& ais = study.keys<AisKeys>();
  return {static_cast<double>(ais.particles),
          static_cast<double>(ais.temperatures * (ais.reverse ? 2 : 1) + (ais.reverse ? ais.thermalization : 0))};
}

RouteWork tempering_work(const Study& study) {
  const auto& t = study.keys<LadderKeys>();
  if (t.rungs < 2) return {0, 0};
  return {static_cast<double>(t.rungs * t.ladders), static_cast<double>(t.thermalization + t.sweeps)};
}

RouteWork trajectory_work(const Study& study, const System& system) {
  const auto& t = study.keys<LadderKeys>();
  const std::int64_t rungs = system.trajectory_machines() == 0 ? 0 : study.keys<TrajectoryRouteKeys>().rungs;
  if (rungs < 2) return {0, 0};
  return {static_cast<double>(rungs * t.ladders), static_cast<double>(t.thermalization + t.sweeps)};
}

LogZFindings find_log_z(const System& system, const Study& study, ProgressMeter& meter, double most_states,
                        const System* tempered) {
  LogZFindings found;
  add_exact(system, most_states, found);
  add_annealing(system, study, meter, found);
  add_tempering(tempered != nullptr ? *tempered : system, study, meter, found);
  add_trajectory(system, study, meter, found);
  judge(found);
  return found;
}

}  // namespace gibbsite

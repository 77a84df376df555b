// Annealed importance sampling, as a study names it.
#include "samplers/methods/annealing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/methods/annealing_findings.hpp"
#include "studies/methods/annealing_keys.hpp"
#include "studies/methods/entries.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

bool unscheduled(const Study& s) { return s.keys<AnnealingKeys>().temperatures.size() == 1; }

void add_annealing_keys(KeyTable& table) {
  add_thermalization_key(table);
  add_every_key(table);
  add_store_key(table);
  const Section<AnnealingKeys> method(table, "method");
  method.integer("particles", &AnnealingKeys::particles, {2, 1'000'000'000}, "annealing: size of the population");
  method.add(
      "temperatures", "integer >= 1, \"0:stop:count\" or a list",
      "annealing: how many betas on the way, or which, from 0",
      [](AnnealingKeys& keys, const Value& value) { keys.temperatures = read_schedule(value); },
      [](const AnnealingKeys& keys) {
        if (keys.temperatures.size() > 1) return one_or_list(keys.temperatures);
        return Value{static_cast<std::int64_t>(keys.temperatures.front())};
      });
  method
      .when(
          {R"(method.name = "annealing" and one number for method.temperatures)", {"method.temperatures"}, unscheduled})
      .choice("schedule", &AnnealingKeys::schedule, {"adaptive", "linear"},
              "annealing: spacing of the betas on the way");
  method.real("resample", &AnnealingKeys::resample, {.low = 0, .high = 1},
              "annealing: resample below this effective fraction; 0: never");
  method.flag("reverse", &AnnealingKeys::reverse, "annealing: also back from the target, as a check");
}

void check_annealing(const Study& study) {
  const auto& temperatures = study.keys<AnnealingKeys>().temperatures;
  const double target = study.method.beta.back();
  if (temperatures.size() > 1 && temperatures.back() != target)
    throw RequestError(fmt::format(
        "method.temperatures ends at beta = {}, but method.beta at {}; the schedule must end where beta does",
        temperatures.back(), target));
}

std::string plan_of_annealing(const Study& study) {
  const auto& keys = study.keys<AnnealingKeys>();
  return fmt::format(
      "annealing: {} particles to beta = {:.6g}{}", keys.particles, study.method.beta.back(),
      keys.reverse ? fmt::format(", {} sweeps there, and back", study.keys<SweepKeys>().thermalization) : "");
}

std::int64_t sweeps_at_each(const Study& study) { return std::max<std::int64_t>(1, study.keys<SweepKeys>().every); }

double sweeps_of_annealing(const Study& study) {
  const auto& keys = study.keys<AnnealingKeys>();
  const auto& common = study.keys<SweepKeys>();
  const auto& t = keys.temperatures;
  return static_cast<double>(sweeps_at_each(study)) * (t.size() > 1 ? static_cast<double>(t.size()) : t[0]) *
             (keys.reverse ? 2 : 1) +
         static_cast<double>(common.thermalization);
}

std::vector<MemoryNeed> needs_of_annealing(const Study& study, const SystemSize& size) {
  const auto& keys = study.keys<AnnealingKeys>();
  return {need_of_replicas(static_cast<double>(keys.particles), size, "method.particles"),
          need_of_schedule(keys.temperatures.size() > 1 ? 0 : keys.temperatures.front(), "method.temperatures")};
}

AnnealingOptions options_of(const Study& study, Key key) {
  const auto& keys = study.keys<AnnealingKeys>();
  const auto& common = study.keys<SweepKeys>();
  const std::vector<double>& beta = study.method.beta;
  AnnealingOptions options;
  options.key = key;
  options.report = beta;
  if (keys.temperatures.size() > 1) {
    options.schedule = keys.temperatures;
    for (const double b : beta)
      if (std::find(keys.temperatures.begin(), keys.temperatures.end(), b) == keys.temperatures.end())
        options.schedule.push_back(b);
    std::sort(options.schedule.begin(), options.schedule.end());
    if (options.schedule.front() > 0) options.schedule.insert(options.schedule.begin(), 0.0);
    while (options.schedule.back() > beta.back()) options.schedule.pop_back();
  } else {
    options.temperatures = static_cast<std::size_t>(keys.temperatures.front());
    if (keys.schedule == "linear") options.schedule = linear_schedule(beta, options.temperatures);
  }
  options.sweeps = static_cast<std::uint64_t>(sweeps_at_each(study));
  options.resample_below = keys.resample;
  options.reverse = keys.reverse;
  options.thermalization = static_cast<std::uint64_t>(common.thermalization);
  return options;
}

const Annealing& annealing_of(const Method& method) { return static_cast<const Annealing&>(method); }

}  // namespace

const MethodEntry& annealing_entry() {
  static const MethodEntry entry{
      .name = "annealing",
      .meaning = "annealed importance sampling from beta = 0, and back; ln Z; optional resampling",
      .add_keys = add_annealing_keys,
      .check = check_annealing,
      .check_system =
          [](const Study& study, const System& system) {
            std::vector<std::string> series = {"log_weight", "log_weight_path", "log_weight_reverse", "family"};
            for (const Observable& what : system.observables())
              if (what.measured()) series.push_back(what.name);
            check_stored(study.keys<StoreKeys>(), series);
          },
      .plan = plan_of_annealing,
      .replicas = [](const Study& study) { return static_cast<std::size_t>(study.keys<AnnealingKeys>().particles); },
      .sweeps = sweeps_of_annealing,
      .needs = needs_of_annealing,
      .draws =
          [](const Study& study, const System& system) {
            const double recorded = static_cast<double>(recorded_at_most(study.method.beta));
            const double numbers = 2 + static_cast<double>(system.observables().size());
            return DrawsToCome{recorded, numbers * static_cast<double>(study.keys<AnnealingKeys>().particles)};
          },
      .target = [](const Study&) { return Target{}; },
      .make = [](const Study& study, const System&, Ensemble& ensemble, Key key) -> std::unique_ptr<Method> {
        return std::make_unique<Annealing>(ensemble, options_of(study, key));
      },
      .can_estimate = [](const Method& method) { return annealing_of(method).reported() >= 1; },
      .series = [](const Study& study,
                   const Method& method) { return annealing_series(study.keys<StoreKeys>(), annealing_of(method)); },
      .add_snapshots = [](Group&, const Ensemble&, const Method&) {},
      .findings = [](const Study&, const System& system, const Ensemble& ensemble,
                     const Method& method) { return annealing_findings(system, ensemble, annealing_of(method)); },
      .annealed = true};
  return entry;
}

}  // namespace gibbsite

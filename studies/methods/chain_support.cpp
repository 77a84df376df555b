#include "studies/methods/chain_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "studies/files/variables.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/systems/first_state.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr double most_sweeps = 1e15;

const std::map<std::string, Starts> starts = {{"hot", Starts::hot}, {"cold", Starts::cold}, {"mixed", Starts::mixed}};

}  // namespace

void add_chain_keys(KeyTable& table) {
  const Section<ChainKeys> method(table, "method");
  method.integer("chains", &ChainKeys::chains, {1, 1'000'000}, "independent chains per beta; tempering: ladders");
  StudyKey& start = method.add(
      "start", "hot, cold, mixed, or a file",
      "first states: random, ordered, of every kind, or in a file (of results: the lowest energy)",
      [](ChainKeys& keys, const Value& value) { keys.start = read_start(value); },
      [](const ChainKeys& keys) { return std::optional(Value{keys.start}); });
  start.text = start.file = true;
  start.choices = {"hot", "cold", "mixed"};
  add_thermalization_key(table);
  method.integer("sweeps", &ChainKeys::sweeps, {1}, "sweeps kept");
  add_every_key(table);
  add_store_key(table);
  method.real("target_error", &ChainKeys::target_error, {.low = 0}, "stop once target is known this well; 0: never");
  method.text("target", &ChainKeys::target, "an observable", "what target_error is about");
  StudyKey& objective = method.add(
      "objective", "averages, lowest",
      "what the report is about: thermal averages, or the lowest energy and how soon it was found",
      [](ChainKeys& keys, const Value& value) {
        const std::string& word = read_text(value);
        if (word != "averages" && word != "lowest") throw BadValue{value, "is unknown"};
        keys.objective = word;
      },
      // What was begun before there was a choice is of averages, and its study does not say so.
      [](const ChainKeys& keys) {
        return keys.objective == "averages" ? std::nullopt : std::optional(Value{keys.objective});
      });
  objective.text = true;
  objective.shape.type = ValueShape::Type::text;
  objective.choices = {"averages", "lowest"};
  method.integer("snapshots", &ChainKeys::snapshots, {0}, "configurations kept per replica, evenly spaced");
}

void check_chains(const Study& study) {
  const auto& keys = study.keys<ChainKeys>();
  const auto& common = study.keys<SweepKeys>();
  if (static_cast<double>(keys.sweeps) + static_cast<double>(common.thermalization) > most_sweeps)
    throw RequestError(fmt::format("method.thermalization + method.sweeps is over {:g} sweeps", most_sweeps));
  const bool open = common.every == SweepKeys::automatic;
  if (common.every > keys.sweeps)
    throw RequestError(
        fmt::format("method.every = {} leaves no draw in method.sweeps = {}", common.every, keys.sweeps));
  const std::int64_t draws = open ? keys.sweeps : keys.sweeps / common.every;
  if (keys.snapshots > draws)
    throw RequestError(fmt::format("method.snapshots = {} is more than the {} draws of method.sweeps{}", keys.snapshots,
                                   draws, open ? "" : " / method.every"));
}

void check_chains_of(const Study& study, const System& system) {
  const auto& keys = study.keys<ChainKeys>();
  const std::vector<double>& beta = study.method.beta;
  std::vector<std::string> series;
  for (const Observable& what : system.observables())
    if (what.measured()) series.push_back(what.name);
  if (system.disordered()) series.push_back("overlap");
  if (study.method.name == "tempering") series.push_back("replica");
  check_stored(study.keys<StoreKeys>(), series);
  std::vector<std::string> names = {"log_z"};
  bool of_pairs = false;
  for (const Estimated& what : estimated_quantities(system)) {
    names.push_back(what.name);
    of_pairs = of_pairs || (what.name == keys.target && what.of == "overlap");
  }
  if (std::find(names.begin(), names.end(), keys.target) == names.end())
    throw RequestError(fmt::format("method.target = \"{}\" is unknown{}", keys.target,
                                   and_then(did_you_mean(keys.target, names), "allowed: " + join(names, ", "))));
  if (keys.target == "log_z" && (beta.size() < 2 || beta.front() != 0))
    throw RequestError("method.target = \"log_z\" needs a method.beta of several values that begins at 0");
  if (of_pairs && (!system.disordered() || keys.chains < 2))
    throw RequestError(fmt::format(
        "method.target = \"{}\" needs disordered couplings or a couplings file, and method.chains of 2 or more",
        keys.target));
}

std::string plan_of_chains(const Study& study, const char* chain) {
  const auto& keys = study.keys<ChainKeys>();
  const auto& common = study.keys<SweepKeys>();
  return fmt::format("{}: {} {}{} x {} sweeps at {} beta{}, after {} sweeps of thermalization{}", study.method.name,
                     keys.chains, chain, keys.chains > 1 ? "s" : "", keys.sweeps, study.method.beta.size(),
                     study.method.beta.size() > 1 ? "s" : "", common.thermalization,
                     common.every > 1 ? fmt::format("; {} sweeps a draw", common.every) : "");
}

std::size_t replicas_of_chains(const Study& study) {
  return static_cast<std::size_t>(study.keys<ChainKeys>().chains) * study.method.beta.size();
}

double sweeps_of_chains(const Study& study) {
  return static_cast<double>(study.keys<SweepKeys>().thermalization + study.keys<ChainKeys>().sweeps);
}

std::vector<MemoryNeed> needs_of_chains(const Study& study, const SystemSize& size) {
  const auto count = static_cast<double>(replicas_of_chains(study));
  SystemSize plain = size;
  plain.keys.clear();
  MemoryNeed snapshots =
      need_of_replicas(static_cast<double>(study.keys<ChainKeys>().snapshots) * count, plain, "method.snapshots");
  snapshots.what = "snapshots of " + snapshots.what;
  return {need_of_replicas(count, size, "method.chains"), snapshots};
}

std::optional<SweepsPerDraw> sweeps_per_draw_of_chains(const Study& study, const System& system) {
  if (study.keys<SweepKeys>().every != SweepKeys::automatic) return std::nullopt;
  // A draw of one replica, with all that is made of it later, costs as much as this many unit updates of the fastest
  // layouts; it may cost a tenth of the sweeps. And a thousand draws are enough for any of them to be seen in.
  constexpr double draw = 12'000, share = 0.1, fewest_draws = 1000;
  const auto& keys = study.keys<ChainKeys>();
  const double most = static_cast<double>(keys.sweeps) / std::max(fewest_draws, static_cast<double>(keys.snapshots));
  return SweepsPerDraw{static_cast<std::int64_t>(std::ceil(std::min(draw / share / system.work(), 1e6))),
                       std::max<std::int64_t>(1, static_cast<std::int64_t>(most))};
}

DrawsToCome draws_of_chains(const Study& study, const System& system, std::size_t more) {
  const auto& keys = study.keys<ChainKeys>();
  const std::int64_t every = std::max<std::int64_t>(1, study.keys<SweepKeys>().every);
  const std::size_t replicas = replicas_of_chains(study);
  // Only layouts other than the plain one know that weights follow from the energy.
  const bool ratios = system.path() != PathKind::temperature || study.sampler.layout == "plain" ||
                      !system.why_plain(study, replicas).empty();
  const std::size_t fields = fields_of_a_slot(system.observables(), every > 1, ratios) + more;
  const double overlaps = system.disordered() && keys.chains >= 2 ? 0.5 : 0;  // of two replicas
  return {static_cast<double>(keys.sweeps / every),
          (static_cast<double>(fields) + overlaps) * static_cast<double>(replicas),
          static_cast<double>(keys.snapshots) * static_cast<double>(replicas) * system.sites()};
}

Target target_of_chains(const Study& study) {
  const auto& keys = study.keys<ChainKeys>();
  return {keys.target, keys.target_error, keys.sweeps};
}

ChainOptions chain_options(const Study& study, const System& system, const Layout& layout, Key key) {
  const auto& keys = study.keys<ChainKeys>();
  const auto& common = study.keys<SweepKeys>();
  ChainOptions options;
  options.key = key;
  options.lambda = study.method.beta;
  options.chains = static_cast<std::size_t>(keys.chains);
  const auto word = starts.find(keys.start);
  options.start = word == starts.end() ? Starts::given : word->second;
  if (options.start == Starts::given) options.given = read_state(keys.start, layout, system.unit_states());
  options.ordered = !system.disordered() || !system.symmetric();
  options.thermalization = static_cast<std::uint64_t>(common.thermalization);
  std::int64_t every = common.every;
  if (const auto open = sweeps_per_draw_of_chains(study, system)) every = std::min(open->wanted, open->most);
  options.every = static_cast<std::uint64_t>(every);
  options.draws = static_cast<std::uint64_t>(keys.sweeps / every);
  options.snapshots = static_cast<std::uint64_t>(keys.snapshots);
  options.overlaps = system.disordered();
  return options;
}

bool can_estimate_chains(const Method& method) { return method.trace().draws() >= 2; }

Group series_of_chains(const StoreKeys& stored, const ChainMethod& method, const char* chain) {
  Group group{.name = "series"};
  const Trace& trace = method.trace();
  const auto beta = method.lambda();
  const std::size_t betas = beta.size(), draws = trace.draws();
  add_beta(group, beta);
  add_index(group, "chain", method.chain_trace().chains(), chain);
  const auto thermalization = static_cast<std::int64_t>(method.options().thermalization);
  const auto every = static_cast<std::int64_t>(method.options().every);
  std::vector<std::int64_t> sweep;
  for (std::size_t t = 0; t < draws; ++t) sweep.push_back(thermalization + static_cast<std::int64_t>(t + 1) * every);
  add_index(group, "draw", draws, "draw");
  add(group, "sweep", {"draw"}, {draws}, std::move(sweep), "sweep", "sweeps from the start to the draw");
  for (const Field& field : method.fields()) {
    if (!stored.all() && !stored.has(field.what.name) && !stored.has(field.of)) continue;
    if (!field.what.measured() || field.what.name.starts_with("log_ratio")) continue;  // they follow from the others
    const std::size_t rows = field.count / betas;
    const bool pairs = field.what.role == Role::of_pairs;
    if (pairs) add_index(group, "pair", rows, "pair of chains: 0 and 1, 2 and 3, ...");
    const auto add_as = [&]<class Number>(std::vector<Number> values) {
      for (std::size_t c = 0, at = 0; c < rows; ++c)
        for (std::size_t t = 0; t < draws; ++t)
          for (std::size_t b = 0; b < betas; ++b, ++at)
            values[at] = static_cast<Number>(trace.at(t, field.offset + c * betas + b));
      add(group, field.what.name, {pairs ? "pair" : "chain", "draw", "beta"}, {rows, draws, betas}, std::move(values),
          field.what.units, field.what.meaning);
    };
    if (field.what.name == "replica")
      add_as(std::vector<std::int64_t>(rows * draws * betas));
    else
      add_as(std::vector<double>(rows * draws * betas));
  }
  return group;
}

void add_snapshots_of_chains(Group& group, const Ensemble& ensemble, const Method& method) {
  const Layout& layout = ensemble.layout();
  const ChainTrace& trace = static_cast<const ChainMethod&>(method).chain_trace();
  if (trace.snapshots().empty()) return;
  const std::size_t snapshots = trace.snapshots().size() / (layout.state_bytes() * trace.slots());
  add_index(group, "snapshot", snapshots, "snapshot");
  std::vector<std::int64_t> draw;
  for (std::size_t k = 1; k <= snapshots; ++k)
    draw.push_back(static_cast<std::int64_t>(k * trace.every_snapshot()) - 1);
  add(group, "draw", {"snapshot"}, {snapshots}, std::move(draw), "1", "draw at which the snapshot was taken");
  add_index(group, "chain", trace.chains(), "chain");
  std::vector<std::size_t> shape = {snapshots, trace.chains(), trace.betas(), layout.units};
  add(group, "configuration", {"snapshot", "chain", "beta", "site"}, std::move(shape),
      units_of(layout, trace.snapshots()), "1", "configuration");
  add_beta(group, method.lambda());
}

}  // namespace gibbsite

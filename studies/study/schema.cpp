#include "studies/study/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/study/schema_builder.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

using Model = Study::Model;
using Sampler = Study::Sampler;
using Method = Study::Method;
using Run = Study::Run;

bool is_ising(const Study& s) { return !is_network(s); }
bool is_lattice(const Study& s) { return is_ising(s) && s.model.couplings.empty(); }
bool is_instance(const Study& s) { return is_ising(s) && !s.model.couplings.empty(); }
bool is_drawn(const Study& s) { return is_network(s) && s.model.file.empty(); }
bool is_hopfield(const Study& s) { return s.model.name == "hopfield"; }
bool is_drawn_hopfield(const Study& s) { return is_hopfield(s) && is_drawn(s); }
bool is_coupled(const Study& s) { return is_lattice(s) || (is_drawn(s) && !is_hopfield(s)); }
bool is_scaled(const Study& s) { return is_coupled(s) || is_instance(s); }
bool is_binary_or_spin(const Study& s) { return is_drawn(s) && !is_hopfield(s); }
bool is_disordered(const Study& s) { return (is_lattice(s) && s.model.disorder != "none") || is_drawn(s); }
bool is_hypercubic(const Study& s) {
  return is_lattice(s) && s.model.lattice == "hypercubic" && s.model.size.size() == 1;
}
bool is_single_spin(const Study& s) {
  return is_ising(s) && (s.sampler.name == "heat-bath" || s.sampler.name == "metropolis");
}
bool is_annealing(const Study& s) { return s.method.name == "annealing"; }
bool is_tempering(const Study& s) { return s.method.name == "tempering"; }
bool is_chains(const Study& s) { return s.method.name == "mcmc" || is_tempering(s); }
bool is_unscheduled(const Study& s) { return is_annealing(s) && s.method.temperatures.size() == 1; }

const Condition ising{R"(model.name = "ising")", {"model.name"}, is_ising};
const Condition on_a_lattice{"a lattice, not with model.couplings", {"model.name", "model.couplings"}, is_lattice};
const Condition on_couplings{"model.couplings", {"model.name", "model.couplings"}, is_instance};
const Condition drawn{"a network with random weights, not with model.file", {"model.name", "model.file"}, is_drawn};
const Condition coupled{"a lattice or a network with random weights, not with files of them",
                        {"model.name", "model.couplings", "model.file"},
                        is_coupled};
const Condition scaled{"a lattice, a couplings file or a network with random weights, not with model.file or hopfield",
                       {"model.name", "model.file"},
                       is_scaled};
const Condition drawn_units{
    "a network with random weights, not with model.file or hopfield", {"model.name", "model.file"}, is_binary_or_spin};
const Condition hopfield{R"(model.name = "hopfield")", {"model.name"}, is_hopfield};
const Condition drawn_hopfield{
    R"(model.name = "hopfield" without model.file)", {"model.name", "model.file"}, is_drawn_hopfield};
const Condition disordered{R"(model.disorder = "bimodal" or "gaussian", or a network with random weights)",
                           {"model.name", "model.disorder", "model.couplings", "model.file"},
                           is_disordered};
const Condition hypercubic{R"(model.lattice = "hypercubic" and a size of one number)",
                           {"model.lattice", "model.size", "model.couplings"},
                           is_hypercubic};
const Condition single_spin{R"(model.name = "ising" and sampler.name = "heat-bath" or "metropolis")",
                            {"sampler.name", "model.name"},
                            is_single_spin};
const Condition in_chains{R"(method.name = "mcmc" or "tempering")", {"method.name"}, is_chains};
const Condition tempering{R"(method.name = "tempering")", {"method.name"}, is_tempering};
const Condition annealing{R"(method.name = "annealing")", {"method.name"}, is_annealing};
const Condition unscheduled{R"(method.name = "annealing" and one number for method.temperatures)",
                            {"method.name", "method.temperatures"},
                            is_unscheduled};

template <class Number>
Value one_or_list(const std::vector<Number>& numbers) {
  if (numbers.size() == 1) return {numbers.front()};
  Value::List list;
  for (const Number number : numbers) list.push_back({number});
  return {std::move(list)};
}

void add_model(std::vector<StudyKey>& keys) {
  const Section<Model> model(keys, "model", &Study::model);
  const auto lattice = model.when(on_a_lattice);
  model.choice("name", &Model::name, {"ising", "rbm", "dbm", "dbn", "boltzmann", "hopfield"}, "kind of system");
  lattice.choice("lattice", &Model::lattice,
                 {"chain", "square", "cubic", "hypercubic", "triangular", "honeycomb", "complete"},
                 "graph of the bonds");
  lattice.add(
      "size", "integer >= 1 or a list", "sites along each side (honeycomb: cells); one number: all sides",
      [](Model& m, const Value& value) { m.size = read_sides(value); },
      [](const Model& m) { return one_or_list(m.size); });
  model.when(hypercubic)
      .integer("dimension", &Model::dimension, {1, 16}, "hypercubic: how many sides, where size is one number");
  lattice.choice("boundary", &Model::boundary, {"periodic", "open"}, "how the sides end");
  model.when(scaled).real("coupling", &Model::coupling, {},
                          "J: strength of the bonds, scale of random ones, factor of those in a couplings file");
  lattice.choice("disorder", &Model::disorder, {"none", "bimodal", "gaussian"}, "random bonds (bimodal: +J or -J)");
  model.when(disordered).seed("disorder_seed", &Model::disorder_seed, "which random bonds, weights or patterns");
  model.when(coupled).real("field", &Model::field, {}, "h: field on every site, bias of every unit");
  const auto couplings = [](const Model& m) {
    return m.couplings.empty() ? std::nullopt : std::optional(Value{m.couplings});
  };
  model.when(ising)
      .add(
          "couplings", "text file of lines i j J or i i h", "a graph instead of a lattice",
          [](Model& m, const Value& value) { m.couplings = read_path(value); }, couplings)
      .text = true;
  model.when(on_couplings).integer("index_base", &Model::index_base, {0, 1}, "first index in the couplings file");
  const auto file = [](const Model& m) { return m.file.empty() ? std::nullopt : std::optional(Value{m.file}); };
  model.when(network)
      .add(
          "file", "model file", "networks: weights and biases, see `gibbsite import`; without it random ones",
          [](Model& m, const Value& value) { m.file = read_path(value); }, file)
      .text = true;
  model.when(drawn).add(
      "layers", "integer >= 1 or a list", "networks with random weights: units of each layer, visible first",
      [](Model& m, const Value& value) { m.layers = read_sides(value); },
      [](const Model& m) { return one_or_list(m.layers); });
  model.when(drawn_units).choice("units", &Model::units, {"binary", "spin"}, "networks: states 0, 1 or -1, +1");
  model.when(drawn_hopfield).integer("patterns", &Model::patterns, {1, 1'000'000}, "hopfield: random patterns stored");
  model.when(drawn_hopfield)
      .choice("rule", &Model::rule, {"hebbian", "pseudo-inverse"}, "hopfield: how patterns make weights");
  model.when(hopfield).real("noise", &Model::noise, {.low = 0, .high = 1},
                            "hopfield: share of units flipped where a cold start shows the first pattern");
  model.when(network).choice(
      "reference", &Model::reference, {"uniform", "base-rate"},
      "networks: what beta = 0 is; base-rate: independent units as in the data, and beta = 1 the "
      "model");
}

void add_sampler(std::vector<StudyKey>& keys) {
  const Section<Sampler> sampler(keys, "sampler", &Study::sampler);
  sampler.choice("name", &Sampler::name, {"heat-bath", "metropolis", "wolff", "swendsen-wang"},
                 "how the system moves; networks: heat-bath, layer by layer");
  sampler.when(single_spin)
      .choice("scan", &Sampler::scan, {"default", "sequential", "checkerboard", "random"},
              "order in which heat-bath and metropolis visit the sites; default: what the layout does best");
  sampler.choice("layout", &Sampler::layout, {"fastest", "plain"},
                 "how replicas stand in memory; plain: the readable reference, the same distributions");
}

void add_method(std::vector<StudyKey>& keys) {
  constexpr const char* real_forms = "\"start:stop:count\", a list or one number";
  const Section<Method> method(keys, "method", &Study::method);
  method.choice("name", &Method::name, {"mcmc", "tempering", "annealing"}, "how samples are gathered");
  method.fixed().add(
      "beta", real_forms, "inverse temperatures, ascending; tempering: the ladder",
      [](Method& m, const Value& value) { m.beta = read_betas(value); },
      [](const Method& m) { return m.beta.empty() ? std::nullopt : std::optional(one_or_list(m.beta)); });
  method.fixed().add(
      "temperature", real_forms, "instead of beta, in any order",
      [](Method& m, const Value& value) { m.beta = read_temperatures(value); },
      [](const Method&) { return std::optional<Value>(); });

  const auto chains = method.when(in_chains);
  chains.integer("chains", &Method::chains, {1, 1'000'000}, "independent chains per beta; tempering: ladders");
  StudyKey& start = chains.add(
      "start", "hot, cold, mixed, or a file",
      "first states: random, ordered, of every kind, or in a file (of results: the lowest energy)",
      [](Method& m, const Value& value) { m.start = read_start(value); },
      [](const Method& m) { return std::optional(Value{m.start}); });
  start.text = true;
  start.choices = {"hot", "cold", "mixed"};
  method.integer("thermalization", &Method::thermalization, {0}, "sweeps thrown away");
  chains.integer("sweeps", &Method::sweeps, {1}, "sweeps kept");
  method.integer("every", &Method::every, {1, 1'000'000}, "sweeps between two draws; annealing: at each temperature");
  chains.real("target_error", &Method::target_error, {.low = 0}, "stop once target is known this well; 0: never");
  chains.text("target", &Method::target, "an observable", "what target_error is about");
  chains.integer("snapshots", &Method::snapshots, {0}, "configurations kept per replica, evenly spaced");
  method.when(tempering).choice("ladder", &Method::ladder, {"fixed", "adaptive"},
                                "tempering: whether interior betas may move");

  const auto population = method.when(annealing);
  population.integer("particles", &Method::particles, {2, 1'000'000'000}, "annealing: size of the population");
  population.add(
      "temperatures", "integer >= 1, \"0:stop:count\" or a list",
      "annealing: how many betas on the way, or which, from 0",
      [](Method& m, const Value& value) { m.temperatures = read_schedule(value); },
      [](const Method& m) {
        if (m.temperatures.size() > 1) return one_or_list(m.temperatures);
        return Value{static_cast<std::int64_t>(m.temperatures.front())};
      });
  method.when(unscheduled)
      .choice("schedule", &Method::schedule, {"adaptive", "linear"}, "annealing: spacing of the betas on the way");
  population.real("resample", &Method::resample, {.low = 0, .high = 1},
                  "annealing: resample below this effective fraction; 0: never");
  population.flag("reverse", &Method::reverse, "annealing: also back from the target, as a check");
}

void add_run(std::vector<StudyKey>& keys) {
  const auto run = Section<Run>(keys, "run", &Study::run).fixed();
  run.seed("seed", &Run::seed, "seed of all random numbers");
  run.integer("threads", &Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
  run.real("checkpoint", &Run::checkpoint, {.low = 0, .open = true}, "seconds between checkpoints");
  run.real("max_time", &Run::max_time, {.low = 0}, "seconds, then a last checkpoint and exit 75; 0: no limit");
}

}  // namespace

const std::vector<StudyKey>& schema(Purview purview) {
  static const std::vector<StudyKey> study = [] {
    std::vector<StudyKey> table;
    for (const auto add : {add_model, add_data, add_sampler, add_method, add_run}) add(table);
    return table;
  }();
  static const std::vector<StudyKey> likelihood = [] {
    std::vector<StudyKey> table;
    for (const auto add : {add_data, add_likelihood}) add(table);
    return table;
  }();
  return purview == Purview::study ? study : likelihood;
}

const StudyKey* find_key(std::string_view name, Purview purview) {
  const auto& keys = schema(purview);
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const StudyKey& k) { return k.name == name; });
  return key == keys.end() ? nullptr : &*key;
}

const std::vector<std::string>& sections(Purview purview) {
  static const std::vector<std::string> study = {"model", "data", "sampler", "method", "run"};
  static const std::vector<std::string> likelihood = {"data", "ais", "tempering", "raise", "run"};
  return purview == Purview::study ? study : likelihood;
}

Study first_study(Purview purview) {
  Study study;
  if (purview == Purview::study) return study;
  study.model.name = "rbm";  // any network: the model file knows
  return study;
}

void store(const StudyKey& key, Study& study, const Value& value) {
  try {
    key.set(study, value);
  } catch (const BadValue& bad) {
    const std::string hint = bad.value.text() ? did_you_mean(*bad.value.text(), key.choices) : "";
    throw RequestError(fmt::format("`{}` = {} ({}) {}; allowed: {}{}", key.name, to_toml(bad.value), bad.value.place,
                                   bad.reason, key.allowed, hint));
  }
}

}  // namespace gibbsite

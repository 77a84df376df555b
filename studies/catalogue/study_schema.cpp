// The keys of a study: those that every study has, and those of the entries.
#include <algorithm>
#include <iterator>

#include "studies/catalogue/catalogue.hpp"
#include "studies/catalogue/check_study.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {
namespace {

using Model = Study::Model;
using Sampler = Study::Sampler;
using MethodKeys = Study::Method;
using Run = Study::Run;

template <class Entry>
std::vector<std::string> names_of(std::span<const Entry* const> entries) {
  std::vector<std::string> names;
  for (const Entry* entry : entries) names.push_back(entry->name);
  return names;
}

/// The keys of all entries.
std::vector<StudyKey> keys_of_entries() {
  KeyTable table;
  for (const SystemEntry* entry : systems()) {
    table.owned_by(NamedBy::model, entry->name);
    entry->add_keys(table);
  }
  for (const MethodEntry* entry : methods()) {
    table.owned_by(NamedBy::method, entry->name);
    entry->add_keys(table);
  }
  return table.take();
}

void add_sampler_name(const Section<Sampler>& sampler) {
  StudyKey& name = sampler.add(
      "name", join(names_of_samplers(), ", "), "how the system moves; networks: heat-bath, layer by layer; real numbers: hmc",
      [](Sampler& part, const Value& value) {
        const SamplerEntry* entry = sampler_named(read_text(value));
        if (entry == nullptr) throw BadValue{value, "is unknown"};
        part.kind = entry->kind;
        part.open = false;
      },
      [](const Sampler& part) { return Value{part.entry().name}; });
  name.text = true;
  name.shape.type = ValueShape::Type::text;
  name.choices = names_of_samplers();
}

void add_method(KeyTable& table) {
  constexpr const char* real_forms = "\"start:stop:count\", a list or one number";
  const Section<MethodKeys> method(table, "method", &Study::method);
  method.choice("name", &MethodKeys::name, names_of(methods()), "how samples are gathered");
  method.fixed().add(
      "beta", real_forms, "inverse temperatures, ascending; tempering: the ladder",
      [](MethodKeys& m, const Value& value) {
        m.beta = read_betas(value);
        m.temperature.clear();
      },
      [](const MethodKeys& m) {
        return m.beta.empty() || !m.temperature.empty() ? std::nullopt : std::optional(one_or_list(m.beta));
      });
  method.fixed().add(
      "temperature", real_forms, "instead of beta, in any order",
      [](MethodKeys& m, const Value& value) {
        m.beta = read_temperatures(value);
        m.temperature = read_temperatures_themselves(value);
      },
      [](const MethodKeys& m) {
        return m.temperature.empty() ? std::nullopt : std::optional(one_or_list(m.temperature));
      });
}

void add_run(KeyTable& table) {
  const auto run = Section<Run>(table, "run", &Study::run).fixed();
  run.seed("seed", &Run::seed, "seed of all random numbers");
  run.integer("threads", &Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
  run.real("checkpoint", &Run::checkpoint, {.low = 0, .open = true}, "seconds between checkpoints");
  run.real("max_time", &Run::max_time, {.low = 0}, "seconds, then a last checkpoint and exit 75; 0: no limit");
  run.flag("keep_states", &Run::keep_states, "final states stay in the file, so that the run can be made longer");
  run.integer("tasks_in_file", &Run::tasks_in_file, {0}, "a grid of more tasks is arrays, without a group for each");
}

Schema make_schema() {
  KeyTable table;
  Section<Model>(table, "model", &Study::model).choice("name", &Model::name, names_of(systems()), "kind of system");
  const Section<Sampler> sampler(table, "sampler", &Study::sampler);
  add_sampler_name(sampler);
  add_method(table);
  add_run(table);
  sampler.choice("layout", &Sampler::layout, {"fastest", "plain"},
                 "how replicas stand in memory; plain: the readable reference, the same distributions");
  const std::vector<StudyKey> common = table.take(), own = keys_of_entries();

  Schema schema;
  schema.sections = {"model", "data", "sampler", "method", "run"};
  for (const std::string& section : schema.sections) {
    const auto take = [&](const std::vector<StudyKey>& keys, bool last) {
      std::copy_if(keys.begin(), keys.end(), std::back_inserter(schema.keys), [&](const StudyKey& key) {
        return key.name.starts_with(section + '.') && (key.name == "sampler.layout") == last;
      });
    };
    take(common, false);
    take(own, false);
    take(common, true);
  }
  schema.first.model.name = systems().front()->name;
  schema.first.method.name = methods().front()->name;
  schema.settle = [](Study& study) {
    if (study.sampler.open) study.sampler.kind = system_entry(study).sampler;
    if (const MethodEntry& entry = method_entry(study); entry.settle != nullptr) entry.settle(study);
  };
  schema.check = check_study;
  schema.check_tasks = check_tasks;
  schema.grid = true;
  return schema;
}

}  // namespace

const Schema& study_schema() {
  static const Schema schema = make_schema();
  return schema;
}

}  // namespace gibbsite

#include "studies/likelihood/likelihood_keys.hpp"

#include <filesystem>

#include "studies/data/data_keys.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {
namespace {

/// Keeps whether somebody gave the key.
void notice(StudyKey& key, bool AisKeys::*given) {
  key.set = [set = key.set, given](Study& study, const Value& value) {
    set(study, value);
    study.keys<AisKeys>().*given = true;
  };
}

void add_keys(KeyTable& table) {
  const auto ais = Section<AisKeys>(table, "ais").fixed();
  ais.integer("particles", &AisKeys::particles, {2, 1'000'000'000}, "annealed from the base rates to the model");
  notice(ais.integer("temperatures", &AisKeys::temperatures, {3, 1'000'000'000},
                     "on the way, one sweep at each; energies of real numbers, left out: 1000"),
         &AisKeys::temperatures_given);
  notice(ais.choice("schedule", &AisKeys::schedule, {"salakhutdinov", "adaptive", "linear"},
                    "their spacing: Salakhutdinov & Murray (2008), equal thermodynamic length (energies of real "
                    "numbers, left out), or equal"),
         &AisKeys::schedule_given);
  ais.choice("reference", &AisKeys::reference, {"base-rate", "uniform"},
             "where they begin: independent units as in the data, or all states alike (real numbers: what suits the "
             "model)");
  ais.flag("reverse", &AisKeys::reverse, "also back from samples of the model, as a check");
  ais.integer("thermalization", &AisKeys::thermalization, {0}, "sweeps of the model before the way back");
  const auto tempering = Section<LadderKeys>(table, "tempering").fixed();
  tempering.integer("rungs", &LadderKeys::rungs, {0, 100'000},
                    "lambdas of the ladder, spaced as it goes; below 2: no tempering");
  tempering.integer("ladders", &LadderKeys::ladders, {1, 100'000}, "independent ladders");
  tempering.integer("thermalization", &LadderKeys::thermalization, {0}, "sweeps thrown away");
  tempering.integer("sweeps", &LadderKeys::sweeps, {16}, "sweeps kept");
  Section<TrajectoryRouteKeys>(table, "trajectory")
      .fixed()
      .integer("rungs", &TrajectoryRouteKeys::rungs, {0, 100'000},
               "places on the path of the model's training, where the file has its snapshots, with the ladders and "
               "sweeps of [tempering]; below 2: none");
  const auto raise = Section<RaiseKeys>(table, "raise").fixed();
  raise.integer("samples", &RaiseKeys::samples, {0},
                "of the data, the first ones, to anneal back from (RAISE); 0: none");
  raise.integer("temperatures", &RaiseKeys::temperatures, {3, 1'000'000'000}, "on the way from each");
  raise.integer("draws", &RaiseKeys::draws, {1, 1'000'000}, "ways from each");
  const auto run = Section<Study::Run>(table, "run", &Study::run).fixed();
  run.seed("seed", &Study::Run::seed, "seed of all random numbers");
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
}

Schema make_schema() {
  KeyTable table;
  add_data_keys(table);
  add_keys(table);
  Schema schema;
  schema.sections = {"data", "ais", "tempering", "trajectory", "raise", "run"};
  schema.keys = table.take();
  for (StudyKey& key : schema.keys) key.griddable = false;
  return schema;
}

}  // namespace

const Schema& likelihood_schema() {
  static const Schema schema = make_schema();
  return schema;
}

Request read_likelihood(const std::string& model, const Settings& keys) {
  Request request = assemble({}, entries_of(keys, likelihood_schema()), "command line", likelihood_schema());
  std::string file = std::filesystem::absolute(model).lexically_normal();
  request.tasks.front().study.keys<NetworkKeys>().file = file;
  request.inputs.insert(request.inputs.begin(), std::move(file));
  return request;
}

std::vector<MemoryNeed> needs_of_likelihood(const Study& study, const SystemSize& size) {
  const auto& ladder = study.keys<LadderKeys>();
  const auto& ais = study.keys<AisKeys>();
  return {need_of_replicas(static_cast<double>(ais.particles), size, "ais.particles"),
          need_of_replicas(static_cast<double>(ladder.rungs) * static_cast<double>(ladder.ladders), size,
                           "tempering.rungs or tempering.ladders"),
          need_of_schedule(static_cast<double>(ais.temperatures), "ais.temperatures"),
          need_of_schedule(static_cast<double>(study.keys<RaiseKeys>().temperatures), "raise.temperatures")};
}

}  // namespace gibbsite

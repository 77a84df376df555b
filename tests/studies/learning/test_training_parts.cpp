// Keys have a part in a training or are refused: every key, every kind of model, every method.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "studies/files/threads.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/training.hpp"
#include "studies/study/assemble.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// A key at another value than the base has, on top of others.
struct OtherValue {
  const char *key, *value;
  std::vector<std::pair<const char*, const char*>> beside = {};
  bool may_change_nothing = false;  // in a training as short as this
};

const std::vector<OtherValue> other_values = {
    {"model.units", "spin"},
    {"model.visible", "categorical"},
    {"model.states", "3"},
    {"model.index_base", "0"},
    {"model.states", "3", {{"model.visible", "categorical"}}},
    {"data.validation_labels", "labels.csv"},
    {"data.reweight", "0.6"},
    {"data.pseudocount", "0.2"},
    {"training.steps", "4"},
    {"training.chains", "5"},
    {"training.rungs", "3"},
    {"training.batch", "2"},
    {"training.epochs", "5"},
    {"training.epochs", "5", {{"training.updates", "4"}}},
    {"training.updates", "3"},
    {"training.optimizer", "adam"},
    {"training.optimizer", "closed-form"},
    {"training.rate", "0.3", {{"training.optimizer", "closed-form"}}},
    {"training.batch", "2", {{"training.optimizer", "closed-form"}}},
    {"training.updates", "3", {{"training.optimizer", "closed-form"}}},
    {"training.epochs", "5", {{"training.optimizer", "closed-form"}}},
    {"training.momentum", "0.9", {{"training.optimizer", "closed-form"}}},
    {"training.l2", "0.1", {{"training.optimizer", "closed-form"}}},
    {"training.layout", "plain", {}, true},
    {"training.rate", "0.3"},
    {"training.momentum", "0.9"},
    {"training.damping", "0.5"},
    {"training.damping", "0.5", {{"training.optimizer", "natural"}}},
    {"training.l1", "0.1"},
    {"training.l2", "0.1"},
    {"training.l2_biases", "true"},
    {"training.l2_biases", "true", {{"training.l2", "0.1"}}},
    {"training.max_norm", "0.1"},
    {"training.centered", "false"},
    {"training.centered", "false", {{"training.optimizer", "natural"}}},
    {"training.variance", "true"},
    {"training.variance", "true", {{"model.visible", "gaussian"}}},
    {"training.noise", "3"},
    {"training.resample", "1"},
    {"training.pretrain", "1"},
    {"training.pretrain_rate", "0.2"},
    {"training.pretrain_rate", "0.2", {{"training.pretrain", "0"}}},
    {"training.rounds", "1"},
    {"training.updown", "2"},
    {"training.updown_rate", "0.2"},
    {"training.updown_rate", "0.2", {{"training.updown", "0"}}},
    {"training.spread", "0.3"},
    {"training.evaluate", "1"},
    {"training.patience", "1"},
    {"training.snapshots", "1"},
    {"training.samples", "2"},
    {"model.kappa", "0.7"},
    {"model.box", "[-1, 2]"},
    {"model.components", "3"},
    {"model.experts", "unigauss", {{"model.kappa", "0.5"}}},
    {"training.moves", "langevin"},
    {"training.step", "0.03"},
    {"training.step", "0.03", {{"training.moves", "unadjusted"}}},
    {"training.heat", "0.3"},
    {"training.heat", "0.3", {{"training.moves", "unadjusted"}}},
    {"training.restart", "0.5"},
    {"training.l2_energy", "0.1"},
    {"training.spectral_norm", "0.1"},
    {"training.sigma", "0.5"},
    {"training.slices", "plain"},
};

/// Numbers of a model file, without the time.
void add_numbers(const Group& group, std::vector<double>& all) {
  for (const Variable& variable : group.variables) {
    if (variable.name == "seconds") continue;
    for (const std::size_t length : variable.shape) all.push_back(static_cast<double>(length));
    if (const auto* numbers = std::get_if<std::vector<double>>(&variable.data))
      for (const double x : *numbers) all.push_back(std::isnan(x) ? -1e300 : x);
  }
  for (const Group& inner : group.groups) add_numbers(inner, all);
}

/// What a study comes to; nothing where it cannot be.
std::optional<std::vector<double>> outcome(const Study& study) {
  try {
    Training training({study, {}}, 0);
    while (!training.done()) training.advance(0);
    std::vector<double> all;
    add_numbers(training.record(), all);
    return all;
  } catch (const RequestError&) {
  } catch (const std::invalid_argument&) {
  }
  return std::nullopt;
}

void set_key(Study& study, const char* name, const char* value) {
  const StudyKey& key = *training_schema().find(name);
  for (const Entry& entry : entries_of({{name, value}}, training_schema())) store(key, study, entry.value);
}

Study small_study(const char* model, const std::string& method) {
  Study study = training_schema().first;
  const std::pair<const char*, std::string> keys[] = {{"model.name", model},        {"data.file", "bars-and-stripes:2"},
                                                      {"training.method", method},  {"training.epochs", "2"},
                                                      {"training.batch", "3"},      {"training.chains", "8"},
                                                      {"training.rate", "0.1"},     {"training.spread", "0.5"},
                                                      {"training.snapshots", "2"},  {"training.samples", "0"},
                                                      {"training.rungs", "4"},      {"training.steps", "2"},
                                                      {"training.momentum", "0.5"}, {"training.pretrain", "3"},
                                                      {"training.updown", "3"},     {"training.optimizer", "sgd"},
                                                      {"training.particles", "3"},  {"training.temperatures", "4"}};
  for (const auto& [key, value] : keys) set_key(study, key, value.c_str());
  const std::string name = model;
  const char* layers = name == "rbm" ? "[0, 2]" : name == "boltzmann" ? "4" : "[0, 2, 2]";
  if (name == "neural") set_key(study, "model.net", "dense 3, swish, dense 1");
  if (name == "experts") set_key(study, "model.kappa", "0.3");
  if (name != "hopfield" && !learns_energy(study)) set_key(study, "model.layers", layers);
  return study;
}

}  // namespace

TEST_CASE("a key that a training takes changes it, and one that changes nothing is refused") {
  use_threads(1);
  std::size_t trained = 0;
  for (const char* model : {"rbm", "boltzmann", "dbm", "dbn", "hopfield", "neural", "experts"})
    for (const std::string& method : training_methods()) {
      const Study base = small_study(model, method);
      const auto plain = outcome(base);
      if (!plain) continue;  // not of this model
      ++trained;
      for (const OtherValue& other : other_values) {
        Study before = base;
        for (const auto& [key, value] : other.beside) set_key(before, key, value);
        const auto without = other.beside.empty() ? plain : outcome(before);
        if (!without) continue;
        Study after = before;
        set_key(after, other.key, other.value);
        const bool has_part = training_schema().find(other.key)->applies(after);
        if (has_part && other.may_change_nothing) continue;
        const auto with = outcome(after);
        INFO(model << ' ' << method << ' ' << other.key << " = " << other.value << ", beside " << other.beside.size());
        const bool changes = with != without;
        if (has_part) CHECK(changes);
        if (!has_part && with) CHECK(!changes);
      }
    }
  CHECK(trained == 12 + 12 + 3 + 12 + 3 + 8 + 8);
}

TEST_CASE(
    "keys without a part in a training are refused by one message, and those of the file that words leave idle are "
    "not") {
  Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nname = \"rbm\"\nlayers = [0, 2]\n[data]\nfile = \"bars-and-stripes:2\"\n[training]\nmethod = "
              "\"nce\"\nnoise = 3\nepochs = 2\n");
  const auto train = [&](const Words& more) {
    return run(Words{"train", "study.toml", "-o", "model.h5", "--force", "--quiet"} + more, folder.path());
  };
  const Ended refused = train({"--training.resample", "0.9"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err,
                 "`training.resample` (on the command line) has no part in this study; it goes with "
                 "training.method = \"jarzynski\""));
  CHECK(train({"--training.method", "pcd"}).code == 0);
  CHECK(train({"--grid.training.method", "[\"pcd\", \"nce\"]"}).code == 0);
  CHECK(contains(train({"--training.patience", "3"}).err, "data.validation"));
  CHECK(contains(train({"--training.truth", "study.toml"}).err, "model.name = \"boltzmann\""));
  CHECK(contains(train({"--model.graph", "complete"}).err, "model.name = \"boltzmann\""));
}

#include "studies/learning/training_keys.hpp"

#include "studies/data/data_keys.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/learning/answer_keys.hpp"
#include "studies/learning/embedding_keys.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/latent_keys.hpp"
#include "studies/learning/thinking_keys.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_parts.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

std::vector<std::string> names_of_trainables() {
  std::vector<std::string> out;
  for (const TrainableKind& kind : trainable_kinds()) out.emplace_back(kind.name);
  return out;
}

/// Which visible units are bonded.
void add_graph_keys(KeyTable& table) {
  StudyKey& graph =
      Section<MachineKeys>(table, "model")
          .when(part::graph())
          .add(
              "graph", "complete, lattice or a file",
              "boltzmann: visible units that are bonded: all, those of model.lattice, or those that a couplings file "
              "(lines i j J) or a result of `gibbsite run` lists",
              [](MachineKeys& keys, const Value& value) {
                const std::string& words = read_text(value);
                keys.graph = words == "complete" || words == "lattice" ? words : read_path(value);
              },
              [](const MachineKeys& keys) { return std::optional(Value{keys.graph}); });
  graph.text = true;
  const auto lattice = Section<LatticeKeys>(table, "model").when(part::lattice());
  std::vector<std::string> names;
  for (const LatticeKind& kind : lattice_kinds()) names.emplace_back(kind.name);
  lattice.choice("lattice", &LatticeKeys::lattice, std::move(names), "whose bonds they are");
  lattice.add(
      "size", "integer >= 1 or a list", "sites along each side; one number: all sides",
      [](LatticeKeys& keys, const Value& value) { keys.size = read_sides(value); },
      [](const LatticeKeys& keys) { return one_or_list(keys.size); });
  lattice.choice("boundary", &LatticeKeys::boundary, {"periodic", "open"}, "how the sides end");
  Section<LatticeKeys>(table, "model")
      .when(part::couplings())
      .integer("index_base", &LatticeKeys::index_base, {0, 1}, "first index in couplings files");
}

void add_machine_keys(KeyTable& table) {
  Section<Study::Model>(table, "model", &Study::model)
      .choice("name", &Study::Model::name, names_of_trainables(),
              "what learns: visible and hidden units; units bonded to each other, hidden ones only to visible ones; "
              "several "
              "hidden layers, bonded (dbm) or directed below the top (dbn); spins that store the data (hopfield); "
              "energies of "
              "real numbers: a net of layers (neural), or a few parameters; energies of answers (classifier); or "
              "embeddings (encoder), energies with latent variables (kmeans, sparse-coding), or of symbols and the one "
              "that follows (ebt)");
  const Section<MachineKeys> model(table, "model");
  model.when(part::layers())
      .add(
          "layers", "integer >= 0 or a list",
          "units: visible (0: as many as the data have), hidden, of a dbm or dbn more hidden ones; one number of an "
          "rbm: "
          "hidden, of a boltzmann: visible",
          [](MachineKeys& keys, const Value& value) {
            keys.layers.clear();
            const auto one = [&](const Value& v) { keys.layers.push_back(read_integer(v, 0, 10'000'000)); };
            if (value.list() == nullptr) return one(value);
            for (const Value& v : *value.list()) one(v);
            if (keys.layers.empty()) throw BadValue{value, "is an empty list"};
          },
          [](const MachineKeys& keys) {
            return keys.layers.empty() ? std::nullopt : std::optional(one_or_list(keys.layers));
          });
  model.when(part::units()).choice("units", &MachineKeys::units, {"binary", "spin"}, "states 0, 1 or -1, +1");
  StudyKey& visible = model.when(part::visible())
                          .text("visible", &MachineKeys::visible, "binary, spin, gaussian, categorical",
                                "visible units, where they are of another kind; of a boltzmann: categorical");
  visible.set = [](Study& study, const Value& value) {
    const std::string& word = read_text(value);
    const std::vector<std::string> kinds = {"", "binary", "spin", "gaussian", "categorical"};
    if (std::find(kinds.begin(), kinds.end(), word) == kinds.end()) throw BadValue{value, "is unknown"};
    study.keys<MachineKeys>().visible = word;
  };
  visible.choices = {"binary", "spin", "gaussian", "categorical"};
  visible.get = [](const Study& study) {
    const std::string& word = study.keys<MachineKeys>().visible;
    return word.empty() ? std::nullopt : std::optional(Value{word});
  };
  model.when(part::categorical())
      .integer("states", &MachineKeys::states, {2, 1000}, "of categorical units; of FASTA: as many as letters");
  add_graph_keys(table);
}

Value rate_value(const TrainingKeys& keys) { return {fmt::format("{}:{}", keys.first_rate, keys.last_rate)}; }

void read_rate(TrainingKeys& keys, const Value& value) {
  if (value.text() == nullptr) {
    keys.first_rate = keys.last_rate = read_real(value);
  } else {
    const auto parts = split(*value.text(), ':');
    const auto first = read_number<double>(parts[0]), last = read_number<double>(parts.back());
    if (parts.size() > 2 || !first || !last) throw BadValue{value, "is not one number or \"first:last\""};
    keys.first_rate = *first, keys.last_rate = *last;
  }
  if (!(keys.first_rate > 0) || !(keys.last_rate >= 0) || !std::isfinite(keys.first_rate + keys.last_rate))
    throw BadValue{value, "is out of range"};
}

void add_training_keys(KeyTable& table) {
  const Section<TrainingKeys> t(table, "training");
  const auto learns = t.when(part::updates()), moves = t.when(part::by_steps());
  const auto climbs = t.when(part::batches());
  StudyKey& method =
      t.choice("method", &TrainingKeys::method, training_methods(),
               "where the model's own expectation comes from, or what takes its place; left out: pcd, of a classifier "
               "answers, of an encoder vicreg, of latent variables alternation, of an ebt "
               "descent; see gibbsite help train");
  method.get = [](const Study& study) {
    const std::string& word = study.keys<TrainingKeys>().method;
    return word.empty() ? std::nullopt : std::optional(Value{word});
  };
  StudyKey& sweeps = t.when(part::steps())
                         .integer("steps", &TrainingKeys::steps, {1, 1'000'000},
                                  "with chains: sweeps of each per update; left out: 1, recovery 20");
  sweeps.get = [](const Study& study) {
    const std::int64_t count = study.keys<TrainingKeys>().steps;
    return count == 0 ? std::nullopt : std::optional(Value{count});
  };
  t.when(part::chains())
      .integer("chains", &TrainingKeys::chains, {2, 10'000'000},
               "pcd, jarzynski, trajectory: how many; tempering: ladders");
  t.when(part::rungs())
      .integer("rungs", &TrainingKeys::rungs, {2, 10'000},
               "tempering: lambdas from independent units (0) to the model (1)");
  climbs.integer("batch", &TrainingKeys::batch, {1, 100'000'000}, "samples per update, at most all");
  StudyKey& epochs = t.when(part::epochs())
                         .integer("epochs", &TrainingKeys::epochs, {1, 100'000'000},
                                  "times through the data; left out: 30, of real numbers 3000 updates");
  epochs.get = [](const Study& study) {
    const std::int64_t count = study.keys<TrainingKeys>().epochs;
    return count == 0 ? std::nullopt : std::optional(Value{count});
  };
  moves.integer("updates", &TrainingKeys::updates, {0}, "instead of epochs; 0: by epochs");
  StudyKey& optimizer = t.when(part::gradients())
                            .choice("optimizer", &TrainingKeys::optimizer, {"sgd", "adam", "natural", "closed-form"},
                                    "left out: sgd, of real numbers adam; natural: by the Fisher matrix of few units; "
                                    "closed-form: score matching solved at once, of a gaussian or double-well");
  optimizer.get = [](const Study& study) {
    const std::string& word = study.keys<TrainingKeys>().optimizer;
    return word.empty() ? std::nullopt : std::optional(Value{word});
  };
  t.when(part::layout())
      .choice("layout", &TrainingKeys::layout, {"fastest", "plain"},
              "how parameters and chains stand in memory; plain: in doubles always");
  climbs.add(
      "rate", "number > 0 or \"first:last\"",
      "linear from first to last over the run; left out: 0.05:0, of real numbers 0.01:0", read_rate,
      [](const TrainingKeys& keys) { return keys.first_rate < 0 ? std::nullopt : std::optional(rate_value(keys)); });
  StudyKey& momentum = climbs.real("momentum", &TrainingKeys::momentum, {.low = 0, .high = 0.999999},
                                   "sgd; adam: beta_1; left out: 0.5, of real numbers 0.9");
  momentum.get = [](const Study& study) {
    const double value = study.keys<TrainingKeys>().momentum;
    return value < 0 ? std::nullopt : std::optional(Value{value});
  };
  t.when(part::damping()).real("damping", &TrainingKeys::damping, {.low = 0}, "natural: added to the Fisher matrix");
  climbs.real("l1", &TrainingKeys::l1, {.low = 0}, "penalty l1 sum |w| on weights");
  climbs.real("l2", &TrainingKeys::l2, {.low = 0}, "penalty l2 sum w^2 / 2 on weights");
  t.when(part::penalty()).flag("l2_biases", &TrainingKeys::l2_biases, "penalties on biases, too");
  t.when(part::hidden())
      .real("max_norm", &TrainingKeys::max_norm, {.low = 0}, "of the weights of each hidden unit; 0: any");
  t.when(part::centered()).flag("centered", &TrainingKeys::centered, "gradients of units counted from their means");
  t.when(part::variance()).flag("variance", &TrainingKeys::variance, "gaussian units: learn their variances, too");
  t.when(part::noise()).integer("noise", &TrainingKeys::noise, {1, 1'000'000}, "nce: points of noise to each datum");
  t.when(part::resample())
      .real("resample", &TrainingKeys::resample, {.low = 0, .high = 1}, "jarzynski: below this effective fraction");
  const auto epochs_or_auto = [&](Condition condition, const char* name,
                                  std::optional<std::int64_t> TrainingKeys::*member, const char* help) {
    t.when(std::move(condition))
        .add(
            name, describe(Integers{0, 100'000'000}), help,
            [member](TrainingKeys& keys, const Value& value) { keys.*member = read_integer(value, 0, 100'000'000); },
            [member](const TrainingKeys& keys) {
              return keys.*member ? std::optional(Value{*(keys.*member)}) : std::nullopt;
            });
  };
  epochs_or_auto(part::pretrain(), "pretrain", &TrainingKeys::pretrain,
                 "dbm: epochs in which each layer learns by itself; without it a fifth of epochs");
  t.when(part::pretraining())
      .real("pretrain_rate", &TrainingKeys::pretrain_rate, {.low = 0, .open = true}, "dbm: of that learning");
  t.when(part::rounds())
      .integer("rounds", &TrainingKeys::rounds, {1, 10'000}, "dbm: of mean field for the data, at most");
  epochs_or_auto(part::updown(), "updown", &TrainingKeys::updown,
                 "dbn: epochs of learning up and down after each layer's own; without it a fifth of epochs");
  t.when(part::going_up_and_down())
      .real("updown_rate", &TrainingKeys::updown_rate, {.low = 0, .open = true}, "dbn: of that learning");
  StudyKey& start = t.when(part::start())
                        .add(
                            "start", "a model file",
                            "where learning begins, in place of random weights: a model of the same kind and sizes; "
                            "[model] may leave its sizes out",
                            [](TrainingKeys& keys, const Value& value) { keys.start = read_path(value); },
                            optional_text(&TrainingKeys::start));
  start.text = start.file = true;
  t.when(part::spread()).real("spread", &TrainingKeys::spread, {.low = 0}, "standard deviation of the first weights");
  learns.integer("evaluate", &TrainingKeys::evaluate, {0},
                 "epochs between two likelihoods; 0: twenty in all, or fewer where they would cost more than learning");
  t.when(part::patience())
      .integer(
          "patience", &TrainingKeys::patience, {0},
          "stop after so many likelihoods of the validation data without a better one, and keep the best; 0: never");
  t.when(part::snapshots())
      .integer("snapshots", &TrainingKeys::snapshots, {0, 10'000}, "of the parameters, logarithmic in updates");
  const auto density = t.when(part::density());
  density.integer("samples", &TrainingKeys::samples, {0, 100'000}, "states of the model that are drawn into its file");
  StudyKey& truth = t.when(part::truth())
                        .add(
                            "truth", "a couplings file or a result",
                            "couplings that are known, to tell how far off those that are learned are, in units of J",
                            [](TrainingKeys& keys, const Value& value) { keys.truth = read_path(value); },
                            optional_text(&TrainingKeys::truth));
  truth.text = truth.file = true;
  density.integer("particles", &TrainingKeys::particles, {2, 1'000'000},
                  "of the annealing that finds ln Z where it cannot be summed");
  density.integer("temperatures", &TrainingKeys::temperatures, {3, 10'000'000},
                  "of that annealing, at the end; before it, without `evaluate`, as few as a tenth");
}

Schema make_schema() {
  KeyTable table;
  add_machine_keys(table);
  add_family_keys(table);
  add_answer_model_keys(table);
  add_encoder_keys(table);
  add_latent_keys(table);
  add_thinking_keys(table);
  add_data_keys(table);
  const Section<ValidationKeys> data(table, "data");
  StudyKey& validation = data.add(
      "validation", "a file or set, or a share between 0 and 1", "data that are not learned, to be judged by",
      [](ValidationKeys& keys, const Value& value) {
        if (value.text() != nullptr && !read_number<double>(*value.text())) {
          keys.validation = is_generated(*value.text()) ? *value.text() : read_path(value);
          return;
        }
        const double share = value.text() != nullptr ? *read_number<double>(*value.text()) : read_real(value);
        if (!(share > 0 && share < 1)) throw BadValue{value, "is out of range"};
        keys.validation = fmt::format("{}", share);
      },
      optional_text(&ValidationKeys::validation));
  validation.text = true;
  StudyKey& labels =
      data.when(part::validation_labels())
          .add(
              "validation_labels", "a file", "labels of a validation file, as data.labels are those of the data",
              [](ValidationKeys& keys, const Value& value) { keys.labels = read_path(value); },
              optional_text(&ValidationKeys::labels));
  labels.text = labels.file = true;
  data.when(part::reweight())
      .real("reweight", &ValidationKeys::reweight, {.low = 0, .high = 1},
            "weigh each sample 1/n, n of them being alike in this share of their units or more (0.8); 0: all alike");
  data.when(part::pseudocount())
      .real("pseudocount", &ValidationKeys::pseudocount, {.low = 0, .high = 1},
            "share of uniform units among the data, of a boltzmann without hidden units (exact, pcd, jarzynski)");
  add_training_keys(table);
  add_energy_keys(table);
  add_answer_keys(table);
  add_embedding_keys(table);
  const auto run = Section<Study::Run>(table, "run", &Study::run).fixed();
  run.seed("seed", &Study::Run::seed, "seed of all random numbers");
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
  run.real("checkpoint", &Study::Run::checkpoint, {.low = 0, .open = true}, "seconds between checkpoints");
  run.real("max_time", &Study::Run::max_time, {.low = 0}, "seconds, then a last checkpoint and exit 75; 0: no limit");
  Schema schema;
  schema.sections = {"model", "data", "training", "run"};
  schema.keys = table.take();
  schema.first.model.name = "rbm";
  schema.grid = true;
  return schema;
}

}  // namespace

std::string method_of(const Study& study) {
  const std::string& asked = study.keys<TrainingKeys>().method;
  if (!asked.empty()) return asked;
  return study.model.name == "encoder" ? "vicreg"
         : learns_values(study)        ? "answers"
         : learns_codes(study)         ? "alternation"
         : learns_to_think(study)      ? "descent"
                                       : "pcd";
}

Study settled(Study study) {
  auto& t = study.keys<TrainingKeys>();
  t.method = method_of(study);
  const bool real = learns_energy(study) || learns_values(study) || learns_to_think(study);
  constexpr std::int64_t turns_of_codes = 100;
  if (learns_codes(study) && t.epochs == 0 && t.updates == 0) t.updates = turns_of_codes;
  if (t.optimizer.empty()) t.optimizer = real ? "adam" : "sgd";
  if (t.first_rate < 0) t.first_rate = real ? 0.01 : 0.05, t.last_rate = 0;
  constexpr std::int64_t updates_of_energies = 3000, epochs_of_machines = 30;
  if (real && t.epochs == 0 && t.updates == 0) t.updates = updates_of_energies;
  if (t.epochs == 0) t.epochs = epochs_of_machines;
  if (t.steps == 0) t.steps = t.method == "recovery" ? 20 : 1;
  auto& e = study.keys<EnergyKeys>();
  if (e.step == 0) e.step = t.method == "recovery" ? 0.1 * e.first_sigma * e.first_sigma : 0.01;
  if (t.momentum < 0) t.momentum = real ? 0.9 : 0.5;
  return study;
}

std::vector<std::string> training_methods() {
  return {"cd",
          "expected-cd",
          "pcd",
          "tempering",
          "trajectory",
          "jarzynski",
          "exact",
          "pseudo-likelihood",
          "ratio-matching",
          "flow",
          "lyu",
          "nce",
          "score",
          "denoising",
          "sliced",
          "recovery",
          "answers",
          "simclr",
          "infonce",
          "vicreg",
          "barlow",
          "jepa",
          "alternation",
          "descent",
          "hebbian",
          "pseudo-inverse",
          "storkey"};
}

const Schema& training_schema() {
  static const Schema schema = make_schema();
  return schema;
}

}  // namespace gibbsite

#include "studies/learning/training_parts.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "studies/data/data_sets.hpp"
#include "studies/data/sequences.hpp"
#include "studies/learning/answer_keys.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/latent_keys.hpp"
#include "studies/learning/thinking_keys.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/text/words.hpp"

namespace gibbsite::part {
namespace {

using Names = std::initializer_list<std::string_view>;
bool among(std::string_view word, Names names) { return std::find(names.begin(), names.end(), word) != names.end(); }

const TrainingKeys& training(const Study& s) { return s.keys<TrainingKeys>(); }
const MachineKeys& machine(const Study& s) { return s.keys<MachineKeys>(); }
bool is(const Study& s, Names models) { return among(s.model.name, models); }
bool learns_by(const Study& s, Names methods) { return among(method_of(s), methods); }

bool is_machine(const Study& s) {
  return !learns_energy(s) && !learns_values(s) && !learns_codes(s) && !learns_to_think(s);
}
bool has_updates(const Study& s) { return !is(s, {"hopfield"}); }
bool has_hidden(const Study& s) {
  const auto& layers = machine(s).layers;
  return is_machine(s) && has_updates(s) && (!is(s, {"boltzmann"}) || (layers.size() > 1 && layers[1] > 0));
}
/// The data are themselves words for a file; a number is a share of them.
bool is_file(const std::string& words) { return !words.empty() && !read_number<double>(words); }

constexpr const char *model = "model.name", *method = "training.method";

}  // namespace

Condition layers() {
  return {"models with layers of units, not energies of real numbers or nets", {model}, is_machine};
}
Condition units() {
  return {R"(model.name = "rbm", "boltzmann", "dbm" or "dbn"; a hopfield network has spins)",
          {model},
          [](const Study& s) { return has_updates(s) && is_machine(s); }};
}
Condition visible() {
  return {R"(model.name = "rbm" or "boltzmann"; the units of others are all alike (model.units))",
          {model},
          [](const Study& s) {
            return is(s, {"rbm", "boltzmann"});
          }};
}
Condition categorical() {
  return {R"(model.visible = "categorical" of an rbm or boltzmann, or data.alphabet)",
          {model, "model.visible", "data.alphabet"},
          [](const Study& s) {
            const std::string& kind = machine(s).visible;
            return is(s, {"rbm", "boltzmann"}) &&
                   (kind == "categorical" || (kind.empty() && !s.keys<DataRequest>().alphabet.empty()));
          }};
}
Condition graph() {
  return {R"(model.name = "boltzmann")", {model}, [](const Study& s) { return is(s, {"boltzmann"}); }};
}
Condition couplings() {
  return {R"(model.name = "boltzmann" with a couplings file as model.graph or training.truth)",
          {model, "model.graph", "training.truth"},
          [](const Study& s) {
            const std::string& words = machine(s).graph;
            return is(s, {"boltzmann"}) && ((words != "complete" && words != "lattice") || !training(s).truth.empty());
          }};
}
Condition lattice() {
  return {R"(model.name = "boltzmann" with model.graph = "lattice")", {model, "model.graph"}, [](const Study& s) {
            return is(s, {"boltzmann"}) && machine(s).graph == "lattice";
          }};
}

Condition validation_labels() {
  return {"data.validation and data.labels that are files", {"data.validation", "data.labels"}, [](const Study& s) {
            return is_file(s.keys<ValidationKeys>().validation) && labels_in_a_file(s.keys<DataRequest>().labels);
          }};
}
Condition reweight() {
  return {R"(model.name = "rbm" or "boltzmann" that learns by exact, cd, pcd, jarzynski, pseudo-likelihood, )"
          "ratio-matching, flow or lyu",
          {model, method},
          [](const Study& s) {
            return is(s, {"rbm", "boltzmann"}) && learns_by(s, {"exact", "cd", "pcd", "jarzynski", "pseudo-likelihood",
                                                                "ratio-matching", "flow", "lyu"});
          }};
}
Condition pseudocount() {
  return {R"(model.name = "boltzmann" without hidden units that learns by exact, pcd or jarzynski; take training.l2 )"
          "for others",
          {model, "model.layers", method},
          [](const Study& s) {
            return is(s, {"boltzmann"}) && !has_hidden(s) && learns_by(s, {"exact", "pcd", "jarzynski"});
          }};
}

Condition updates() {
  return {R"(models that learn by updates, not with model.name = "hopfield", which stores its data at once)",
          {model},
          has_updates};
}
Condition by_steps() {
  return {R"(models that learn by steps, not with model.name = "hopfield" or training.optimizer = "closed-form")",
          {model, "training.optimizer"},
          [](const Study& s) { return has_updates(s) && training(s).optimizer != "closed-form"; }};
}
Condition gradients() {
  return {R"(models that learn by gradients, not by "alternation", whose turns are exact, nor a hopfield network)",
          {model, method},
          [](const Study& s) { return has_updates(s) && !learns_by(s, {"alternation"}); }};
}
Condition batches() {
  return {R"(models that learn by gradients of batches, not "alternation", "closed-form" or a hopfield network)",
          {model, method, "training.optimizer"},
          [](const Study& s) { return by_steps().holds(s) && gradients().holds(s); }};
}
Condition epochs() {
  return {R"(training.updates = 0, where epochs count, and not training.optimizer = "closed-form")",
          {model, "training.updates", "training.pretrain", "training.updown", "training.optimizer"},
          [](const Study& s) {
            const auto& t = training(s);
            return by_steps().holds(s) && (t.updates == 0 || (is(s, {"dbm"}) && !t.pretrain && t.start.empty()) ||
                                           (is(s, {"dbn"}) && !t.updown));
          }};
}
Condition steps() {
  return {"methods with chains (cd, expected-cd, pcd, tempering, trajectory, jarzynski, recovery), and a dbm or dbn",
          {model, method},
          [](const Study& s) {
            return is(s, {"dbm", "dbn"}) || (has_updates(s) && learns_by(s, {"cd", "expected-cd", "pcd", "tempering",
                                                                             "trajectory", "jarzynski", "recovery"}));
          }};
}
Condition chains() {
  return {
      R"(training.method = "pcd", "tempering", "trajectory" or "jarzynski", and a dbn that learns by others than cd)",
      {model, method},
      [](const Study& s) {
        if (is(s, {"dbn"})) return !learns_by(s, {"cd"});
        return has_updates(s) && learns_by(s, {"pcd", "tempering", "trajectory", "jarzynski"});
      }};
}
Condition rungs() {
  return {R"(training.method = "tempering")", {model, method}, [](const Study& s) {
            return has_updates(s) && learns_by(s, {"tempering"});
          }};
}
Condition noise() {
  return {R"(training.method = "nce")", {model, method}, [](const Study& s) {
            return has_updates(s) && learns_by(s, {"nce"});
          }};
}
Condition resample() {
  return {R"(training.method = "jarzynski")", {model, method}, [](const Study& s) {
            return has_updates(s) && learns_by(s, {"jarzynski"});
          }};
}
Condition layout() {
  return {R"(model.name = "rbm", "dbm" or "dbn" that learns by cd or pcd; others have one layout)",
          {model, method},
          [](const Study& s) {
            return is(s, {"rbm", "dbm", "dbn"}) && learns_by(s, {"cd", "pcd"});
          }};
}
Condition damping() {
  return {R"(training.optimizer = "natural")", {model, "training.optimizer"}, [](const Study& s) {
            return has_updates(s) && training(s).optimizer == "natural";
          }};
}
Condition centered() {
  return {R"(machines that learn by sgd or adam; natural steps do not depend on what units are counted from)",
          {model, "training.optimizer"},
          [](const Study& s) { return is_machine(s) && has_updates(s) && training(s).optimizer != "natural"; }};
}
Condition penalty() {
  return {"training.l1 or training.l2 above 0", {model, "training.l1", "training.l2"}, [](const Study& s) {
            return has_updates(s) && (training(s).l1 > 0 || training(s).l2 > 0);
          }};
}
Condition hidden() { return {"a model with hidden units", {model, "model.layers"}, has_hidden}; }
Condition variance() {
  return {R"(model.name = "rbm" with model.visible = "gaussian")", {model, "model.visible"}, [](const Study& s) {
            return is(s, {"rbm"}) && machine(s).visible == "gaussian";
          }};
}
Condition patience() {
  return {"data.validation, a file or a share like 0.1, to judge by", {model, "data.validation"}, [](const Study& s) {
            return has_updates(s) && !s.keys<ValidationKeys>().validation.empty();
          }};
}
Condition snapshots() {
  return {R"(training.method other than "trajectory", whose checkpoints are its snapshots)",
          {model, method},
          [](const Study& s) { return is(s, {"dbn"}) || !learns_by(s, {"trajectory"}); }};
}
Condition start() {
  return {
      R"(model.name = "rbm", "boltzmann" or "dbm" that learns by others than trajectory, which begins without bonds)",
      {model, method},
      [](const Study& s) {
        return is(s, {"rbm", "boltzmann", "dbm"}) && !learns_by(s, {"trajectory"});
      }};
}
Condition spread() {
  return {"random first weights, without training.start", {model, "training.start"}, [](const Study& s) {
            return is_machine(s) && has_updates(s) && training(s).start.empty();
          }};
}
Condition density() {
  return {R"(models with a probability of the data, not a classifier, encoder, ebt, kmeans or sparse-coding)",
          {model},
          [](const Study& s) { return !learns_values(s) && !learns_codes(s) && !learns_to_think(s); }};
}
Condition truth() {
  return {R"(model.name = "boltzmann" with model.units = "spin")", {model}, [](const Study& s) {
            return is(s, {"boltzmann"});
          }};
}
Condition rounds() {
  return {R"(model.name = "dbm")", {model}, [](const Study& s) { return is(s, {"dbm"}); }};
}
Condition pretrain() {
  return {R"(model.name = "dbm" without training.start)", {model, "training.start"}, [](const Study& s) {
            return is(s, {"dbm"}) && training(s).start.empty();
          }};
}
Condition pretraining() {
  return {R"(model.name = "dbm" with training.pretrain above 0)", {model, "training.pretrain"}, [](const Study& s) {
            return is(s, {"dbm"}) && training(s).pretrain != 0 && training(s).start.empty();
          }};
}
Condition updown() {
  return {R"(model.name = "dbn")", {model}, [](const Study& s) { return is(s, {"dbn"}); }};
}
Condition going_up_and_down() {
  return {R"(model.name = "dbn" with training.updown above 0)", {model, "training.updown"}, [](const Study& s) {
            return is(s, {"dbn"}) && training(s).updown != 0;
          }};
}

}  // namespace gibbsite::part

#include "studies/learning/training_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/learning/dense_learner.hpp"
#include "estimators/learning/flips.hpp"
#include "estimators/learning/sparse_learner.hpp"
#include "estimators/learning/trajectory.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/data/sequences.hpp"
#include "studies/learning/couplings.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/models/network_kinds.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

UnitKind kind_named(const std::string& word) {
  return word == "spin"          ? UnitKind::spin
         : word == "gaussian"    ? UnitKind::gaussian
         : word == "categorical" ? UnitKind::categorical
                                 : UnitKind::binary;
}

bool among_methods(const std::string& method, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), method) != names.end();
}

/// Sweeps by which persistent chains come to the model at which learning begins.
std::size_t settling(const TrainingKeys& keys) {
  constexpr std::int64_t sweeps = 100;
  return keys.start.empty() || keys.method != "pcd" ? 0 : static_cast<std::size_t>(std::max(sweeps, keys.steps));
}

}  // namespace

Data take_share(const Study& study, Data& data) {
  const auto share = read_number<double>(study.keys<ValidationKeys>().validation);
  if (!share) return {};
  const auto count = static_cast<std::size_t>(std::lround(*share * static_cast<double>(data.samples)));
  if (count == 0 || count >= data.samples)
    throw RequestError(fmt::format("data.validation = {} of {} samples leaves {} to learn and {} to judge by", *share,
                                   data.samples, data.samples - count, count));
  std::vector<std::size_t> order(data.samples);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Chance chance(Stream(Key(study.keys<DataRequest>().seed), Purpose::data, 0, 0));
  for (std::size_t k = data.samples; k > 1; --k) std::swap(order[k - 1], order[chance.pick(k)]);
  const auto pick = [&](std::size_t begin, std::size_t end) {
    std::vector<std::size_t> rows(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                  order.begin() + static_cast<std::ptrdiff_t>(end));
    std::sort(rows.begin(), rows.end());
    return pick_samples(data, rows);
  };
  Data held = pick(0, count);
  data = pick(count, data.samples);
  return held;
}

Data read_validation(const Study& study, const Data& data) {
  const std::string& asked = study.keys<ValidationKeys>().validation;
  if (asked.empty() || read_number<double>(asked)) return {};
  DataRequest request = study.keys<DataRequest>();
  request.file = asked;
  request.rows = "";
  if (labels_in_a_file(request.labels)) {
    request.labels = study.keys<ValidationKeys>().labels;
    if (request.labels.empty())
      throw RequestError(
          "data.validation is a file, and its labels stand elsewhere; name them by "
          "data.validation_labels");
  }
  if (is_generated(asked)) request.seed = ~request.seed;  // other points than those that are learned
  const bool alike = data.treated.reshapes();
  if (alike) request.dequantize = request.standardize = false, request.logit = 0, request.maximum = 0;
  return read_data(request, alike ? &data.treated : nullptr);
}

std::shared_ptr<const ParametricMachine> make_machine(const Study& study, const Data& data) {
  const auto& keys = study.keys<MachineKeys>();
  const bool lateral = study.model.name == "boltzmann";
  const bool letters = data.states > 0;  // sequences say themselves what they are
  const UnitKind units = kind_named(keys.units), kind = !keys.visible.empty() ? kind_named(keys.visible)
                                                        : letters             ? UnitKind::categorical
                                                                              : units;
  if (lateral && kind != units && kind != UnitKind::categorical)
    throw RequestError(
        fmt::format("model.visible = \"{}\" is for an rbm; the units of a boltzmann are all alike (model.units), or "
                    "its visible ones categorical",
                    keys.visible));
  if (lateral && data.label_states > 0)
    throw RequestError(
        "data.labels is for an rbm, whose hidden units tie the label to the rest; say model.name = \"rbm\"");
  Layer visible{.kind = kind, .units = data.width}, hidden{.kind = units};
  visible.labels = data.label_states;
  if (kind == UnitKind::categorical)
    visible.states = letters && keys.states == 2 ? data.states : static_cast<std::size_t>(keys.states);
  if (keys.layers.size() > 2)
    throw RequestError(fmt::format("model.layers has {} numbers; {}", keys.layers.size(),
                                   lateral ? "a boltzmann has visible units and at most one hidden layer"
                                           : "an rbm has two, more make a dbm or dbn (model.name)"));
  std::int64_t wanted = 0, inner = lateral ? 0 : 16;
  if (keys.layers.size() == 2)
    wanted = keys.layers[0], inner = keys.layers[1];
  else if (keys.layers.size() == 1)
    (lateral ? wanted : inner) = keys.layers[0];
  if (kind == UnitKind::categorical && wanted > 0 && static_cast<std::int64_t>(data.width) == wanted * keys.states)
    visible.units = static_cast<std::size_t>(wanted);  // one-hot rows
  if (wanted > 0 && wanted != static_cast<std::int64_t>(visible.units))
    throw RequestError(
        fmt::format("model.layers asks for {} visible units, but {} has {} numbers a sample; leave 0 there", wanted,
                    data.source, data.width));
  hidden.units = static_cast<std::size_t>(inner);
  if (lateral)
    if (auto bonds = bonds_of_study(study, visible.units))
      return std::make_shared<const ParametricMachine>(visible, hidden, std::move(*bonds));
  if (!lateral && inner == 0)
    throw RequestError("model.layers: an rbm needs hidden units, for example layers = [0, 16]");
  return std::make_shared<const ParametricMachine>(visible, hidden, lateral);
}

TrainingOptions training_options(const Study& study, std::size_t samples) {
  const auto& t = study.keys<TrainingKeys>();
  TrainingOptions o;
  o.optimizer = t.optimizer == "adam"      ? Optimizer::adam
                : t.optimizer == "natural" ? Optimizer::natural
                                           : Optimizer::sgd;
  o.batch = std::min(static_cast<std::size_t>(t.batch), samples);
  o.updates = t.updates > 0 ? static_cast<std::uint64_t>(t.updates)
                            : static_cast<std::uint64_t>(t.epochs) * std::max<std::size_t>(samples / o.batch, 1);
  o.first_rate = t.first_rate, o.last_rate = t.last_rate;
  o.momentum = t.momentum, o.damping = t.damping;
  o.l1 = t.l1, o.l2 = t.l2, o.penalize_biases = t.l2_biases, o.max_norm = t.max_norm;
  o.centered = t.centered, o.learn_variance = t.variance;
  return o;
}

std::unique_ptr<Learner> make_learner(const Study& study, const std::shared_ptr<const ParametricMachine>& machine,
                                      const Matrix& data, const std::vector<double>& theta, Key key,
                                      std::span<const double> weight) {
  const auto& t = study.keys<TrainingKeys>();
  TrainingOptions options = training_options(study, data.columns());
  options.weight = weight;
  const FloatChains chains{t.method == "pcd", static_cast<std::size_t>(t.steps), static_cast<std::size_t>(t.chains),
                           settling(t)};
  const bool in_floats = t.layout == "fastest" && (t.method == "cd" || t.method == "pcd") &&
                         machine->width() * machine->hidden().units >= worth_floats;
  if (in_floats && sparse_learner_supported(*machine, chains, options))
    return std::make_unique<SparseLearner>(machine, data, theta, chains, options, key);
  if (in_floats && dense_learner_supported(*machine, chains, options))
    return std::make_unique<DenseLearner>(machine, data, theta, chains, options, key);
  return std::make_unique<Trainer>(machine, make_objective(study, machine, data, key), data, theta, options, key);
}

std::unique_ptr<Objective> make_objective(const Study& study, const std::shared_ptr<const ParametricMachine>& machine,
                                          const Matrix& data, Key key) {
  const auto& t = study.keys<TrainingKeys>();
  const double pseudocount = study.keys<ValidationKeys>().pseudocount;
  const NegativeChains chains{.steps = static_cast<std::size_t>(t.steps),
                              .chains = static_cast<std::size_t>(t.chains),
                              .rungs = static_cast<std::size_t>(t.rungs),
                              .resample_below = t.resample,
                              .settle = settling(t),
                              .pseudocount = pseudocount};
  if (t.method == "exact") {
    if (machine->log2_states() > 20)
      throw RequestError(fmt::format(
          "training.method = \"exact\" sums over 2^{:.0f} states, more than 2^20; take fewer hidden units, or "
          "another method",
          machine->log2_states()));
    return make_exact_objective(machine, pseudocount);
  }
  if (t.method == "cd") return make_cd(machine, key, chains);
  if (t.method == "expected-cd") return make_expected_cd(machine, chains.steps);
  if (t.method == "pcd") return make_pcd(machine, key, chains);
  if (t.method == "tempering")
    return make_tempered_chains(machine, key, chains, first_parameters(*machine, data, 0, key));
  if (t.method == "trajectory") {
    if (t.chains < 4)
      throw RequestError(
          fmt::format("training.method = \"trajectory\" takes its errors from the spread over chains; training.chains "
                      "= {} is below 4",
                      t.chains));
    return make_trajectory_objective(machine, key, {.steps = chains.steps, .chains = chains.chains});
  }
  if (t.method == "jarzynski") return make_jarzynski(machine, key, chains);
  if (pattern_rule_named(t.method))
    throw RequestError(
        fmt::format("training.method = \"{}\" stores patterns, which is for model.name = \"hopfield\"", t.method));
  if (t.method == "answers") throw RequestError("training.method = \"answers\" is for model.name = \"classifier\"");
  if (!among_methods(t.method, {"nce", "pseudo-likelihood", "ratio-matching", "flow", "lyu"}))
    throw RequestError(fmt::format(
        "training.method = \"{}\" is for energies of real numbers, such as model.name = \"neural\"", t.method));
  const UnitKind kind = machine->visible().kind;
  const bool labels = machine->visible().labels > 0;
  const bool two_states = (kind == UnitKind::binary || kind == UnitKind::spin) && !labels;
  if (!two_states && (kind == UnitKind::gaussian || (t.method != "pseudo-likelihood" && t.method != "flow")))
    throw RequestError(fmt::format("training.method = \"{}\" is not for {}", t.method,
                                   kind == UnitKind::gaussian ? "gaussian units"
                                   : labels                   ? "labels, which have several states"
                                                              : "categorical units"));
  if (t.method == "nce") {
    std::vector<double> mean(data.rows(), 0);  // with one more of each kind counted, so that no noise is impossible
    const double low = kind == UnitKind::spin ? -1 : 0, n = static_cast<double>(data.columns());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      for (std::size_t s = 0; s < data.columns(); ++s) mean[i] += data(i, s);
      mean[i] = (mean[i] + 1 + low) / (n + 2);
    }
    return make_noise_contrastive(machine, mean, static_cast<std::size_t>(t.noise), key);
  }
  const FlipRule rule = t.method == "pseudo-likelihood" ? FlipRule::pseudo_likelihood
                        : t.method == "ratio-matching"  ? FlipRule::ratio_matching
                        : t.method == "flow"            ? FlipRule::flow
                                                        : FlipRule::lyu;
  return make_flip_objective(rule, machine);
}

}  // namespace gibbsite

#include "studies/learning/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/learning/flips.hpp"
#include "studies/learning/judge.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr double largest_parameter = 1e8;  // beyond, a rate is too high
constexpr std::size_t columns = static_cast<std::size_t>(Recorded::count);

UnitKind kind_named(const std::string& word) {
  return word == "spin"          ? UnitKind::spin
         : word == "gaussian"    ? UnitKind::gaussian
         : word == "categorical" ? UnitKind::categorical
                                 : UnitKind::binary;
}

Matrix matrix_of(const Data& data) { return data.batch(0, data.samples); }

/// Samples that are not learned: those of a file, treated alike, or a share of the data, drawn from them.
Data take_validation(const Study& study, Data& data, const Layer& visible) {
  const std::string& asked = study.keys<ValidationKeys>().validation;
  if (asked.empty()) return {};
  const auto share = read_number<double>(asked);
  if (!share) {
    DataRequest request = study.keys<DataRequest>();
    request.file = asked;
    request.rows = "";
    return check_data(read_data(request), visible);
  }
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
    Data part = data;
    part.samples = rows.size();
    part.values.clear();
    for (const std::size_t r : rows)
      part.values.insert(part.values.end(), data.values.begin() + static_cast<std::ptrdiff_t>(r * data.width),
                         data.values.begin() + static_cast<std::ptrdiff_t>((r + 1) * data.width));
    return part;
  };
  Data held = pick(0, count);
  data = pick(count, data.samples);
  return held;
}

std::shared_ptr<const ParametricMachine> make_machine(const Study& study, const Data& data) {
  const auto& keys = study.keys<MachineKeys>();
  const bool lateral = study.model.name == "boltzmann";
  const UnitKind units = kind_named(keys.units), kind = keys.visible.empty() ? units : kind_named(keys.visible);
  if (lateral && kind != units)
    throw RequestError("model.visible is for an rbm; the units of a boltzmann are all alike (model.units)");
  Layer visible{.kind = kind, .units = data.width}, hidden{.kind = units};
  if (kind == UnitKind::categorical) visible.states = static_cast<std::size_t>(keys.states);
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
  if (!lateral && inner == 0)
    throw RequestError("model.layers: an rbm needs hidden units, for example layers = [0, 16]");
  return std::make_shared<const ParametricMachine>(visible, hidden, lateral);
}

TrainingOptions options_of(const Study& study, std::size_t samples) {
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

std::unique_ptr<Objective> make_objective(const Study& study, const std::shared_ptr<const ParametricMachine>& machine,
                                          const Matrix& data, Key key) {
  const auto& t = study.keys<TrainingKeys>();
  const ChainOptions chains{static_cast<std::size_t>(t.steps), static_cast<std::size_t>(t.chains), t.resample};
  if (t.method == "exact") {
    if (machine->log2_states() > 20)
      throw RequestError(fmt::format(
          "training.method = \"exact\" sums over 2^{:.0f} states, more than 2^20; take fewer hidden units, or "
          "another method",
          machine->log2_states()));
    return make_exact_objective(machine);
  }
  if (t.method == "cd") return make_cd(machine, key, chains);
  if (t.method == "pcd") return make_pcd(machine, key, chains);
  if (t.method == "jarzynski") return make_jarzynski(machine, key, chains);
  const UnitKind kind = machine->visible().kind;
  const bool two_states = kind == UnitKind::binary || kind == UnitKind::spin;
  if (!two_states && (kind == UnitKind::gaussian || (t.method != "pseudo-likelihood" && t.method != "flow")))
    throw RequestError(fmt::format("training.method = \"{}\" is not for {} units", t.method,
                                   kind == UnitKind::gaussian ? "gaussian" : "categorical"));
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

/// 0, the last update, and between them evenly spaced in their logarithm.
std::vector<std::uint64_t> logarithmic(std::uint64_t updates, std::int64_t count) {
  std::vector<std::uint64_t> out;
  for (std::int64_t k = 0; k < count; ++k) {
    const double share = count > 1 ? static_cast<double>(k) / static_cast<double>(count - 1) : 1;
    const auto at =
        static_cast<std::uint64_t>(std::llround(std::exp(share * std::log1p(static_cast<double>(updates))) - 1));
    if (out.empty() || at > out.back()) out.push_back(at);
  }
  return out;
}

}  // namespace

Training::Training(const Task& task, std::size_t index) : study_(task.study), index_(index) {
  for (const auto& [key, value] : task.coordinates)
    name_ += fmt::format("{}{} = {}", name_.empty() ? "" : ", ", key.substr(key.rfind('.') + 1), value);
  const auto& request = study_.keys<DataRequest>();
  if (request.file.empty())
    throw RequestError("`gibbsite train` needs data.file, for example --data.file bars-and-stripes:4");
  data_ = read_data(request);
  machine_ = make_machine(study_, data_);
  data_ = check_data(std::move(data_), machine_->visible());
  validation_ = take_validation(study_, data_, machine_->visible());
  samples_ = matrix_of(data_);
  if (validation_.samples > 0) held_out_ = matrix_of(validation_);
  const Key key(study_.run.seed, index);
  const auto& t = study_.keys<TrainingKeys>();
  if (t.patience > 0 && validation_.samples == 0)
    throw RequestError("training.patience needs data to judge by; give data.validation, a file or a share like 0.1");
  const TrainingOptions options = options_of(study_, data_.samples);
  try {
    trainer_ = std::make_unique<Trainer>(machine_, make_objective(study_, machine_, samples_, key), samples_,
                                         first_parameters(*machine_, samples_, t.spread, key), options, key);
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("training: {}", error.what()));
  }
  trace_.width = columns;
  kept_ = logarithmic(options.updates, t.snapshots);
}

double Training::share() const {
  return done() ? 1
                : static_cast<double>(trainer_->update()) /
                      static_cast<double>(std::max<std::uint64_t>(trainer_->updates(), 1));
}

bool Training::due() const {
  const auto& t = study_.keys<TrainingKeys>();
  const std::uint64_t updates = trainer_->updates();
  const std::uint64_t every = t.evaluate > 0 ? static_cast<std::uint64_t>(t.evaluate) * trainer_->batches()
                                             : std::max<std::uint64_t>(updates / 20, 1);
  return trainer_->update() % every == 0 || trainer_->done();
}

void Training::keep_snapshot() {
  if (!std::binary_search(kept_.begin(), kept_.end(), trainer_->update())) return;
  if (!snapshot_updates_.empty() && snapshot_updates_.back() >= trainer_->update()) return;
  snapshot_updates_.push_back(trainer_->update());
  const auto theta = trainer_->parameters();
  snapshots_.insert(snapshots_.end(), theta.begin(), theta.end());
}

void Training::advance(double seconds) {
  if (trace_.draws() == 0) {
    keep_snapshot();
    evaluate(seconds);
    return;
  }
  if (!trainer_->done()) {
    trainer_->advance();
    for (const double x : trainer_->parameters())
      if (!(std::abs(x) < largest_parameter))
        throw RequestError(fmt::format(
            "the parameters grew without bounds at update {}; lower training.rate (now {:.3g}:{:.3g})",
            trainer_->update(), study_.keys<TrainingKeys>().first_rate, study_.keys<TrainingKeys>().last_rate));
    keep_snapshot();
    evaluated_ = false;
  }
  if (due()) evaluate(seconds);
}

void Training::evaluate(double seconds) {
  const auto theta = trainer_->parameters();
  const auto& t = study_.keys<TrainingKeys>();
  const Judgement found = judge(*machine_, theta, samples_, held_out_, study_, [&] { return model_at(theta); });
  const auto row = [&](Recorded what) -> double& {
    return trace_.rows[trace_.rows.size() - columns + static_cast<std::size_t>(what)];
  };
  trace_.rows.resize(trace_.rows.size() + columns, unknown);
  row(Recorded::update) = static_cast<double>(trainer_->update());
  row(Recorded::epoch) = trainer_->epoch();
  row(Recorded::log_likelihood) = found.training.value;
  row(Recorded::log_likelihood_error) = found.training.error;
  row(Recorded::validation_log_likelihood) = found.validation.value;
  row(Recorded::validation_log_likelihood_error) = found.validation.error;
  row(Recorded::log_z) = found.log_z.value;
  row(Recorded::log_z_error) = found.log_z.error;
  row(Recorded::log_z_exact) = found.exact ? 1 : 0;
  row(Recorded::learned_log_z) = trainer_->objective().log_z().value;
  row(Recorded::pseudo_likelihood) = found.pseudo_likelihood;
  row(Recorded::reconstruction_error) = found.reconstruction_error;
  row(Recorded::free_energy_gap) = found.free_energy_gap;
  row(Recorded::weight_norm) = found.weight_norm;
  row(Recorded::singular_1) = found.singular[0];
  row(Recorded::singular_2) = found.singular[1];
  row(Recorded::singular_3) = found.singular[2];
  row(Recorded::effective_fraction) = trainer_->objective().effective_fraction();
  row(Recorded::mass) = found.log_mass;
  row(Recorded::seconds) = seconds;
  evaluated_ = true;
  if (validation_.samples == 0) return;
  if (found.validation.value > best_likelihood_) {
    best_likelihood_ = found.validation.value;
    if (t.patience > 0) best_.assign(theta.begin(), theta.end());
    without_better_ = 0;
  } else if (t.patience > 0 && ++without_better_ >= t.patience) {
    trainer_->finish();
  }
}

double Training::last(Recorded what) const {
  return trace_.draws() == 0 ? unknown : trace_.at(trace_.draws() - 1, static_cast<std::size_t>(what));
}

void Training::save(CheckpointFolder& parts, double seconds) const {
  Snapshot all = trainer_->save();
  all.numbers["training_snapshots"] = snapshots_;
  all.numbers["training_best"] = best_;
  all.numbers["training_likelihood"] = {best_likelihood_};
  all.counts["training_snapshot_updates"] = snapshot_updates_;
  all.counts["training_counts"] = {static_cast<std::uint64_t>(without_better_), evaluated_ ? std::uint64_t{1} : 0};
  parts.save(index_, all, trace_, {.done = done(), .seconds = seconds});
}

double Training::resume(CheckpointFolder& parts) {
  const auto state = parts.load(index_);
  if (!state) return 0;
  try {
    trainer_->load(state->snapshot);
  } catch (const std::exception& error) {
    throw RequestError(
        fmt::format("the checkpoint does not fit this study: {}; start anew with --force", error.what()));
  }
  snapshots_ = state->snapshot.numbers.at("training_snapshots");
  best_ = state->snapshot.numbers.at("training_best");
  best_likelihood_ = state->snapshot.numbers.at("training_likelihood").front();
  snapshot_updates_ = state->snapshot.counts.at("training_snapshot_updates");
  without_better_ = static_cast<std::int64_t>(state->snapshot.counts.at("training_counts").at(0));
  evaluated_ = state->snapshot.counts.at("training_counts").at(1) != 0;
  trace_ = state->trace;
  return state->standing.seconds;
}

ModelFile Training::model_at(std::span<const double> theta) const {
  ModelFile file;
  if (machine_->lateral()) {
    file.kind = NetworkKind::boltzmann;
    file.model = std::make_shared<const BoltzmannMachine>(machine_->boltzmann(theta));
  } else {
    file.kind = NetworkKind::rbm;
    file.model = std::make_shared<const Network>(machine_->network(theta));
  }
  file.base_rates = base_rates(data_, machine_->visible());
  return file;
}

}  // namespace gibbsite

#include "studies/learning/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "studies/data/arrays.hpp"
#include "studies/data/treat.hpp"
#include "studies/learning/answer_keys.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/latent_keys.hpp"
#include "studies/learning/thinking_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t columns = static_cast<std::size_t>(Recorded::count);

Matrix matrix_of(const Data& data) { return data.batch(0, data.samples); }

double mean_jacobian(const Data& data) {
  if (!data.treated.dequantized || data.log_jacobian.empty()) return unknown;  // else bits are of no known grain
  return std::accumulate(data.log_jacobian.begin(), data.log_jacobian.end(), 0.0) /
         static_cast<double>(data.log_jacobian.size());
}

/// As the model's units are; labels that it keeps stay beside the numbers.
Data checked(Data data, const Trainable& model) {
  if (!model.keeps_labels()) return check_data(std::move(data), model.visible());
  std::vector<std::size_t> labels = std::move(data.labels);
  data.labels.clear();
  if (labels.empty() && model.answers() > 0)
    throw RequestError(
        fmt::format("{}: it comes without labels, which the model is to learn; give them by data.labels", data.source));
  for (std::size_t s = 0; s < labels.size() && model.answers() > 0; ++s)
    if (labels[s] >= model.answers())
      throw RequestError(fmt::format("{}: the label of row {} (from 0) is {}, but the model's are 0 to {}", data.source,
                                     data.first_row + s, labels[s], model.answers() - 1));
  data = check_data(std::move(data), model.visible());
  data.labels = std::move(labels);
  return data;
}

void drop_numbers(Data& data) { data.values = {}, data.labels = {}; }

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

Training::Training(const Task& task, std::size_t index) : study_(settled(task.study)), index_(index) {
  for (const auto& [key, value] : task.coordinates)
    name_ += fmt::format("{}{} = {}", name_.empty() ? "" : ", ", key.substr(key.rfind('.') + 1), value);
  const auto& request = study_.keys<DataRequest>();
  if (request.file.empty())
    throw RequestError("`gibbsite train` needs data.file, for example --data.file bars-and-stripes:4");
  // What is of the data that are learned alone, such as what standardizes them or what a net confines its states by, is
  // taken when those that are not have gone.
  check_treatment_asked(request, nullptr);
  DataRequest plain = request;
  plain.standardize = false;
  data_ = read_data(plain);
  if (study_.keys<TrainingKeys>().optimizer == "closed-form" && !in_closed_form(study_))
    throw RequestError(
        "training.optimizer = \"closed-form\" is score matching solved at once (training.method = \"score\"), of "
        "model.name = \"gaussian\" or \"double-well\" alone; take another optimizer");
  const bool apart = learns_energy(study_) || learns_values(study_) || learns_codes(study_) ||
                     learns_to_think(study_) || request.standardize;
  Data held = apart ? take_share(study_, data_) : Data();
  if (request.standardize) {
    standardize(data_, nullptr);
    if (held.samples > 0) standardize(held, &data_.treated);
  }
  model_ = make_trainable(study_, data_);
  data_ = checked(std::move(data_), *model_);
  if (held.samples == 0) held = read_validation(study_, data_);
  validation_ = held.samples > 0 ? checked(std::move(held), *model_) : take_share(study_, data_);
  model_->check(study_, data_), model_->check(study_, validation_);
  samples_ = Samples(matrix_of(data_), validation_.samples > 0 ? matrix_of(validation_) : Matrix(), model_->visible());
  if (model_->keeps_labels()) samples_.labels = data_.labels, samples_.validation_labels = validation_.labels;
  if (const double identity = study_.keys<ValidationKeys>().reweight; identity > 0) {
    if (!model_->weighs()) throw RequestError("data.reweight is for rbm and boltzmann; leave it out");
    samples_.weight = weights_of_similar(data_, model_->visible(), identity);
    effective_samples_ = std::accumulate(samples_.weight.begin(), samples_.weight.end(), 0.0);
    for (double& w : samples_.weight) w *= static_cast<double>(data_.samples) / effective_samples_;
  }
  model_->see(study_, data_, samples_.weight);
  log_jacobian_ = mean_jacobian(data_), validation_log_jacobian_ = mean_jacobian(validation_);
  drop_numbers(data_), drop_numbers(validation_);
  const Key key(study_.run.seed, index);
  const auto& t = study_.keys<TrainingKeys>();
  learner_ = model_->learner(study_, samples_.training, key);
  judging_ = judging_schedule(t, learner_->updates(), learner_->batches(), data_.samples + validation_.samples,
                              model_->sums_log_z());
  trace_.width = columns;
  kept_ = logarithmic(learner_->updates(), t.snapshots);
}

double Training::share() const {
  return done() ? 1
                : static_cast<double>(learner_->update()) /
                      static_cast<double>(std::max<std::uint64_t>(learner_->updates(), 1));
}

bool Training::due() const { return learner_->update() % judging_.every == 0 || learner_->done(); }

void Training::keep_snapshot() {
  if (!std::binary_search(kept_.begin(), kept_.end(), learner_->update())) return;
  if (!snapshot_updates_.empty() && snapshot_updates_.back() >= learner_->update()) return;
  snapshot_updates_.push_back(learner_->update());
  const auto theta = learner_->parameters();
  snapshots_.insert(snapshots_.end(), theta.begin(), theta.end());
}

void Training::advance(double seconds) {
  if (trace_.draws() == 0) {
    keep_snapshot();
    evaluate(seconds);
    return;
  }
  if (!learner_->done()) {
    learner_->advance();
    if (!learner_->bounded())
      throw RequestError(
          fmt::format("the parameters grew without bounds at update {} ({}); lower training.rate (now {:.3g}:{:.3g})",
                      learner_->update(), unbounded_block(), study_.keys<TrainingKeys>().first_rate,
                      study_.keys<TrainingKeys>().last_rate));
    keep_snapshot();
    evaluated_ = false;
  }
  if (due()) evaluate(seconds);
}

std::string Training::unbounded_block() const {
  const auto theta = learner_->parameters();
  const auto size = [&](const ParameterBlock& b) {
    double most = 0;
    for (std::size_t k = b.offset; k < b.offset + b.size(); ++k)
      most = std::isfinite(theta[k]) ? std::max(most, std::abs(theta[k])) : infinite;
    return most;
  };
  const auto blocks = model_->blocks();
  return std::max_element(blocks.begin(), blocks.end(), [&](const auto& a, const auto& b) { return size(a) < size(b); })
      ->name;
}

void Training::evaluate(double seconds) {
  const auto theta = learner_->parameters();
  const auto& t = study_.keys<TrainingKeys>();
  const Estimate learned = learner_->log_z();
  const auto judged = [&] {
    Study asked = study_;
    if (!learner_->done()) asked.keys<TrainingKeys>().temperatures = judging_.temperatures;
    return model_->judge(theta, samples_, asked);
  };
  Judgement found = judged();
  if (t.patience > 0 && std::isnan(found.merit()) && model_->keeps_labels())
    throw RequestError(
        "training.patience waits for something that grows on validation data: give them labels (data.labels), by which "
        "embeddings are judged, or leave it out");
  if (validation_.samples > 0) {
    if (found.merit() > best_likelihood_) {
      best_likelihood_ = found.merit();
      if (t.patience > 0) best_.assign(theta.begin(), theta.end());
      without_better_ = 0;
    } else if (t.patience > 0 && ++without_better_ >= t.patience && !learner_->done()) {
      learner_->finish();
      if (judging_.temperatures < t.temperatures) found = judged();  // thoroughly, at the end
    }
  }
  const auto row = [&](Recorded what) -> double& {
    return trace_.rows[trace_.rows.size() - columns + static_cast<std::size_t>(what)];
  };
  trace_.rows.resize(trace_.rows.size() + columns, unknown);
  row(Recorded::update) = static_cast<double>(learner_->update());
  row(Recorded::epoch) = learner_->epoch();
  row(Recorded::log_likelihood) = found.training.value;
  row(Recorded::log_likelihood_error) = found.training.error;
  row(Recorded::validation_log_likelihood) = found.validation.value;
  row(Recorded::validation_log_likelihood_error) = found.validation.error;
  row(Recorded::log_z) = found.log_z.value;
  row(Recorded::log_z_error) = found.log_z.error;
  row(Recorded::log_z_exact) = found.exact ? 1 : 0;
  row(Recorded::learned_log_z) = learned.value;
  row(Recorded::learned_log_z_error) = learned.error;
  row(Recorded::pseudo_likelihood) = found.pseudo_likelihood;
  row(Recorded::pseudo_likelihood_samples) = found.pseudo_likelihood_samples;
  row(Recorded::reconstruction_error) = found.reconstruction_error;
  row(Recorded::free_energy_gap) = found.free_energy_gap;
  row(Recorded::weight_norm) = found.weight_norm;
  row(Recorded::singular_1) = found.singular[0];
  row(Recorded::singular_2) = found.singular[1];
  row(Recorded::singular_3) = found.singular[2];
  row(Recorded::effective_fraction) = learner_->effective_fraction();
  row(Recorded::mass) = found.log_mass;
  row(Recorded::coupling_error) = found.coupling_error;
  row(Recorded::accuracy) = found.accuracy;
  row(Recorded::validation_accuracy) = found.validation_accuracy;
  row(Recorded::energy_gap) = found.energy_gap;
  row(Recorded::validation_energy_gap) = found.validation_energy_gap;
  row(Recorded::energy_spread) = found.energy_spread;
  row(Recorded::energy) = found.energy;
  row(Recorded::validation_energy) = found.validation_energy;
  row(Recorded::energy_away) = found.energy_away;
  row(Recorded::calibration_error) = found.calibration_error;
  row(Recorded::validation_calibration_error) = found.validation_calibration_error;
  row(Recorded::label_log_likelihood) = found.label_log_likelihood;
  row(Recorded::validation_label_log_likelihood) = found.validation_label_log_likelihood;
  row(Recorded::mean_deviation) = found.mean_deviation;
  row(Recorded::least_deviation) = found.least_deviation;
  row(Recorded::effective_rank) = found.effective_rank;
  row(Recorded::neighbour_accuracy) = found.neighbour_accuracy;
  row(Recorded::probe_accuracy) = found.probe_accuracy;
  row(Recorded::input_neighbour_accuracy) = found.input_neighbour_accuracy;
  row(Recorded::input_probe_accuracy) = found.input_probe_accuracy;
  row(Recorded::bound) = found.bound ? 1 : 0;
  row(Recorded::fixed_points) = found.fixed_points;
  row(Recorded::flow) = found.flow;
  row(Recorded::divergence) = found.divergence;
  row(Recorded::bits) = bits_per_dimension(found.training.value, log_jacobian_, data_.width);
  row(Recorded::validation_bits) = bits_per_dimension(found.validation.value, validation_log_jacobian_, data_.width);
  row(Recorded::objective) = learner_->objective();
  row(Recorded::seconds) = seconds;
  learner_->evaluated();
  evaluated_ = true;
}

double Training::last(Recorded what) const {
  return trace_.draws() == 0 ? unknown : trace_.at(trace_.draws() - 1, static_cast<std::size_t>(what));
}

Trained Training::outcome() const {
  std::vector<double> now;
  for (std::size_t k = 0; k < columns; ++k) now.push_back(last(static_cast<Recorded>(k)));
  return {name_, plan(), route(), std::move(now), warnings()};
}

void Training::save(CheckpointFolder& parts, double seconds) const {
  Snapshot all = learner_->save();
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
    learner_->load(state->snapshot);
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

}  // namespace gibbsite

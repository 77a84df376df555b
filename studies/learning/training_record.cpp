// What `gibbsite train` writes down, and says.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/training.hpp"
#include "studies/learning/training_parts.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

struct SeriesColumn {
  Recorded what;
  const char *name, *units, *meaning;
};
constexpr SeriesColumn series[] = {
    {Recorded::epoch, "epoch", "1", "times through the data so far"},
    {Recorded::log_likelihood, "log_likelihood", "1", "mean ln p of a training sample"},
    {Recorded::log_likelihood_error, "log_likelihood_error", "1", "its standard error from ln Z; 0: ln Z was summed"},
    {Recorded::validation_log_likelihood, "validation_log_likelihood", "1", "mean ln p of a validation sample"},
    {Recorded::validation_log_likelihood_error, "validation_log_likelihood_error", "1", "its standard error from ln Z"},
    {Recorded::log_z, "log_z", "1", "ln Z"},
    {Recorded::log_z_error, "log_z_error", "1", "its standard error; 0: it was summed"},
    {Recorded::learned_log_z, "learned_log_z", "1", "ln Z as the method itself knows it (trajectory, jarzynski, nce)"},
    {Recorded::learned_log_z_error, "learned_log_z_error", "1", "its standard error (trajectory, jarzynski)"},
    {Recorded::pseudo_likelihood, "pseudo_likelihood", "1",
     "sum over units of ln p(unit | rest), mean of samples with their weights"},
    {Recorded::pseudo_likelihood_samples, "pseudo_likelihood_samples", "1",
     "how many training samples that is of, evenly spaced: all, or what takes a tenth of an epoch"},
    {Recorded::reconstruction_error, "reconstruction_error", "1", "root mean square of v - <v | <h | v>>"},
    {Recorded::free_energy_gap, "free_energy_gap", "1",
     "mean free energy of validation samples less that of training samples"},
    {Recorded::weight_norm, "weight_norm", "1", "square root of the sum of squares of all weights"},
    {Recorded::singular_1, "singular_value_1", "1", "largest singular value of W"},
    {Recorded::singular_2, "singular_value_2", "1", "second singular value of W"},
    {Recorded::singular_3, "singular_value_3", "1", "third singular value of W"},
    {Recorded::effective_fraction, "effective_fraction", "1", "share of the chains that carry the model's expectation"},
    {Recorded::mass, "log_mass", "1", "ln of the sum over distinct training samples of p"},
    {Recorded::accuracy, "accuracy", "1", "share of training samples whose likeliest label is theirs"},
    {Recorded::validation_accuracy, "validation_accuracy", "1", "the same of validation samples"},
    {Recorded::energy_gap, "energy_gap", "1",
     "mean over training samples of the least energy of a wrong answer less that of the right one; 0: flat"},
    {Recorded::validation_energy_gap, "validation_energy_gap", "1", "the same of validation samples"},
    {Recorded::energy_spread, "energy_spread", "1",
     "mean over training samples of the standard deviation of energies over answers"},
    {Recorded::energy, "energy", "1", "mean F over training samples"},
    {Recorded::validation_energy, "validation_energy", "1", "mean F over validation samples"},
    {Recorded::energy_away, "energy_away", "1", "mean F over points drawn evenly in the box of the data; 0: flat"},
    {Recorded::calibration_error, "calibration_error", "1",
     "expected calibration error of training samples, ten bins of p(likeliest label)"},
    {Recorded::validation_calibration_error, "validation_calibration_error", "1", "the same of validation samples"},
    {Recorded::label_log_likelihood, "label_log_likelihood", "1", "mean ln p(label | the rest) of a training sample"},
    {Recorded::validation_label_log_likelihood, "validation_label_log_likelihood", "1",
     "the same of validation samples"},
    {Recorded::mean_deviation, "mean_deviation", "1", "mean standard deviation of the numbers of an embedding"},
    {Recorded::least_deviation, "least_deviation", "1", "least standard deviation of them; 0: collapsed"},
    {Recorded::effective_rank, "effective_rank", "1",
     "exp of the entropy of the shares of variance by direction: how many directions embeddings take"},
    {Recorded::neighbour_accuracy, "neighbour_accuracy", "1",
     "share of validation samples whose label five nearest training samples tell, in embeddings"},
    {Recorded::probe_accuracy, "probe_accuracy", "1", "the same by a linear probe"},
    {Recorded::input_neighbour_accuracy, "input_neighbour_accuracy", "1", "neighbour_accuracy of samples as they are"},
    {Recorded::input_probe_accuracy, "input_probe_accuracy", "1", "probe_accuracy of samples as they are"},
    {Recorded::coupling_error, "coupling_error", "J", "root mean square error of the couplings against training.truth"},
    {Recorded::fixed_points, "fixed_points", "1", "share of the stored patterns that stay as they are"},
    {Recorded::flow, "flow_log_likelihood", "1",
     "mean ln p of up to 200 samples, validation before training, by the flow of the scores"},
    {Recorded::divergence, "divergence", "1", "KL(truth || model), of data from a known density"},
    {Recorded::bits, "bits_per_dimension", "1", "of a training sample as it was before its treatment"},
    {Recorded::validation_bits, "validation_bits_per_dimension", "1", "of a validation sample, likewise"},
    {Recorded::objective, "objective", "1", "what is made small: its mean since the evaluation before"},
    {Recorded::seconds, "seconds", "s", "at work so far"}};

std::string in_nats(double value, double error) {
  return error > 0 ? with_error(value, error) : fmt::format("{:.4f}", value);
}

}  // namespace

std::string Training::plan() const {
  const auto& t = study_.keys<TrainingKeys>();
  const bool steps = part::updates().holds(study_);  // else patterns are stored at once
  const bool climbs = part::gradients().holds(study_);
  const std::string work =
      steps ? fmt::format(", {} of {}; layout {}", counted(learner_->updates(), "update"),
                          in_closed_form(study_) || !climbs
                              ? data_.samples
                              : std::min<std::size_t>(static_cast<std::size_t>(t.batch), data_.samples),
                          learner_->layout())
            : std::string();
  return fmt::format("{}; {}, {}; {}{}{}", description(data_), climbs ? t.method + " " + t.optimizer : t.method,
                     model_->shape(), counted(data_.samples, "sample"),
                     samples_.weight.empty() ? "" : fmt::format(" that weigh as much as {:.6g}", effective_samples_),
                     work) +
         (judging_.temperatures < t.temperatures
              ? fmt::format("; ln Z by {} temperatures every {}, by {} at the end", judging_.temperatures,
                            judging_.every == 1 ? "update" : fmt::format("{} updates", judging_.every), t.temperatures)
              : std::string());
}

std::string Training::line() const {
  if (trace_.draws() == 0) return "";
  const bool density = part::density().holds(study_);
  std::string out = fmt::format("epoch {:.6g}: ", last(Recorded::epoch));
  if (density)
    out += fmt::format("ln p {} {}", last(Recorded::bound) == 1 ? ">=" : "=",
                       in_nats(last(Recorded::log_likelihood), last(Recorded::log_likelihood_error)));
  if (density && validation_.samples > 0)
    out += fmt::format(", validation {}", in_nats(last(Recorded::validation_log_likelihood),
                                                  last(Recorded::validation_log_likelihood_error)));
  if (!std::isnan(last(Recorded::reconstruction_error)))
    out += fmt::format(", reconstruction error {:.4f}", last(Recorded::reconstruction_error));
  if (!std::isnan(last(Recorded::flow))) out += fmt::format(", {:.4f} by the flow", last(Recorded::flow));
  if (!std::isnan(last(Recorded::divergence)))
    out += fmt::format(", KL to the truth {:.4f}", last(Recorded::divergence));
  if (!std::isnan(last(Recorded::bits))) out += fmt::format(", {:.4f} bits a dimension", last(Recorded::bits));
  if (!std::isnan(last(Recorded::objective))) out += fmt::format(", objective {:.5g}", last(Recorded::objective));
  out += fmt::format(", |W| = {:.4g}", last(Recorded::weight_norm));
  if (!std::isnan(last(Recorded::coupling_error)))
    out += fmt::format(", error of J {:.4f}", last(Recorded::coupling_error));
  if (!std::isnan(last(Recorded::accuracy))) out += fmt::format(", accuracy {:.2f} %", 100 * last(Recorded::accuracy));
  if (!std::isnan(last(Recorded::validation_accuracy)))
    out += fmt::format(" (validation {:.2f} %)", 100 * last(Recorded::validation_accuracy));
  if (!std::isnan(last(Recorded::mean_deviation)))
    out += fmt::format(", deviations {:.4g} (least {:.3g}), {:.3g} directions", last(Recorded::mean_deviation),
                       last(Recorded::least_deviation), last(Recorded::effective_rank));
  if (!std::isnan(last(Recorded::probe_accuracy)))
    out += fmt::format(", probe {:.2f} %, neighbours {:.2f} %", 100 * last(Recorded::probe_accuracy),
                       100 * last(Recorded::neighbour_accuracy));
  if (!std::isnan(last(Recorded::energy_gap))) out += fmt::format(", energy gap {:.4g}", last(Recorded::energy_gap));
  if (!std::isnan(last(Recorded::energy)))
    out += fmt::format(", F {:.5g}, anywhere {:.5g}", last(Recorded::energy), last(Recorded::energy_away));
  if (const double share = last(Recorded::fixed_points); !std::isnan(share))
    out += fmt::format(", {:.4g} % of the patterns are fixed points", 100 * share);
  if (const double share = last(Recorded::effective_fraction); share < 1)
    out += fmt::format(", effective chains {:.0f} %", 100 * share);
  if (const std::size_t at = out.find(": , "); at != out.npos) out.erase(at + 2, 2);
  return out;
}

std::vector<std::string> Training::warnings() const {
  std::vector<std::string> out;
  const double mass = last(Recorded::mass), error = last(Recorded::log_z_error);
  if (mass > 1e-9 + 4 * (error > 0 ? error : 0))
    out.push_back(fmt::format(
        "the probabilities of the distinct training samples add up to {:.3g}, more than 1: ln Z is too small by {:.3g} "
        "at "
        "least, since annealing missed a part of the model; raise training.temperatures, or see gibbsite loglik",
        std::exp(mass), mass));
  if (error > 0.5)
    out.push_back(
        fmt::format("ln Z is known to {:.2g} nats only; raise training.particles or training.temperatures, or see "
                    "gibbsite loglik",
                    error));
  else if (std::isnan(error) && part::density().holds(study_))
    out.push_back(
        "the error of ln Z is not known: annealing lost nearly all of its particles; raise training.temperatures");
  const double own = last(Recorded::learned_log_z), own_error = last(Recorded::learned_log_z_error);
  const auto known = [](double e) { return std::isfinite(e) ? e : 0; };
  const double gap = last(Recorded::log_z) - own, sigma = std::hypot(known(own_error), known(error));
  // Noise contrast learns a constant of its own, that differs from ln Z where the model is not the truth.
  if (study_.keys<TrainingKeys>().method == "nce") {
  } else if (gap > 1 + 5 * sigma) {
    out.push_back(fmt::format(
        "ln Z as the chains know it is {:.3g} smaller than by {}: a part of the model grew that none of them "
        "has seen; lower training.rate, so that they can follow",
        gap, route()));
  } else if (own_error > 0 && std::abs(gap) > 3 * sigma) {  // by chance once in 370 runs
    out.push_back(fmt::format(
        "ln Z as the chains know it is {:.2g} {} than by {}, {:.1f} standard errors: its error is too small, as it is "
        "where parameters move faster than chains; go by {}, and lower training.rate or raise training.chains",
        std::abs(gap), gap > 0 ? "smaller" : "larger", route(), std::abs(gap) / sigma, route()));
  }
  constexpr double collapsed = 0.05;  // of numbers whose deviation volume regularisation keeps at 1
  if (const double deviation = last(Recorded::mean_deviation); deviation < collapsed)
    out.push_back(
        fmt::format("embeddings have collapsed: their numbers vary by {:.2g} over all samples; raise the weight of "
                    "variance (training.terms), or change training.views, which must leave samples different",
                    deviation));
  const double share = last(Recorded::effective_fraction);
  if (share < 0.1)
    out.push_back(
        fmt::format("the weights of the chains left {:.2g} of them to carry the gradient; lower training.rate, or "
                    "raise training.chains",
                    share));
  return out;
}

std::string Training::route() const { return last(Recorded::log_z_exact) == 1 ? "exact" : "annealing"; }

/// Those taken at the updates asked for, or the checkpoints of a method that keeps its own, and where it ended.
Group Training::snapshots() const {
  Group all{.name = "snapshots"};
  const auto add_one = [&](std::uint64_t update, std::span<const double> theta) -> Group& {
    Group one = model_->record(theta, fmt::format("{:03}", all.groups.size()), "");
    one.attributes.emplace_back("update", static_cast<std::int64_t>(update));
    std::erase_if(one.groups, [](const Group& g) {
      return g.name == "base_rates" || g.name == "contacts" || g.name == "treatment";
    });
    all.groups.push_back(std::move(one));
    return all.groups.back();
  };
  const auto own = learner_->checkpoints();
  for (const Checkpoint& checkpoint : own) {
    Group& one = add_one(checkpoint.update, checkpoint.theta);
    one.attributes.emplace_back("log_z", checkpoint.log_z.value);
    one.attributes.emplace_back("log_z_error", checkpoint.log_z.error);
  }
  if (!own.empty() && own.back().update < learner_->update()) add_one(learner_->update(), learner_->parameters());
  std::int64_t left_out = 0;
  const std::size_t length = snapshots_.size() / std::max<std::size_t>(snapshot_updates_.size(), 1);
  for (std::size_t k = 0; own.empty() && k < snapshot_updates_.size(); ++k) {
    try {
      add_one(snapshot_updates_[k], std::span(snapshots_).subspan(k * length, length));
    } catch (const RequestError&) {  // parameters along the way that have no partition function
      ++left_out;
    }
  }
  if (left_out > 0) all.attributes.emplace_back("left_out", left_out);
  return all;
}

std::size_t Training::best_row() const {
  std::size_t best = 0;
  const auto at = [&](std::size_t r) {
    return trace_.at(r, static_cast<std::size_t>(Recorded::validation_log_likelihood));
  };
  for (std::size_t r = 1; r < trace_.draws(); ++r)
    if (std::isnan(at(best)) || at(r) > at(best)) best = r;
  return best;
}

Group Training::record() const {
  const bool best = !best_.empty();
  const std::vector<double> theta = best ? best_ : learner_->parameters();
  Group root = model_->record(
      theta, "", fmt::format("trained by gibbsite: {}{}", plan(), best ? "; the best by the validation data" : ""));
  if (study_.keys<TrainingKeys>().method == "nce" && trace_.draws() > 0)
    root.attributes.emplace_back("learned_log_z", trace_.at(best ? best_row() : trace_.draws() - 1,
                                                            static_cast<std::size_t>(Recorded::learned_log_z)));
  Group training{.name = "training"};
  training.attributes.emplace_back("method", study_.keys<TrainingKeys>().method);
  training.attributes.emplace_back("plan", plan());
  if (part::gradients().holds(study_)) {
    const auto& t = study_.keys<TrainingKeys>();
    training.attributes.emplace_back("optimizer", t.optimizer);
    if (part::by_steps().holds(study_)) {
      training.attributes.emplace_back("rate", fmt::format("{}:{}", t.first_rate, t.last_rate));
      training.attributes.emplace_back("momentum", t.momentum);
    }
    training.attributes.emplace_back("updates", static_cast<std::int64_t>(learner_->updates()));
  }
  training.attributes.emplace_back("layout", learner_->layout());
  if (!name_.empty()) training.attributes.emplace_back("task", name_);
  if (part::density().holds(study_)) training.attributes.emplace_back("route", route());
  if (!samples_.weight.empty()) {
    training.attributes.emplace_back("effective_samples", effective_samples_);
    add_index(training, "sample", samples_.weight.size(), "training sample");
    add(training, "weight", {"sample"}, {samples_.weight.size()}, samples_.weight, "1",
        "weight of a sample by those like it, with mean 1");
  }
  if (part::density().holds(study_))
    training.attributes.emplace_back("likelihood",
                                     std::string(last(Recorded::bound) == 1 ? "lower bound" : "exact given ln Z"));
  const std::size_t rows = trace_.draws();
  std::vector<std::int64_t> updates;
  for (std::size_t r = 0; r < rows; ++r)
    updates.push_back(static_cast<std::int64_t>(trace_.at(r, static_cast<std::size_t>(Recorded::update))));
  add_coordinate(training, "update", std::move(updates), "1", "updates of the parameters so far");
  for (const SeriesColumn& column : series) {
    std::vector<double> values;
    for (std::size_t r = 0; r < rows; ++r) values.push_back(trace_.at(r, static_cast<std::size_t>(column.what)));
    if (std::any_of(values.begin(), values.end(), [](double x) { return !std::isnan(x); }))
      add(training, column.name, {"update"}, {rows}, std::move(values), column.units, column.meaning);
  }
  add_warnings(training, warnings());
  if (const auto& t = study_.keys<TrainingKeys>(); t.samples > 0 && part::density().holds(study_))
    training.groups.push_back(model_->draw(theta, study_, samples_.training, static_cast<std::size_t>(t.samples)));
  root.groups.push_back(std::move(training));
  if (Group all = snapshots(); !all.groups.empty()) root.groups.push_back(std::move(all));
  return root;
}

}  // namespace gibbsite

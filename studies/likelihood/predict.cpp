// `gibbsite predict`: what a model with a label says of data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "estimators/auroc.hpp"
#include "estimators/learning/nets/answers.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/answered.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/likelihood/model_with_data.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct ThinkingSteps {
  std::int64_t steps = 0;  ///< of an ebt; 0: as it learned
};

const Schema& prediction_schema() {
  static const Schema schema = schema_with_data([](KeyTable& table) {
    add_against_key(table, "a file of predictions", "energies of other data by the same model: AUROC of E(x)");
    Section<ThinkingSteps>(table, "data")
        .integer("thinking", &ThinkingSteps::steps, {0, 100'000}, "of an ebt: steps down; 0: as many as it learned by");
  });
  return schema;
}

Request read_prediction(const std::string& model, const Settings& keys) {
  return read_model_with_data(model, keys, prediction_schema());
}

struct Prediction {
  Answered of;
  std::vector<std::int64_t> label;  // the likeliest one, [sample]
  AnswerScores scores;              // where the data say the truth
  Estimate apart;                   // from other data by energy, where these are given
  std::string others;               // which, for people
};

/// E(x, y) from ln p(y | x), but for a constant of each x, where the model has no energies itself.
std::vector<double> energies_of_answers(const Answered& of) {
  if (of.answer_energy.columns() > 0) {
    const auto numbers = of.answer_energy.numbers();
    return {numbers.begin(), numbers.end()};
  }
  std::vector<double> out;
  for (const double log_p : of.log_probability.numbers()) out.push_back(-log_p);
  return out;
}

/// How far the energies of an earlier prediction of other data lie above these.
Estimate apart_from(const Answered& of, const std::string& file) {
  if (of.energy.size() < 2)
    throw RequestError("--against compares energies E(x), which nets have, of two samples at least");
  std::vector<Unread> unread;
  Group root;
  try {
    root = read_archive(file, unread);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
  if (const std::string identity = text_attribute(root, "model_identity");
      !identity.empty() && !of.identity.empty() && identity != of.identity)
    throw RequestError(fmt::format(
        "{}: its energies are of another model, and those of two models are not comparable; predict both sets by one",
        file));
  const Group* other = root.child("prediction");
  const auto energy = other == nullptr ? std::span<const double>() : doubles(*other, "energy");
  if (energy.size() < 2)
    throw RequestError(fmt::format(
        "{}: it holds no energies of other data; write them by gibbsite predict MODEL.h5 --data OTHER -o {}", file,
        file));
  return area_under_curve(of.energy, energy);
}

Prediction predicted_by(Answered of, const std::string& against) {
  Prediction out;
  for (std::size_t s = 0; s < of.data.samples; ++s) {
    const auto p = of.log_probability.column(s);
    out.label.push_back(std::max_element(p.begin(), p.end()) - p.begin());
  }
  if (!of.truth.empty()) out.scores = score_answers(energies_of_answers(of), of.truth, of.beta);
  if (!against.empty()) out.apart = apart_from(of, against), out.others = against;
  out.of = std::move(of);
  return out;
}

Group prediction_record(const Prediction& p) {
  Group group{.name = "prediction"};
  const std::size_t samples = p.label.size(), labels = p.of.log_probability.rows();
  add_index(group, "sample", samples, "sample, in the order of the data");
  add_index(group, "label", labels, "state of the label");
  std::vector<double> probability;
  for (const double log_p : p.of.log_probability.numbers()) probability.push_back(std::exp(log_p));
  add(group, "predicted", {"sample"}, {samples}, p.label, "1", "likeliest label");
  add(group, "probability", {"sample", "label"}, {samples, labels}, std::move(probability), "1", "p(label | sample)");
  if (!p.of.energy.empty()) {
    add(group, "energy", {"sample"}, {samples}, p.of.energy, "1", "E(x), the labels summed out");
    add(group, "answer_energy", {"sample", "label"}, {samples, labels}, energies_of_answers(p.of), "1", "E(x, label)");
  }
  if (!p.others.empty()) {
    group.attributes.emplace_back("against", p.others);
    add_estimates(group, "auroc", {}, {}, std::vector{p.apart}, "1",
                  "probability that a sample has lower energy than one of " + p.others);
  }
  if (!p.of.by_steps.empty()) {
    add_index(group, "step", p.of.by_steps.size(), "steps of thinking");
    add(group, "log_likelihood_by_steps", {"step"}, {p.of.by_steps.size()}, p.of.by_steps, "1",
        "mean ln p(label | sample) after so many steps");
  }
  if (p.of.truth.empty()) return group;
  add(group, "true_label", {"sample"}, {samples}, std::vector<std::int64_t>(p.of.truth.begin(), p.of.truth.end()), "1",
      "label of the sample in the data");
  add_scalar(group, "accuracy", p.scores.accuracy, "1", "share of samples whose likeliest label is theirs");
  add_scalar(group, "label_log_likelihood", p.scores.log_likelihood, "1", "mean ln p(label | sample)");
  add_scalar(group, "calibration_error", p.scores.calibration_error, "1",
             "expected calibration error, ten bins of p(likeliest label)");
  add_scalar(group, "energy_gap", p.scores.gap, "1",
             "mean of the least energy of a wrong answer less that of the right one");
  return group;
}

int predict(const Request& request, const std::string& command) {
  const Study& study = request.tasks.front().study;
  const auto& asked = study.keys<DataRequest>();
  if (asked.file.empty())
    throw RequestError("`gibbsite predict` needs --data, for example: gibbsite predict model.h5 --data digits.csv");
  if (!request.out.empty()) check_writable(request, "the prediction");
  use_threads(study.run.threads);
  remove_leftovers(request.out);
  const Prediction found = predicted_by(
      answered_by(study.keys<NetworkKeys>().file, asked, static_cast<std::size_t>(study.keys<ThinkingSteps>().steps)),
      study.keys<AgainstKeys>().against);
  Group root;
  root.attributes = run_attributes(command, request, 0, "complete");
  root.attributes.emplace_back("data", description(found.of.data));
  root.attributes.emplace_back("model", study.keys<NetworkKeys>().file);
  root.attributes.emplace_back("model_identity", found.of.identity);
  root.groups.push_back(prediction_record(found));
  stops_mean(Stop::soon_done);
  if (!request.out.empty()) write_archive(request.out, root);
  if (request.json)
    fmt::print("{}\n", prediction_as_json(root));
  else
    print_prediction(root, request.out.string());
  return 0;
}

}  // namespace

const Command& predict_command() {
  static const Command command{
      .name = "predict",
      .arguments = "MODEL.h5",
      .summary = "labels of data by a model that has learned them",
      .details =
          "p(label | sample) exactly, of a model that `gibbsite train` made of data with labels (data.labels): of an "
          "rbm "
          "by summing the hidden units out (Larochelle & Bengio 2008), of an ebt by going down its energy, of a "
          "classifier or an energy that ends with "
          "logsumexp by its net, with energies. Data with labels of their own, by --labels, are compared with them: "
          "accuracy, the mean of ln p(label | sample), calibration error, energy gap. --against OTHER.h5, what -o "
          "wrote "
          "of other data, tells how well E(x) tells both apart: the probability that it is lower here (AUROC).",
      .least = 1,
      .most = 1,
      .options = options_with_data(
          {{"window", 0, "BYTES", "the file is text, as data.window", "data.window"},
           {"thinking", 0, "STEPS", "of an ebt: more or fewer steps down than it learned by", "data.thinking"},
           {"against", 0, "FILE", "a prediction of other data, to be told apart by energy", "data.against"},
           {"out", 'o', "FILE", "also write all labels and probabilities to an HDF5 file"}}),
      .examples = {"gibbsite predict digits.h5 --data new.csv --binarize 0.5 --maximum 16",
                   "gibbsite predict digits.h5 --data digits.csv.gz --labels column:-1 -o predictions.h5",
                   "gibbsite predict jem.h5 --data digits.csv.gz --labels column:-1 --against others.h5"},
      .schema = prediction_schema,
      .explains_keys = true,
      .read = read_prediction,
      .run = predict};
  return command;
}

}  // namespace gibbsite

// `gibbsite predict`: what a model with a label says of data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "physics/classification.hpp"
#include "studies/data/data_keys.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/models/model_file.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

Schema make_prediction_schema() {
  KeyTable table;
  add_data_keys(table);
  const auto run = Section<Study::Run>(table, "run", &Study::run).fixed();
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
  Schema schema;
  schema.sections = {"data", "run"};
  schema.keys = table.take();
  for (StudyKey& key : schema.keys) key.griddable = false;
  return schema;
}

const Schema& prediction_schema() {
  static const Schema schema = make_prediction_schema();
  return schema;
}

Request read_prediction(const std::string& model, const Settings& keys) {
  Request request = assemble({}, entries_of(keys, prediction_schema()), "command line", prediction_schema());
  std::string file = std::filesystem::absolute(model).lexically_normal();
  request.tasks.front().study.keys<NetworkKeys>().file = file;
  request.inputs.insert(request.inputs.begin(), std::move(file));
  return request;
}

struct Prediction {
  std::vector<std::int64_t> label;  // the likeliest one, [sample]
  Matrix log_probability;           // [label][sample]
  std::vector<std::int64_t> truth;  // where the data say it
  double accuracy = unknown, log_likelihood = unknown;
};

Prediction predict_labels(const Network& network, const Data& data, std::vector<std::size_t> truth) {
  Prediction out;
  out.log_probability = weigh_labels(network, data.batch(0, data.samples)).log_probability;
  for (std::size_t s = 0; s < data.samples; ++s) {
    const auto p = out.log_probability.column(s);
    out.label.push_back(std::max_element(p.begin(), p.end()) - p.begin());
  }
  if (truth.empty()) return out;
  out.accuracy = out.log_likelihood = 0;
  const double share = 1 / static_cast<double>(data.samples);
  for (std::size_t s = 0; s < data.samples; ++s) {
    if (truth[s] >= out.log_probability.rows())
      throw RequestError(fmt::format("{}: the label of row {} (from 0) is {}, but the model's labels are 0 to {}",
                                     data.source, data.first_row + s, truth[s], out.log_probability.rows() - 1));
    out.truth.push_back(static_cast<std::int64_t>(truth[s]));
    if (out.label[s] == out.truth[s]) out.accuracy += share;
    out.log_likelihood += share * out.log_probability(truth[s], s);
  }
  return out;
}

Group prediction_record(const Prediction& p) {
  Group group{.name = "prediction"};
  const std::size_t samples = p.label.size(), labels = p.log_probability.rows();
  add_index(group, "sample", samples, "sample, in the order of the data");
  add_index(group, "label", labels, "state of the label");
  std::vector<double> probability;
  for (const double log_p : p.log_probability.numbers()) probability.push_back(std::exp(log_p));
  add(group, "predicted", {"sample"}, {samples}, p.label, "1", "likeliest label");
  add(group, "probability", {"sample", "label"}, {samples, labels}, std::move(probability), "1", "p(label | sample)");
  if (p.truth.empty()) return group;
  add(group, "true_label", {"sample"}, {samples}, p.truth, "1", "label of the sample in the data");
  add_scalar(group, "accuracy", p.accuracy, "1", "share of samples whose likeliest label is theirs");
  add_scalar(group, "label_log_likelihood", p.log_likelihood, "1", "mean ln p(label | sample)");
  return group;
}

void print_prediction(const Prediction& p, const Data& data, bool json) {
  if (json) {
    Json out = {{"predicted", p.label}, {"samples", p.label.size()}};
    std::vector<double> likeliest;
    for (std::size_t s = 0; s < p.label.size(); ++s)
      likeliest.push_back(std::exp(p.log_probability(static_cast<std::size_t>(p.label[s]), s)));
    out["probability"] = likeliest;
    out["accuracy"] = p.accuracy;
    out["label_log_likelihood"] = p.log_likelihood;
    fmt::print("{}\n", out.dump());
    return;
  }
  fmt::print("{}\n", printable(description(data)));
  if (!p.truth.empty())
    fmt::print("  accuracy {:.2f} %, mean ln p(label | sample) = {:.4f}\n", 100 * p.accuracy, p.log_likelihood);
  constexpr std::size_t most = 10;
  Table table(p.truth.empty() ? std::vector<std::string>{"sample", "predicted", "p"}
                              : std::vector<std::string>{"sample", "predicted", "p", "true"});
  for (std::size_t s = 0; s < std::min(p.label.size(), most); ++s) {
    const auto label = static_cast<std::size_t>(p.label[s]);
    std::vector<std::string> row = {fmt::format("{}", s), fmt::format("{}", label),
                                    fmt::format("{:.4f}", std::exp(p.log_probability(label, s)))};
    if (!p.truth.empty()) row.push_back(fmt::format("{}", p.truth[s]));
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
  if (p.label.size() > most)
    fmt::print("... and {} more; -o FILE.h5 writes all of them, with all probabilities\n", p.label.size() - most);
}

int predict(const Request& request, const std::string& command) {
  const Study& study = request.tasks.front().study;
  const auto& asked = study.keys<DataRequest>();
  if (asked.file.empty())
    throw RequestError("`gibbsite predict` needs --data, for example: gibbsite predict model.h5 --data digits.csv");
  if (!request.out.empty()) check_writable(request, "the prediction");
  use_threads(study.run.threads);
  remove_leftovers(request.out);
  const std::string& file = study.keys<NetworkKeys>().file;
  const ModelFile model = read_model(file);
  const Layer visible = visible_layer(model.model);
  if (visible.labels == 0)
    throw RequestError(
        fmt::format("{}: the model has no label to predict; train one on data with labels (data.labels)", file));
  Data data = read_data(asked);
  std::vector<std::size_t> truth = std::move(data.labels);
  data.labels.clear();
  data = check_data(std::move(data), visible.without_label());
  const Prediction found =
      predict_labels(*std::get<std::shared_ptr<const Network>>(model.model), data, std::move(truth));
  if (!request.out.empty()) {
    Group root;
    root.attributes = run_attributes(command, request, 0, "complete");
    root.attributes.emplace_back("data", description(data));
    root.groups.push_back(prediction_record(found));
    stops_mean(Stop::soon_done);
    write_archive(request.out, root);
  }
  print_prediction(found, data, request.json);
  return 0;
}

}  // namespace

const Command& predict_command() {
  static const Command command{
      .name = "predict",
      .arguments = "MODEL.h5",
      .summary = "labels of data by a model that has learned them",
      .details =
          "p(label | sample) exactly, by summing the hidden units out (Larochelle & Bengio 2008), of a model that "
          "`gibbsite train` made of data with labels (data.labels). Data with labels of their own, by --labels, are "
          "compared with them: accuracy, and the mean of ln p(label | sample).",
      .least = 1,
      .most = 1,
      .options = {{"data", 0, "FILE", "the data, as `gibbsite loglik` takes them; required", "data.file"},
                  {"labels", 0, "FILE", "of the data, as data.labels: a file, or column:WHICH", "data.labels"},
                  {"binarize", 0, "HOW", "as data.binarize; so are --dataset, --rows, --columns, --alphabet, --maximum",
                   "data.binarize"},
                  {"dataset", 0, "NAME", "", "data.dataset"},
                  {"rows", 0, "BEGIN:END", "", "data.rows"},
                  {"columns", 0, "WHICH", "", "data.columns"},
                  {"alphabet", 0, "WHICH", "", "data.alphabet"},
                  {"maximum", 0, "NUMBER", "", "data.maximum"},
                  {"out", 'o', "FILE", "also write all labels and probabilities to an HDF5 file"},
                  force_option,
                  json_option,
                  help_option},
      .examples = {"gibbsite predict digits.h5 --data new.csv --binarize 0.5 --maximum 16",
                   "gibbsite predict digits.h5 --data digits.csv.gz --labels column:-1 -o predictions.h5"},
      .schema = prediction_schema,
      .explains_keys = true,
      .read = read_prediction,
      .run = predict};
  return command;
}

}  // namespace gibbsite

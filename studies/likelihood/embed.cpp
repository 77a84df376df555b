// `gibbsite embed`: what an encoder makes of data, or the hidden units of a machine.
#include <fmt/format.h>

#include <filesystem>

#include "estimators/learning/nets/embeddings.hpp"
#include "physics/mean_field.hpp"
#include "studies/data/data_keys.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

Schema make_embedding_schema() {
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

const Schema& embedding_schema() {
  static const Schema schema = make_embedding_schema();
  return schema;
}

Request read_embedding(const std::string& model, const Settings& keys) {
  Request request = assemble({}, entries_of(keys, embedding_schema()), "command line", embedding_schema());
  std::string file = std::filesystem::absolute(model).lexically_normal();
  request.tasks.front().study.keys<NetworkKeys>().file = file;
  request.inputs.insert(request.inputs.begin(), std::move(file));
  return request;
}

struct Embedded {
  Data data;
  std::vector<std::size_t> labels;  // [sample], or none
  std::vector<double> z;            // [sample][number]
  std::size_t numbers = 0;
  std::string meaning;
};

Embedded by_encoder(const StoredNet& file, const DataRequest& request) {
  const NeuralNet& net = file.at.net;
  Embedded out{.data = read_data(request, file.treatment.any() ? &file.treatment : nullptr),
               .labels = {},
               .z = {},
               .numbers = net.outputs(),
               .meaning = "what the encoder makes of the sample"};
  out.labels = std::exchange(out.data.labels, {});
  out.data = check_data(std::move(out.data), {.kind = UnitKind::gaussian, .units = net.units()});
  out.z = NetValues<double>(net, file.at.theta).values(out.data.values);
  return out;
}

Embedded by_machine(const ModelFile& model, const DataRequest& request, const std::string& path) {
  const auto* network = std::get_if<std::shared_ptr<const Network>>(&model.model);
  if (network == nullptr)
    throw RequestError(
        fmt::format("{}: a model of the kind {} embeds no data; encoders and machines with hidden layers (rbm, dbm) do",
                    path, model.name()));
  const Layer visible = (*network)->layers()[0];
  Embedded out{.data = read_data(request, model.treatment.reshapes() ? &model.treatment : nullptr),
               .labels = {},
               .z = {},
               .numbers = (*network)->width() - visible.width(),
               .meaning = (*network)->restricted() ? "means of the hidden units given the sample"
                                                   : "means of the hidden units given the sample, by mean field"};
  out.labels = std::exchange(out.data.labels, {});
  out.data = check_data(std::move(out.data), visible);
  const Posterior hidden = posterior(**network, out.data.batch(0, out.data.samples));
  out.z.assign(hidden.mean.numbers().begin(), hidden.mean.numbers().end());
  return out;
}

Embedded embedded_by(const std::string& path, const DataRequest& request) {
  if (const auto net = read_stored_net(path)) {
    if (net->kind != "encoder")
      throw RequestError(fmt::format("{}: it answers and embeds nothing; `gibbsite predict` gives its answers", path));
    return by_encoder(*net, request);
  }
  return by_machine(read_model(path), request, path);
}

Group embedding_record(const Embedded& e) {
  Group group{.name = "embedding"};
  add_index(group, "sample", e.data.samples, "sample, in the order of the data");
  add_index(group, "number", e.numbers, "number of the embedding");
  add(group, "embedding", {"sample", "number"}, {e.data.samples, e.numbers}, e.z, "1", e.meaning);
  if (!e.labels.empty())
    add(group, "label", {"sample"}, {e.data.samples}, std::vector<std::int64_t>(e.labels.begin(), e.labels.end()), "1",
        "label of the sample in the data");
  return group;
}

void print_embedding(const Embedded& e, const EmbeddingSpread& spread, const Request& request) {
  if (request.json) {
    const Json out = {{"samples", e.data.samples},
                      {"numbers", e.numbers},
                      {"mean_deviation", spread.mean_deviation},
                      {"least_deviation", spread.least_deviation},
                      {"effective_rank", spread.effective_rank},
                      {"file", request.out.string()}};
    fmt::print("{}\n", out.dump());
    return;
  }
  fmt::print(
      "{}\n  {} numbers of each of {} samples: {}\n  standard deviations {:.4g} on average, {:.4g} at least; {:.4g} "
      "directions\n",
      printable(description(e.data)), e.numbers, e.data.samples, e.meaning, spread.mean_deviation,
      spread.least_deviation, spread.effective_rank);
}

int embed(const Request& request, const std::string& command) {
  const Study& study = request.tasks.front().study;
  const auto& asked = study.keys<DataRequest>();
  if (asked.file.empty() || request.out.empty())
    throw RequestError(
        "`gibbsite embed` needs --data and -o, for example: gibbsite embed encoder.h5 --data digits.csv -o "
        "embeddings.h5");
  check_writable(request, "the embeddings");
  use_threads(study.run.threads);
  remove_leftovers(request.out);
  const Embedded found = embedded_by(study.keys<NetworkKeys>().file, asked);
  Group root;
  root.attributes = run_attributes(command, request, 0, "complete");
  root.attributes.emplace_back("data", description(found.data));
  root.groups.push_back(embedding_record(found));
  stops_mean(Stop::soon_done);
  write_archive(request.out, root);
  print_embedding(found, embedding_spread(found.z, found.numbers), request);
  return 0;
}

}  // namespace

const Command& embed_command() {
  static const Command command{
      .name = "embed",
      .arguments = "MODEL.h5",
      .summary = "representations of data by an encoder or a machine's hidden units",
      .details =
          "Writes /embedding: embedding (sample, number), and label (sample) where the data have labels. Of an encoder "
          "what its net makes of a sample, treated as the data it learned from; of an rbm or dbm the means of the "
          "hidden units. xarray.open_dataset(FILE, group=\"embedding\") opens it.",
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
                  {"shrink", 0, "AS", "images made smaller, as 28x28:8x8", "data.shrink"},
                  {"out", 'o', "FILE", "the HDF5 file to write; required"},
                  force_option,
                  json_option,
                  help_option},
      .examples = {"gibbsite embed encoder.h5 --data digits.csv.gz --labels column:-1 -o embeddings.h5"},
      .schema = embedding_schema,
      .explains_keys = true,
      .read = read_embedding,
      .run = embed};
  return command;
}

}  // namespace gibbsite

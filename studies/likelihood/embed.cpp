// `gibbsite embed`: what an encoder makes of data, or the hidden units of a machine.
#include <fmt/format.h>

#include <filesystem>

#include "estimators/learning/nets/embeddings.hpp"
#include "physics/mean_field.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/likelihood/learned_order.hpp"
#include "studies/likelihood/model_with_data.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

struct EmbedKeys {
  std::string shape = "";  ///< of samples, where they are images of another size than the encoder learned from
};

const Schema& embedding_schema() {
  static const Schema schema = schema_with_data([](KeyTable& table) {
    add_against_key(table, "a file of embeddings", "of snapshots of another size: where Binder cumulants cross");
    Section<EmbedKeys>(table, "data")
        .text("shape", &EmbedKeys::shape, "HxW or CxHxW",
              "of images of another size than the encoder learned from: a net of convolutions, pools and sums takes "
              "them");
  });
  return schema;
}

Request read_embedding(const std::string& model, const Settings& keys) {
  return read_model_with_data(model, keys, embedding_schema());
}

struct Embedded {
  Data data;
  std::vector<std::size_t> labels;  // [sample], or none
  std::vector<double> z;            // [sample][number]
  std::size_t numbers = 0;
  std::string meaning;
};

/// Whether every layer with a weight for each number of its input, and attention to tokens, has that input unchanged.
bool same_weights(const NeuralNet& net, NeuralShape other) {
  NeuralShape own = net.input();
  for (const LayerSpec& layer : net.layers()) {
    if ((layer.kind == LayerKind::dense || layer.kind == LayerKind::attention) && own != other) return false;
    if (layer.kind == LayerKind::conv && own.channels != other.channels) return false;
    own = shape_after(layer, own), other = shape_after(layer, other);
  }
  return true;
}

/// The same layers for images of another size. Throws RequestError where their parameters would be others.
NeuralNet of_shape(const StoredNet& file, const std::string& shape) {
  if (shape.empty()) return file.at.net;
  if (!file.treatment.mean.empty())
    throw RequestError(
        "--shape: the encoder learned from standardized data, whose means are of every pixel of its own size");
  try {
    const NeuralShape asked = parse_shape(shape);
    NeuralNet net(asked, file.at.net.layers(), {}, NetEnd::values);
    if (net.outputs() == file.at.net.outputs() && same_weights(file.at.net, asked)) return net;
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("--shape {}: {}", shape, error.what()));
  }
  throw RequestError(
      fmt::format("--shape {}: the net has a layer with weights for each pixel, or as many outputs; only those of "
                  "convolutions, pools and sums fit images of another size",
                  shape));
}

Embedded by_encoder(const StoredNet& file, const DataRequest& request, const std::string& shape) {
  const NeuralNet net = of_shape(file, shape);
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

Embedded embedded_by(const std::string& path, const DataRequest& request, const std::string& shape) {
  if (const auto net = read_stored_net(path)) {
    if (net->kind != "encoder")
      throw RequestError(fmt::format("{}: it answers and embeds nothing; `gibbsite predict` gives its answers", path));
    return by_encoder(*net, request, shape);
  }
  if (!shape.empty()) throw RequestError("--shape is for encoders; units of a machine are counted");
  return by_machine(read_model(path), request, path);
}

Group embedding_record(const Embedded& e) {
  Group group{.name = "embedding"};
  add_index(group, "sample", e.data.samples, "sample, in the order of the data");
  add_index(group, "number", e.numbers, "number of the embedding");
  add(group, "embedding", {"sample", "number"}, {e.data.samples, e.numbers}, e.z, "1", e.meaning);
  if (!e.labels.empty())
    add(group, "label", {"sample"}, {e.data.samples}, std::vector<std::int64_t>(e.labels.begin(), e.labels.end()), "1",
        e.data.betas.empty() ? "label of the sample in the data" : "number of the beta that the snapshot was drawn at");
  if (!e.data.betas.empty()) {
    std::vector<double> beta;
    for (const std::size_t label : e.labels) beta.push_back(e.data.betas[label]);
    add(group, "beta", {"sample"}, {e.data.samples}, std::move(beta), "1/J", "inverse temperature of the snapshot");
  }
  return group;
}

/// Its order parameter, where the data are snapshots at several betas, and where it crosses that of another size.
struct Ordered {
  std::optional<LearnedOrder> own;
  std::vector<GlassCrossing> crossings = {};
  std::string other = {};
};

Ordered order_in(const Embedded& e, const std::string& against) {
  Ordered out{.own = std::nullopt, .crossings = {}, .other = against};
  const std::size_t replicas = e.data.chains * e.data.betas.size();
  if (replicas > 0 && e.data.samples % replicas == 0 && e.data.samples / replicas > 1)
    out.own = learned_order(e.z, e.numbers, e.data.betas, e.data.chains);
  if (against.empty()) return out;
  if (!out.own)
    throw RequestError(
        "--against compares order parameters of snapshots at several betas; give those of a result, all of them, with "
        "--labels beta");
  out.crossings = order_crossings(*out.own, read_order(against), against);
  return out;
}

Estimate temperature_at(Estimate beta) {
  return {.value = 1 / beta.value, .error = beta.error / (beta.value * beta.value)};
}

void print_order(const Ordered& found) {
  Table table({"beta", "temperature", "<m^2>", "Binder cumulant"});
  const auto squared = found.own->squared(), binder = found.own->binder();
  for (std::size_t b = 0; b < squared.size(); ++b)
    table.add({fmt::format("{:.6g}", found.own->beta[b]), fmt::format("{:.6g}", 1 / found.own->beta[b]),
               with_error(squared[b].value, squared[b].error), with_error(binder[b].value, binder[b].error)});
  fmt::print("\n  order parameter: the direction of largest variance, less its mean at each beta\n{}", table.text());
  if (found.other.empty()) return;
  if (found.crossings.empty()) fmt::print("\n  Binder cumulants do not cross those of {}\n", printable(found.other));
  for (const GlassCrossing& one : found.crossings) {
    const Estimate t = temperature_at(one.beta);
    fmt::print("\n  Binder cumulants cross those of {} at beta = {}, T = {}, at {}\n", printable(found.other),
               with_error(one.beta.value, one.beta.error), with_error(t.value, t.error),
               with_error(one.value.value, one.value.error));
  }
}

void print_embedding(const Embedded& e, const EmbeddingSpread& spread, const Ordered& order, const Request& request) {
  if (request.json) {
    Json out = {{"samples", e.data.samples},
                {"numbers", e.numbers},
                {"mean_deviation", spread.mean_deviation},
                {"least_deviation", spread.least_deviation},
                {"effective_rank", spread.effective_rank},
                {"file", request.out.string()}};
    if (!order.other.empty()) {
      out["crossings"] = Json::list();
      for (const GlassCrossing& one : order.crossings)
        out["crossings"].push_back({{"beta", one.beta.value}, {"error", one.beta.error}, {"binder", one.value.value}});
    }
    fmt::print("{}\n", out.dump());
    return;
  }
  fmt::print(
      "{}\n  {} numbers of each of {} samples: {}\n  standard deviations {:.4g} on average, {:.4g} at least; {:.4g} "
      "directions\n",
      printable(description(e.data)), e.numbers, e.data.samples, e.meaning, spread.mean_deviation,
      spread.least_deviation, spread.effective_rank);
  if (order.own) print_order(order);
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
  const Embedded found = embedded_by(study.keys<NetworkKeys>().file, asked, study.keys<EmbedKeys>().shape);
  const Ordered order = order_in(found, study.keys<AgainstKeys>().against);
  Group root;
  root.attributes = run_attributes(command, request, 0, "complete");
  root.attributes.emplace_back("data", description(found.data));
  root.groups.push_back(embedding_record(found));
  if (order.own) root.groups.push_back(order_group(*order.own, order.crossings, order.other));
  stops_mean(Stop::soon_done);
  write_archive(request.out, root);
  print_embedding(found, embedding_spread(found.z, found.numbers), order, request);
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
          "hidden units. Of all snapshots of a result (--labels beta) also /order: the direction in which embeddings "
          "vary "
          "most as an order parameter, with its Binder cumulant at every beta; --against OTHER.h5, the same of another "
          "size, tells where both cross. xarray.open_dataset(FILE, group=\"embedding\") opens it.",
      .least = 1,
      .most = 1,
      .options = options_with_data(
          {{"shape", 0, "HxW", "of images of another size than the encoder learned from", "data.shape"},
           {"against", 0, "FILE", "embeddings of another size: where Binder cumulants cross", "data.against"},
           {"out", 'o', "FILE", "the HDF5 file to write; required"}}),
      .examples = {"gibbsite embed encoder.h5 --data digits.csv.gz --labels column:-1 -o embeddings.h5",
                   "gibbsite embed encoder.h5 --data L32.h5 --labels beta --shape 32x32 --against a.h5 -o b.h5"},
      .schema = embedding_schema,
      .explains_keys = true,
      .read = read_embedding,
      .run = embed};
  return command;
}

}  // namespace gibbsite

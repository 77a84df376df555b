// `gibbsite embed`: what an encoder makes of data, or the hidden units of a machine.
#include <fmt/format.h>

#include <filesystem>

#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/likelihood/embedded.hpp"
#include "studies/likelihood/learned_order.hpp"
#include "studies/likelihood/model_with_data.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

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

Group embedding_record(const Embedded& e) {
  Group group{.name = "embedding"};
  add_index(group, "sample", e.data.samples, "sample, in the order of the data");
  add_index(group, "number", e.numbers, "number of the embedding");
  add(group, "embedding", {"sample", "number"}, {e.data.samples, e.numbers}, e.z, "1", e.meaning);
  if (!e.energy.empty()) add(group, "energy", {"sample"}, {e.data.samples}, e.energy, "1", "F of the sample");
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
  std::vector<std::string> warnings = {};
};

Ordered order_in(const Embedded& e, const std::string& against) {
  Ordered out{.own = std::nullopt, .crossings = {}, .other = against, .warnings = {}};
  const std::size_t replicas = e.data.chains * e.data.betas.size();
  if (replicas > 0 && e.data.samples % replicas == 0 && e.data.samples / replicas > 1)
    out.own = learned_order(e.z, e.numbers, e.data.betas, e.data.chains);
  if (against.empty()) return out;
  if (!out.own)
    throw RequestError(
        "--against compares order parameters of snapshots at several betas; give those of a result, all of them, with "
        "--labels beta");
  const LearnedOrder other = read_order(against);
  out.crossings = order_crossings(*out.own, other, against);
  if (!e.identity.empty() && !other.identity.empty() && e.identity != other.identity)
    out.warnings.push_back(fmt::format(
        "the order parameter in {} was made by another model: two that were learned apart need not cross at a "
        "transition; use one for all sizes (--shape)",
        against));
  return out;
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
  root.attributes.emplace_back("model", study.keys<NetworkKeys>().file);
  root.attributes.emplace_back("model_identity", found.identity);
  root.groups.push_back(embedding_record(found));
  if (order.own) root.groups.push_back(order_group(*order.own, order.crossings, order.other));
  stops_mean(Stop::soon_done);
  Group diagnostics{.name = "diagnostics"};
  add_warnings(diagnostics, order.warnings);
  root.groups.push_back(std::move(diagnostics));
  write_archive(request.out, root);
  if (request.json)
    fmt::print("{}\n", embedding_as_json(root));
  else
    print_embedding(root, request.out.string());
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
          "hidden units, of kmeans and sparse-coding the codes, with energy (sample), F. Of all snapshots of a result "
          "(--labels beta) also /order: the direction in which embeddings "
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

#include "studies/likelihood/embedded.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "physics/mean_field.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

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
               .numbers = net.outputs(),
               .meaning = "what the encoder makes of the sample",
               .identity = identity_of(file.at.theta)};
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
               .numbers = (*network)->width() - visible.width(),
               .meaning = (*network)->restricted() ? "means of the hidden units given the sample"
                                                   : "means of the hidden units given the sample, by mean field"};
  out.labels = std::exchange(out.data.labels, {});
  out.data = check_data(std::move(out.data), visible);
  const Posterior hidden = posterior(**network, out.data.batch(0, out.data.samples));
  out.z.assign(hidden.mean.numbers().begin(), hidden.mean.numbers().end());
  return out;
}

Embedded by_codes(const StoredCodes& file, const DataRequest& request) {
  const LatentEnergy& energy = *file.energy;
  Embedded out{.data = read_data(request, file.treatment.any() ? &file.treatment : nullptr),
               .numbers = energy.codes(),
               .meaning = "latent variables z of least energy E(y, z), of a soft codebook their means",
               .identity = identity_of(energy.words())};
  out.labels = std::exchange(out.data.labels, {});
  out.data = check_data(std::move(out.data), {.kind = UnitKind::gaussian, .units = energy.units()});
  out.z.resize(out.data.samples * out.numbers);
  out.energy.resize(out.data.samples);
  energy.encode(out.data.values, out.z, out.energy);
  return out;
}

}  // namespace

std::string identity_of(std::span<const double> parameters) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, a word at a time
  for (const double x : parameters) hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

Embedded embedded_by(const std::string& path, const DataRequest& request, const std::string& shape) {
  if (const auto net = read_stored_net(path)) {
    if (net->kind != "encoder")
      throw RequestError(fmt::format("{}: it answers and embeds nothing; `gibbsite predict` gives its answers", path));
    return by_encoder(*net, request, shape);
  }
  if (!shape.empty()) throw RequestError("--shape is for encoders; units of a machine are counted");
  if (const auto codes = read_stored_codes(path)) return by_codes(*codes, request);
  return by_machine(read_model(path), request, path);
}

}  // namespace gibbsite

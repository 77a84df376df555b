// Energies of networks of layers, with weights from a file (PyTorch's state dict as .npz or .safetensors, HDF5) or as
// they begin.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "physics/neural/neural_model.hpp"
#include "studies/data/arrays.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// Names by what people count in them: "10.weight" behind "2.weight".
bool before(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      std::size_t m = i, n = j;
      while (m < a.size() && digit(a[m])) ++m;
      while (n < b.size() && digit(b[n])) ++n;
      const std::string left = a.substr(i, m - i), right = b.substr(j, n - j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
      i = m, j = n;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

/// "weight" of "layer_0/weight" and of "net.0.weight".
std::string last_word(const std::string& name) { return name.substr(name.find_last_of("/.") + 1); }

bool begins(const Study& study) { return study.keys<NetKeys>().weights.empty() && !is_stored(study); }

}  // namespace

std::vector<double> net_weights(const NeuralNet& net, const std::string& file, std::vector<std::string>& doubts) {
  std::vector<NumberArray> arrays = read_arrays(file);
  const auto of_a_result = [](const NumberArray& array) { return array.name.starts_with("model/layer_"); };
  if (std::any_of(arrays.begin(), arrays.end(), of_a_result)) std::erase_if(arrays, std::not_fn(of_a_result));
  std::stable_sort(arrays.begin(), arrays.end(),
                   [](const NumberArray& a, const NumberArray& b) { return before(a.name, b.name); });
  std::vector<bool> used(arrays.size(), false);
  std::vector<double> theta(net.parameters());
  for (const NetPart& part : net.parts()) {
    std::size_t found = arrays.size();
    for (std::size_t k = 0; k < arrays.size() && found == arrays.size(); ++k)
      if (!used[k] && last_word(arrays[k].name) == last_word(part.name) && arrays[k].values.size() == part.size &&
          (arrays[k].shape == part.shape || part.size == 1))
        found = k;
    if (found == arrays.size()) {
      std::vector<std::string> there;
      constexpr std::size_t shown = 8;
      for (std::size_t k = 0; k < std::min(shown, arrays.size()); ++k)
        there.push_back(
            fmt::format("{} ({})", arrays[k].name.empty() ? "an array" : arrays[k].name, shape_text(arrays[k].shape)));
      if (arrays.size() > shown) there.push_back(fmt::format("and {} more", arrays.size() - shown));
      throw RequestError(fmt::format("{}: no array is left for {} of shape {}; it holds {}", file, part.name,
                                     shape_text(part.shape), join(there, ", ")));
    }
    used[found] = true;
    const auto odd = std::find_if(arrays[found].values.begin(), arrays[found].values.end(),
                                  [](double value) { return !std::isfinite(value); });
    if (odd != arrays[found].values.end())
      throw RequestError(fmt::format("{}: number {} of {} is not finite; weights must be", file,
                                     odd - arrays[found].values.begin(), arrays[found].name));
    std::copy(arrays[found].values.begin(), arrays[found].values.end(),
              theta.begin() + static_cast<std::ptrdiff_t>(part.begin));
  }
  for (std::size_t k = 0; k < arrays.size(); ++k)
    if (!used[k])
      doubts.push_back(fmt::format("{}: {} ({}) is no part of model.net and was left out",
                                   std::filesystem::path(file).filename().string(), arrays[k].name,
                                   shape_text(arrays[k].shape)));
  return theta;
}

void add_net_keys(const Section<NetKeys>& model, bool first_weights) {
  StudyKey& shape =
      model.text("shape", &NetKeys::shape, "N, HxW or CxHxW",
                 first_weights ? "neural: numbers of a state, or of pixels and channels; left out: 2"
                               : "neural: of a state, of pixels and channels; left out: the numbers of the data");
  shape.get = [](const Study& study) {
    const std::string& words = study.keys<NetKeys>().shape;
    return words.empty() ? std::nullopt : std::optional(Value{words});
  };
  add_word_list(model, "net", &NetKeys::net, "a list of layers",
                first_weights
                    ? "neural: \"dense N\", \"conv N RxC stride S\", \"pool RxC\", \"attention N\", \"swish\", ..."
                    : "nets: \"dense N\", \"conv N RxC stride S\", \"swish\", ...; left out: two layers of 64",
                [](const std::string& layer) { (void)parse_layer(layer); });
  StudyKey& weights = model.add(
      "net_file", "file of arrays", "neural: its parameters, as PyTorch's state dict has them; left out: random ones",
      [](NetKeys& keys, const Value& value) { keys.weights = read_path(value); }, optional_text(&NetKeys::weights));
  weights.text = weights.file = true;
  if (!first_weights) return;
  model.when({"a net that begins, not with model.net_file or model.file", {"model.net_file", "model.file"}, begins})
      .seed("net_seed", &NetKeys::net_seed, "neural: of the random weights");
}

NeuralNet net_of(const Study& study, const NeuralShape& shape, Confinement confinement, NetEnd end) {
  const auto& keys = study.keys<NetKeys>();
  std::vector<LayerSpec> layers;
  const std::vector<std::string> small = {"dense 32", "swish", "dense 1"};
  for (const std::string& text : keys.net.empty() ? small : keys.net) layers.push_back(parse_layer(text));
  return {keys.shape.empty() ? shape : parse_shape(keys.shape), std::move(layers), std::move(confinement), end};
}

namespace {

void add_neural_keys(KeyTable& table) {
  add_net_keys(Section<NetKeys>(table, "model").when(not_stored()), true);
  add_kappa(table, not_stored());
  add_continuous_keys(table);
  add_energy_file(table);
}

NeuralNet net_in_plane(const Study& study) { return net_of(study, parse_shape("2"), {.kappa = kappa_of(study, 1)}); }

SystemSize size_of_net(const Study& study) {
  if (is_stored(study)) return {};
  try {
    const NeuralNet net = net_in_plane(study);
    return {static_cast<double>(net.units()),
            {16 * static_cast<double>(net.parameters()),
             fmt::format("{:.3g} parameters", static_cast<double>(net.parameters())), "model.net"},
            "model.shape"};
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

std::shared_ptr<const System> make_neural(const Study& study) {
  if (is_stored(study)) return stored_energy_system(study);
  const auto& keys = study.keys<NetKeys>();
  try {
    const NeuralNet net = net_in_plane(study);
    std::vector<std::string> doubts;
    const std::vector<double> theta =
        keys.weights.empty() ? net.initial(Key(keys.net_seed)) : net_weights(net, keys.weights, doubts);
    std::string words =
        fmt::format("net of {} layers and {} parameters on {} numbers, {}, kappa = {:g}", net.layers().size(),
                    net.parameters(), net.units(),
                    keys.weights.empty() ? fmt::format("random (seed {})", keys.net_seed)
                                         : "from " + std::filesystem::path(keys.weights).filename().string(),
                    net.confinement().kappa);
    return energy_system(study, make_neural_model(net, theta), std::move(words), std::move(doubts));
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

}  // namespace

const SystemEntry& neural_entry() {
  static const SystemEntry entry{
      .name = "neural",
      .meaning = "networks of layers: E = net(x) + kappa |x|^2/2, weights from PyTorch or random",
      .add_keys = add_neural_keys,
      .check = [](const Study&) {},
      .size = size_of_net,
      .make = make_neural,
      .sampler = SamplerKind::hmc};
  return entry;
}

}  // namespace gibbsite

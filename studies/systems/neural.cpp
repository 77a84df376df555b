// Energies of networks of layers, with weights from a file (PyTorch's state dict as .npz or .safetensors, HDF5) or as
// they begin.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "physics/neural/neural_model.hpp"
#include "studies/data/arrays.hpp"
#include "studies/files/variables.hpp"
#include "studies/systems/continuous.hpp"
#include "studies/systems/entries.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

struct NeuralKeys {
  std::string shape = "2";
  std::vector<std::string> net;  ///< empty: dense 32, swish, dense 1
  std::string weights;           ///< resolved path; empty: random ones
  std::uint64_t net_seed = 1;    ///< of these
};

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

/// The arrays of a file in the places of the net's parts, by kind and shape, in the order of their names.
std::vector<double> read_weights(const NeuralNet& net, const std::string& file, std::vector<std::string>& doubts) {
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

class NeuralSystem final : public ContinuousSystem {
 public:
  NeuralSystem(const Study& study, const NeuralNet& net, std::vector<double> theta, std::string words,
               std::vector<std::string> doubts)
      : ContinuousSystem(study, make_neural_model(net, theta), std::move(words)),
        net_(net),
        theta_(std::move(theta)),
        doubts_(std::move(doubts)) {}

  double work() const override {
    return ContinuousSystem::work() / sites() * std::max(sites(), static_cast<double>(net_.parameters()));
  }
  std::vector<std::string> doubts() const override { return doubts_; }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override {
    return quadrature_within((effort == Effort::asked_for ? 1e11 : 2e9) / static_cast<double>(net_.parameters()),
                             lambda);
  }

 protected:
  void describe(Group& group) const override {
    group.attributes.emplace_back("shape", shape_text(net_.input()));
    std::vector<std::string> layers;
    for (const LayerSpec& layer : net_.layers()) layers.push_back(layer_text(layer));
    group.attributes.emplace_back("net", join(layers, ", "));
    group.attributes.emplace_back("kappa", net_.confinement().kappa);
    for (const NetPart& part : net_.parts()) {
      const std::string layer = part.name.substr(0, part.name.find('/')), name = last_word(part.name);
      if (group.groups.empty() || group.groups.back().name != layer) group.groups.push_back({.name = layer});
      Group& own = group.groups.back();
      std::vector<std::string> dims;
      for (std::size_t k = 0; k < part.shape.size(); ++k) {
        dims.push_back(fmt::format("{}_axis_{}", name, k));
        add_index(own, dims[k], part.shape[k], "as in PyTorch");
      }
      const auto begin = theta_.begin() + static_cast<std::ptrdiff_t>(part.begin);
      add(own, name, dims, part.shape, std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(part.size)), "1",
          "parameters of the net");
    }
  }

 private:
  NeuralNet net_;
  std::vector<double> theta_;
  std::vector<std::string> doubts_;
};

bool begins(const Study& study) { return study.keys<NeuralKeys>().weights.empty(); }

void add_neural_keys(KeyTable& table) {
  const Section<NeuralKeys> model(table, "model");
  model.text("shape", &NeuralKeys::shape, "N, HxW or CxHxW", "neural: numbers of a state, or of pixels and channels");
  StudyKey& net = model.add(
      "net", "a list of layers",
      "neural: \"dense N\", \"conv N RxC stride S\", \"pool RxC\", \"attention N\", \"swish\", ...",
      [](NeuralKeys& keys, const Value& value) {
        keys.net.clear();
        if (value.list() == nullptr) throw BadValue{value, "is no list"};
        for (const Value& layer : *value.list()) {
          try {
            (void)parse_layer(read_text(layer));
          } catch (const std::invalid_argument& e) {
            throw BadValue{layer, e.what()};
          }
          keys.net.push_back(read_text(layer));
        }
      },
      [](const NeuralKeys& keys) {
        if (keys.net.empty()) return std::optional<Value>();
        Value::List list;
        for (const std::string& layer : keys.net) list.push_back({layer});
        return std::optional(Value{std::move(list)});
      });
  net.text = net.list = true;
  add_kappa(table);
  StudyKey& weights = model.add(
      "net_file", "file of arrays", "neural: its parameters, as PyTorch's state dict has them; left out: random ones",
      [](NeuralKeys& keys, const Value& value) { keys.weights = read_path(value); },
      optional_text(&NeuralKeys::weights));
  weights.text = weights.file = true;
  model.when({"a net that begins, not with model.net_file", {"model.net_file"}, begins})
      .seed("net_seed", &NeuralKeys::net_seed, "neural: of the random weights");
  add_continuous_keys(table);
}

NeuralNet net_of(const Study& study) {
  const auto& keys = study.keys<NeuralKeys>();
  std::vector<LayerSpec> layers;
  const std::vector<std::string> small = {"dense 32", "swish", "dense 1"};
  for (const std::string& text : keys.net.empty() ? small : keys.net) layers.push_back(parse_layer(text));
  return {parse_shape(keys.shape), std::move(layers), {.kappa = kappa_of(study, 1)}};
}

SystemSize size_of_net(const Study& study) {
  try {
    const NeuralNet net = net_of(study);
    return {static_cast<double>(net.units()),
            {16 * static_cast<double>(net.parameters()),
             fmt::format("{:.3g} parameters", static_cast<double>(net.parameters())), "model.net"},
            "model.shape"};
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

std::shared_ptr<const System> make_neural(const Study& study) {
  const auto& keys = study.keys<NeuralKeys>();
  try {
    const NeuralNet net = net_of(study);
    std::vector<std::string> doubts;
    std::vector<double> theta =
        keys.weights.empty() ? net.initial(Key(keys.net_seed)) : read_weights(net, keys.weights, doubts);
    std::string words =
        fmt::format("net of {} layers and {} parameters on {} numbers, {}, kappa = {:g}", net.layers().size(),
                    net.parameters(), net.units(),
                    keys.weights.empty() ? fmt::format("random (seed {})", keys.net_seed)
                                         : "from " + std::filesystem::path(keys.weights).filename().string(),
                    net.confinement().kappa);
    return std::make_shared<const NeuralSystem>(study, net, std::move(theta), std::move(words), std::move(doubts));
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

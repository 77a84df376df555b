#include "physics/neural/neural_net.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/chance.hpp"
#include "physics/neural/layer.hpp"

namespace gibbsite {
namespace {

bool has_kink_or_bend(LayerKind kind) {
  return kind == LayerKind::swish || kind == LayerKind::softplus || kind == LayerKind::relu;
}

double initial_deviation(const NeuralPart& part, const LayerSpec* next) {
  if (part.fan_in == 0) return 0;
  if (next != nullptr && has_kink_or_bend(next->kind)) return std::sqrt(2.0 / static_cast<double>(part.fan_in));
  return std::sqrt(2.0 / static_cast<double>(part.fan_in + part.fan_out));
}

}  // namespace

NeuralNet::NeuralNet(NeuralShape input, std::vector<LayerSpec> layers, Confinement confinement, NetEnd end)
    : input_(input), layers_(std::move(layers)), confinement_(std::move(confinement)), end_(end) {
  if (layers_.empty()) throw std::invalid_argument("a net has no layers: give one at least, such as \"dense 1\"");
  NeuralShape shape = input_;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const NeuralShape after = shape_after(layers_[l], shape);
    const LayerSpec* next = l + 1 < layers_.size() ? &layers_[l + 1] : nullptr;
    for (const NeuralPart& part : make_layer<double>(layers_[l], shape)->parts()) {
      parts_.push_back({"layer_" + std::to_string(l) + '/' + part.name, part.shape, parameters_, part.size()});
      deviation_.push_back(initial_deviation(part, next));
      parameters_ += part.size();
    }
    shape = after;
  }
  output_ = shape;
  if (end == NetEnd::values && (confinement_.kappa != 0 || confinement_.learned || !confinement_.mean.empty()))
    throw std::invalid_argument("what confines states belongs to an energy, and not to a net of several outputs");
  if (end == NetEnd::energy && shape.size() != 1)
    throw std::invalid_argument("the layers of a neural energy leave " + shape_text(shape) + " numbers (after \"" +
                                layer_text(layers_.back()) + "\"): end with \"dense 1\", \"sum\" or \"logsumexp\"");
  if (!(confinement_.kappa >= 0 && std::isfinite(confinement_.kappa)))
    throw std::invalid_argument("kappa of a neural energy is not a number from 0 on");
  if (!confinement_.mean.empty() || !confinement_.deviation.empty()) {
    const auto& s = confinement_.deviation;
    if (confinement_.mean.size() != units() || s.size() != units() || confinement_.kappa != 0 || confinement_.learned ||
        !std::all_of(s.begin(), s.end(), [](double x) { return x > 0 && std::isfinite(x); }))
      throw std::invalid_argument(
          "the Gaussian reference of a neural energy needs a mean and a deviation above 0 for each of " +
          std::to_string(units()) + " numbers, and stands in place of kappa");
  }
  if (confinement_.learned) {
    parts_.push_back({"kappa", {1}, parameters_, 1});
    deviation_.push_back(0);
    ++parameters_;
  }
}

std::vector<double> NeuralNet::initial(Key key) const {
  std::vector<double> theta(parameters_);
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    if (deviation_[p] == 0) continue;
    Chance chance(Stream(key, Purpose::start, p, 0));
    for (std::size_t i = 0; i < parts_[p].size; ++i) theta[parts_[p].begin + i] = deviation_[p] * chance.normal();
  }
  if (confinement_.learned) theta.back() = confinement_.kappa;
  return theta;
}

bool NeuralNet::smooth() const noexcept {
  return std::none_of(layers_.begin(), layers_.end(), [](const LayerSpec& s) { return s.kind == LayerKind::relu; });
}

}  // namespace gibbsite

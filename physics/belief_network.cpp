#include "physics/belief_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

[[noreturn]] void refuse_sigmoid(std::size_t layer, const std::string& what) {
  throw std::invalid_argument("sigmoid layer " + std::to_string(layer) + " " + what);
}

std::string shape(const Matrix& m) { return std::to_string(m.rows()) + " x " + std::to_string(m.columns()); }

void check(std::size_t l, const SigmoidLayer& layer, std::size_t units_above) {
  const auto finite = [](double v) { return std::isfinite(v); };
  if (layer.bias.empty()) refuse_sigmoid(l, "has no units");
  if (layer.weights.rows() != layer.bias.size() || layer.weights.columns() != units_above)
    refuse_sigmoid(l, "has weights of " + shape(layer.weights) + " to the next, not " +
                          std::to_string(layer.bias.size()) + " x " + std::to_string(units_above));
  if (layer.recognition_weights.rows() != layer.bias.size() || layer.recognition_weights.columns() != units_above)
    refuse_sigmoid(l,
                   "has recognition weights of " + shape(layer.recognition_weights) + ", not " + shape(layer.weights));
  if (layer.recognition_bias.size() != units_above)
    refuse_sigmoid(l, "has " + std::to_string(layer.recognition_bias.size()) + " recognition biases for " +
                          std::to_string(units_above) + " units above");
  if (!eigen(layer.weights).allFinite() || !eigen(layer.recognition_weights).allFinite())
    refuse_sigmoid(l, "has a weight that is not finite");
  if (!std::all_of(layer.bias.begin(), layer.bias.end(), finite) ||
      !std::all_of(layer.recognition_bias.begin(), layer.recognition_bias.end(), finite))
    refuse_sigmoid(l, "has a bias that is not finite");
}

}  // namespace

BeliefNetwork::BeliefNetwork(std::vector<SigmoidLayer> below, std::shared_ptr<const Network> top)
    : below_(std::move(below)), top_(std::move(top)) {
  if (!top_ || !top_->restricted() || top_->layers()[0].kind != UnitKind::binary ||
      top_->layers()[1].kind != UnitKind::binary)
    throw std::invalid_argument("the top of a belief network must be a restricted Boltzmann machine of binary units");
  for (std::size_t l = 0; l < below_.size(); ++l)
    check(l, below_[l], l + 1 < below_.size() ? below_[l + 1].bias.size() : top_->layers()[0].units);
}

std::size_t BeliefNetwork::visible() const noexcept {
  return below_.empty() ? top_->layers()[0].units : below_[0].bias.size();
}

Matrix SigmoidLayer::up(const Matrix& lower) const {
  return matrix((eigen(recognition_weights).transpose() * eigen(lower)).colwise() + eigen(recognition_bias));
}
Matrix SigmoidLayer::down(const Matrix& upper) const {
  return matrix((eigen(weights) * eigen(upper)).colwise() + eigen(bias));
}

Matrix BeliefNetwork::recognise_means(const Matrix& data) const {
  if (data.rows() != visible())
    throw std::invalid_argument("data of " + std::to_string(data.rows()) + " numbers do not fit a belief network of " +
                                std::to_string(visible()) + " visible units");
  Matrix mean = data;
  for (const SigmoidLayer& layer : below_) {
    mean = layer.up(mean);
    for (double& m : mean.numbers()) m = logistic(m);
  }
  return mean;
}

}  // namespace gibbsite

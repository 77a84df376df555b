#include "physics/belief_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace gibbsite {
namespace {

[[noreturn]] void refuse(std::size_t layer, const std::string& what) {
  throw std::invalid_argument("sigmoid layer " + std::to_string(layer) + " " + what);
}

Eigen::Map<const Eigen::VectorXd> as_vector(const std::vector<double>& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
std::size_t rows(const Eigen::MatrixXd& m) { return static_cast<std::size_t>(m.rows()); }
std::size_t columns(const Eigen::MatrixXd& m) { return static_cast<std::size_t>(m.cols()); }
std::string shape(const Eigen::MatrixXd& m) { return std::to_string(rows(m)) + " x " + std::to_string(columns(m)); }

void check(std::size_t l, const SigmoidLayer& layer, std::size_t units_above) {
  const auto finite = [](double v) { return std::isfinite(v); };
  if (layer.bias.empty()) refuse(l, "has no units");
  if (rows(layer.weights) != layer.bias.size() || columns(layer.weights) != units_above)
    refuse(l, "has weights of " + shape(layer.weights) + " to the next, not " + std::to_string(layer.bias.size()) +
                  " x " + std::to_string(units_above));
  if (rows(layer.recognition_weights) != layer.bias.size() || columns(layer.recognition_weights) != units_above)
    refuse(l, "has recognition weights of " + shape(layer.recognition_weights) + ", not " + shape(layer.weights));
  if (layer.recognition_bias.size() != units_above)
    refuse(l, "has " + std::to_string(layer.recognition_bias.size()) + " recognition biases for " +
                  std::to_string(units_above) + " units above");
  if (!layer.weights.allFinite() || !layer.recognition_weights.allFinite())
    refuse(l, "has a weight that is not finite");
  if (!std::all_of(layer.bias.begin(), layer.bias.end(), finite) ||
      !std::all_of(layer.recognition_bias.begin(), layer.recognition_bias.end(), finite))
    refuse(l, "has a bias that is not finite");
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

Eigen::MatrixXd SigmoidLayer::up(const Eigen::Ref<const Eigen::MatrixXd>& lower) const {
  return (recognition_weights.transpose() * lower).colwise() + as_vector(recognition_bias);
}
Eigen::MatrixXd SigmoidLayer::down(const Eigen::Ref<const Eigen::MatrixXd>& upper) const {
  return (weights * upper).colwise() + as_vector(bias);
}

Eigen::MatrixXd BeliefNetwork::recognise_means(const Eigen::Ref<const Eigen::MatrixXd>& data) const {
  if (rows(data) != visible())
    throw std::invalid_argument("data of " + std::to_string(data.rows()) + " numbers do not fit a belief network of " +
                                std::to_string(visible()) + " visible units");
  Eigen::MatrixXd mean = data;
  for (const SigmoidLayer& layer : below_) mean = layer.up(mean).unaryExpr(&logistic).eval();
  return mean;
}

}  // namespace gibbsite

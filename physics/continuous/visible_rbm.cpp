#include "physics/continuous/visible_rbm.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/reference.hpp"

namespace gibbsite {
namespace {

constexpr double most_summed = 0x1p20;  // states of the hidden units

Network checked(Network network) {
  if (!network.restricted() || network.discrete() || network.layers()[0].labels > 0)
    throw std::invalid_argument("a gaussian RBM has one layer of gaussian visible units and one of hidden units");
  return network;
}

}  // namespace

VisibleRbm::VisibleRbm(Network network)
    : ContinuousEnergy(network.layers()[0].units), network_(checked(std::move(network))) {}

void VisibleRbm::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const Layer &visible = network_.layers()[0], &hidden = network_.layers()[1];
  const auto weights = eigen(network_.weights()[0]);
  const auto bias = eigen(visible.bias).array(), variance = eigen(visible.variance).array();
  const std::size_t d = units();
  Eigen::VectorXd scaled(static_cast<Eigen::Index>(d)), field(static_cast<Eigen::Index>(hidden.units));
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const auto v = eigen(x.subspan(s * d, d)).array();
    scaled = (v / variance).matrix();
    field = eigen(hidden.bias);
    field.noalias() += weights.transpose() * scaled;
    double sum = network_.constant() + ((v - bias).square() / (2 * variance)).sum();
    for (double& f : std::span(field.data(), hidden.units)) {
      sum -= log_unit(hidden.kind, f);
      f = hidden.kind == UnitKind::spin ? std::tanh(f) : logistic(f);
    }
    energy[s] = sum;
    if (gradient.empty()) continue;
    Eigen::Map<Eigen::VectorXd> slope(gradient.data() + s * d, static_cast<Eigen::Index>(d));
    slope.noalias() = weights * field;
    slope.array() = (v - bias - slope.array()) / variance;
  }
}

std::optional<double> VisibleRbm::known_log_z() const noexcept {
  const Layer& hidden = network_.layers()[1];
  if (std::exp2(static_cast<double>(hidden.units)) > most_summed) return std::nullopt;
  return log_z_.get([&] {
    const double at[] = {1.0};
    const auto found =
        exact_log_z(network_, Reference::flat(network_.layers()[0]), at, SummationLimits{.states = most_summed});
    return std::get<std::vector<double>>(found).front();
  });
}

void VisibleRbm::set_ordered(std::span<double> x) const {
  const std::vector<double>& bias = network_.layers()[0].bias;
  std::copy(bias.begin(), bias.end(), x.begin());
}

ContinuousEnergy::Extent VisibleRbm::extent() const noexcept {
  const Layer &visible = network_.layers()[0], &hidden = network_.layers()[1];
  const Matrix& weights = network_.weights()[0];
  // Hidden units as coins: of means 1/2 and variances 1/4, or of spins 0 and 1.
  const double coin = hidden.kind == UnitKind::spin ? 0 : 0.5, spread = hidden.kind == UnitKind::spin ? 1 : 0.25;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < units(); ++i) {
    double mean = visible.bias[i], variance = visible.variance[i];
    for (std::size_t j = 0; j < hidden.units; ++j) {
      mean += coin * weights(i, j);
      variance += spread * weights(i, j) * weights(i, j);
    }
    sum += mean, squares += mean * mean + variance;
  }
  const auto d = static_cast<double>(units());
  return {sum / d, std::sqrt(squares / d - sum / d * (sum / d))};
}

}  // namespace gibbsite

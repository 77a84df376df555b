#include "physics/exact/belief.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

/// All states of binary units, [unit][state].
Matrix all_binary_states(std::size_t units) {
  Matrix out(units, std::size_t{1} << units);
  for (std::size_t s = 0; s < out.columns(); ++s)
    for (std::size_t i = 0; i < units; ++i) out(i, s) = s >> i & 1U ? 1 : 0;
  return out;
}

/// ln sum_h p(x | h) exp(weight_h) of each x; field: of the lower units at each h, [unit][state].
std::vector<double> sum_over_upper(const Matrix& x, const Matrix& field, const std::vector<double>& weight) {
  Eigen::VectorXd norm = eigen(weight);
  norm -= eigen(field).unaryExpr([](double f) { return softplus(f); }).colwise().sum().transpose();
  std::vector<double> out;
  for (std::size_t n = 0; n < x.columns(); ++n) {
    const Eigen::ArrayXd w = (eigen(field).transpose() * eigen(x.column(n)) + norm).array();
    const double top = w.maxCoeff();
    out.push_back(top + std::log((w - top).exp().sum()));
  }
  return out;
}

}  // namespace

double log2_hidden_states(const BeliefNetwork& network) noexcept {
  double most = 0;
  for (const SigmoidLayer& layer : network.below())
    most = std::max(most, static_cast<double>(layer.recognition_bias.size()));
  return most;
}

std::vector<double> exact_log_weight(const BeliefNetwork& network, const Matrix& v) {
  if (log2_hidden_states(network) > 22) throw std::invalid_argument("more than 2^22 states to visit");
  const auto of_top = [&](const Matrix& x) {
    std::vector<double> out;
    for (std::size_t n = 0; n < x.columns(); ++n) out.push_back(-network.top()->free_energy(x.column(n)));
    return out;
  };
  if (network.below().empty()) return of_top(v);
  // ln of the weight of every state of a layer, from the top down: each layer is summed once.
  Matrix states = all_binary_states(network.below().back().recognition_bias.size());
  std::vector<double> weight = of_top(states);
  for (std::size_t l = network.below().size(); l-- > 0;) {
    const Matrix field = network.below()[l].down(states);
    states = l == 0 ? v : all_binary_states(network.below()[l].bias.size());
    weight = sum_over_upper(states, field, weight);
  }
  return weight;
}

}  // namespace gibbsite

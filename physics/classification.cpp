#include "physics/classification.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {

LabelWeights weigh_labels(const Network& network, const Matrix& v) {
  const Layer &visible = network.layers()[0], &hidden = network.layers()[1];
  const std::size_t own = visible.own_width(), labels = visible.labels, samples = v.columns();
  if (labels == 0 || !network.restricted()) throw std::invalid_argument("the model has no label to tell");
  if (v.rows() != own)
    throw std::invalid_argument("samples of " + std::to_string(v.rows()) + " numbers do not fit " +
                                std::to_string(own) + " visible ones beside the label");
  LabelWeights out{Matrix(labels, samples), std::vector<double>(samples)};
  constexpr std::size_t tile = 64;
#pragma omp parallel for schedule(dynamic) if (samples * hidden.units * (labels + own) > 1000000)
  for (std::size_t begin = 0; begin < samples; begin += tile) {
    const std::size_t count = std::min(tile, samples - begin);
    Eigen::MatrixXd x = eigen(v).middleCols(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(count));
    std::vector<double> alone(count, -network.constant());
    for (std::size_t n = 0; n < count; ++n)
      for (std::size_t i = 0; i < own; ++i) {
        double& one = x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(n));
        if (visible.kind == UnitKind::gaussian) {
          const double off = one - visible.bias[i];
          alone[n] -= off * off / (2 * visible.variance[i]);
          one /= visible.variance[i];
        } else {
          alone[n] += visible.bias[i] * one;
        }
      }
    const auto w = eigen(network.weights()[0]);
    Eigen::MatrixXd field = w.topRows(static_cast<Eigen::Index>(own)).transpose() * x;
    field.colwise() += eigen(hidden.bias);
    for (std::size_t n = 0; n < count; ++n) {
      const auto p = out.log_probability.column(begin + n);
      for (std::size_t y = 0; y < labels; ++y) {
        double sum = visible.bias[own + y];
        for (std::size_t j = 0; j < hidden.units; ++j)
          sum += log_unit(hidden.kind, field(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(n)) +
                                           network.weights()[0](own + y, j));
        p[y] = sum;
      }
      const double most = *std::max_element(p.begin(), p.end());
      double all = 0;
      for (const double one : p) all += std::exp(one - most);
      all = most + std::log(all);
      for (double& one : p) one -= all;
      out.log_weight[begin + n] = alone[n] + all;
    }
  }
  return out;
}

}  // namespace gibbsite

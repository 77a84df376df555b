#include "studies/models/reconstruction.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/estimate.hpp"
#include "physics/mean_field.hpp"

namespace gibbsite {
namespace {

Eigen::Map<const Eigen::MatrixXd> columns(const Data& data) {
  return {data.values.data(), static_cast<Eigen::Index>(data.width), static_cast<Eigen::Index>(data.samples)};
}

template <class Model>
Eigen::MatrixXd reconstructed(const Model& model, const Eigen::MatrixXd& v) {
  return reconstruction(model, v, posterior(model, v));
}
Eigen::MatrixXd reconstructed(const BeliefNetwork& belief, const Eigen::MatrixXd& v) {
  Eigen::MatrixXd back = reconstructed(*belief.top(), belief.recognise_means(v));
  for (auto layer = belief.below().rbegin(); layer != belief.below().rend(); ++layer)
    back = layer->down(back).unaryExpr(&logistic).eval();
  return back;
}

}  // namespace

Reconstruction reconstruction_error(const ModelFile& model, const Data& data) {
  constexpr std::size_t batch = 64;
  const std::size_t samples = std::min(data.samples, most_reconstructed);
  std::vector<double> squared(samples);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t begin = 0; begin < samples; begin += batch) {
    const Eigen::MatrixXd v = columns(data).middleCols(static_cast<Eigen::Index>(begin),
                                                       static_cast<Eigen::Index>(std::min(batch, samples - begin)));
    const Eigen::MatrixXd back = std::visit([&](const auto& one) { return reconstructed(*one, v); }, model.model);
    for (Eigen::Index s = 0; s < v.cols(); ++s)
      squared[begin + static_cast<std::size_t>(s)] =
          (v.col(s) - back.col(s)).squaredNorm() / static_cast<double>(v.rows());
  }
  const double n = static_cast<double>(squared.size());
  double mean = 0, spread = 0;
  for (const double x : squared) mean += x / n;
  for (const double x : squared) spread += (x - mean) * (x - mean);
  const double error = std::sqrt(mean);
  return {error, n > 1 && error > 0 ? std::sqrt(spread / (n - 1) / n) / (2 * error) : unknown, samples};
}

}  // namespace gibbsite

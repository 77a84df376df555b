#include "studies/reconstruction.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/estimate.hpp"
#include "physics/mean_field.hpp"

namespace gibbsite {
namespace {

Eigen::Map<const Eigen::MatrixXd> columns(const Data& data) {
  return {data.values.data(), static_cast<Eigen::Index>(data.width), static_cast<Eigen::Index>(data.samples)};
}

}  // namespace

Reconstruction reconstruction_error(const ModelFile& model, const Data& data) {
  constexpr Eigen::Index batch = 256;
  std::vector<double> squared;
  for (Eigen::Index begin = 0; begin < static_cast<Eigen::Index>(data.samples); begin += batch) {
    const auto v = columns(data).middleCols(begin, std::min(batch, static_cast<Eigen::Index>(data.samples) - begin));
    Eigen::MatrixXd back;
    if (const auto* layered = std::get_if<std::shared_ptr<const Network>>(&model.model)) {
      back = reconstruction(**layered, v, posterior(**layered, v));
    } else if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model.model)) {
      back = reconstruction(**machine, v, posterior(**machine, v));
    } else {
      const BeliefNetwork& belief = *std::get<std::shared_ptr<const BeliefNetwork>>(model.model);
      back = v;
      for (const SigmoidLayer& layer : belief.below())
        back = ((layer.recognition_weights.transpose() * back).colwise() +
                Eigen::Map<const Eigen::VectorXd>(layer.recognition_bias.data(),
                                                  static_cast<Eigen::Index>(layer.recognition_bias.size())))
                   .unaryExpr(&logistic)
                   .eval();
      back = reconstruction(*belief.top(), back, posterior(*belief.top(), back)).eval();
      for (auto layer = belief.below().rbegin(); layer != belief.below().rend(); ++layer)
        back = ((layer->weights * back).colwise() +
                Eigen::Map<const Eigen::VectorXd>(layer->bias.data(), static_cast<Eigen::Index>(layer->bias.size())))
                   .unaryExpr(&logistic)
                   .eval();
    }
    for (Eigen::Index s = 0; s < v.cols(); ++s)
      squared.push_back((v.col(s) - back.col(s)).squaredNorm() / static_cast<double>(v.rows()));
  }
  const double n = static_cast<double>(squared.size());
  double mean = 0, spread = 0;
  for (const double x : squared) mean += x / n;
  for (const double x : squared) spread += (x - mean) * (x - mean);
  const double error = std::sqrt(mean);
  return {error, n > 1 && error > 0 ? std::sqrt(spread / (n - 1) / n) / (2 * error) : unknown};
}

}  // namespace gibbsite

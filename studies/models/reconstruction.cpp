#include "studies/models/reconstruction.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/estimate.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/mean_field.hpp"

namespace gibbsite {
namespace {

template <class Model>
Matrix reconstructed(const Model& model, const Matrix& v) {
  return reconstruction(model, v, posterior(model, v));
}
Matrix reconstructed(const BeliefNetwork& belief, const Matrix& v) {
  Matrix back = reconstructed(*belief.top(), belief.recognise_means(v));
  for (auto layer = belief.below().rbegin(); layer != belief.below().rend(); ++layer) {
    back = layer->down(back);
    for (double& x : back.numbers()) x = logistic(x);
  }
  return back;
}

}  // namespace

Reconstruction reconstruction_error(const ModelFile& model, const Data& data) {
  constexpr std::size_t batch = 64;
  const std::size_t samples = std::min(data.samples, most_reconstructed);
  std::vector<double> squared(samples);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t begin = 0; begin < samples; begin += batch) {
    const Matrix v = data.batch(begin, std::min(batch, samples - begin));
    const Matrix back = std::visit([&](const auto& one) { return reconstructed(*one, v); }, model.model);
    for (std::size_t s = 0; s < v.columns(); ++s)
      squared[begin + s] = (eigen(v.column(s)) - eigen(back.column(s))).squaredNorm() / static_cast<double>(v.rows());
  }
  const double n = static_cast<double>(squared.size());
  double mean = 0, spread = 0;
  for (const double x : squared) mean += x / n;
  for (const double x : squared) spread += (x - mean) * (x - mean);
  const double error = std::sqrt(mean);
  return {error, n > 1 && error > 0 ? std::sqrt(spread / (n - 1) / n) / (2 * error) : unknown, samples};
}

}  // namespace gibbsite

#include "physics/matrices/moments.hpp"

#include <cmath>
#include <numeric>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {

Moments::Moments(std::span<const double> values, std::size_t width, std::span<const double> weight)
    : mean(width, 0.0), variance(width, 0.0) {
  double n = static_cast<double>(values.size() / width);
  if (!weight.empty()) n = std::accumulate(weight.begin(), weight.end(), 0.0);
  const auto of = [&](std::size_t k) { return weight.empty() ? 1 : weight[k / width]; };
  for (std::size_t k = 0; k < values.size(); ++k) mean[k % width] += of(k) * values[k];
  for (double& m : mean) m /= n;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double from_mean = values[k] - mean[k % width];
    variance[k % width] += of(k) * from_mean * from_mean / n;
  }
}

bool Moments::varies(std::size_t i) const {
  constexpr double rounding = 1e-24;  // of a square
  return variance[i] > rounding * (1e-6 + mean[i] * mean[i]);
}
double Moments::deviation(std::size_t i) const { return varies(i) ? std::sqrt(variance[i]) : 1; }
std::vector<double> Moments::deviations() const {
  std::vector<double> out;
  for (std::size_t i = 0; i < mean.size(); ++i) out.push_back(deviation(i));
  return out;
}

std::vector<double> covariance_of(std::span<const double> values, std::span<const double> mean) {
  const auto d = static_cast<Eigen::Index>(mean.size()), n = static_cast<Eigen::Index>(values.size() / mean.size());
  const Eigen::MatrixXd y = Eigen::Map<const Eigen::MatrixXd>(values.data(), d, n).colwise() - eigen(mean);
  std::vector<double> out(mean.size() * mean.size());
  Eigen::Map<Eigen::MatrixXd>(out.data(), d, d) = y * y.transpose() / static_cast<double>(n);
  return out;
}

}  // namespace gibbsite

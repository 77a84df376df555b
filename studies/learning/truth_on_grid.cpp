#include "studies/learning/truth_on_grid.hpp"

#include <cmath>

namespace gibbsite {

TruthOnGrid::TruthOnGrid(const KnownDensity& truth) {
  const std::size_t d = truth.dimension(), side = d == 1 ? 4000 : 200;
  const double low = -truth.reach(), cell = 2 * truth.reach() / static_cast<double>(side);
  std::vector<double> x(d);
  double sum = 0;
  for (std::size_t k = 0; k < (d == 1 ? side : side * side); ++k) {
    x[0] = low + cell * (static_cast<double>(k % side) + 0.5);
    if (d == 2) x[1] = low + cell * (static_cast<double>(k / side) + 0.5);
    const double log_p = truth.log_density(x), p = std::exp(log_p) * std::pow(cell, d);
    constexpr double nothing = 1e-12;
    if (!(p > nothing)) continue;
    points_.insert(points_.end(), x.begin(), x.end());
    share_.push_back(p);
    sum += p;
    negative_entropy_ += p * log_p;
  }
  for (double& p : share_) p /= sum;
  negative_entropy_ /= sum;
}

double TruthOnGrid::divergence(const ContinuousEnergy& energy, double log_z) const {
  std::vector<double> e(share_.size());
  energy.evaluate(points_, e, {});
  double mean = 0;
  for (std::size_t k = 0; k < e.size(); ++k) mean += share_[k] * e[k];
  return negative_entropy_ + mean + log_z;
}

}  // namespace gibbsite

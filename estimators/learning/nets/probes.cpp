#include "estimators/learning/nets/probes.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using ProbeRows = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

ProbeRows rows_of(Labelled of, std::size_t numbers) {
  return {of.z.data(), static_cast<Eigen::Index>(of.labels.size()), static_cast<Eigen::Index>(numbers)};
}

std::size_t labels_in(Labelled of) { return *std::max_element(of.labels.begin(), of.labels.end()) + 1; }

}  // namespace

double neighbour_accuracy(Labelled shown, Labelled asked, std::size_t numbers, std::size_t neighbours) {
  if (shown.labels.empty() || asked.labels.empty()) return unknown;
  const std::size_t count = shown.labels.size(), most = std::min(neighbours, count), labels = labels_in(shown);
  std::size_t right = 0;
#pragma omp parallel for schedule(static) reduction(+ : right)
  for (std::size_t s = 0; s < asked.labels.size(); ++s) {
    const double* at = asked.z.data() + s * numbers;
    std::vector<std::pair<double, std::size_t>> near(count);
    for (std::size_t r = 0; r < count; ++r) {
      const double* other = shown.z.data() + r * numbers;
      double square = 0;
      for (std::size_t i = 0; i < numbers; ++i) square += (at[i] - other[i]) * (at[i] - other[i]);
      near[r] = {square, r};
    }
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(most), near.end());
    std::vector<std::size_t> votes(labels, 0);
    for (std::size_t k = 0; k < most; ++k) ++votes[shown.labels[near[k].second]];
    const std::size_t best = *std::max_element(votes.begin(), votes.end());
    const auto first = std::find_if(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(most),
                                    [&](const auto& n) { return votes[shown.labels[n.second]] == best; });
    right += shown.labels[first->second] == asked.labels[s] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(asked.labels.size());
}

double linear_probe_accuracy(Labelled shown, Labelled asked, std::size_t numbers) {
  if (shown.labels.empty() || asked.labels.empty()) return unknown;
  const ProbeRows x = rows_of(shown, numbers), y = rows_of(asked, numbers);
  const auto d = static_cast<Eigen::Index>(numbers), labels = static_cast<Eigen::Index>(labels_in(shown));
  const Eigen::RowVectorXd mean = x.colwise().mean();
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(d, d), target = Eigen::MatrixXd::Zero(d, labels);
  Eigen::RowVectorXd share = Eigen::RowVectorXd::Zero(labels);
  const auto n = static_cast<double>(x.rows());
  for (Eigen::Index r = 0; r < x.rows(); ++r) {
    const Eigen::VectorXd away = (x.row(r) - mean).transpose();
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(away, 1 / n);
    const auto label = static_cast<Eigen::Index>(shown.labels[static_cast<std::size_t>(r)]);
    target.col(label) += away / n;
    share(label) += 1 / n;
  }
  constexpr double ridge = 1e-3, least = 1e-12;
  covariance.diagonal().array() += std::max(ridge * covariance.trace() / static_cast<double>(d), least);
  const Eigen::MatrixXd slope = covariance.selfadjointView<Eigen::Lower>().llt().solve(target);
  std::size_t right = 0;
  for (Eigen::Index r = 0; r < y.rows(); ++r) {
    Eigen::Index best = 0;
    ((y.row(r) - mean) * slope + share).maxCoeff(&best);
    right += static_cast<std::size_t>(best) == asked.labels[static_cast<std::size_t>(r)] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(asked.labels.size());
}

}  // namespace gibbsite

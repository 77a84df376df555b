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
  const ProbeRows x = rows_of(shown, numbers), y = rows_of(asked, numbers);
  const Eigen::VectorXd squares = x.rowwise().squaredNorm();
  constexpr Eigen::Index tile = 64;
  std::size_t right = 0;
#pragma omp parallel for schedule(static) reduction(+ : right)
  for (Eigen::Index first = 0; first < y.rows(); first += tile) {
    const Eigen::Index many = std::min(tile, y.rows() - first);
    // |y|^2 is the same for all of a sample's neighbours.
    Eigen::MatrixXd apart = x * y.middleRows(first, many).transpose() * -2;
    apart.colwise() += squares;
    std::vector<std::pair<double, std::size_t>> near(count);
    for (Eigen::Index s = 0; s < many; ++s) {
      for (std::size_t r = 0; r < count; ++r) near[r] = {apart(static_cast<Eigen::Index>(r), s), r};
      std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(most), near.end());
      std::vector<std::size_t> votes(labels, 0);
      for (std::size_t k = 0; k < most; ++k) ++votes[shown.labels[near[k].second]];
      const std::size_t best = *std::max_element(votes.begin(), votes.end());
      const auto chosen = std::find_if(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(most),
                                       [&](const auto& n) { return votes[shown.labels[n.second]] == best; });
      right += shown.labels[chosen->second] == asked.labels[static_cast<std::size_t>(first + s)] ? 1 : 0;
    }
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
  constexpr Eigen::Index tile = 1024;
  for (Eigen::Index first = 0; first < x.rows(); first += tile) {
    const Eigen::Index many = std::min(tile, x.rows() - first);
    const Eigen::MatrixXd away = (x.middleRows(first, many).rowwise() - mean).transpose();
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(away, 1 / n);
    for (Eigen::Index r = 0; r < many; ++r) {
      const auto label = static_cast<Eigen::Index>(shown.labels[static_cast<std::size_t>(first + r)]);
      target.col(label) += away.col(r) / n;
      share(label) += 1 / n;
    }
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

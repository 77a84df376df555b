#include "physics/matrices/singular_values.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "physics/chance.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Ascending, the largest of them.
Eigen::VectorXd squared_singular_values(const Eigen::Map<const RowMatrix>& m) {
  constexpr Eigen::Index small = 200, steps = 80;
  const Eigen::Index side = std::min(m.rows(), m.cols());
  if (side <= small) {
    const Eigen::MatrixXd square =
        m.rows() < m.cols() ? Eigen::MatrixXd(m * m.transpose()) : Eigen::MatrixXd(m.transpose() * m);
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(square, Eigen::EigenvaluesOnly).eigenvalues();
  }
  Eigen::MatrixXd q(m.cols(), steps);
  Eigen::VectorXd diagonal(steps), next(steps);
  Chance chance(Stream(Key(1), Purpose::start, 0, 0));
  Eigen::VectorXd r(m.cols());
  for (Eigen::Index j = 0; j < r.size(); ++j) r[j] = chance.normal();
  double largest = 0;
  for (Eigen::Index k = 0; k < steps; ++k) {
    const double norm = r.norm();
    if (norm <= 1e-12 * largest) {  // an invariant subspace: what is left is 0
      diagonal.tail(steps - k).setZero();
      next.tail(steps - std::max<Eigen::Index>(k - 1, 0)).setZero();
      break;
    }
    q.col(k) = r / norm;
    if (k > 0) next[k - 1] = norm;
    r = m.transpose() * (m * q.col(k));
    diagonal[k] = q.col(k).dot(r);
    largest = std::max(largest, diagonal[k]);
    const auto before = q.leftCols(k + 1);
    for (int twice = 0; twice < 2; ++twice) r -= before * (before.transpose() * r);
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, next.head(steps - 1), Eigen::EigenvaluesOnly);
  return solver.eigenvalues();
}

}  // namespace

std::vector<double> largest_singular_values(std::span<const double> numbers, std::size_t rows, std::size_t count) {
  if (rows == 0 || numbers.empty()) return {};
  const Eigen::Map<const RowMatrix> m(numbers.data(), static_cast<Eigen::Index>(rows),
                                      static_cast<Eigen::Index>(numbers.size() / rows));
  const Eigen::VectorXd squares = squared_singular_values(m);
  std::vector<double> out;
  for (Eigen::Index k = squares.size(); k > 0 && out.size() < count; --k)
    out.push_back(std::sqrt(std::max(squares[k - 1], 0.0)));
  return out;
}

}  // namespace gibbsite

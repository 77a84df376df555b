/// The bridge from matrices to Eigen, for .cpp files that compute: nothing is copied on the way there, and results come
/// back as values. No header includes this one, since it is Eigen that takes long to compile.
///
/// The order in which Eigen sums, and with it the last bits, depends on whether it knows numbers to be aligned: those
/// of a Matrix are, as the heap gives them, to 16 bytes, which is all that code for any x86-64 asks for.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "physics/matrices/matrix.hpp"

namespace gibbsite {

static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= 16);

using ConstMatrixMap = Eigen::Map<const Eigen::MatrixXd, Eigen::Aligned16>;
using MatrixMap = Eigen::Map<Eigen::MatrixXd, Eigen::Aligned16>;

/// The numbers of a matrix as Eigen's; they must outlive what looks at them, so that matrices that nobody holds are
/// refused.
inline ConstMatrixMap eigen(const Matrix& m) {
  return {m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.columns())};
}
inline MatrixMap eigen(Matrix& m) {
  return {m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.columns())};
}
void eigen(const Matrix&&) = delete;

/// Numbers as a column, aligned or not.
inline Eigen::Map<const Eigen::VectorXd> eigen(std::span<const double> x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
inline Eigen::Map<Eigen::VectorXd> eigen(std::vector<double>& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
void eigen(std::vector<double>&&) = delete;

/// The value of an expression.
template <class Derived>
Matrix matrix(const Eigen::MatrixBase<Derived>& expression) {
  Matrix m(static_cast<std::size_t>(expression.rows()), static_cast<std::size_t>(expression.cols()));
  eigen(m) = expression;
  return m;
}
/// The numbers of an expression that is a column.
template <class Derived>
std::vector<double> numbers(const Eigen::MatrixBase<Derived>& column) {
  static_assert(Derived::ColsAtCompileTime == 1);
  std::vector<double> x(static_cast<std::size_t>(column.rows()));
  eigen(x) = column;
  return x;
}

}  // namespace gibbsite

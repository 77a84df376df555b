// Matrices: where numbers stand, and that the bridge to Eigen neither moves nor copies them.
#include "physics/matrices/matrix.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "physics/chance.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/matrices/singular_values.hpp"

using namespace gibbsite;

namespace {

/// 1, 2, ..., rows x columns, column by column.
Matrix counted(std::size_t rows, std::size_t columns) {
  Matrix m(rows, columns);
  std::iota(m.data(), m.data() + m.size(), 1.0);
  return m;
}

}  // namespace

TEST_CASE("columns of a matrix stand one behind the other") {
  const Matrix m = counted(2, 3);
  CHECK(m.rows() == 2);
  CHECK(m.columns() == 3);
  CHECK(m.size() == 6);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t c = 0; c < 3; ++c) CHECK(m(r, c) == 1 + static_cast<double>(r + 2 * c));
  CHECK(std::vector<double>(m.column(1).begin(), m.column(1).end()) == std::vector<double>{3, 4});
  CHECK(m == Matrix(2, 3, std::vector<double>{1, 2, 3, 4, 5, 6}));
  CHECK(m == Matrix::from_rows(2, 3, std::vector<double>{1, 3, 5, 2, 4, 6}));
  Matrix changed = m;
  changed.column(2)[0] = 0;
  CHECK(changed(0, 2) == 0);
  CHECK(changed != m);
}

TEST_CASE("matrices of the same numbers in another shape are others, also without a number") {
  CHECK(Matrix(2, 3) != Matrix(3, 2));
  CHECK(Matrix(0, 3) != Matrix(0, 2));
  CHECK(Matrix(2, 3) == Matrix(2, 3, 0.0));
  CHECK(Matrix(2, 3, 1.5) == Matrix(2, 3, std::vector<double>(6, 1.5)));
  CHECK(Matrix() == Matrix(0, 0));
  CHECK(Matrix(0, 4).size() == 0);
  CHECK(Matrix(0, 4).column(3).empty());
}

TEST_CASE("the bridge to Eigen shows the numbers themselves, and brings expressions back") {
  Matrix m = counted(3, 2);
  const Matrix& same = m;
  CHECK(eigen(same).data() == m.data());
  CHECK(eigen(m).rows() == 3);
  CHECK(eigen(m).cols() == 2);
  CHECK(eigen(m)(2, 1) == m(2, 1));
  eigen(m)(1, 0) = -7;
  CHECK(m(1, 0) == -7);
  const Matrix transposed = matrix(eigen(m).transpose());
  CHECK(transposed == Matrix::from_rows(2, 3, m.numbers()));
  CHECK(matrix(eigen(m).bottomRows(1)) == Matrix(1, 2, std::vector<double>{3, 6}));
  CHECK(numbers(eigen(m) * Eigen::Vector2d(1, 1)) == std::vector<double>{5, -2, 9});
  std::vector<double> x = {1, 2};
  eigen(x) *= 2;
  CHECK(x == std::vector<double>{2, 4});
  CHECK(eigen(m.column(1)).sum() == 15);
  CHECK(matrix(eigen(Matrix(0, 2).column(1))).size() == 0);
}

TEST_CASE("sums of a matrix have the bits that those of Eigen's own have") {
  for (std::size_t rows = 1; rows < 20; ++rows) {
    Matrix m(rows, 7);
    for (std::size_t k = 0; k < m.size(); ++k) m.data()[k] = 1 / (1 + static_cast<double>(k));
    CHECK(reinterpret_cast<std::uintptr_t>(m.data()) % 16 == 0);
    const Eigen::MatrixXd own = eigen(m);
    const Eigen::VectorXd x = own.row(0);
    CHECK(eigen(m).sum() == own.sum());
    CHECK(numbers(eigen(m).colwise().sum().transpose()) == numbers(own.colwise().sum().transpose()));
    CHECK(numbers(eigen(m) * x) == numbers(own * x));
    CHECK(matrix(eigen(m).transpose() * eigen(m)) == matrix(own.transpose() * own));
  }
}

TEST_CASE("the largest singular values of small and of large matrices") {
  // a_k b_k' with orthogonal waves a_k, b_k of norms sqrt(rows / 2), sqrt(columns / 2).
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{30, 50}, {230, 260}, {300, 210}}) {
    std::vector<double> numbers(rows * columns, 0);
    Chance chance(Stream(Key(1), Purpose::test, rows, columns));
    const double size[] = {9, 7, 4, 0.5};
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t k = 0; k < 4; ++k)
          numbers[r * columns + c] += size[k] * 2 / std::sqrt(static_cast<double>(rows * columns)) *
                                      std::cos(3.14159265358979 * static_cast<double>(k + 1) *
                                               (static_cast<double>(r) + 0.5) / static_cast<double>(rows)) *
                                      std::cos(3.14159265358979 * static_cast<double>(k + 1) *
                                               (static_cast<double>(c) + 0.5) / static_cast<double>(columns));
      }
    auto found = largest_singular_values(numbers, rows, 3);
    REQUIRE(found.size() == 3);
    for (std::size_t k = 0; k < 3; ++k) CHECK(found[k] == Approx(size[k]).epsilon(1e-7));
    for (double& x : numbers) x += 0.02 * chance.normal();  // and with a bulk, whose edge is near 0.7
    found = largest_singular_values(numbers, rows, 3);
    const Eigen::Map<const Eigen::MatrixXd> transposed(numbers.data(), static_cast<Eigen::Index>(columns),
                                                       static_cast<Eigen::Index>(rows));
    for (std::size_t k = 0; k < 3; ++k) CHECK(found[k] == Approx(size[k]).epsilon(0.02));
    CHECK(found[0] <= transposed.norm());
  }
  CHECK(largest_singular_values(std::vector<double>(250 * 250, 0), 250, 3)[0] == 0);
  CHECK(largest_singular_values(std::vector<double>{3, 4}, 1, 3) == std::vector<double>{5});
}

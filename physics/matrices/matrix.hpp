/// A dense matrix of doubles and nothing but its numbers: what weights between units are, and samples side by side.
/// Products and all other algebra are the business of .cpp files, by physics/matrices/eigen.hpp.
///
/// Columns stand one behind the other: the number in row r and column c is data()[r + c * rows()]. Of samples,
/// [number][sample], each is a column.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace gibbsite {

class Matrix {
 public:
  Matrix() = default;  ///< 0 x 0
  Matrix(std::size_t rows, std::size_t columns, double value = 0)
      : rows_(rows), columns_(columns), numbers_(rows * columns, value) {}
  /// numbers: rows x columns of them, column by column.
  Matrix(std::size_t rows, std::size_t columns, std::span<const double> numbers)
      : rows_(rows), columns_(columns), numbers_(numbers.begin(), numbers.end()) {
    assert(numbers.size() == rows * columns);
  }
  /// The same from numbers row by row, as they stand in files.
  static Matrix from_rows(std::size_t rows, std::size_t columns, std::span<const double> numbers) {
    assert(numbers.size() == rows * columns);
    Matrix m(rows, columns);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) m(r, c) = numbers[r * columns + c];
    return m;
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return numbers_.size(); }  ///< rows() x columns()

  double operator()(std::size_t row, std::size_t column) const {
    assert(row < rows_ && column < columns_);
    return numbers_[row + column * rows_];
  }
  double& operator()(std::size_t row, std::size_t column) {
    assert(row < rows_ && column < columns_);
    return numbers_[row + column * rows_];
  }

  std::span<const double> column(std::size_t c) const { return numbers().subspan(c * rows_, rows_); }
  std::span<double> column(std::size_t c) { return numbers().subspan(c * rows_, rows_); }
  std::span<const double> numbers() const noexcept { return numbers_; }  ///< all, column by column
  std::span<double> numbers() noexcept { return numbers_; }
  const double* data() const noexcept { return numbers_.data(); }
  double* data() noexcept { return numbers_.data(); }

  /// Of the same shape, with the same numbers.
  friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
  std::size_t rows_ = 0, columns_ = 0;
  std::vector<double> numbers_;
};

}  // namespace gibbsite

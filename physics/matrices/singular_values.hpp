/// The largest singular values of a matrix.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gibbsite {

/// At most `count` of them, the largest first. numbers: row by row, [rows][size / rows]. All of a small matrix are
/// found; of one whose smaller side is above 200, by 80 steps of Lanczos with all vectors kept orthogonal (Golub & Van
/// Loan, Matrix Computations, 3rd ed., sec. 9.3), each of which costs two products of the matrix with a vector: to many
/// digits where they stand apart, to a few in a thousand at the edge of a random matrix.
std::vector<double> largest_singular_values(std::span<const double> numbers, std::size_t rows, std::size_t count);

}  // namespace gibbsite

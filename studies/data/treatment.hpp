/// What is done to real numbers before a model learns them, so that the same can be done to others later, and what it
/// does to densities. Of a number v of the data, in this order,
///
///   u = v + r                       dequantized: r uniform on [0, 1), v a whole number from 0 to a maximum
///   x = u / divisor                 the maximum, dequantized the number of its levels, maximum + 1: 256 of bytes
///   l = ln z/(1 - z)                z = alpha + (1 - 2 alpha) x, where alpha is above 0
///   y = (l - mean) / deviation      mean and deviation of this number over the data that were learned from
///
/// (Theis, van den Oord & Bethge, arXiv:1511.01844; Papamakarios, Pavlakou & Murray, arXiv:1705.07057). A density p(y)
/// of what comes out is ln p(u) = ln p(y) + sum_i ln |dy_i/du_i| of what went in. Dequantized, the mean of ln p(u) over
/// r is at most ln of the probability of the whole numbers v, so that -ln p(u)/(d ln 2) is at least their bits per
/// dimension: 8 for uniform bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gibbsite {

struct Treatment {
  bool dequantized = false;
  double divisor = 1;
  double alpha = 0;                    ///< 0: no logit
  std::vector<double> mean = {};       ///< [width]; empty: not standardized
  std::vector<double> deviation = {};  ///< [width], above 0

  /// Whether anything is done.
  bool any() const { return dequantized || divisor != 1 || alpha > 0 || !mean.empty(); }
  /// Whether a divisor is not all of it.
  bool reshapes() const { return dequantized || alpha > 0 || !mean.empty(); }
  bool operator==(const Treatment&) const = default;
};

/// In words: "uniform noise added, divided by 256, logit (alpha = 0.05), mean 0 and deviation 1 of each number".
std::string description(const Treatment& treatment);

/// Back from y to v, samples of so many numbers one behind the other; of dequantized data the level that u is in, from
/// 0 to the last.
void undo_treatment(const Treatment& treatment, std::size_t width, std::span<double> values);

/// Throws std::invalid_argument for lengths and numbers that cannot be, of data of so many numbers.
void check_treatment(const Treatment& treatment, std::size_t width);

/// -(ln p(y) + log_jacobian) / (width ln 2), of means over samples.
double bits_per_dimension(double log_p, double log_jacobian, std::size_t width);

}  // namespace gibbsite

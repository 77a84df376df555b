/// What is estimated from one observable x by means of functions of it,
///
///   scale f(<g_1(x)>, <g_2(x)>, ...),
///
/// written down once for chains, for weighted particles and for what other temperatures know of it.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "estimators/derived.hpp"

namespace gibbsite {

struct Response {
  using Column = double (*)(double x, double centre);
  double scale = 1;             ///< of the result
  double centre = 0;            ///< what the columns are taken around, so that a large offset costs no digits
  std::vector<Column> columns;  ///< the g
  FunctionOfMeans f;
  static constexpr double unbounded = std::numeric_limits<double>::infinity();
  double lowest = -unbounded, highest = unbounded;  ///< what f can be

  /// Every column of every value, [column][value].
  std::vector<std::vector<double>> of(std::span<const double> x) const;
  /// An estimate of f kept within what it can be, and scaled.
  Estimate finished(Estimate estimate) const;
};

Response mean_response(double centre);                    ///< <x>
Response variance_response(double scale, double centre);  ///< scale (<x^2> - <x>^2)
Response square_response(double scale);                   ///< scale <x^2>
Response absolute_response();                             ///< <|x|>
Response absolute_variance_response(double scale);        ///< scale (<x^2> - <|x|>^2)
/// 1 - <x^4> / (3 <x^2>^2), which is 2/3 at most (K. Binder, Z. Phys. B 43, 119 (1981)).
Response binder_response();

/// From chains: derived() of the columns. Throws as it does.
Estimate estimate(const Response& response, const ChainSeries& x);

}  // namespace gibbsite

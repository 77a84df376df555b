/// What is estimated from one observable x by means of functions of it,
///
///   scale f(<g_1(x / per)>, <g_2(x / per)>, ...),
///
/// written down once for chains, for weighted particles and for what other temperatures know of it.
///
/// Where a draw stands for all sweeps since the one before it, it brings means of the g over them (SweepMoments), and
/// errors come from the series of those: nothing is lost by drawing seldom.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "estimators/derived.hpp"

namespace gibbsite {

/// Over the sweeps that each draw stands for, [chain][draw]: the mean of x and its variance around that, the means of
/// |x|, x^2 and x^4. Those that nobody needs are empty; all are where a draw stands for itself alone.
struct SweepMoments {
  std::span<const double> mean = {}, variance = {}, absolute = {}, square = {}, fourth = {};

  /// Draws first ... first + count - 1 of them.
  SweepMoments part(std::size_t first, std::size_t count) const;
};

struct Response {
  /// The g, around a centre so that a large offset costs no digits: x - c, (x - c)^2, |x| - c, x^2 - c, x^4.
  enum class Column { deviation, squared_deviation, absolute, square, fourth };

  double scale = 1;             ///< of the result
  double centre = 0;            ///< c
  std::vector<Column> columns;  ///< the g
  FunctionOfMeans f;
  static constexpr double unbounded = std::numeric_limits<double>::infinity();
  double lowest = -unbounded, highest = unbounded;  ///< what f can be
  double per = 1;                                   ///< what x is divided by first

  /// Every column of every value, [column][value].
  std::vector<std::vector<double>> of(std::span<const double> x) const;
  /// The same from means over sweeps; nothing where one of them was not kept.
  std::vector<std::vector<double>> of(const SweepMoments& moments) const;
  /// An estimate of f kept within what it can be, and scaled.
  Estimate finished(Estimate estimate) const;
};

Response mean_response(double centre, double per = 1);      ///< <x / per>
Response variance_response(double scale, double centre);    ///< scale (<x^2> - <x>^2)
Response square_response(double scale, double centre = 0);  ///< scale <x^2>
Response absolute_response(double centre = 0);              ///< <|x|>
Response absolute_variance_response(double scale);          ///< scale (<x^2> - <|x|>^2)
/// 1 - <x^4> / (3 <x^2>^2), which is 2/3 at most (K. Binder, Z. Phys. B 43, 119 (1981)).
Response binder_response();

/// From chains: derived() of the columns. Throws as it does.
Estimate estimate(const Response& response, const ChainSeries& x);

}  // namespace gibbsite

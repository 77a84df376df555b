/// Positive sums of Boltzmann factors that never overflow and never cancel.
///
/// A LogWeight stands for w(beta) = sum_k g_k exp(-beta E_k) and holds l = ln w with its first two derivatives in beta,
///   l' = -<E>,   l'' = <E^2> - <E>^2,
/// averages taken within the sum. Products add all three; sums mix them with weights p = w_b / (w_a + w_b), q = 1 - p:
///   l' = q l_a' + p l_b',   l'' = q l_a'' + p l_b'' + p q (l_b' - l_a')^2,
/// all of one sign, so that a variance keeps its relative accuracy down to the lowest temperatures.
#pragma once

#include <cmath>
#include <limits>
#include <utility>

namespace gibbsite {

struct LogWeight {
  long double log = -std::numeric_limits<long double>::infinity();  ///< the empty sum
  long double first = 0, second = 0;

  LogWeight() = default;
  LogWeight(long double l, long double d, long double dd = 0) noexcept : log(l), first(d), second(dd) {}

  friend LogWeight operator*(const LogWeight& a, const LogWeight& b) noexcept {
    return {a.log + b.log, a.first + b.first, a.second + b.second};
  }
  friend LogWeight operator+(LogWeight a, LogWeight b) noexcept {
    if (a.log < b.log) std::swap(a, b);
    if (std::isinf(b.log)) return a;
    const long double ratio = std::exp(b.log - a.log), p = ratio / (1 + ratio), q = 1 / (1 + ratio);
    const long double step = b.first - a.first;
    return {a.log + std::log1p(ratio), a.first + p * step, q * a.second + p * b.second + p * q * step * step};
  }
};

/// exp(-beta E).
inline LogWeight boltzmann_factor(long double beta, long double energy) noexcept { return {-beta * energy, -energy}; }

}  // namespace gibbsite

/// A number that carries its first two derivatives with respect to one variable: f, f', f''.
#pragma once

#include <cmath>
#include <cstddef>

namespace gibbsite {

template <class Real>
struct Jet {
  Real f = 0, d = 0, dd = 0;

  Jet() = default;
  Jet(const Real& value) : f(value) {}  // a constant
  Jet(const Real& value, const Real& first, const Real& second) : f(value), d(first), dd(second) {}

  friend Jet operator+(const Jet& a, const Jet& b) { return {a.f + b.f, a.d + b.d, a.dd + b.dd}; }
  friend Jet operator-(const Jet& a, const Jet& b) { return {a.f - b.f, a.d - b.d, a.dd - b.dd}; }
  friend Jet operator*(const Jet& a, const Jet& b) {
    return {a.f * b.f, a.d * b.f + a.f * b.d, a.dd * b.f + 2 * a.d * b.d + a.f * b.dd};
  }
  friend Jet operator*(const Real& c, const Jet& a) { return {c * a.f, c * a.d, c * a.dd}; }
  friend Jet operator/(const Jet& a, const Jet& b) {
    const Real inverse = 1 / b.f, q = a.f * inverse, first = (a.d - q * b.d) * inverse;
    return {q, first, (a.dd - 2 * first * b.d - q * b.dd) * inverse};
  }
  friend Jet sqrt(const Jet& a) {
    using std::sqrt;
    const Real root = sqrt(a.f), first = a.d / (2 * root);
    return {root, first, (a.dd / 2 - first * first) / root};
  }
  friend Jet exp(const Jet& a) {
    using std::exp;
    const Real e = exp(a.f);
    return {e, e * a.d, e * (a.dd + a.d * a.d)};
  }
  friend Jet log(const Jet& a) {
    using std::log;
    const Real first = a.d / a.f;
    return {log(a.f), first, a.dd / a.f - first * first};
  }
  /// a^m, m = 0, 1, 2, ..., also where a = 0.
  friend Jet pow(Jet a, std::size_t m) {
    Jet power(Real(1));
    for (; m != 0; m >>= 1) {
      if (m & 1) power = power * a;
      a = a * a;
    }
    return power;
  }
};

}  // namespace gibbsite

/// Numbers that carry derivatives, for formulas of a few parameters: polynomials
///
///   a = sum over k <= 2, l <= 1 of a_kl eps^k delta^l,
///
/// cut behind these. An energy that is written once for such numbers gives, with x + eps v and delta added to whichever
/// argument is asked about, all that learning wants of it (physics/neural/jets.hpp): e_k is the part in eps^k, and the
/// part in eps^k delta its derivative: one evaluation for each argument (Griewank & Walther, Evaluating Derivatives,
/// 2nd ed., ch. 13). Functions of a number: f(a) = f + f' u + f'' u^2 / 2 + f''' u^3 / 6, u = a - a_00, whose fourth
/// power is 0.
#pragma once

#include <cmath>

namespace gibbsite::test {

struct Taylor {
  double c[3][2] = {};

  Taylor() = default;
  Taylor(double value) noexcept { c[0][0] = value; }  // numbers are such polynomials: mixed formulas read as written

  double value() const noexcept { return c[0][0]; }

  Taylor& operator+=(const Taylor& b) noexcept {
    for (int k = 0; k < 3; ++k)
      for (int l = 0; l < 2; ++l) c[k][l] += b.c[k][l];
    return *this;
  }
  Taylor& operator-=(const Taylor& b) noexcept { return *this += b * -1.0; }
  friend Taylor operator+(Taylor a, const Taylor& b) noexcept { return a += b; }
  friend Taylor operator-(Taylor a, const Taylor& b) noexcept { return a -= b; }
  friend Taylor operator-(const Taylor& a) noexcept { return a * -1.0; }
  friend Taylor operator*(Taylor a, double by) noexcept {
    for (auto& row : a.c)
      for (double& number : row) number *= by;
    return a;
  }
  friend Taylor operator*(double by, const Taylor& a) noexcept { return a * by; }
  friend Taylor operator*(const Taylor& a, const Taylor& b) noexcept {
    Taylor out;
    for (int k = 0; k < 3; ++k)
      for (int j = 0; j <= k; ++j) {
        out.c[k][0] += a.c[j][0] * b.c[k - j][0];
        out.c[k][1] += a.c[j][0] * b.c[k - j][1] + a.c[j][1] * b.c[k - j][0];
      }
    return out;
  }
  /// The function that has this value and these derivatives at a_00.
  Taylor through(double f, double f1, double f2, double f3) const noexcept {
    Taylor u = *this;
    u.c[0][0] = 0;
    const Taylor square = u * u;
    Taylor out = u * f1 + square * (f2 / 2) + square * u * (f3 / 6);
    out.c[0][0] += f;
    return out;
  }
};

inline Taylor exp(const Taylor& a) noexcept {
  const double f = std::exp(a.value());
  return a.through(f, f, f, f);
}
/// a > 0.
inline Taylor log(const Taylor& a) noexcept {
  const double r = 1 / a.value();
  return a.through(std::log(a.value()), r, -r * r, 2 * r * r * r);
}
/// ln(1 + exp(a)).
inline Taylor softplus(const Taylor& a) noexcept {
  const double z = a.value(), s = 1 / (1 + std::exp(-z)), slope = s * (1 - s);
  return a.through(std::fmax(z, 0.0) + std::log1p(std::exp(-std::abs(z))), s, slope, slope * (1 - 2 * s));
}

}  // namespace gibbsite::test

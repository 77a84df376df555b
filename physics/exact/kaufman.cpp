#include "physics/exact/kaufman.hpp"

#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cassert>
#include <cmath>
#include <mutex>
#include <numbers>

#include "physics/exact/jet.hpp"

// With S = sinh 2K and v = min(S, 1/S), A = 1 + v^2 - v cos(pi l/n), R = sqrt(A^2 - v^2), G = A + R:
//   exp(-|g_l|) = v / G   and   2 S exp(|g_l|) = 2 G max(1, S^2),
// so that above and below K_c (duality)
//   Z = 2^N max(1, S)^N (1/2) [odd+ + odd- + even+ -+ even-],   X+- = prod_r (G/2)^{m/2} (1 +- (v/G)^m),
// where all is smooth at v = 0, and R = (1 - v) sqrt(1 + v^2) for l = 0 leaves no root to change sign: even- alone
// does. What is left to cancel, in var(E) at low temperature, does so as e^{-6K}: 50 digits are enough up to K = 10,
// and from there on the first excited level is all there is to a relative e^{-4K}.
namespace gibbsite {
namespace {

using Real = boost::multiprecision::cpp_bin_float_50;
using Smooth = Jet<Real>;

constexpr double coldest = 10;

/// One sector: l of one parity, as (ln of its products with plus and minus sign), the minus factor of l = 0 kept apart.
struct Sector {
  Smooth plus, minus, minus_at_0;
};

Sector multiply(std::size_t parity, std::size_t m, const Smooth& v, const std::vector<Real>& cosines) {
  const Real negligible = std::numeric_limits<Real>::epsilon() / 1024;
  const std::size_t n = cosines.size() - 1;
  const Smooth one(Real(1));
  Sector sector{{}, {}, one};
  for (std::size_t l = parity; l <= n; l += 2) {
    const Smooth A = one + v * v - cosines[l] * v;
    const Smooth R = l == 0 ? (one - v) * sqrt(one + v * v) : sqrt((A - v) * (A + v));
    const Smooth G = A + R, tail = pow(v / G, m);
    const Real copies = l == 0 || l == n ? 1 : 2;  // l and 2n - l
    const Smooth front = (copies * m / 2) * log(Real(0.5) * G);
    sector.plus = sector.plus + front;
    sector.minus = sector.minus + front;
    if (l == 0) sector.minus_at_0 = one - tail;
    if (abs(tail.f) + abs(tail.d) + abs(tail.dd) < negligible) continue;
    sector.plus = sector.plus + copies * log(one + tail);
    if (l != 0) sector.minus = sector.minus + copies * log(one - tail);
  }
  return sector;
}

Thermal solve_at(double K, std::size_t m, const std::vector<Real>& cosines) {
  const std::size_t n = cosines.size() - 1;
  const Real k = K, sites = Real(n) * m, ln_2 = boost::math::constants::ln_two<Real>();
  const Smooth one(Real(1)), S(sinh(2 * k), 2 * cosh(2 * k), 4 * sinh(2 * k));
  const bool ordered = S.f > 1;
  const Smooth v = ordered ? one / S : S;
  const Sector odd = multiply(1, m, v, cosines), even = multiply(0, m, v, cosines);
  const Smooth even_minus = exp(even.minus - odd.plus) * even.minus_at_0;
  const Smooth sum =
      one + exp(odd.minus - odd.plus) + exp(even.plus - odd.plus) + (ordered ? even_minus : Real(-1) * even_minus);
  Smooth log_z = odd.plus + log(Real(0.5) * sum);
  if (ordered) {  // ln S = 2K - ln 2 + ln(1 - y): its second derivative is as small as y
    const Real y = exp(-4 * k);
    log_z = log_z + sites * (Smooth(2 * k - ln_2, 2, 0) + log(Smooth(1 - y, 4 * y, -16 * y)));
  }
  log_z.f += sites * ln_2;
  if (K == 0) log_z.d = 0;  // not quite, with rounded cosines
  return {static_cast<double>(log_z.f), static_cast<double>(0 - log_z.d), static_cast<double>(log_z.dd), {}};
}

/// Z = 2 e^{2NK} (1 + g e^{-8K} + ...): g ways of turning one spin over, or a band of columns between two walls of 2.
Thermal solve_frozen(double K, std::size_t n, std::size_t m) {
  const double a = static_cast<double>(n), b = static_cast<double>(m), ground = -2 * a * b;
  const double g = a * b + (n == 2 ? b * (b - 1) / 2 : 0) + (m == 2 ? a * (a - 1) / 2 : 0);
  const double excited = g * std::exp(-8 * K);
  return {-K * ground + std::numbers::ln2 + excited, ground + 8 * excited, 64 * excited, {}};
}

}  // namespace

std::vector<Thermal> solve_torus(std::size_t n, std::size_t m, std::span<const double> K) {
  assert(n >= 2 && m >= 2);
  // One at a time: Boost makes constants of 50 digits at their first use, and not safely in two threads at once.
  static std::mutex one_at_a_time;
  const std::lock_guard guard(one_at_a_time);
  std::vector<Real> cosines(n + 1);
  for (std::size_t l = 0; l <= n; ++l) cosines[l] = cos(boost::math::constants::pi<Real>() * l / n);
  std::vector<Thermal> at(K.size());
  for (std::size_t b = 0; b < K.size(); ++b) {
    assert(K[b] >= 0);
    at[b] = K[b] > coldest ? solve_frozen(K[b], n, m) : solve_at(K[b], m, cosines);
  }
  return at;
}

}  // namespace gibbsite

#include "estimators/learning/unrolled_descent.hpp"

#include <cassert>

namespace gibbsite {

template <class Real>
std::vector<Real> descend(const JetEnergy<Real>& energy, const Descent& descent, std::span<const Real> x) {
  const std::size_t n = energy.units();
  std::vector<Real> way(x.begin(), x.end()), slope(x.size());
  way.reserve(x.size() * (descent.steps + 1));
  std::vector<double> e(x.size() / n);
  for (std::size_t k = 0; k < descent.steps; ++k) {
    energy.energy_and_gradient(std::span<const Real>(way).subspan(k * x.size()), e, slope);
    for (std::size_t i = 0; i < x.size(); ++i)
      way.push_back(way[k * x.size() + i] -
                    (i % n < descent.fixed ? Real(0) : static_cast<Real>(descent.rate) * slope[i]));
  }
  return way;
}

template <class Real>
double descend_reverse(const JetEnergy<Real>& energy, const Descent& descent, std::span<const Real> way,
                       std::span<Real> end_bar, std::span<Real> gradient) {
  const std::size_t n = energy.units(), size = end_bar.size(), states = size / n;
  assert(way.size() == size * (descent.steps + 1));
  std::vector<double> e(2 * states), ebar(2 * states, 0);
  std::fill(ebar.begin() + static_cast<std::ptrdiff_t>(states), ebar.end(), -descent.rate);
  std::vector<Real> v(size), bar(size);
  double rate_bar = 0;
  for (std::size_t k = descent.steps; k-- > 0;) {
    for (std::size_t i = 0; i < size; ++i) v[i] = i % n < descent.fixed ? Real(0) : end_bar[i];
    energy.run({.states = states,
                .coefficients = 2,
                .x = {way.subspan(k * size, size), v},
                .e = e,
                .ebar = ebar,
                .xbar = {bar},
                .gradient = gradient});
    for (std::size_t r = 0; r < states; ++r) rate_bar -= e[states + r];
    for (std::size_t i = 0; i < size; ++i) end_bar[i] += bar[i];
  }
  return rate_bar;
}

template std::vector<float> descend(const JetEnergy<float>&, const Descent&, std::span<const float>);
template std::vector<double> descend(const JetEnergy<double>&, const Descent&, std::span<const double>);
template double descend_reverse(const JetEnergy<float>&, const Descent&, std::span<const float>, std::span<float>,
                                std::span<float>);
template double descend_reverse(const JetEnergy<double>&, const Descent&, std::span<const double>, std::span<double>,
                                std::span<double>);

}  // namespace gibbsite

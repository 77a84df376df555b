#include "estimators/learning/scores.hpp"

#include <cassert>
#include <stdexcept>

namespace gibbsite {
namespace {

template <class Real>
std::size_t states_of(const JetEnergy<Real>& energy, std::span<const Real> x) {
  assert(x.size() % energy.units() == 0);
  if (x.empty()) throw std::invalid_argument("score matching is given no states: give a batch of one at least");
  return x.size() / energy.units();
}

template <class Real>
void need_second_derivatives(const JetEnergy<Real>& energy, const char* rule) {
  if (const std::string kinks = energy.kinks(); !kinks.empty())
    throw std::invalid_argument(std::string(rule) + " score matching needs second derivatives, which " + kinks +
                                " has at its kinks alone: take \"swish\", \"softplus\" or \"tanh\", or denoising");
}

template <class Real>
double half_square(std::span<const Real> numbers) {
  double sum = 0;
  for (const Real a : numbers) sum += static_cast<double>(a) * static_cast<double>(a);
  return sum / 2;
}

template <class Real>
std::vector<Real> slope_of(const JetEnergy<Real>& energy, std::span<const Real> x) {
  std::vector<double> e(states_of(energy, x));
  std::vector<Real> slope(x.size());
  energy.energy_and_gradient(x, e, slope);
  return slope;
}

/// Adds the gradient of sum of weight (v . grad E) in theta, v fixed.
template <class Real>
void add_along(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> v,
               std::span<const double> weight, std::span<Real> gradient) {
  const std::size_t states = weight.size();
  std::vector<double> e(2 * states), ebar(2 * states, 0);
  std::copy(weight.begin(), weight.end(), ebar.begin() + static_cast<std::ptrdiff_t>(states));
  energy.run({.states = states, .coefficients = 2, .x = {x, v}, .e = e, .ebar = ebar, .gradient = gradient});
}

/// Minus the sum over states of v'Hv, and of share times its gradient.
template <class Real>
double add_curvature(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> v, double share,
                     std::span<Real> gradient) {
  const std::size_t states = states_of(energy, x);
  std::vector<double> e(3 * states), ebar(3 * states, 0);
  std::fill(ebar.begin() + static_cast<std::ptrdiff_t>(2 * states), ebar.end(), -2 * share);
  NeuralPass<Real> pass{.states = states, .coefficients = 3, .x = {x, v}, .e = e};
  if (!gradient.empty()) {
    pass.ebar = ebar;
    pass.gradient = gradient;
  }
  energy.run(pass);
  double sum = 0;
  for (std::size_t r = 0; r < states; ++r) sum -= 2 * e[2 * states + r];
  return sum;
}

}  // namespace

template <class Real>
double contrastive(const JetEnergy<Real>& energy, std::span<const Real> data, std::span<const Real> model,
                   std::span<Real> gradient) {
  double value = 0;
  for (const auto& [x, sign] : {std::pair(data, 1.0), std::pair(model, -1.0)}) {
    std::vector<double> e(states_of(energy, x)), weight(e.size(), sign / static_cast<double>(e.size()));
    if (gradient.empty())
      energy.energy(x, e);
    else
      energy.add_gradient(x, weight, e, gradient);
    for (const double one : e) value += weight[0] * one;
  }
  return value;
}

template <class Real>
double denoising_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> noise,
                       std::span<const double> sigma, std::span<const double> weight, std::span<Real> gradient) {
  assert(noise.size() == x.size());
  const std::size_t states = states_of(energy, x), n = energy.units();
  const auto one_of = [](std::span<const double> numbers, std::size_t r) {
    return numbers[numbers.size() == 1 ? 0 : r];
  };
  std::vector<Real> noisy(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) noisy[i] = x[i] + static_cast<Real>(one_of(sigma, i / n)) * noise[i];
  std::vector<Real> v = slope_of<Real>(energy, noisy);
  for (std::size_t i = 0; i < x.size(); ++i) v[i] -= noise[i] / static_cast<Real>(one_of(sigma, i / n));
  std::vector<double> share(states);
  double value = 0;
  for (std::size_t r = 0; r < states; ++r) {
    share[r] = (weight.empty() ? 1 : one_of(weight, r)) / static_cast<double>(states);
    value += share[r] * half_square<Real>(std::span<const Real>(v).subspan(r * n, n));
  }
  if (!gradient.empty()) add_along<Real>(energy, noisy, v, share, gradient);
  return value;
}

template <class Real>
double sliced_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> v, Slices slices,
                    std::span<Real> gradient) {
  assert(v.size() == x.size());
  need_second_derivatives(energy, "sliced");
  const std::size_t states = states_of(energy, x);
  const double share = 1 / static_cast<double>(states);
  if (slices == Slices::reduced) {
    const std::vector<Real> slope = slope_of(energy, x);
    if (!gradient.empty()) add_along<Real>(energy, x, slope, std::vector<double>(states, share), gradient);
    return share * (half_square<Real>(slope) + add_curvature(energy, x, v, share, gradient));
  }
  std::vector<double> e(3 * states), ebar(3 * states, 0);
  NeuralPass<Real> pass{.states = states, .coefficients = 3, .x = {x, v}, .e = e};
  if (!gradient.empty()) {
    pass.ebar = ebar;
    pass.gradient = gradient;
    pass.adjoint = [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        ebar[states + r] = share * e[states + r];
        ebar[2 * states + r] = -2 * share;
      }
    };
  }
  energy.run(pass);
  double value = 0;
  for (std::size_t r = 0; r < states; ++r) value += share * (e[states + r] * e[states + r] / 2 - 2 * e[2 * states + r]);
  return value;
}

template <class Real>
double exact_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<Real> gradient) {
  need_second_derivatives(energy, "exact");
  const std::size_t states = states_of(energy, x);
  const double share = 1 / static_cast<double>(states);
  const std::vector<Real> slope = slope_of(energy, x);
  if (!gradient.empty()) add_along<Real>(energy, x, slope, std::vector<double>(states, share), gradient);
  return share * (half_square<Real>(slope) - energy.add_curvatures(x, {}, -share, gradient));
}

template <class Real>
double weighted_score(const JetEnergy<Real>& energy, std::span<const Real> x, const SlopeWeights& weights,
                      std::span<Real> gradient) {
  assert(weights.h.size() == x.size() && weights.slope.size() == x.size());
  need_second_derivatives(energy, "exact");
  const std::size_t states = states_of(energy, x);
  const double share = 1 / static_cast<double>(states);
  const std::vector<Real> slope = slope_of(energy, x), h(weights.h.begin(), weights.h.end());
  std::vector<Real> along(x.size());
  double value = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double s = static_cast<double>(slope[k]);
    value += (weights.h[k] * s / 2 - weights.slope[k]) * s;
    along[k] = static_cast<Real>(weights.h[k] * s - weights.slope[k]);
  }
  if (!gradient.empty()) add_along<Real>(energy, x, along, std::vector<double>(states, share), gradient);
  return share * (value - energy.add_curvatures(x, h, -share, gradient));
}

#define GIBBSITE_SCORES(Real)                                                                                         \
  template double contrastive(const JetEnergy<Real>&, std::span<const Real>, std::span<const Real>, std::span<Real>); \
  template double denoising_score(const JetEnergy<Real>&, std::span<const Real>, std::span<const Real>,               \
                                  std::span<const double>, std::span<const double>, std::span<Real>);                 \
  template double sliced_score(const JetEnergy<Real>&, std::span<const Real>, std::span<const Real>, Slices,          \
                               std::span<Real>);                                                                      \
  template double exact_score(const JetEnergy<Real>&, std::span<const Real>, std::span<Real>);                        \
  template double weighted_score(const JetEnergy<Real>&, std::span<const Real>, const SlopeWeights&, std::span<Real>);
GIBBSITE_SCORES(float)
GIBBSITE_SCORES(double)
#undef GIBBSITE_SCORES

}  // namespace gibbsite

#include "physics/continuous/phi4.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {

Phi4::Phi4(Graph graph, double mass_squared, double quartic)
    : ContinuousEnergy(graph.sites()), graph_(std::move(graph)), mass_squared_(mass_squared), quartic_(quartic) {
  if (!std::isfinite(mass_squared) || !std::isfinite(quartic) || quartic < 0)
    throw std::invalid_argument("phi^4 needs finite numbers, and a quartic term that is not below 0");
  const auto couplings = graph_.coupling();
  if (quartic == 0 &&
      (mass_squared <= 0 || std::any_of(couplings.begin(), couplings.end(), [](double J) { return J < 0; })))
    throw std::invalid_argument(
        "phi^4 without a quartic term has no lower bound here: take a quartic term above 0, or a mass squared above 0 "
        "and no coupling below 0");
  sites_ = phi4_sites(graph_, mass_squared_, quartic_);
}

void Phi4::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t n = units();
  std::vector<Lanes> phi(n), slope(gradient.empty() ? 0 : n);
  for (std::size_t begin = 0; begin < energy.size(); begin += Lanes::count) {
    const std::size_t count = std::min(Lanes::count, energy.size() - begin);
    for (std::size_t s = 0; s < Lanes::count; ++s) {
      const double* state = x.data() + (begin + std::min(s, count - 1)) * n;
      for (std::size_t i = 0; i < n; ++i) phi[i].of[s] = state[i];
    }
    Lanes sum;
    phi4_weigh(sites_, phi, sum, slope);
    std::copy_n(sum.of, count, energy.begin() + static_cast<std::ptrdiff_t>(begin));
    for (std::size_t s = 0; s < count; ++s)
      for (std::size_t i = 0; i < slope.size(); ++i) gradient[(begin + s) * n + i] = slope[i].of[s];
  }
}

void Phi4::fly(const Flight& flight, Lanes& energy) const {
  phi4_fly(sites_, flight);
  phi4_weigh(sites_, flight.x, energy, {});
}

void Phi4::set_ordered(std::span<double> x) const {
  const double field = graph_.common_field().value_or(0);
  const double depth = mass_squared_ < 0 ? std::sqrt(-mass_squared_ / (4 * quartic_)) : 0;
  std::fill(x.begin(), x.end(), field < 0 ? -depth : depth);
}

ContinuousEnergy::Extent Phi4::extent() const noexcept {
  if (mass_squared_ > 0) return {0, 1 / std::sqrt(mass_squared_)};
  return {0, std::max(std::sqrt(-mass_squared_ / (4 * quartic_)), 1 / std::sqrt(std::sqrt(4 * quartic_)))};
}

std::vector<Observable> Phi4::measured() const {
  const Role part = Role::of_order_parameter;
  constexpr double unbounded = Observable::unbounded;
  const char* m = "magnetization_density";
  return {{m, "1", "mean of the field, sum phi_i / N", Role::order_parameter, Parity::odd},
          {"abs_magnetization_density", "1", "absolute mean of the field", part, Parity::even, 0, unbounded,
           Follows::as_absolute, m},
          {"magnetization_density_squared", "1", "square of the mean of the field", part, Parity::even, 0, unbounded,
           Follows::as_square, m},
          {"phi_squared", "1", "mean of phi_i^2", Role::other, Parity::even, 0}};
}

void Phi4::measure(std::span<const double> x, std::span<double> out) const {
  double sum = 0, squares = 0;
  for (const double phi : x) {
    sum += phi;
    squares += phi * phi;
  }
  const double sites = static_cast<double>(units());
  out[0] = sum / sites;
  out[1] = std::abs(out[0]);
  out[2] = out[0] * out[0];
  out[3] = squares / sites;
}

}  // namespace gibbsite

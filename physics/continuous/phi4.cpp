#include "physics/continuous/phi4.hpp"

#include <algorithm>
#include <array>
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
}

void Phi4::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  constexpr std::size_t lanes = 8;  // states side by side, so that neighbours are looked up once for all of them
  using Lanes = std::array<double, lanes>;
  const std::size_t n = units();
  const auto first = graph_.first();
  const auto neighbour = graph_.neighbour();
  const auto coupling = graph_.coupling();
  const auto field = graph_.fields();
  std::vector<Lanes> phi(n);
  for (std::size_t begin = 0; begin < energy.size(); begin += lanes) {
    const std::size_t count = std::min(lanes, energy.size() - begin);
    for (std::size_t s = 0; s < lanes; ++s) {
      const double* state = x.data() + (begin + std::min(s, count - 1)) * n;
      for (std::size_t i = 0; i < n; ++i) phi[i][s] = state[i];
    }
    Lanes sum{};
    for (std::size_t i = 0; i < n; ++i) {
      Lanes bonds{}, pull{};
      const Lanes own = phi[i];
      for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) {
        const Lanes& other = phi[neighbour[e]];
        for (std::size_t s = 0; s < lanes; ++s) {
          const double step = own[s] - other[s], drawn = coupling[e] * step;
          pull[s] += drawn;
          bonds[s] += drawn * step;
        }
      }
      Lanes slope;
      for (std::size_t s = 0; s < lanes; ++s) {
        const double square = own[s] * own[s];
        sum[s] += 0.25 * bonds[s] + (0.5 * mass_squared_ + quartic_ * square) * square - field[i] * own[s];
        slope[s] = pull[s] + (mass_squared_ + 4 * quartic_ * square) * own[s] - field[i];
      }
      if (!gradient.empty())
        for (std::size_t s = 0; s < count; ++s) gradient[(begin + s) * n + i] = slope[s];
    }
    std::copy_n(sum.begin(), count, energy.begin() + static_cast<std::ptrdiff_t>(begin));
  }
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

#include "physics/clock.hpp"

#include <functional>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

namespace gibbsite {
namespace {

/// cos(2 pi k / n), exact where it is 0, +-1/2 or +-1, and the same for angles that mirror each other.
double cosine_of(int k, int n) {
  k = std::min(k % n, n - k % n);
  if (4 * k == n) return 0;
  if (6 * k == n) return 0.5;
  if (3 * k == n) return -0.5;
  const double part = 2 * std::numbers::pi / n;
  return 4 * k < n ? std::cos(part * k) : -std::cos(part * (n - 2 * k) / 2);
}
double sine_of(int k, int n) { return cosine_of(4 * k + 3 * n, 4 * n); }

}  // namespace

Clock::Clock(Graph graph, int q)
    : graph_(std::move(graph)),
      first_(graph_.first().data()),
      neighbour_(graph_.neighbour().data()),
      coupling_(graph_.coupling().data()),
      field_(graph_.fields().data()),
      q_(q) {
  if (q < 2 || q > most_states)
    throw std::invalid_argument("a clock of " + std::to_string(q) + " states: q must be from 2 to " +
                                std::to_string(most_states));
  for (int k = 0; k < q; ++k) direction_.push_back({cosine_of(k, q), sine_of(k, q)});
  for (int k = 0; k < 2 * q; ++k) normal_.push_back(sine_of(k, 2 * q));
  constexpr double rounding = 1e-13;  // as in physics/ising.cpp
  for (std::size_t i = 0; i < units(); ++i) {
    double largest = std::abs(field_[i]);
    for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) largest += std::abs(coupling_[e]);
    free_.push_back(2 * rounding * largest);
  }
}

double Clock::energy(ConstState s) const noexcept {
  double sum = 0;
  for (const Bond& bond : graph_.bonds()) sum -= bond.J * cosine(s[bond.i] - s[bond.j]);
  for (std::size_t i = 0; i < units(); ++i) sum -= field_[i] * cosine(s[i]);
  return sum;
}

std::vector<Observable> Clock::observables() const {
  return {{"energy", "J", "total energy", Role::energy},
          density_of_energy("J", "energy per site"),
          {"magnetization_x", "1", "magnetization per site along the field", Role::other, Parity::odd, -1, 1},
          {"magnetization_y", "1", "magnetization per site across the field", Role::other, Parity::odd, -1, 1},
          {"abs_magnetization_density", "1", "length of the magnetization per site", Role::order_parameter,
           Parity::even, 0, 1},
          {"magnetization_density_squared", "1", "square of the magnetization per site", Role::of_order_parameter,
           Parity::even, 0, 1}};
}

void Clock::observe(ConstState s, double energy, std::span<double> out) const noexcept {
  std::array<std::int64_t, most_states> count{};
  for (const Unit unit : s) ++count[static_cast<std::size_t>(unit)];
  Vector m;
  for (std::size_t k = 0; k < direction_.size(); ++k) {
    m.x += static_cast<double>(count[k]) * direction_[k].x;
    m.y += static_cast<double>(count[k]) * direction_[k].y;
  }
  const auto n = static_cast<double>(units());
  m = {m.x / n, m.y / n};
  const double square = dot(m, m);
  out[0] = energy;
  out[1] = energy / n;
  out[2] = m.x;
  out[3] = m.y;
  out[4] = std::sqrt(square);
  out[5] = square;
}

double Clock::overlap(ConstState a, ConstState b) const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += cosine(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

void Clock::set_ordered(State s) const noexcept {
  const auto h = graph_.fields();
  const auto against = static_cast<Unit>(q_ / 2);  // of the field, or next to it
  const Unit most = std::accumulate(h.begin(), h.end(), 0.0) < 0 ? against : Unit{0};
  for (std::size_t i = 0; i < s.size(); ++i) s[i] = h[i] == 0 ? most : h[i] < 0 ? against : Unit{0};
  const double along = energy(s);
  const std::vector<Unit> along_fields(s.begin(), s.end());
  std::fill(s.begin(), s.end(), most);
  if (along < energy(s)) std::copy(along_fields.begin(), along_fields.end(), s.begin());
}

Clock Clock::with_fields(std::span<const double> fields) const {
  const auto bonds = graph_.bonds();
  std::vector<double> h(graph_.fields().begin(), graph_.fields().end());
  std::transform(h.begin(), h.end(), fields.begin(), h.begin(), std::plus<>());
  return {Graph({bonds.begin(), bonds.end()}, std::move(h)), q_};
}

bool Clock::in_field() const noexcept {
  const auto h = graph_.fields();
  return q_ % 2 == 0 && std::any_of(h.begin(), h.end(), [](double field) { return field != 0; });
}

double Clock::turning_energy(ConstState s) const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < s.size(); ++i) sum += field_[i] * cosine(s[i]);
  return 2 * sum;
}

void Clock::rotation_energies(ConstState s, std::span<double> out) const noexcept {
  Vector field;  // sum_i h_i e_{s_i}
  for (std::size_t i = 0; i < s.size(); ++i) {
    const Vector& e = direction_[static_cast<std::size_t>(s[i])];
    field.x += field_[i] * e.x;
    field.y += field_[i] * e.y;
  }
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = field.x - (field.x * direction_[k].x - field.y * direction_[k].y);
}

Clock::Clusters::Clusters(const Clock& model, double beta) : model_(&model), beta_(beta) {
  for (const double h : model.graph_.fields()) ghost_ = ghost_ || h != 0;
}

}  // namespace gibbsite

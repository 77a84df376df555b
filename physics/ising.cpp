#include "physics/ising.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace gibbsite {

namespace {

/// A sum that is this small against its terms is zero but for rounding (0.1 + 0.2 - 0.3).
constexpr double rounding = 1e-13;

}  // namespace

Ising::Ising(Graph graph) : graph_(std::move(graph)) {
  const auto strength = graph_.common_strength();
  const auto field = graph_.common_field();
  constexpr std::size_t widest_table = 64;
  if (!strength || !field || graph_.max_degree() > widest_table) return;
  degree_ = static_cast<int>(graph_.max_degree());
  strength_ = *strength;
  field_ = *field;
  table_driven_ = true;
}

Ising::Rows Ising::make_rows() const {
  Rows rows{graph_.first().data(), graph_.neighbour().data(), graph_.coupling().data(), graph_.fields().data(), {}, {}};
  rows.sign.reserve(graph_.coupling().size());
  for (const double J : graph_.coupling()) rows.sign.push_back(static_cast<std::int8_t>((J > 0) - (J < 0)));
  if (table_driven()) return rows;
  rows.free.reserve(units());
  for (std::size_t i = 0; i < units(); ++i) {
    double largest = std::abs(rows.field[i]);
    for (std::uint32_t e = rows.first[i]; e < rows.first[i + 1]; ++e) largest += std::abs(rows.coupling[e]);
    rows.free.push_back(rounding * largest);
  }
  return rows;
}

double Ising::energy(ConstState s) const {
  const Rows& rows = this->rows();
  if (table_driven()) {  // integers until the end: exact, and fast
    std::int64_t satisfied = 0, up = 0;
    for (std::size_t i = 0; i < units(); ++i) {
      int sum = 0;
      for (std::uint32_t e = rows.first[i]; e < rows.first[i + 1]; ++e) sum += rows.sign[e] * s[rows.neighbour[e]];
      satisfied += sum * s[i];
      up += s[i];
    }
    return -strength_ * static_cast<double>(satisfied / 2) - field_ * static_cast<double>(up);
  }
  double sum = 0;
  for (const Bond& bond : graph_.bonds()) sum -= bond.J * (s[bond.i] * s[bond.j]);
  for (std::size_t i = 0; i < units(); ++i) sum -= rows.field[i] * s[i];
  return sum;
}

std::vector<Observable> Ising::observables() const {
  const Role part = Role::of_order_parameter;
  const char* m = "magnetization_density";
  return {{"energy", "J", "total energy", Role::energy},
          density_of_energy("J", "energy per site"),
          {m, "1", "magnetization per site", Role::order_parameter, Parity::odd, -1, 1},
          {"abs_magnetization_density", "1", "absolute magnetization per site", part, Parity::even, 0, 1,
           Follows::as_absolute, m},
          {"magnetization_density_squared", "1", "square of the magnetization per site", part, Parity::even, 0, 1,
           Follows::as_square, m}};
}

void Ising::observe(ConstState s, double energy, std::span<double> out) const noexcept {
  std::int64_t total = 0;
  for (const Unit spin : s) total += spin;
  observe_sum(total, energy, out);
}

void Ising::observe_sum(std::int64_t total, double energy, std::span<double> out) const noexcept {
  const double n = static_cast<double>(units()), m = static_cast<double>(total) / n;
  out[0] = energy;
  out[1] = energy / n;
  out[2] = m;
  out[3] = std::abs(m);
  out[4] = m * m;
}

double Ising::overlap(ConstState a, ConstState b) const noexcept {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return static_cast<double>(sum) / static_cast<double>(a.size());
}

void Ising::set_ordered(State s) const {
  if (const auto field = graph_.common_field()) {
    std::fill(s.begin(), s.end(), static_cast<Unit>(*field < 0 ? -1 : 1));
    return;
  }
  const auto h = graph_.fields();
  const double total = std::accumulate(h.begin(), h.end(), 0.0);
  const auto most = static_cast<Unit>(total < 0 ? -1 : 1);
  for (std::size_t i = 0; i < s.size(); ++i) s[i] = static_cast<Unit>(h[i] == 0 ? most : h[i] < 0 ? -1 : 1);
  const double along = energy(s);
  const std::vector<Unit> along_fields(s.begin(), s.end());
  std::fill(s.begin(), s.end(), most);
  if (along < energy(s)) std::copy(along_fields.begin(), along_fields.end(), s.begin());
}

Ising Ising::with_fields(std::span<const double> fields) const {
  const auto bonds = graph_.bonds();
  std::vector<double> h(graph_.fields().begin(), graph_.fields().end());
  std::transform(h.begin(), h.end(), fields.begin(), h.begin(), std::plus<>());
  return Ising(Graph({bonds.begin(), bonds.end()}, std::move(h)));
}

bool Ising::in_field() const noexcept {
  if (const auto field = graph_.common_field()) return *field != 0;
  const auto h = graph_.fields();
  return std::any_of(h.begin(), h.end(), [](double field) { return field != 0; });
}

double Ising::turning_energy(ConstState s) const noexcept {
  if (const auto field = graph_.common_field()) {
    std::int64_t total = 0;
    for (const Unit spin : s) total += spin;
    return 2 * *field * static_cast<double>(total);
  }
  double sum = 0;
  for (std::size_t i = 0; i < s.size(); ++i) sum += graph_.fields()[i] * s[i];
  return 2 * sum;
}

Ising::Conditional::Conditional(const Ising& model, double beta) : model_(&model), rows_(&model.rows()), beta_(beta) {
  if (!model.table_driven()) return;
  for (std::size_t level = 0; level < model.levels(); ++level)
    table_.emplace_back(1 / (1 + std::exp(-2 * beta * model.field_at(level))));
}

Ising::Flips::Flips(const Ising& model, double beta) : model_(&model), rows_(&model.rows()), beta_(beta) {
  if (!model.table_driven()) return;
  for (std::size_t level = 0; level < model.levels(); ++level)
    for (const int spin : {-1, 1}) {
      const double f = model.field_at(level);
      const bool free = std::abs(f) <= rounding * (model.strength_ * model.degree_ + std::abs(model.field_));
      table_.emplace_back(free ? 0.5 : std::exp(std::min(0.0, -2 * beta * f * spin)));
    }
}

Ising::Clusters::Clusters(const Ising& model, double beta) : rows_(&model.rows()), beta_(beta) {
  const auto strength = model.graph_.common_strength();
  common_ = strength.has_value();
  if (common_) coin_[1] = Coin(-std::expm1(-2 * beta * *strength));
  ghost_ = model.in_field();
  constexpr std::size_t most_kept = std::size_t{1} << 18;  // coins: 4 MB for each beta; more are made anew when asked
  const std::span<const double> J = model.graph_.coupling(), h = model.graph_.fields();
  if (!common_ && J.size() <= most_kept)
    for (const double coupling : J) bond_.push_back(joined(coupling));
  if (!ghost_) return;
  const bool alike = model.graph_.common_field().has_value();
  if (alike || h.size() <= most_kept)
    for (const double field : h.first(alike ? 1 : h.size())) site_.push_back(joined(field));
}

}  // namespace gibbsite

#include "studies/systems/quantities.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

using enum Derivation;

Derivation derivation_of(Follows follows) {
  switch (follows) {
    case Follows::per_unit:
      return mean_per_unit;
    case Follows::as_absolute:
      return absolute;
    case Follows::as_square:
      return square;
    default:
      return mean;
  }
}

/// Those of a role, each as the mean of what was measured.
void add_means(std::vector<Estimated>& all, const std::vector<Observable>& observables, Role role) {
  for (const Observable& own : observables)
    if (own.role == role)
      all.push_back({own.name, own.units, own.meaning, own.measured() ? own.name : own.from, derivation_of(own.follows),
                     own.follows == Follows::as_absolute || own.follows == Follows::as_square});
}

}  // namespace

NamedQuantity quantity_named(std::string_view name) {
  // Not the energy beside its density, nor powers of the order parameter beside what is made of them.
  static constexpr std::pair<std::string_view, NamedQuantity> all[] = {
      {"energy", {Shown::never}},
      {"magnetization_density", {Shown::with_fields, true}},
      {"magnetization_density_squared", {Shown::never}},
      {"susceptibility_abs", {Shown::never}},
      {"overlap", {Shown::never, true}}};
  for (const auto& [known, said] : all)
    if (known == name) return said;
  return {};
}

bool shown_in_tables(std::string_view name, bool fields) {
  const Shown shown = quantity_named(name).shown;
  return shown == Shown::always || (shown == Shown::with_fields && fields);
}

std::vector<Estimated> estimated_quantities(const System& system) {
  return estimated_quantities(system.observables(), system.symmetric(), system.path());
}

std::vector<Estimated> estimated_quantities(const std::vector<Observable>& own, bool symmetric, PathKind path) {
  const auto with_role = [&](Role role) {
    return std::find_if(own.begin(), own.end(), [&](const Observable& o) { return o.role == role; });
  };
  std::vector<Estimated> all;
  add_means(all, own, Role::energy);
  add_means(all, own, Role::energy_density);
  if (const auto energy = with_role(Role::energy); energy != own.end() && path == PathKind::temperature)
    all.push_back({"specific_heat", "1", "specific heat per site, beta^2 var(E) / N", energy->name, specific_heat});
  add_means(all, own, Role::order_parameter);
  add_means(all, own, Role::of_order_parameter);
  if (const auto order = with_role(Role::order_parameter); order != own.end()) {
    const std::string& m = order->name;
    if (symmetric || order->parity == Parity::odd)  // of a length alone <m> is not known in fields
      all.push_back({"susceptibility", "1/J", "susceptibility beta N (<m^2> - <m>^2), <m> = 0 without fields", m,
                     susceptibility, symmetric});
    all.push_back(
        {"susceptibility_abs", "1/J", "susceptibility beta N (<m^2> - <|m|>^2)", m, susceptibility_abs, true});
    all.push_back({"binder_cumulant", "1", "Binder cumulant 1 - <m^4> / (3 <m^2>^2)", m, binder, true});
  }
  // Measured where couplings are disordered.
  all.push_back({"overlap", "1", "overlap q of two chains with the same couplings", "overlap"});
  all.push_back({"abs_overlap", "1", "absolute overlap |q|", "overlap", absolute, true});
  all.push_back({"overlap_squared", "1", "square of the overlap", "overlap", square, true});
  all.push_back(
      {"overlap_binder", "1", "Binder cumulant of the overlap, 1 - <q^4> / (3 <q^2>^2)", "overlap", binder, true});
  add_means(all, own, Role::other);
  return all;
}

}  // namespace gibbsite

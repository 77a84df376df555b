// What ln Z says, per estimator; and the list of everything that is estimated.
#include <algorithm>
#include <array>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/methods/report.hpp"

namespace gibbsite {

std::span<const Estimated> lattice_quantities() {
  static const std::vector<Estimated> all = {
      {"energy", "J", "total energy"},
      {"energy_density", "J", "energy per site"},
      {"specific_heat", "1", "specific heat per site, beta^2 var(E) / N"},
      {"magnetization_density", "1", "magnetization per site"},
      {"abs_magnetization_density", "1", "absolute magnetization per site"},
      {"magnetization_density_squared", "1", "square of the magnetization per site"},
      {"susceptibility", "1/J", "susceptibility beta N (<m^2> - <m>^2), <m> = 0 without fields"},
      {"susceptibility_abs", "1/J", "susceptibility beta N (<m^2> - <|m|>^2)"},
      {"binder_cumulant", "1", "Binder cumulant 1 - <m^4> / (3 <m^2>^2)"},
      {"overlap", "1", "overlap q of two chains with the same couplings"},
      {"abs_overlap", "1", "absolute overlap |q|"},
      {"overlap_squared", "1", "square of the overlap"},
      {"overlap_binder", "1", "Binder cumulant of the overlap, 1 - <q^4> / (3 <q^2>^2)"}};
  return all;
}

std::vector<Estimated> estimated_quantities(const System& system) {
  std::vector<Estimated> all(lattice_quantities().begin(), lattice_quantities().end());
  for (const Observable& own : system.observables()) {
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const Estimated& what) { return what.name == own.name; });
    if (known == all.end())
      all.push_back({own.name, own.units, own.meaning});
    else
      known->units = own.units;
  }
  if (system.path() == PathKind::mixture)
    std::erase_if(all, [](const Estimated& what) { return what.name == "specific_heat"; });
  return all;
}

void add_free_energy(Group& group, std::span<const double> beta, std::vector<std::string> estimators,
                     std::span<const std::vector<Estimate>> log_z, std::span<const std::vector<Estimate>> entropy,
                     const System& system) {
  add_beta(group, beta);
  const auto all_of = [](std::span<const std::vector<Estimate>> routes) {
    std::vector<Estimate> all;
    for (const std::vector<Estimate>& route : routes) all.insert(all.end(), route.begin(), route.end());
    return all;
  };
  const auto divided = [](Estimate e, double by) {
    e.value /= by;
    e.error /= std::abs(by);
    return e;
  };
  const double sites = system.sites();
  const std::vector<Estimate> total = all_of(log_z);
  std::vector<Estimate> density, free_energy, entropies = all_of(entropy);
  for (std::size_t i = 0; i < total.size(); ++i) {
    const double b = beta[i % beta.size()];
    density.push_back(divided(total[i], sites));
    free_energy.push_back(b > 0 ? divided(total[i], -b * sites) : Estimate{});
  }
  for (Estimate& e : entropies) e = divided(e, sites);
  const std::vector<std::string> dims = {"estimator", "beta"};
  const std::vector<std::size_t> shape = {estimators.size(), beta.size()};
  add_coordinate(group, "estimator", std::move(estimators), "1", "estimator of ln Z");
  add_estimates(group, "log_z", dims, shape, total, "1", "ln of the sum over states of exp(-beta E)");
  add_estimates(group, "log_z_density", dims, shape, density, "1", "ln Z per site");
  if (system.path() != PathKind::temperature) return;
  add_estimates(group, "free_energy_density", dims, shape, free_energy, "J", "free energy per site, -ln Z / (beta N)");
  add_estimates(group, "entropy_density", dims, shape, entropies, "1", "entropy per site, (ln Z + beta E) / N");
}

}  // namespace gibbsite

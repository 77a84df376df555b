// What ln Z says, per estimator.
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/methods/findings.hpp"

namespace gibbsite {

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

#include "physics/exact/thermal.hpp"

#include <cmath>

#include "physics/exact/log_weight.hpp"

namespace gibbsite {

Thermal average_levels(std::span<const Level> levels, std::size_t n, double beta) {
  const auto weight = [&](const Level& level) {
    return boltzmann_factor(beta, level.energy) * LogWeight(level.log_count, 0);
  };
  LogWeight z;
  for (const Level& level : levels) z = z + weight(level);
  Thermal thermal{static_cast<double>(z.log), static_cast<double>(0 - z.first), static_cast<double>(z.second),
                  std::vector<double>(n + 1, 0.0)};
  for (const Level& level : levels) thermal.up[level.up] += static_cast<double>(std::exp(weight(level).log - z.log));
  return thermal;
}

std::map<std::string, double> name_values(const Thermal& thermal, double beta, std::size_t n, bool symmetric) {
  const auto sites = static_cast<double>(n);
  std::map<std::string, double> values{{"log_z", thermal.log_z},
                                       {"energy", thermal.energy},
                                       {"energy_density", thermal.energy / sites},
                                       {"specific_heat", beta * (beta * thermal.energy_variance) / sites}};
  if (thermal.up.empty()) return values;
  const auto average = [&](auto f) {
    long double sum = 0, norm = 0;
    for (std::size_t k = 0; k <= n; ++k) {
      const long double m = (2 * static_cast<long double>(k) - sites) / sites;
      sum += thermal.up[k] * f(m);
      norm += thermal.up[k];
    }
    return sum / norm;
  };
  const long double m1 = symmetric ? 0 : average([](auto m) { return m; });
  const long double abs_m = average([](auto m) { return std::abs(m); });
  const long double m2 = average([](auto m) { return m * m; });
  const long double m4 = average([](auto m) { return m * m * m * m; });
  const long double variance = average([&](auto m) { return (m - m1) * (m - m1); });
  const long double abs_variance = average([&](auto m) { return (std::abs(m) - abs_m) * (std::abs(m) - abs_m); });
  values["magnetization_density"] = static_cast<double>(m1);
  values["abs_magnetization_density"] = static_cast<double>(abs_m);
  values["magnetization_density_squared"] = static_cast<double>(m2);
  values["susceptibility"] = static_cast<double>(beta * sites * variance);
  values["susceptibility_abs"] = static_cast<double>(beta * sites * abs_variance);
  values["binder_cumulant"] = static_cast<double>(1 - m4 / (3 * m2 * m2));
  return values;
}

}  // namespace gibbsite

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

std::vector<Observable> ContinuousEnergy::observables() const {
  std::vector<Observable> all = {{"energy", "1", "energy E(x)", Role::energy},
                                 density_of_energy("1", "energy per coordinate")};
  for (Observable& own : measured()) all.push_back(std::move(own));
  return all;
}

void ContinuousEnergy::observe(std::span<const double> x, double energy, std::span<double> out) const {
  out[0] = energy;
  out[1] = energy / static_cast<double>(units_);
  measure(x, out.subspan(2));
}

std::vector<Observable> ContinuousEnergy::measured() const {
  return {{"x_mean", "1", "mean of the coordinates", Role::other, Parity::odd},
          {"x_squared", "1", "mean of the squares of the coordinates", Role::other, Parity::even, 0}};
}

void ContinuousEnergy::measure(std::span<const double> x, std::span<double> out) const {
  double sum = 0, squares = 0;
  for (const double value : x) {
    sum += value;
    squares += value * value;
  }
  out[0] = sum / static_cast<double>(units_);
  out[1] = squares / static_cast<double>(units_);
}

}  // namespace gibbsite

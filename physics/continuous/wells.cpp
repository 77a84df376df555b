#include "physics/continuous/wells.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

void check(const Quartic& well) {
  if (!(well.a > 0) || !std::isfinite(well.a) || !std::isfinite(well.b) || !std::isfinite(well.c))
    throw std::invalid_argument("a well a x^4 + b x^2 + c x needs finite numbers with a above 0");
}

/// Beyond it the quartic rules: a width for references.
double reach(const Quartic& well) {
  return std::max(std::sqrt(std::max(0.0, -well.b) / (2 * well.a)), 1 / std::sqrt(std::sqrt(well.a)));
}

std::vector<Observable> measured_in_wells(const char* of) {
  return {{"x_mean", "1", std::string("mean of ") + of, Role::other, Parity::odd},
          {"x_squared", "1", std::string("mean square of ") + of, Role::other, Parity::even, 0},
          {"right_share", "1", std::string("share above 0 of ") + of, Role::other, Parity::even, 0, 1}};
}

}  // namespace

double Quartic::lowest() const noexcept {
  double best = 0;
  for (const double start : {-1.0, 1.0}) {
    double x = start * (1 + std::sqrt(std::max(0.0, -b) / (2 * a)) + std::cbrt(std::abs(c) / (4 * a)));
    for (int k = 0; k < 200; ++k) {
      const double curvature = 12 * a * x * x + 2 * b;
      if (!(curvature > 0)) break;
      x -= slope(x) / curvature;
    }
    if (std::isfinite(x) && energy(x) < energy(best)) best = x;
  }
  return best;
}

DoubleWell::DoubleWell(Quartic well) : ContinuousEnergy(1), well_(well) { check(well); }

void DoubleWell::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  for (std::size_t s = 0; s < energy.size(); ++s) energy[s] = well_.energy(x[s]);
  for (std::size_t s = 0; s < gradient.size(); ++s) gradient[s] = well_.slope(x[s]);
}

ContinuousEnergy::Extent DoubleWell::extent() const noexcept { return {0, reach(well_)}; }

std::vector<Observable> DoubleWell::measured() const { return measured_in_wells("x"); }

void DoubleWell::measure(std::span<const double> x, std::span<double> out) const {
  out[0] = x[0];
  out[1] = x[0] * x[0];
  out[2] = x[0] > 0 ? 1 : 0;
}

ManyWell::ManyWell(Quartic well, std::size_t pairs) : ContinuousEnergy(2 * pairs), well_(well) {
  check(well);
  if (pairs == 0) throw std::invalid_argument("many wells need at least one pair of coordinates");
  if (pairs > 1) pair_ = std::make_unique<const ManyWell>(well, 1);
}

void ManyWell::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const double* at = x.data() + s * units();
    double sum = 0;
    for (std::size_t i = 0; i < units(); i += 2) sum += well_.energy(at[i]) + 0.5 * at[i + 1] * at[i + 1];
    energy[s] = sum;
  }
  for (std::size_t i = 0; i < gradient.size(); i += 2) {
    gradient[i] = well_.slope(x[i]);
    gradient[i + 1] = x[i + 1];
  }
}

void ManyWell::set_ordered(std::span<double> x) const {
  const double lowest = well_.lowest();
  for (std::size_t i = 0; i < units(); i += 2) {
    x[i] = lowest;
    x[i + 1] = 0;
  }
}

ContinuousEnergy::Extent ManyWell::extent() const noexcept { return {0, reach(well_)}; }

std::vector<Observable> ManyWell::measured() const { return measured_in_wells("the coordinates in wells"); }

void ManyWell::measure(std::span<const double> x, std::span<double> out) const {
  double sum = 0, squares = 0, right = 0;
  for (std::size_t i = 0; i < units(); i += 2) {
    sum += x[i];
    squares += x[i] * x[i];
    right += x[i] > 0 ? 1 : 0;
  }
  const double pairs = static_cast<double>(units() / 2);
  out[0] = sum / pairs;
  out[1] = squares / pairs;
  out[2] = right / pairs;
}

}  // namespace gibbsite

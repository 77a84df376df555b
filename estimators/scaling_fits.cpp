#include "estimators/scaling_fits.hpp"

#include <algorithm>
#include <cmath>

namespace gibbsite {

PowerLaw power_law(std::span<const double> sizes, std::span<const CurveNumber> y, std::span<const Estimate> alone) {
  double sum = 0, mean_x = 0, mean_y = 0;
  std::vector<double> x, weight, log_y;
  std::vector<const CurveNumber*> used;
  for (std::size_t k = 0; k < y.size(); ++k) {
    const double relative = alone[k].error / alone[k].value;
    if (!(y[k].value > 0) || !(relative > 0)) continue;
    used.push_back(&y[k]);
    x.push_back(std::log(sizes[k]));
    log_y.push_back(std::log(y[k].value));
    weight.push_back(1 / (relative * relative));
    sum += weight.back();
    mean_x += weight.back() * x.back();
    mean_y += weight.back() * log_y.back();
  }
  PowerLaw law;
  if (used.size() < 2) return law;
  mean_x /= sum;
  mean_y /= sum;
  double spread = 0;
  for (std::size_t k = 0; k < x.size(); ++k) spread += weight[k] * (x[k] - mean_x) * (x[k] - mean_x);
  law.exponent.value = 0;
  for (std::size_t k = 0; k < x.size(); ++k) law.exponent += weight[k] * (x[k] - mean_x) / spread * log(*used[k]);
  law.degrees = static_cast<double>(x.size()) - 2;
  law.chi2 = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double off = log_y[k] - mean_y - law.exponent.value * (x[k] - mean_x);
    law.chi2 += weight[k] * off * off;
  }
  return law;
}

namespace {

constexpr double widest_window = 0.06;  // in U

/// Betas at which a size is read: as far from beta_c as moves U by `width`.
std::vector<double> collapse_nodes(double beta, double slope, double width) {
  constexpr int count = 7;
  std::vector<double> nodes;
  for (int i = 0; i < count; ++i) nodes.push_back(beta + width / std::abs(slope) * (2.0 * i / (count - 1) - 1));
  return nodes;
}

/// Whether draws carry all of them.
bool carried(const SizedCurves& system, const CurveTable& table, std::span<const double> beta) {
  return std::all_of(beta.begin(), beta.end(), [&](double b) {
    return b >= table.beta.front() && b <= table.beta.back() && system.curves->at(b).trusted;
  });
}

BinderCollapse collapse_at(std::span<const SizedCurves> systems, const CurveFamily& family, const CollapseStart& start,
                           double width, const std::vector<std::vector<double>>& beta) {
  BinderCollapse found;
  ScalingCollapse& c = found.collapse;
  c.width = width;
  std::vector<CurveNumber> values;
  for (std::size_t k = 0; k < beta.size(); ++k) {
    const std::size_t system = start.first + k;
    CollapseCurve& curve = c.points.emplace_back();
    c.curves.push_back(system);
    curve.size = systems[system].size;
    for (const double b : beta[k]) {
      values.push_back(family.value(system, Quantity::binder_cumulant, {b, {}}));
      curve.temperature.push_back(1 / b);
      curve.value.push_back(values.back().value);
    }
    curve.covariance = family.covariance(system, Quantity::binder_cumulant, beta[k]);
    const auto entries = curve.covariance.numbers();
    if (!std::all_of(entries.begin(), entries.end(), [](double v) { return std::isfinite(v); })) return found;
  }
  for (std::size_t degree = 4; degree >= 2 && !c.fit.found(); --degree)
    c.fit = collapse(c.points, {1 / start.beta, start.one_over_nu}, {.degree = degree});
  if (!c.fit.found()) return found;
  const auto number = [&](std::size_t parameter, double value) {
    CurveNumber out{value, {}};
    for (std::size_t i = 0; i < values.size(); ++i) out += c.fit.response(parameter, i) * values[i];
    out.value = value;
    return out;
  };
  found.temperature = number(0, c.fit.at.temperature);
  found.one_over_nu = number(1, c.fit.at.one_over_nu);
  return found;
}

}  // namespace

BinderCollapse collapse_binder(std::span<const SizedCurves> systems, std::span<const CurveTable> tables,
                               const CurveFamily& family, const CollapseStart& start) {
  for (double width = widest_window; width > 0.1 * widest_window; width *= 0.85) {
    std::vector<std::vector<double>> beta;
    bool whole = true;
    for (std::size_t k = start.first; whole && k < systems.size(); ++k) {
      beta.push_back(collapse_nodes(start.beta, start.slopes[k - start.first], width));
      whole = carried(systems[k], tables[k], beta.back());
    }
    if (whole) return collapse_at(systems, family, start, width, beta);
  }
  return {};
}

}  // namespace gibbsite

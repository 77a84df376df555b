// Finite-size scaling as groups of a file.
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/scaling/scaling.hpp"

namespace gibbsite {
namespace {

void add_column(Group& group, const std::string& dim, const std::string& name, std::vector<Estimate> values,
                const std::string& units, const std::string& meaning) {
  const std::size_t n = values.size();
  add_estimates(group, name, {dim}, {n}, values, units, meaning);
}

Group crossings_of(const SizedFiles& files) {
  Group group{.name = "crossings"};
  std::vector<double> first, second;
  std::vector<Estimate> temperature, beta, value, nu;
  for (const SizeCrossing& c : files.scaling.all.crossings) {
    first.push_back(files.sizes[c.first]);
    second.push_back(files.sizes[c.second]);
    temperature.push_back(c.temperature);
    beta.push_back(c.beta);
    value.push_back(c.value);
    nu.push_back(c.one_over_nu);
  }
  const std::size_t n = first.size();
  add_index(group, "crossing", n, "crossing of two Binder cumulants");
  add(group, "first", {"crossing"}, {n}, std::move(first), "1", "one linear size");
  add(group, "second", {"crossing"}, {n}, std::move(second), "1", "the other linear size");
  add_column(group, "crossing", "temperature", temperature, "J", "temperature of the crossing");
  add_column(group, "crossing", "beta", beta, "1/J", "inverse temperature of the crossing");
  add_column(group, "crossing", "binder_cumulant", value, "1", "Binder cumulant at the crossing");
  add_column(group, "crossing", "one_over_nu", nu, "1", "1/nu from the ratio of both slopes there");
  return group;
}

Group sizes_of(const SizedFiles& files) {
  Group group{.name = "sizes"};
  add_coordinate(group, "size", files.sizes, "1", "linear size");
  const auto column = [&](const std::string& name, Estimate SizePeak::*which, const std::string& units,
                          const std::string& meaning) {
    std::vector<Estimate> values;
    for (const SizePeak& p : files.scaling.all.peaks) values.push_back(p.*which);
    add_column(group, "size", name, std::move(values), units, meaning);
  };
  column("peak_temperature", &SizePeak::temperature, "J", "temperature of the maximum of susceptibility_abs");
  column("peak_beta", &SizePeak::beta, "1/J", "inverse temperature of the maximum of susceptibility_abs");
  column("peak_susceptibility_abs", &SizePeak::height, "1/J", "maximum of susceptibility_abs");
  column("binder_cumulant", &SizePeak::binder, "1", "Binder cumulant at the mean crossing");
  column("binder_slope", &SizePeak::binder_slope, "J", "derivative by beta of the Binder cumulant there");
  column("susceptibility", &SizePeak::susceptibility, "1/J", "susceptibility beta N <m^2> there");
  column("abs_magnetization_density", &SizePeak::abs_magnetization, "1", "mean |m| there");
  return group;
}

Group fits_of(const SizedFiles& files) {
  Group group{.name = "exponents"};
  std::vector<std::string> names;
  std::vector<Estimate> value, without, shift;
  std::vector<double> chi2, degrees;
  for (const ScalingFit& fit : files.scaling.all.fits) {
    names.push_back(fit.name);
    value.push_back(fit.value);
    chi2.push_back(fit.chi2);
    degrees.push_back(fit.degrees);
    const ScalingFit* other = files.scaling.without_smallest ? files.scaling.without_smallest->find(fit.name) : nullptr;
    without.push_back(other == nullptr ? Estimate{} : other->value);
    shift.emplace_back();
    for (const ScalingFit& s : files.scaling.shifts)
      if (s.name == fit.name) shift.back() = s.value;
  }
  const std::size_t n = names.size();
  add_coordinate(group, "quantity", std::move(names), "1", "what was measured, and by what");
  const std::string units = "temperatures in J, betas in 1/J, exponents in 1";
  add_column(group, "quantity", "value", value, "1", "from all sizes; " + units);
  add_column(group, "quantity", "without_smallest", without, "1", "without the smallest size; " + units);
  add_column(group, "quantity", "shift", shift, "1", "value less without_smallest; " + units);
  add(group, "chi2", {"quantity"}, {n}, std::move(chi2), "1", "chi^2 of the fit");
  add(group, "chi2_degrees", {"quantity"}, {n}, std::move(degrees), "1", "degrees of freedom of chi2");
  return group;
}

Group collapse_of(const SizedFiles& files) {
  Group group{.name = "collapse"};
  const ScalingCollapse& c = files.scaling.all.collapse;
  group.attributes = {{"critical_temperature", c.fit.at.temperature},
                      {"one_over_nu", c.fit.at.one_over_nu},
                      {"bend", c.fit.at.bend},
                      {"chi2", c.fit.chi2},
                      {"degrees", c.fit.degrees},
                      {"probability", c.fit.probability}};
  std::vector<double> size, temperature, x, value, error, master;
  for (const CollapseCurve& curve : c.points)
    for (std::size_t i = 0; i < curve.value.size(); ++i) {
      size.push_back(curve.size);
      temperature.push_back(curve.temperature[i]);
      x.push_back(c.fit.at.x(curve.size, curve.temperature[i]));
      value.push_back(curve.value[i]);
      error.push_back(std::sqrt(curve.covariance(i, i)));
      master.push_back(c.fit.master(x.back()));
    }
  const std::size_t n = size.size();
  add_index(group, "point", n, "point of the collapse");
  add(group, "size", {"point"}, {n}, std::move(size), "1", "linear size");
  add(group, "temperature", {"point"}, {n}, std::move(temperature), "J", "temperature");
  add(group, "x", {"point"}, {n}, std::move(x), "1", "(t + bend t^2) L^(1/nu), t = T - T_c");
  add(group, "binder_cumulant", {"point"}, {n}, std::move(value), "1", "Binder cumulant");
  add(group, "binder_cumulant_error", {"point"}, {n}, std::move(error), "1", "standard error of binder_cumulant");
  add(group, "master_curve", {"point"}, {n}, std::move(master), "1", "the common curve at x");
  return group;
}

}  // namespace

Group scaling_record(const SizedFiles& files) {
  Group root;
  if (!files.scaling.all.crossings.empty()) root.groups.push_back(crossings_of(files));
  root.groups.push_back(sizes_of(files));
  if (!files.scaling.all.fits.empty()) root.groups.push_back(fits_of(files));
  if (files.scaling.all.collapse.fit.found()) root.groups.push_back(collapse_of(files));
  if (files.warnings.empty()) return root;
  Group diagnostics{.name = "diagnostics"};
  add_warnings(diagnostics, files.warnings);
  root.groups.push_back(std::move(diagnostics));
  return root;
}

}  // namespace gibbsite

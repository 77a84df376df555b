// Finite-size scaling as people read it, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/scaling/scaling.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string cell(const Estimate& e) { return with_error(e.value, e.error); }
std::string chi2_cell(double chi2, double degrees) {
  return degrees <= 0 ? "-" : fmt::format("{:.1f} / {:.2g}", chi2, degrees);
}

void print_crossings(const SizedFiles& files) {
  Table table({"L", "L'", "T", "beta", "U", "1/nu"});
  for (const SizeCrossing& c : files.scaling.all.crossings)
    table.add({files.names[c.first], files.names[c.second], cell(c.temperature), cell(c.beta), cell(c.value),
               cell(c.one_over_nu)});
  if (!files.scaling.all.crossings.empty()) fmt::print("\nBinder cumulants of L and L' cross\n{}", table.text());
}

void print_sizes(const SizedFiles& files) {
  Table table({"L", "T of peak", "peak of chi_abs", "U", "dU/dbeta", "chi", "|m|"});
  for (const SizePeak& p : files.scaling.all.peaks)
    table.add({files.names[p.curve],
               p.outside_high  ? "below"
               : p.outside_low ? "above"
                               : cell(p.temperature),
               cell(p.height), cell(p.binder), cell(p.binder_slope), cell(p.susceptibility),
               cell(p.abs_magnetization)});
  fmt::print("\nEach size; U and what follows at T_c of the crossings\n{}", table.text());
}

void print_fits(const SizedFiles& files) {
  const auto& without = files.scaling.without_smallest;
  std::vector<std::string> header = {"", "all sizes", "chi^2 / dof"};
  if (without) {
    header.insert(header.end(), {"without L = " + files.names[0], "chi^2 / dof", "moves, in errors"});
  }
  Table table(header, 1);
  for (const ScalingFit& fit : files.scaling.all.fits) {
    std::vector<std::string> row = {title_of(fit), cell(fit.value), chi2_cell(fit.chi2, fit.degrees)};
    if (without) {
      const ScalingFit* other = without->find(fit.name);
      const auto shift = std::find_if(files.scaling.shifts.begin(), files.scaling.shifts.end(),
                                      [&](const ScalingFit& s) { return s.name == fit.name; });
      row.push_back(other == nullptr ? "-" : cell(other->value));
      row.push_back(other == nullptr ? "-" : chi2_cell(other->chi2, other->degrees));
      const double z = shift == files.scaling.shifts.end() ? unknown : shift->value.value / shift->value.error;
      row.push_back(std::isnan(z) ? "-" : fmt::format("{:+.1f}", z));
    }
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
}

Json fit_as_json(const ScalingFit& fit) {
  Json out = {{"value", fit.value.value}, {"error", fit.value.error}};
  if (fit.degrees > 0) out.update({{"chi2", fit.chi2}, {"degrees", fit.degrees}});
  return out;
}

}  // namespace

void print_scaling(const SizedFiles& files) {
  fmt::print("Finite-size scaling of L = {}, from T = {:.6g} to {:.6g}\n", join(files.names, ", "),
             1 / files.beta.back(), 1 / files.beta.front());
  print_crossings(files);
  print_sizes(files);
  if (!files.scaling.all.fits.empty()) print_fits(files);
  const Collapse& collapse = files.scaling.all.collapse.fit;
  if (collapse.found())
    fmt::print(
        "\n  All sizes within |T - T_c| L^(1/nu) <= {:.2g} lie on one curve with chi^2 = {:.1f} for {:.2g} degrees of "
        "freedom (by chance more in {:.2g} %)\n",
        collapse.reach, collapse.chi2, collapse.degrees, 100 * collapse.probability);
  if (!files.warnings.empty()) fmt::print("\nWarnings\n");
  for (const std::string& warning : files.warnings) fmt::print("  - {}\n", wrapped(warning, 4));
  std::fflush(stdout);
}

Json scaling_as_json(const SizedFiles& files) {
  Json crossings = Json::list(), sizes = Json::list(), fits = Json::list();
  const ScalingSet& all = files.scaling.all;
  const auto add = [](Json& to, const std::string& name, const Estimate& e) {
    to[name] = e.value;
    to[name + "_error"] = e.error;
  };
  for (const SizeCrossing& c : all.crossings) {
    Json one = {{"name", "binder_cumulant"}, {"first", files.sizes[c.first]}, {"second", files.sizes[c.second]}};
    add(one, "temperature", c.temperature);
    add(one, "beta", c.beta);
    add(one, "value", c.value);
    add(one, "one_over_nu", c.one_over_nu);
    crossings.push_back(std::move(one));
  }
  for (const SizePeak& p : all.peaks) {
    Json one = {{"size", files.sizes[p.curve]}, {"file", files.curves[p.curve].file}};
    add(one, "peak_temperature", p.temperature);
    add(one, "peak_beta", p.beta);
    add(one, "peak_susceptibility_abs", p.height);
    add(one, "binder_cumulant", p.binder);
    add(one, "binder_slope", p.binder_slope);
    add(one, "susceptibility", p.susceptibility);
    add(one, "abs_magnetization_density", p.abs_magnetization);
    sizes.push_back(std::move(one));
  }
  for (const ScalingFit& fit : all.fits) {
    Json one = fit_as_json(fit);
    one["name"] = fit.name;
    const ScalingFit* other = files.scaling.without_smallest ? files.scaling.without_smallest->find(fit.name) : nullptr;
    if (other != nullptr) one["without_smallest"] = fit_as_json(*other);
    for (const ScalingFit& shift : files.scaling.shifts)
      if (shift.name == fit.name) one["moves"] = shift.value.value / shift.value.error;
    fits.push_back(std::move(one));
  }
  Json out = {{"crossings", crossings}, {"sizes", sizes}, {"fits", fits}, {"warnings", files.warnings}};
  const ScalingCollapse& c = all.collapse;
  if (!c.fit.found()) return out;
  Json points = Json::list();
  for (const CollapseCurve& curve : c.points)
    for (std::size_t i = 0; i < curve.value.size(); ++i)
      points.push_back({{"size", curve.size},
                        {"temperature", curve.temperature[i]},
                        {"x", c.fit.at.x(curve.size, curve.temperature[i])},
                        {"binder_cumulant", curve.value[i]},
                        {"error", std::sqrt(curve.covariance(i, i))}});
  out["collapse"] = {{"temperature", c.fit.at.temperature},
                     {"one_over_nu", c.fit.at.one_over_nu},
                     {"bend", c.fit.at.bend},
                     {"chi2", c.fit.chi2},
                     {"degrees", c.fit.degrees},
                     {"probability", c.fit.probability},
                     {"points", points}};
  return out;
}

}  // namespace gibbsite

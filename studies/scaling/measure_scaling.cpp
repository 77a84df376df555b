// What several sizes say together, and what there is to doubt in it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/scaling/scaling.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr double improbable = 1e-3;

void doubt_crossings(SizedFiles& files) {
  const ScalingSet& all = files.scaling.all;
  for (std::size_t k = 0; k + 1 < files.sizes.size(); ++k) {
    const auto found = std::count_if(all.crossings.begin(), all.crossings.end(),
                                     [&](const SizeCrossing& c) { return c.first == k && c.second == k + 1; });
    if (found == 1) continue;
    files.warnings.push_back(fmt::format(
        "the Binder cumulants of {} and {} cross {} between T = {:.6g} and {:.6g}, and their mean leaves them out; {}",
        files.names[k], files.names[k + 1], found == 0 ? "nowhere" : fmt::format("{} times", found),
        1 / files.beta.back(), 1 / files.beta.front(),
        found == 0 ? "draw from a wider range of temperatures, or longer: a crossing counts where the two differ by "
                     "three errors to both sides of it"
                   : "narrow the range with --temperature"));
  }
}

void doubt_peaks(SizedFiles& files) {
  std::vector<std::string> low, high;  // temperatures
  for (const SizePeak& peak : files.scaling.all.peaks) {
    if (peak.outside_high) low.push_back(files.names[peak.curve]);
    if (peak.outside_low) high.push_back(files.names[peak.curve]);
  }
  for (const auto& [names, where, edge] :
       {std::tuple(low, "below", files.beta.back()), {high, "above", files.beta.front()}})
    if (!names.empty())
      files.warnings.push_back(
          fmt::format("susceptibility_abs of size {} has its maximum {} T = {:.6g}, outside of what was drawn: "
                      "gamma/nu from peaks is without {}",
                      join(names, ", "), where, 1 / edge, names.size() > 1 ? "them" : "it"));
}

void doubt_fits(SizedFiles& files) {
  std::vector<double> z;
  std::vector<std::string> moved;
  for (const ScalingFit& shift : files.scaling.shifts) z.push_back(normal_z(shift.value, 0));
  const Largest largest = largest_z(z, 0.01);
  for (std::size_t k = 0; k < z.size(); ++k)
    if (std::abs(z[k]) > largest.threshold && files.scaling.shifts[k].name != "critical_beta")
      moved.push_back(fmt::format("{} by {:.1f} errors", title_of(files.scaling.shifts[k]), std::abs(z[k])));
  if (!moved.empty())
    files.warnings.push_back(
        fmt::format("without the smallest size {} {} {}: corrections to scaling are larger than the errors; trust the "
                    "column without it rather, and add larger sizes",
                    files.names[0], moved.size() > 1 ? "these move:" : "this moves:", join(moved, ", ")));
  for (const ScalingFit& fit : files.scaling.all.fits) {
    if (fit.degrees <= 0 || fit.name == "one_over_nu_collapse") continue;
    if (chi2_probability(fit.chi2, fit.degrees) < improbable)
      files.warnings.push_back(fmt::format(
          "{}: chi^2 = {:.1f} for {:.2g} degrees of freedom: these sizes do not follow one {} within their errors",
          title_of(fit), fit.chi2, fit.degrees, fit.name.ends_with("collapse") ? "curve" : "power"));
  }
}

}  // namespace

void measure(SizedFiles& files) {
  std::vector<SizedCurves> systems;
  for (std::size_t k = 0; k < files.sizes.size(); ++k) systems.push_back({files.sizes[k], &files.curves[k].curves});
  try {
    files.scaling = finite_size_scaling(systems, files.beta);
  } catch (const std::logic_error& error) {
    throw RequestError(error.what());
  }
  for (const ReweightedCurve& curve : files.curves)
    if (curve.partial)
      files.warnings.push_back((curve.label.empty() ? curve.file : curve.label) +
                               ": the run was stopped before its end; these are the draws so far");
  doubt_crossings(files);
  doubt_peaks(files);
  doubt_fits(files);
  if (files.sizes.size() > 2 && files.scaling.all.find("critical_temperature") != nullptr &&
      files.scaling.all.find("critical_temperature_collapse") == nullptr)
    files.warnings.emplace_back(
        "no collapse: the temperatures drawn do not reach far enough to both sides of the crossings in all sizes");
}

std::string title_of(const ScalingFit& fit) {
  for (const auto& [name, title] : {std::pair("critical_temperature", "T_c (crossings)"),
                                    {"critical_beta", "beta_c (crossings)"},
                                    {"one_over_nu", "1/nu (slope of U at T_c)"},
                                    {"gamma_over_nu_peaks", "gamma/nu (peaks of chi_abs)"},
                                    {"gamma_over_nu", "gamma/nu (chi at T_c)"},
                                    {"beta_over_nu", "beta/nu (|m| at T_c)"},
                                    {"critical_temperature_collapse", "T_c (collapse of U)"},
                                    {"one_over_nu_collapse", "1/nu (collapse of U)"}})
    if (fit.name == name) return title;
  return fit.name;
}

}  // namespace gibbsite

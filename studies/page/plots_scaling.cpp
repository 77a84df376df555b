// Several sizes of one system: crossings, peaks, and the data collapse.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/page/plots.hpp"
#include "studies/scaling/glass_scaling.hpp"
#include "studies/scaling/scaling.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

/// The groups of `gibbsite scaling`, of a grid over sizes made anew; nothing where sizes cannot be compared.
Group scaling_groups(const Group& root) {
  if (root.child("crossings") != nullptr || root.child("sizes") != nullptr) return root;
  if (text_attribute(root, "system").find("grid over") == std::string::npos || root.child("estimates") == nullptr ||
      root.child("estimates")->find("size") == nullptr)
    return {};
  try {
    if (is_of_glasses(root)) return glasses_record(sized_glasses({{"this file", root}}, unknown, unknown));
    SizedFiles files = sized_files(curves_of(root, "this file"));
    measure(files);
    return scaling_record(files);
  } catch (const std::exception&) {
    return {};  // one size, no draws, no common temperatures: a page does without
  }
}

/// Where curves of two sizes cross, over the smaller of both.
Figure crossings_of_sizes(const Group& group) {
  Figure figure{.title = "crossings", .caption = "", .x = "the smaller size", .y = "temperature of the crossing (J)"};
  const auto first = doubles(group, "first"), second = doubles(group, "second"), t = doubles(group, "temperature"),
             error = doubles(group, "temperature_error");
  if (t.empty() || first.size() != t.size() || second.size() != t.size() || error.size() != t.size()) return figure;
  for (std::size_t k = 0; k < t.size(); ++k) {
    const std::string name = fmt::format("with L = {:.6g}", std::max(first[k], second[k]));
    auto curve =
        std::find_if(figure.curves.begin(), figure.curves.end(), [&](const Curve& c) { return c.name == name; });
    if (curve == figure.curves.end()) {
      figure.curves.push_back({.name = name, .colour = figure.curves.size(), .estimates = true});
      curve = figure.curves.end() - 1;
    }
    curve->points[std::min(first[k], second[k])] = {.value = t[k], .error = error[k]};
  }
  figure.caption = "Where Binder cumulants of two sizes cross; they come to the critical temperature as sizes grow.";
  keep_few(figure);
  return figure;
}

/// ln of the largest susceptibility over ln L, with the line of the fitted exponent through its points.
Figure peaks_of_sizes(const Group& sizes, const Group* exponents) {
  Figure figure{.title = "peaks", .caption = "", .x = "ln L", .y = "ln of the largest susceptibility"};
  const auto size = doubles(sizes, "size"), peak = doubles(sizes, "peak_susceptibility_abs"),
             error = doubles(sizes, "peak_susceptibility_abs_error");
  if (peak.size() != size.size() || error.size() != size.size()) return figure;
  Curve points{.name = "peaks", .estimates = true};
  double weights = 0, x = 0, y = 0;
  for (std::size_t k = 0; k < size.size(); ++k) {
    if (!(peak[k] > 0) || !(error[k] > 0)) continue;
    const double relative = error[k] / peak[k], weight = 1 / (relative * relative);
    points.points[std::log(size[k])] = {.value = std::log(peak[k]), .error = relative};
    weights += weight, x += weight * std::log(size[k]), y += weight * std::log(peak[k]);
  }
  if (points.points.size() < 2) return figure;
  figure.caption = "Maxima of susceptibility_abs, which grow as L^(gamma/nu).";
  const auto* names = exponents == nullptr || exponents->find("quantity") == nullptr
                          ? nullptr
                          : std::get_if<std::vector<std::string>>(&exponents->find("quantity")->data);
  const auto values = exponents == nullptr ? std::span<const double>() : doubles(*exponents, "value"),
             errors = exponents == nullptr ? std::span<const double>() : doubles(*exponents, "value_error");
  figure.curves.push_back(points);
  for (std::size_t k = 0; names != nullptr && k < names->size() && k < values.size(); ++k)
    if ((*names)[k] == "gamma_over_nu_peaks" && std::isfinite(values[k])) {
      Curve line{.name = "fit", .colour = 1, .mark = Mark::line};
      for (const auto& [at, point] : points.points)
        line.points[at] = {.value = y / weights + values[k] * (at - x / weights)};
      figure.curves.push_back(line);
      figure.caption += fmt::format(" The line has gamma/nu = {}.", with_error(values[k], errors[k]));
    }
  return figure;
}

/// All sizes over x = (t + bend t^2) L^(1/nu); the page's sliders move T_c and 1/nu.
Figure collapse_of_sizes(const Group& collapse) {
  Figure figure{.title = "data collapse", .caption = "", .x = "(T - T_c) L^(1/nu)", .y = "Binder cumulant"};
  const auto size = doubles(collapse, "size"), x = doubles(collapse, "x"), value = doubles(collapse, "binder_cumulant"),
             error = doubles(collapse, "binder_cumulant_error");
  if (x.size() != size.size() || value.size() != size.size() || error.size() != size.size()) return figure;
  const auto number = [&](const char* name) {
    for (const auto& [key, of] : collapse.attributes)
      if (key == name)
        if (const double* d = std::get_if<double>(&of)) return *d;
    return unknown;
  };
  for (std::size_t k = 0; k < size.size(); ++k) {
    const std::string name = fmt::format("L = {:.6g}", size[k]);
    if (figure.curves.empty() || figure.curves.back().name != name)
      figure.curves.push_back({.name = name, .colour = figure.curves.size(), .estimates = true});
    figure.curves.back().points[x[k]] = {.value = value[k], .error = error[k]};
  }
  const double t = number("critical_temperature"), one_over_nu = number("one_over_nu"), bend = number("bend");
  figure.collapse = fmt::format("{:.10g} {:.10g} {:.10g}", t, one_over_nu, std::isfinite(bend) ? bend : 0);
  figure.caption = fmt::format(
      "The T_c and 1/nu that put all sizes on one curve: {:.6g} and {:.4g}, chi^2 = {:.3g} for {:.3g} "
      "degrees of freedom. The sliders try others.",
      t, one_over_nu, number("chi2"), number("degrees"));
  return figure;
}

}  // namespace

FigureGroup figures_of_scaling(const Group& root) {
  FigureGroup out{.heading = "Scaling"};
  const Group found = scaling_groups(root);
  const auto add_figure = [&](Figure figure) {
    if (!figure.empty()) out.figures.push_back(std::move(figure));
  };
  if (const Group* crossings = found.child("crossings")) add_figure(crossings_of_sizes(*crossings));
  if (const Group* sizes = found.child("sizes")) add_figure(peaks_of_sizes(*sizes, found.child("exponents")));
  if (const Group* collapse = found.child("collapse")) add_figure(collapse_of_sizes(*collapse));
  return out;
}

}  // namespace gibbsite

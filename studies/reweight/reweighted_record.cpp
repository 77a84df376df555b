// Reweighted curves as groups of a file, and as JSON.
#include <algorithm>
#include <cmath>

#include "physics/ising.hpp"
#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/combined_tasks.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {
namespace {

/// The dimensions that tell curves apart: none for one curve, the keys of a single complete grid, else `curve`.
struct Axes {
  std::vector<std::string> names, keys;
  std::vector<std::vector<std::string>> values;
  std::vector<std::size_t> shape;
};

Axes axes_of(const std::vector<ReweightedCurve>& curves) {
  Axes axes;
  if (curves.size() == 1 && curves[0].at.empty()) return axes;
  std::size_t product = 1;
  const bool one_file =
      std::all_of(curves.begin(), curves.end(), [&](const auto& c) { return c.file == curves[0].file; });
  for (std::size_t k = 0; one_file && k < curves[0].at.size(); ++k) {
    const std::string& key = curves[0].at[k].first;
    axes.keys.push_back(key);
    axes.names.push_back(key.substr(key.rfind('.') + 1));
    auto& values = axes.values.emplace_back();
    for (const ReweightedCurve& curve : curves)
      if (std::find(values.begin(), values.end(), curve.at[k].second) == values.end())
        values.push_back(curve.at[k].second);
    axes.shape.push_back(values.size());
    product *= values.size();
  }
  if (one_file && product == curves.size()) return axes;
  axes = {{"curve"}, {""}, {{}}, {curves.size()}};
  for (const ReweightedCurve& curve : curves) axes.values[0].push_back(curve.label);
  return axes;
}

void add_axes(Group& group, const Axes& axes) {
  for (std::size_t k = 0; k < axes.names.size(); ++k)
    if (axes.keys[k].empty())
      add_coordinate(group, axes.names[k], axes.values[k], "1", "file and task");
    else
      add_grid_axis(group, axes.names[k], axes.values[k], axes.keys[k]);
}

template <class T>
std::vector<T> extended(std::vector<T> outer, T inner) {
  outer.push_back(std::move(inner));
  return outer;
}

Group curves_group(const Reweighted& result, const Axes& axes) {
  Group group{.name = "curves"};
  add_axes(group, axes);
  add_beta(group, result.beta);
  const auto dims = extended<std::string>(axes.names, "beta");
  const auto shape = extended(axes.shape, result.beta.size());
  std::vector<CurveColumn> all;  // of all curves, one behind the other; nan where one has no such quantity
  for (std::size_t c = 0; c < result.curves.size(); ++c)
    for (CurveColumn& column : columns_of(result.curves[c])) {
      auto found = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name == column.name; });
      if (found == all.end()) found = all.insert(all.end(), {column.name, column.units, column.meaning, {}});
      found->values.resize(c * result.beta.size());
      found->values.insert(found->values.end(), column.values.begin(), column.values.end());
    }
  for (CurveColumn& column : all) {
    column.values.resize(result.curves.size() * result.beta.size());
    add_estimates(group, column.name, dims, shape, column.values, column.units, column.meaning);
  }
  std::vector<double> effective, start;
  for (const ReweightedCurve& curve : result.curves) {
    effective.insert(effective.end(), curve.table.effective.begin(), curve.table.effective.end());
    start.push_back(curve.curves.reweighting().beta().front());
  }
  add(group, "effective_draws", dims, shape, std::move(effective), "1", "independent draws that carry the averages");
  add(group, "reference_beta", axes.names, axes.shape, std::move(start), "1/J", "smallest beta drawn, of log_z_ratio");
  return group;
}

Group peaks_group(const Reweighted& result, const Axes& axes) {
  Group group{.name = "peaks"};
  add_axes(group, axes);
  std::vector<std::string> names;
  for (const auto& [quantity, peak] : result.curves[0].peaks) names.push_back(name_of(quantity));
  const auto dims = extended<std::string>(axes.names, "quantity");
  const auto shape = extended(axes.shape, names.size());
  std::vector<Estimate> beta, height;
  for (const ReweightedCurve& curve : result.curves)
    for (const auto& [quantity, search] : curve.peaks) {
      const auto& peak = search.peak;
      beta.push_back(peak ? peak->beta : Estimate{});
      height.push_back(peak ? peak->height : Estimate{});
    }
  add_coordinate(group, "quantity", std::move(names), "1", "what has its maximum there");
  add_estimates(group, "beta", dims, shape, beta, "1/J", "inverse temperature of the maximum");
  add_estimates(group, "height", dims, shape, height, "1", "value at the maximum, in the units of the quantity");
  return group;
}

Group crossings_group(const Reweighted& result) {
  Group group{.name = "crossings"};
  std::vector<std::string> first, second;
  std::vector<Estimate> beta, value;
  for (const NamedCrossing& c : result.crossings) {
    first.push_back(result.curves[c.first].label);
    second.push_back(result.curves[c.second].label);
    beta.push_back(c.crossing.beta);
    value.push_back(c.crossing.value);
  }
  const std::size_t n = beta.size();
  add_index(group, "crossing", n, "crossing of two Binder cumulants");
  add(group, "first", {"crossing"}, {n}, std::move(first), "1", "one curve");
  add(group, "second", {"crossing"}, {n}, std::move(second), "1", "the other curve");
  add_estimates(group, "beta", {"crossing"}, {n}, beta, "1/J", "inverse temperature of the crossing");
  add_estimates(group, "binder_cumulant", {"crossing"}, {n}, value, "1", "Binder cumulant at the crossing");
  return group;
}

}  // namespace

std::vector<CurveColumn> columns_of(const ReweightedCurve& curve) {
  std::vector<CurveColumn> columns;
  const std::vector<Estimated> known =
      estimated_quantities(Ising(Graph({}, {0.0})).observables(), false, PathKind::temperature);
  for (std::size_t q = 0; q < curve.table.quantities.size(); ++q) {
    const std::string name = name_of(curve.table.quantities[q]);
    CurveColumn column{name, "1", "ln of Z(beta) / Z(reference_beta)", curve.table.estimates[q]};
    for (const Estimated& what : known)
      if (what.name == name) column = {name, what.units, what.meaning, curve.table.estimates[q]};
    columns.push_back(std::move(column));
    if (curve.table.quantities[q] != Quantity::log_z_ratio || !curve.log_z_start) continue;
    columns.push_back({"log_z", "1", "ln of the sum over states of exp(-beta E)", curve.table.estimates[q]});
    for (Estimate& e : columns.back().values) e.value += *curve.log_z_start;
  }
  std::rotate(columns.begin(), columns.begin() + (curve.log_z_start ? 2 : 1), columns.end());  // ln Z last
  return columns;
}

Group reweighted_record(const Reweighted& result) {
  const Axes axes = axes_of(result.curves);
  Group root;
  root.groups = {curves_group(result, axes), peaks_group(result, axes)};
  if (!result.crossings.empty()) root.groups.push_back(crossings_group(result));
  if (result.warnings.empty()) return root;
  Group diagnostics{.name = "diagnostics"};
  add_warnings(diagnostics, result.warnings);
  root.groups.push_back(std::move(diagnostics));
  return root;
}

Json reweighted_as_json(const Reweighted& result) {
  const auto entry = [&](const ReweightedCurve& curve) {
    Json out = {{"file", curve.file}};
    for (const auto& [key, value] : curve.at) out[key.substr(key.rfind('.') + 1)] = Json::of_words(value);
    return out;
  };
  Json curves = Json::list(), peaks = Json::list(), outside = Json::list(), crossings = Json::list();
  for (const ReweightedCurve& curve : result.curves) {
    for (const CurveColumn& column : columns_of(curve))
      for (std::size_t b = 0; b < result.beta.size(); ++b) {
        Json one = entry(curve);
        one.update({{"name", column.name},
                    {"beta", result.beta[b]},
                    {"value", column.values[b].value},
                    {"error", column.values[b].error},
                    {"effective_draws", curve.table.effective[b]}});
        curves.push_back(std::move(one));
      }
    for (const auto& [quantity, search] : curve.peaks) {
      const auto& peak = search.peak;
      if (!peak) {
        if (search.at_low_end || search.at_high_end) {
          Json one = entry(curve);
          one.update({{"name", name_of(quantity)},
                      {"beta", search.at_low_end ? result.beta.front() : result.beta.back()},
                      {"lies", search.at_low_end ? "below" : "above"}});
          outside.push_back(std::move(one));
        }
        continue;
      }
      Json one = entry(curve);
      one.update({{"name", name_of(quantity)},
                  {"beta", peak->beta.value},
                  {"beta_error", peak->beta.error},
                  {"height", peak->height.value},
                  {"height_error", peak->height.error}});
      peaks.push_back(std::move(one));
    }
  }
  for (const NamedCrossing& c : result.crossings)
    crossings.push_back({{"name", "binder_cumulant"},
                         {"first", result.curves[c.first].label},
                         {"second", result.curves[c.second].label},
                         {"beta", c.crossing.beta.value},
                         {"beta_error", c.crossing.beta.error},
                         {"value", c.crossing.value.value},
                         {"value_error", c.crossing.value.error}});
  return {{"curves", curves},
          {"peaks", peaks},
          {"peaks_outside", outside},
          {"crossings", crossings},
          {"warnings", result.warnings}};
}

}  // namespace gibbsite

// What was estimated, over temperature or over a grid's key.
#include "studies/page/plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "studies/files/variables.hpp"
#include "studies/page/html.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::string_view averaged = "_disorder_average";

/// A variable of a group, of a grid in its first task that has it.
const Variable* variable_of(const Group& root, const std::string& group, const std::string& name) {
  if (const Group* part = root.child(group))
    if (const Variable* v = part->find(name)) return v;
  if (const Group* tasks = root.child("tasks"))
    for (const Group& task : tasks->groups)
      if (const Variable* v = variable_of(task, group, name)) return v;
  return nullptr;
}

bool evenly_spaced(const std::vector<double>& x) {
  const double step = x[1] - x[0];
  for (std::size_t k = 2; k < x.size(); ++k)
    if (!(std::abs(x[k] - x[k - 1] - step) < 1e-9 * std::abs(step))) return false;
  return true;
}

/// Files hold betas; those that are even steps of temperature were asked for as temperatures.
bool temperatures_asked(const std::set<double>& betas) {
  if (betas.size() < 3 || *betas.begin() <= 0) return false;
  std::vector<double> beta(betas.begin(), betas.end()), temperature;
  for (const double b : beta) temperature.push_back(1 / b);
  return evenly_spaced(temperature) && !evenly_spaced(beta);
}

/// What a row stands at on the axis of a figure.
struct AxisOf {
  std::string label, key;  // key: of the grid; empty: beta or temperature
  bool temperature = false;

  double place(const ResultRow& row) const {
    if (key.empty()) return temperature ? 1 / row.beta : row.beta;
    for (const auto& [name, value] : row.at)
      if (name == key) return read_number<double>(value).value_or(unknown);
    return unknown;
  }
};

AxisOf axis_of(const Group& root, const std::vector<ResultRow>& rows) {
  std::set<double> betas;
  for (const ResultRow& row : rows)
    if (!std::isnan(row.beta)) betas.insert(row.beta);
  if (betas.size() < 2 && !rows.empty())
    for (const auto& [key, value] : rows.front().at) {
      const auto number = [&, name = key](const ResultRow& row) {
        return std::any_of(row.at.begin(), row.at.end(), [&](const auto& at) {
          return at.first == name && read_number<double>(at.second).has_value();
        });
      };
      if (key != "disorder_seed" && std::all_of(rows.begin(), rows.end(), number)) return {key, key};
    }
  const Variable* beta = nullptr;
  for (const char* group : {"estimates", "free_energy"})
    if (beta == nullptr) beta = variable_of(root, group, "beta");
  if (variable_of(root, "estimates", "temperature") != nullptr && temperatures_asked(betas))
    return {"temperature T (J)", "", true};
  return {beta == nullptr || beta->long_name.empty() ? "beta"
          : beta->long_name == "inverse temperature" ? "inverse temperature beta (1/J)"
                                                     : beta->long_name,
          ""};
}

std::string title_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

Figure figure_over(const Group& root, const std::vector<ResultRow>& rows, const std::string& title,
                   const std::string& y, const std::vector<ResultRow>& between) {
  const AxisOf axis = axis_of(root, rows);
  Figure figure{.title = title, .caption = {}, .x = axis.label, .y = y};
  std::vector<std::string> firsts;  // values of the first key
  // The curve of a row; added where there is none, if it may be.
  const auto curve_of = [&](const ResultRow& row, bool may_add) -> Curve* {
    std::vector<std::string> words;
    std::string first;
    for (const auto& [key, value] : row.at)
      if (key != axis.key) {
        if (words.empty()) first = value;
        words.push_back(fmt::format("{} = {}", key, value));
      }
    const bool keys = !words.empty();
    if (!row.estimator.empty()) words.push_back(row.estimator);
    const std::string name = words.empty() ? title : join(words, ", ");
    auto curve =
        std::find_if(figure.curves.begin(), figure.curves.end(), [&](const Curve& c) { return c.name == name; });
    if (curve == figure.curves.end()) {
      if (!may_add) return nullptr;
      if (std::find(firsts.begin(), firsts.end(), first) == firsts.end()) firsts.push_back(first);
      const auto place = std::find(firsts.begin(), firsts.end(), first) - firsts.begin();
      const bool by_key = keys && row.estimator.empty();
      figure.curves.push_back({name, by_key ? static_cast<std::size_t>(place) : figure.curves.size()});
      curve = figure.curves.end() - 1;
      curve->estimates = true;
    }
    return &*curve;
  };
  for (const ResultRow& row : rows) {
    Curve* curve = curve_of(row, true);
    const double x = axis.place(row);
    if (std::isfinite(x)) curve->points[x] = {row.value, row.error, row.exact, row.z};
  }
  for (const ResultRow& row : between)
    if (Curve* curve = curve_of(row, false); curve != nullptr && axis.key.empty())
      curve->points.try_emplace(axis.place(row), CurvePoint{.exact = row.exact});
  keep_few(figure);
  return figure;
}

FigureGroup figures_of_estimates(const Group& root, const std::vector<ResultRow>& between) {
  FigureGroup out{.heading = "Estimates"};
  std::map<std::string, std::vector<ResultRow>> rows;
  std::vector<std::string> names;
  for (ResultRow& row : estimates_of(root)) {
    if (!rows.contains(row.name)) names.push_back(row.name);
    rows[row.name].push_back(std::move(row));
  }
  const auto average = [&](const std::string& name) { return rows.contains(name + std::string(averaged)); };
  std::erase_if(names, average);  // its average stands for it
  std::stable_partition(names.begin(), names.end(), [](std::string name) {
    if (name.ends_with(averaged)) name.resize(name.size() - averaged.size());
    return shown_in_tables(name);
  });
  for (const std::string& name : names) {
    const bool over_disorder = name.ends_with(averaged);
    const std::string own = over_disorder ? name.substr(0, name.size() - averaged.size()) : name;
    const Variable* v = variable_of(root, "estimates", name);
    std::vector<ResultRow> exact;
    std::copy_if(between.begin(), between.end(), std::back_inserter(exact),
                 [&](const ResultRow& r) { return r.name == name; });
    Figure figure =
        figure_over(root, rows[name], title_of(own), title_of(own) + (v == nullptr ? "" : in_units(v->units)), exact);
    if (v != nullptr && !v->long_name.empty()) figure.caption = v->long_name + "." + figure.caption;
    if (!figure.empty()) out.figures.push_back(std::move(figure));
  }
  return out;
}

FigureGroup figures_of_disorder(const Group& root) {
  FigureGroup out{.heading = "Samples of the disorder"};
  std::map<std::string, std::vector<ResultRow>> rows;
  for (ResultRow& row : estimates_of(root)) rows[row.name].push_back(std::move(row));
  for (const char* name : {"overlap_squared", "overlap_binder", "energy_density"}) {
    if (!rows.contains(name + std::string(averaged))) continue;
    // By their other keys and beta, the values of all samples.
    std::map<std::pair<std::vector<std::pair<std::string, std::string>>, double>, std::vector<double>> samples;
    for (ResultRow row : rows[name]) {
      std::erase_if(row.at, [](const auto& at) { return at.first == "disorder_seed"; });
      if (std::isfinite(row.value)) samples[{row.at, row.beta}].push_back(row.value);
    }
    std::vector<ResultRow> quantiles;
    for (auto& [place, values] : samples) {
      std::sort(values.begin(), values.end());
      for (const double share : {0.1, 0.5, 0.9}) {
        ResultRow row;
        row.name = name;
        row.estimator = fmt::format("{:.0f} % of samples below", 100 * share);
        row.at = place.first;
        row.beta = place.second;
        row.value = values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
        quantiles.push_back(std::move(row));
      }
    }
    Figure figure = figure_over(root, quantiles, "spread of the " + title_of(name), title_of(name));
    for (Curve& curve : figure.curves) {
      curve.mark = Mark::line;
      curve.estimates = false;
      for (auto& [x, point] : curve.points) point = {.value = point.value};
    }
    figure.caption = "Quantiles over samples of the disorder, each sample by its own estimate." + figure.caption;
    if (!figure.empty()) out.figures.push_back(std::move(figure));
  }
  return out;
}

FigureGroup figures_of_mixing(const Group& root) {
  FigureGroup out{.heading = "Mixing"};
  const std::vector<ResultRow> all = estimates_of(root);
  const bool grid = std::any_of(all.begin(), all.end(), [](const ResultRow& row) { return !row.at.empty(); });
  Figure tau{"autocorrelation times", "", "", "tau (sweeps)"}, rhat{"R-hat", "", "", "split R-hat"};
  const auto add = [&](Figure& to, const std::vector<ResultRow>& rows, const std::string& name) {
    Figure one = figure_over(root, rows, name, to.y);
    to.x = one.x;
    for (Curve& curve : one.curves) {
      if (!grid) curve.colour = to.curves.size();
      curve.estimates = false;
      for (auto& [x, point] : curve.points) point = {.value = point.value > 0 ? point.value : unknown};
      to.curves.push_back(std::move(curve));
    }
  };
  if (grid) {
    std::vector<ResultRow> rows[2];
    for (ResultRow& row : mixing_of(root)) rows[row.name == "R-hat" ? 1 : 0].push_back(std::move(row));
    add(tau, rows[0], "energy"), add(rhat, rows[1], "worst of all quantities");
    tau.caption = "Integrated autocorrelation times of the energy.";
    rhat.caption = "The worst of all quantities; 1 where chains agree.";
  } else {
    std::set<std::string> names;
    for (const ResultRow& row : all)
      if (shown_in_tables(row.name) && names.insert(row.name).second) {
        add(tau, rows_of(root, "estimates", row.name + "_tau"), title_of(row.name));
        add(rhat, rows_of(root, "estimates", row.name + "_rhat"), title_of(row.name));
      }
    tau.caption = "Integrated autocorrelation times; 1/2 where sweeps are independent.";
    rhat.caption = "1 where chains agree.";
  }
  tau.scale = Scale::logarithmic;
  for (Figure* figure : {&tau, &rhat}) {
    std::erase_if(figure->curves, [](const Curve& c) {
      return Figure{.title = "", .caption = "", .x = "", .y = "", .curves = {c}}.empty();
    });
    keep_few(*figure);
    if (!figure->empty()) out.figures.push_back(std::move(*figure));
  }
  return out;
}

FigureGroup figures_of_free_energies(const Group& root) {
  FigureGroup out{.heading = "Free energy"};
  const std::vector<ResultRow> rows = free_energies_of(root);
  if (rows.empty() || std::all_of(rows.begin(), rows.end(), [](const ResultRow& r) { return std::isnan(r.beta); }))
    return out;
  Figure all = figure_over(root, rows, "ln Z", "ln Z");
  all.caption = "ln of the sum over states of exp(-beta E), by every estimator." + all.caption;
  for (Curve& curve : all.curves)
    for (auto& [x, point] : curve.points) point.z = unknown;  // beneath the next one
  const bool exact = std::any_of(rows.begin(), rows.end(), [](const ResultRow& r) { return std::isfinite(r.exact); });
  std::map<std::pair<std::vector<std::pair<std::string, std::string>>, double>, std::pair<double, double>> consensus;
  for (const ResultRow& r : rows)
    if (r.error > 0 && std::isfinite(r.error)) {
      auto& [weights, sum] = consensus[{r.at, r.beta}];
      weights += 1 / (r.error * r.error);
      sum += r.value / (r.error * r.error);
    }
  const bool one =
      std::all_of(rows.begin(), rows.end(), [&](const ResultRow& r) { return r.estimator == rows.front().estimator; });
  std::vector<ResultRow> off;
  for (ResultRow r : rows) {
    const auto found = consensus.find({r.at, r.beta});
    const double mean = found == consensus.end() ? unknown : found->second.second / found->second.first;
    r.value -= exact ? r.exact : mean;
    r.exact = exact && std::isfinite(r.exact) ? 0 : unknown;
    if (std::isfinite(r.value)) off.push_back(std::move(r));
  }
  const std::string minus = exact ? "ln Z - exact ln Z" : "ln Z - consensus";
  Figure difference = figure_over(root, off, minus, minus);
  difference.caption =
      (exact ? "By how much each estimator is off the exact answer."
             : "Each estimator against the mean of all, weighted by their errors: whether they agree.") +
      difference.caption;
  out.figures.push_back(std::move(all));
  if (!difference.empty() && (exact || !one)) out.figures.push_back(std::move(difference));
  return out;
}

}  // namespace gibbsite

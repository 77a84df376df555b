// Reweighted curves as people read them.
#include <fmt/format.h>

#include <algorithm>

#include "studies/reweight/reweighted.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t page = 100, most_rows = 25;

/// Columns side by side as far as the page goes, then a new table.
void print_columns(const std::vector<double>& beta, const std::vector<CurveColumn>& columns) {
  const std::size_t stride = (beta.size() + most_rows - 2) / (most_rows - 1);
  std::vector<std::size_t> rows;
  for (std::size_t b = 0; b < beta.size(); b += stride) rows.push_back(b);
  if (rows.back() + 1 != beta.size()) rows.back() = beta.size() - 1;
  const auto cell = [](const CurveColumn& c, std::size_t b) {
    return with_error(c.values[b].value, c.values[b].error);
  };
  const auto width_of = [&](const CurveColumn& column) {
    std::size_t width = column.name.size();
    for (const std::size_t b : rows) width = std::max(width, cell(column, b).size());
    return width + 2;
  };
  for (std::size_t begin = 0; begin < columns.size();) {
    std::size_t end = begin, width = 12;
    while (end < columns.size() && (end == begin || width + width_of(columns[end]) <= page))
      width += width_of(columns[end++]);
    std::vector<std::string> header = {"beta"};
    for (std::size_t k = begin; k < end; ++k) header.push_back(columns[k].name);
    Table table(header);
    for (const std::size_t b : rows) {
      std::vector<std::string> row = {fmt::format("{:.6g}", beta[b])};
      for (std::size_t k = begin; k < end; ++k) row.push_back(cell(columns[k], b));
      table.add(std::move(row));
    }
    fmt::print("\n{}", table.text());
    begin = end;
  }
}

bool printed(const std::string& name, bool log_z) { return shown_in_tables(name) && (name != "log_z_ratio" || !log_z); }

void print_peaks(const Reweighted& result) {
  Table table({"curve", "peak of", "beta", "temperature", "height"}, 2);
  bool any = false;
  for (const ReweightedCurve& curve : result.curves)
    for (const auto& [quantity, peak] : curve.peaks) {
      if (!peak) continue;
      const double beta = peak->beta.value;
      table.add({printable(curve.label.empty() ? curve.file : curve.label), name_of(quantity),
                 with_error(beta, peak->beta.error), with_error(1 / beta, peak->beta.error / (beta * beta)),
                 with_error(peak->height.value, peak->height.error)});
      any = true;
    }
  if (any) fmt::print("\n{}", table.text());
}

}  // namespace

void print_reweighted(const Reweighted& result, const std::filesystem::path& out) {
  for (const ReweightedCurve& curve : result.curves) {
    const Reweighting& r = curve.curves.reweighting();
    const auto [low, high] = std::minmax_element(curve.table.effective.begin(), curve.table.effective.end());
    fmt::print("{}{}\n  {} sites; {} betas from {:.6g} to {:.6g}, {} draws at each; {:.3g} to {:.3g} effective draws\n",
               &curve == &result.curves.front() ? "" : "\n", printable(curve.label.empty() ? curve.file : curve.label),
               curve.sites, r.beta().size(), r.beta().front(), r.beta().back(), r.chains() * r.draws(), *low, *high);
    std::vector<CurveColumn> columns;
    for (CurveColumn& column : columns_of(curve))
      if (printed(column.name, curve.log_z_start.has_value())) columns.push_back(std::move(column));
    print_columns(result.beta, columns);
  }
  print_peaks(result);
  if (!result.crossings.empty()) {
    Table table({"binder_cumulant of", "crosses that of", "beta", "temperature", "value"}, 2);
    for (const NamedCrossing& c : result.crossings) {
      const Estimate &beta = c.crossing.beta, &value = c.crossing.value;
      table.add({result.curves[c.first].label, result.curves[c.second].label, with_error(beta.value, beta.error),
                 with_error(1 / beta.value, beta.error / (beta.value * beta.value)),
                 with_error(value.value, value.error)});
    }
    fmt::print("\n{}", table.text());
  }
  if (result.beta.size() > most_rows)
    fmt::print("\n  {} betas were asked for; {}\n", result.beta.size(),
               out.empty() ? "-o FILE and --json give all of them" : "all of them are in " + out.string());
  if (!result.warnings.empty()) fmt::print("\nWarnings\n");
  for (const std::string& warning : result.warnings) fmt::print("  - {}\n", wrapped(warning, 4, page));
  std::fflush(stdout);
}

}  // namespace gibbsite

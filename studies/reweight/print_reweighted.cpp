// Reweighted curves as people read them.
#include <fmt/format.h>

#include <algorithm>

#include "studies/reweight/reweighted.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_rows = 25;

/// Beta or temperature, whichever was asked for.
std::string place_text(double beta, bool temperatures) { return fmt::format("{:.6g}", temperatures ? 1 / beta : beta); }
std::string place_name(bool temperatures) { return temperatures ? "T" : "beta"; }

/// Which of the betas are printed, in the order in which they were asked for.
std::vector<std::size_t> printed_rows(const Reweighted& result) {
  const std::size_t count = result.beta.size(), stride = (count + most_rows - 2) / (most_rows - 1);
  std::vector<std::size_t> rows;
  for (std::size_t b = 0; b < count; b += stride) rows.push_back(b);
  if (rows.back() + 1 != count) rows.back() = count - 1;
  if (result.temperatures) std::reverse(rows.begin(), rows.end());
  return rows;
}

/// Columns side by side as far as the page goes, then a new table.
void print_columns(const Reweighted& result, const std::vector<CurveColumn>& columns) {
  const std::vector<std::size_t> rows = printed_rows(result);
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
    while (end < columns.size() && (end == begin || width + width_of(columns[end]) <= page_width()))
      width += width_of(columns[end++]);
    std::vector<std::string> header = {place_name(result.temperatures)};
    for (std::size_t k = begin; k < end; ++k) header.push_back(columns[k].name);
    Table table(header);
    for (const std::size_t b : rows) {
      std::vector<std::string> row = {place_text(result.beta[b], result.temperatures)};
      for (std::size_t k = begin; k < end; ++k) row.push_back(cell(columns[k], b));
      table.add(std::move(row));
    }
    fmt::print("\n{}", table.text());
    begin = end;
  }
}

/// susceptibility_abs has the maximum that sizes are compared by.
bool printed(const std::string& name, bool log_z) {
  return (shown_in_tables(name) || name == name_of(Quantity::susceptibility_abs)) && (name != "log_z_ratio" || !log_z);
}

/// Without fields beta N <m^2> grows without end.
bool has_maximum(const ReweightedCurve& curve, Quantity quantity) {
  return quantity != Quantity::susceptibility || curve.field;
}

void print_peaks(const Reweighted& result) {
  Table table({"curve", "peak of", "beta", "temperature", "height"}, 2);
  bool any = false, outside = false;
  for (const ReweightedCurve& curve : result.curves)
    for (const auto& [quantity, search] : curve.peaks) {
      const bool beyond = search.at_low_end || search.at_high_end;
      if (!has_maximum(curve, quantity) || (!search.peak && !beyond)) continue;
      const std::string who = printable(curve.label.empty() ? curve.file : curve.label);
      any = true;
      if (search.peak) {
        const Peak& peak = *search.peak;
        const double beta = peak.beta.value;
        table.add({who, name_of(quantity), with_error(beta, peak.beta.error),
                   with_error(1 / beta, peak.beta.error / (beta * beta)),
                   with_error(peak.height.value, peak.height.error)});
        continue;
      }
      outside = true;
      const double edge = search.at_low_end ? result.beta.front() : result.beta.back();
      const char *in_beta = search.at_low_end ? "<" : ">", *in_temperature = search.at_low_end ? ">" : "<";
      table.add({who, name_of(quantity), fmt::format("{} {:.6g}", in_beta, edge),
                 fmt::format("{} {:.6g}", in_temperature, 1 / edge), "outside"});
    }
  if (any) fmt::print("\n{}", table.text());
  if (outside)
    fmt::print("  outside: the curve is highest at an end of the range asked for; its maximum lies beyond\n");
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
    print_columns(result, columns);
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
    fmt::print("\n  {} {} were asked for; {}\n", result.beta.size(), result.temperatures ? "temperatures" : "betas",
               out.empty() ? "-o FILE and --json give all of them" : "all of them are in " + out.string());
  if (!result.warnings.empty()) fmt::print("\nWarnings\n");
  for (const std::string& warning : result.warnings) fmt::print("  - {}\n", wrapped(warning, 4, page_width()));
  std::fflush(stdout);
}

}  // namespace gibbsite

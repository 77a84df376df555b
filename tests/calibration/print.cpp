#include "tests/calibration/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include "studies/files/json.hpp"
#include "studies/files/version.hpp"

namespace gibbsite::calibration {
namespace {

const char* name_of(Kind kind) { return kind == Kind::good ? "good" : kind == Kind::brief ? "brief" : "trap"; }

std::string number(double x, const char* format) { return std::isnan(x) ? "-" : fmt::format(fmt::runtime(format), x); }

/// |z| above 999 as such.
std::string largest(double z) { return z >= 1000 ? ">999" : number(z, "{:.1f}"); }

std::string line_of(const Row& r) {
  return fmt::format("  {:<44.44} {:>8} {:>5} {:>6} {:>6} {:>6} {:>6} {:>5.0f} {:>7} {:>6} {:>6} {:>6} {:>6}\n",
                     r.name(), number(r.beta, "{:.4g}"), r.all.seeds, number(r.all.mean, "{:+.2f}"),
                     number(r.all.deviation, "{:.2f}"), largest(r.all.largest), number(r.error_over_scatter, "{:.2f}"),
                     100 * r.warned_share, r.unknown_errors, number(r.unwarned.mean, "{:+.2f}"),
                     number(r.unwarned.deviation, "{:.2f}"), largest(r.unwarned.largest), r.silent);
}

/// Rows that show the extremes: the largest and smallest deviation, the largest mean, the most silent.
bool worth_reading(const Row& r) {
  return r.silent > 0 || std::abs(r.all.mean) > 0.4 || r.all.deviation > 1.25 || r.all.deviation < 0.7 ||
         r.unknown_errors > 0;
}

std::string date() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

Json as_json(const Spread& s) {
  return {{"seeds", s.seeds}, {"mean", s.mean}, {"sd", s.deviation}, {"max", s.largest}};
}

}  // namespace

std::string table_header() {
  return fmt::format("  {:<44} {:>8} {:>5} {:>6} {:>6} {:>6} {:>6} {:>5} {:>7} {:>6} {:>6} {:>6} {:>6}\n", "quantity",
                     "beta", "seeds", "mean", "sd", "max", "e/s", "warn%", "unknown", "u.mean", "u.sd", "u.max",
                     "silent");
}

std::string table_of(const Found& found, bool all) {
  const Tally& t = found.tally;
  std::string text =
      fmt::format("{} [{}] {} runs, {} warned, {} silently wrong; {:.1f} s\n    {}{}\n", found.what->name,
                  name_of(found.what->kind), t.runs, t.warned, t.silent_runs, found.seconds, found.what->command,
                  found.what->then.empty() ? "" : " | " + found.what->then);
  if (!found.failure.empty()) text += fmt::format("    FAILED ({} runs): {}\n", t.failed, found.failure);
  std::size_t left_out = 0;
  for (const Row& row : found.rows)
    if (all || worth_reading(row))
      text += line_of(row);
    else
      ++left_out;
  if (left_out > 0) {
    double low = 9, high = 0, mean = 0;
    for (const Row& row : found.rows)
      if (!worth_reading(row)) {
        low = std::min(low, row.all.deviation);
        high = std::max(high, row.all.deviation);
        mean = std::max(mean, std::abs(row.all.mean));
      }
    text += fmt::format("  {} {}rows with sd {:.2f} to {:.2f}, |mean| up to {:.2f}\n", left_out,
                        left_out == found.rows.size() ? "" : "more ", low, high, mean);
  }
  for (const auto& [warning, runs] : found.warnings) text += fmt::format("    {:>4} runs: {}\n", runs, warning);
  return text;
}

std::string verdict_text(const Verdict& v, const std::vector<Found>& all) {
  std::string text;
  const auto percent = [](std::size_t part, std::size_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  text += fmt::format(
      "{} cases, {} runs, {} rows judged; false alarms 1e-3 over {} comparisons, beyond 15 % in sd and "
      "0.25 in mean\n",
      all.size(), v.runs, v.rows, v.comparisons);
  text += fmt::format(
      "silently wrong (|z| > 4, not a word): {} of {} unwarned runs ({:.3f} %), {} of {} numbers; allowed {:.0f} runs, "
      "1 "
      "of 1,000 beyond the {:.1f} that true errors give: {}\n",
      v.silent_runs, v.unwarned, percent(v.silent_runs, v.unwarned), v.silent_numbers, v.unwarned_numbers,
      v.allowed_silent, v.by_chance, v.silent_ok ? "holds" : "FAILS");
  text += fmt::format("good runs warned: {} of {} ({:.2f} %; allowed 2 %): {}\n", v.good_warned, v.good,
                      percent(v.good_warned, v.good), v.good_ok ? "holds" : "FAILS");
  text += fmt::format("all good runs together: root mean square of z {}, allowed 0.9 to 1.1: {}\n",
                      number(v.together, "{:.3f}"), v.together_ok ? "holds" : "FAILS");
  if (v.failed > 0) text += fmt::format("runs that failed: {}\n", v.failed);
  text += fmt::format("brief runs and traps whose errors are larger than the scatter: {} rows\n", v.too_large);
  std::size_t excused = 0, failures = 0;
  std::vector<std::string> reasons;
  for (const Failure& f : v.failures) {
    const bool counts = f.excuse.empty();
    ++(counts ? failures : excused);
    if (!counts && std::find(reasons.begin(), reasons.end(), f.excuse) == reasons.end()) reasons.push_back(f.excuse);
    const std::string where =
        f.row == nullptr ? "" : fmt::format(" {} at {}:", f.row->name(), number(f.row->beta, "{:.4g}"));
    text += fmt::format("{}: {}:{} {}\n", counts ? "FAILS" : "excepted", f.found->what->name, where, f.what);
  }
  for (const std::string& reason : reasons) text += fmt::format("because: {}\n", reason);
  text += fmt::format("{} rows fail, {} excepted: the table {}\n", failures, excused,
                      v.holds() ? "HOLDS" : "DOES NOT HOLD");
  return text;
}

void write_table(const std::filesystem::path& file, const std::string& command, const std::vector<Found>& all,
                 const Verdict& verdict) {
  std::ofstream out(file);
  out << fmt::format(
      "# The calibration\n\nWritten by `{}`, gibbsite {} ({}), {}. z = (value - exact)/error as a standard "
      "normal number, seeds 1, 2, ...; e/s: median error over the scatter of the values; u.: of the runs "
      "without a warning; silent: numbers with |z| > 4 in those.\n\n```\n",
      command, version(), git_commit(), date());
  out << verdict_text(verdict, all) << "\n" << table_header();
  for (const Found& found : all) out << table_of(found, false);
  out << "```\n";
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void write_json(const std::filesystem::path& file, const std::string& command, const std::vector<Found>& all,
                const Verdict& verdict) {
  Json cases = Json::list();
  for (const Found& found : all) {
    Json rows = Json::list();
    for (const Row& r : found.rows)
      rows.push_back({{"quantity", r.name()},
                      {"beta", r.beta},
                      {"all", as_json(r.all)},
                      {"warned", as_json(r.warned)},
                      {"unwarned", as_json(r.unwarned)},
                      {"error_over_scatter", r.error_over_scatter},
                      {"unknown", r.unknown_errors},
                      {"silent", r.silent}});
    Json warnings = Json::list();
    for (const auto& [sentence, times] : found.warnings) warnings.push_back({{"warning", sentence}, {"runs", times}});
    cases.push_back({{"name", found.what->name},
                     {"command", found.what->command},
                     {"then", found.what->then},
                     {"kind", name_of(found.what->kind)},
                     {"runs", found.tally.runs},
                     {"warned", found.tally.warned},
                     {"silent_runs", found.tally.silent_runs},
                     {"failure", found.failure},
                     {"warnings", warnings},
                     {"rows", rows}});
  }
  const Json root = {{"command", command},
                     {"git_commit", git_commit()},
                     {"holds", verdict.holds()},
                     {"verdict", verdict_text(verdict, all)},
                     {"cases", cases}};
  std::ofstream out(file);
  out << root.dump() << "\n";
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace gibbsite::calibration

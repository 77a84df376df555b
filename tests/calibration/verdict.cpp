#include "tests/calibration/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <regex>

#include "estimators/significance.hpp"

namespace gibbsite::calibration {
namespace {

constexpr double allowed_deviation = 0.15, allowed_mean = 0.25, allowed_together = 0.1;
constexpr double most_silent = 1e-3, most_warned = 0.02;
constexpr std::size_t comparisons_per_row = 3;  // mean, deviation above, deviation below

/// The seeds a row is judged by: of traps those of unwarned runs.
const Spread& judged(const Case& what, const Row& row) { return what.kind == Kind::trap ? row.unwarned : row.all; }

struct Bounds {
  double mean, low, high;
};
Bounds bounds(std::size_t seeds, double alpha) {
  const double n = static_cast<double>(seeds);
  const boost::math::chi_squared squares(n - 1);
  const double t = quantile(complement(boost::math::normal(), alpha / 2));
  return {allowed_mean + t / std::sqrt(n), (1 - allowed_deviation) * std::sqrt(quantile(squares, alpha) / (n - 1)),
          (1 + allowed_deviation) * std::sqrt(quantile(complement(squares, alpha)) / (n - 1))};
}

/// Why a row (`name`) of a case may miss this bound; empty where it may not.
std::string excuse_of(const Found& found, const std::string& name, const std::string& bound,
                      const std::vector<Exception>& exceptions) {
  for (const Exception& e : exceptions)
    if (e.bound == bound && std::regex_search(found.what->name, std::regex(e.cases)) &&
        std::regex_search(name, std::regex(e.quantities)))
      return e.reason;
  return "";
}

}  // namespace

bool Verdict::holds() const {
  return silent_ok && good_ok && together_ok && failed == 0 &&
         std::all_of(failures.begin(), failures.end(), [](const Failure& f) { return !f.excuse.empty(); });
}

Verdict judge(const std::vector<Found>& all, const std::vector<Exception>& exceptions) {
  Verdict v;
  for (const Found& found : all)
    for (const Row& row : found.rows)
      if (judged(*found.what, row).seeds >= fewest_seeds) ++v.rows;
  v.comparisons = v.rows * comparisons_per_row;
  const double alpha = v.comparisons == 0
                           ? default_false_alarm
                           : -std::expm1(std::log1p(-default_false_alarm) / static_cast<double>(v.comparisons));
  for (const Found& found : all) {
    const Tally& t = found.tally;
    v.runs += t.runs;
    v.failed += t.failed;
    v.unwarned += t.runs - t.warned;
    if (const std::string why = excuse_of(found, "", "silent", exceptions); t.silent_runs > 0 && !why.empty()) {
      v.excused_silent += t.silent_runs;
      v.failures.push_back({&found, nullptr, fmt::format("silent: {} of {} runs", t.silent_runs, t.runs), why});
    } else {
      v.silent_runs += t.silent_runs;
      v.silent_numbers += t.silent_numbers;
    }
    v.unwarned_numbers += t.unwarned_numbers;
    if (found.what->kind == Kind::good) {
      v.good += t.runs;
      v.good_warned += t.warned;
    }
    for (const Row& row : found.rows) {
      const Spread& s = judged(*found.what, row);
      if (s.seeds < fewest_seeds) continue;
      const Bounds b = bounds(s.seeds, alpha);
      const auto fails = [&](const std::string& bound, const std::string& what) {
        v.failures.push_back({&found, &row, bound + ": " + what, excuse_of(found, row.name(), bound, exceptions)});
      };
      if (std::abs(s.mean) > b.mean) fails("mean", fmt::format("{:+.2f}, at most {:.2f}", s.mean, b.mean));
      if (s.deviation > b.high) fails("too small", fmt::format("sd {:.2f}, at most {:.2f}", s.deviation, b.high));
      if (s.deviation < b.low && found.what->kind != Kind::good) ++v.too_large;
      if (s.deviation < b.low && found.what->kind == Kind::good)
        fails("too large", fmt::format("sd {:.2f}, at least {:.2f}", s.deviation, b.low));
    }
  }
  double squares = 0, numbers = 0;
  for (const Found& found : all)
    for (const Row& row : found.rows)
      if (found.what->kind == Kind::good && row.all.seeds > 1) {
        const double n = static_cast<double>(row.all.seeds);
        squares += (n - 1) * row.all.deviation * row.all.deviation + n * row.all.mean * row.all.mean;
        numbers += n;
      }
  if (numbers > 0) v.together = std::sqrt(squares / numbers);
  v.together_ok = numbers == 0 || std::abs(v.together - 1) <= allowed_together;
  const double chance = std::erfc(wrong / std::sqrt(2.0));
  v.by_chance = static_cast<double>(v.unwarned_numbers) * chance;
  const double expected = most_silent * static_cast<double>(v.unwarned) + v.by_chance;
  v.allowed_silent = expected > 0 ? quantile(complement(boost::math::poisson(expected), default_false_alarm)) : 0;
  v.silent_ok = static_cast<double>(v.silent_runs) <= v.allowed_silent;
  v.good_ok = static_cast<double>(v.good_warned) <= std::max(most_warned * static_cast<double>(v.good), 1.0);
  return v;
}

}  // namespace gibbsite::calibration

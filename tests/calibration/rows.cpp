#include "tests/calibration/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <exception>
#include <map>
#include <thread>
#include <tuple>

namespace gibbsite::calibration {
namespace {

struct Sample {
  double value, error, z;
  bool warned;
};

Spread spread_of(const std::vector<Sample>& samples, const std::function<bool(const Sample&)>& wanted) {
  Spread out;
  double sum = 0, squares = 0;
  for (const Sample& s : samples)
    if (wanted(s)) {
      ++out.seeds;
      sum += s.z;
      out.largest = out.seeds == 1 ? std::abs(s.z) : std::max(out.largest, std::abs(s.z));
    }
  if (out.seeds == 0) return out;
  out.mean = sum / static_cast<double>(out.seeds);
  for (const Sample& s : samples)
    if (wanted(s)) squares += (s.z - out.mean) * (s.z - out.mean);
  if (out.seeds > 1) out.deviation = std::sqrt(squares / static_cast<double>(out.seeds - 1));
  return out;
}

/// Median of the errors over the standard deviation of the values.
double ratio_of(const std::vector<Sample>& samples) {
  if (samples.size() < 2) return unknown;
  std::vector<double> errors;
  double mean = 0, squares = 0;
  const double n = static_cast<double>(samples.size());
  for (const Sample& s : samples) {
    errors.push_back(s.error);
    mean += s.value / n;
  }
  for (const Sample& s : samples) squares += (s.value - mean) * (s.value - mean);
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  return errors[errors.size() / 2] / std::sqrt(squares / (n - 1));
}

/// A warning without its numbers, so that those of many runs can be counted.
std::string kind_of(const std::string& warning) {
  std::string kind;
  for (const char c : warning) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit)
      kind += c;
    else if (kind.empty() || kind.back() != '#')
      kind += '#';
  }
  return kind.substr(0, 110);
}

std::vector<Outcome> run_all(Runner& runner, std::size_t seeds, std::size_t threads, Found& found) {
  std::vector<Outcome> outcomes(seeds);
  std::atomic<std::size_t> next = 0, failed = 0;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t k = next++; k < seeds; k = next++) try {
        outcomes[k] = runner.run(k + 1);
      } catch (const std::exception& e) {
        ++failed;
        const std::lock_guard lock(mutex);
        found.failure = fmt::format("seed {}: {}", k + 1, e.what());
      }
  };
  std::vector<std::thread> pool;
  for (std::size_t t = 1; t < std::min(threads, seeds); ++t) pool.emplace_back(work);
  work();
  for (std::thread& thread : pool) thread.join();
  found.tally.failed = failed;
  return outcomes;
}

}  // namespace

std::string Row::name() const {
  std::string text = quantity;
  if (!estimator.empty()) text += " by " + estimator;
  if (task > 0) text += fmt::format(" (task {})", task);
  return text;
}

Found run_case(const Case& what, const Effort& effort, const std::function<void(std::uint64_t, const Outcome&)>& each) {
  Found found;
  found.what = &what;
  const std::clock_t begin = std::clock();
  std::vector<Outcome> outcomes;
  try {
    Runner runner(what, effort.errors);
    outcomes = run_all(runner, effort.seeds, effort.threads, found);
  } catch (const std::exception& e) {
    found.failure = e.what();
    found.tally.failed = effort.seeds;
  }
  found.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;

  std::map<std::tuple<std::string, std::string, std::size_t, std::size_t>, std::vector<Sample>> samples;
  std::map<std::string, std::size_t> warnings;
  std::vector<Row> rows;  // in the order in which numbers came
  for (std::size_t k = 0; k < outcomes.size(); ++k) {
    const Outcome& run = outcomes[k];
    if (each) each(k + 1, run);
    if (run.numbers.empty() && run.warnings.empty()) continue;
    ++found.tally.runs;
    const bool warned = !run.warnings.empty();
    if (warned) ++found.tally.warned;
    std::map<std::string, bool> kinds;
    for (const std::string& warning : run.warnings) kinds[kind_of(warning)] = true;
    for (const auto& [kind, is] : kinds) ++warnings[kind];
    bool silent = false;
    for (const Judged& j : run.numbers) {
      const Number& n = j.number;
      const auto key = std::tuple(n.quantity, n.estimator, n.place, n.task);
      const auto [at, is_new] = samples.try_emplace(key);
      if (is_new)
        rows.push_back(
            {.quantity = n.quantity, .estimator = n.estimator, .place = n.place, .task = n.task, .beta = n.beta});
      if (std::isnan(n.estimate.value)) continue;
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) {
        return key == std::tuple(r.quantity, r.estimator, r.place, r.task);
      });
      if (std::isnan(j.z)) {
        ++row->unknown_errors;
        continue;
      }
      const double z = std::clamp(j.z, -1e6, 1e6);
      at->second.push_back({n.estimate.value, n.estimate.error, z, warned || n.doubted});
      if (warned || n.doubted) continue;
      ++found.tally.unwarned_numbers;
      if (std::abs(z) <= wrong) continue;
      ++row->silent;
      ++found.tally.silent_numbers;
      silent = true;
    }
    if (silent) ++found.tally.silent_runs;
  }
  for (Row& row : rows) {
    const std::vector<Sample>& s = samples[{row.quantity, row.estimator, row.place, row.task}];
    row.all = spread_of(s, [](const Sample&) { return true; });
    row.warned = spread_of(s, [](const Sample& x) { return x.warned; });
    row.unwarned = spread_of(s, [](const Sample& x) { return !x.warned; });
    row.error_over_scatter = ratio_of(s);
    row.warned_share = s.empty() ? 0 : static_cast<double>(row.warned.seeds) / static_cast<double>(s.size());
  }
  found.rows = std::move(rows);
  found.warnings.assign(warnings.begin(), warnings.end());
  std::sort(found.warnings.begin(), found.warnings.end(),
            [](const auto& a, const auto& b) { return a.second > b.second; });
  return found;
}

}  // namespace gibbsite::calibration

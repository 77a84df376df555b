/// Whether the table holds. Bounds: of mean and standard deviation of z at the number of seeds taken, false alarms 1e-3
/// over all comparisons (Sidak); beyond them a deviation of 15 % and a mean of a quarter are allowed. A row needs some
/// thousand seeds to tell an error that is a fifth off; all good runs together tell it in a minute: the root mean
/// square of their z has to be 1 to 10 %.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/calibration/rows.hpp"

namespace gibbsite::calibration {

struct Failure {
  const Found* found = nullptr;
  const Row* row = nullptr;
  std::string what;    ///< "too small: sd 1.93, at most 1.41"
  std::string excuse;  ///< the reason of an exception; empty: it counts
};

struct Verdict {
  std::size_t rows = 0, comparisons = 0;
  std::vector<Failure> failures;
  std::size_t too_large = 0;  ///< rows of brief runs and traps whose errors are larger than the scatter
  std::size_t runs = 0, unwarned = 0, silent_runs = 0, silent_numbers = 0, unwarned_numbers = 0, good = 0,
              good_warned = 0, failed = 0;
  std::size_t excused_silent = 0;  ///< silently wrong runs of cases that may be, left out of silent_runs
  double allowed_silent = 0;       ///< runs: 1 of 1,000 and what chance gives, with the scatter of such counts
  double by_chance = 0;            ///< unwarned runs with a |z| > 4 if all numbers were independent and normal
  double together = unknown;       ///< root mean square of z over all numbers of good runs
  bool silent_ok = true, good_ok = true, together_ok = true;
  bool holds() const;
};

/// Seeds that a row needs to be judged.
inline constexpr std::size_t fewest_seeds = 12;

Verdict judge(const std::vector<Found>& all, const std::vector<Exception>& exceptions);

}  // namespace gibbsite::calibration

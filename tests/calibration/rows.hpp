/// What many seeds of one case add up to, quantity by quantity.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/calibration/case.hpp"
#include "tests/calibration/runner.hpp"

namespace gibbsite::calibration {

/// Mean, standard deviation and largest modulus of z over some runs.
struct Spread {
  std::size_t seeds = 0;
  double mean = unknown, deviation = unknown, largest = unknown;
};

struct Row {
  std::string quantity, estimator;
  std::size_t place = 0, task = 0;
  double beta = unknown;
  std::size_t unknown_errors = 0;  ///< runs with a value and no error
  Spread all = {}, warned = {}, unwarned = {};
  double error_over_scatter = unknown;  ///< median error over the standard deviation of the values
  std::size_t silent = 0;               ///< |z| > 4 in a run that said nothing
  double warned_share = 0;
  std::string name() const;
};

struct Tally {
  std::size_t runs = 0, warned = 0, failed = 0;
  std::size_t silent_runs = 0;     ///< unwarned, with any |z| > 4
  std::size_t silent_numbers = 0;  ///< their numbers with |z| > 4
  std::size_t unwarned_numbers = 0;
};

struct Found {
  const Case* what = nullptr;
  std::vector<Row> rows;
  Tally tally;
  std::vector<std::pair<std::string, std::size_t>> warnings;  ///< by their first words, and in how many runs
  std::string failure;                                        ///< what was thrown, if anything
  double seconds = 0;                                         ///< of processor time
};

/// |z| of a wrong answer.
inline constexpr double wrong = 4;

struct Effort {
  std::size_t seeds, threads;
  double errors = 1;  ///< every error is multiplied by it: a mutant, to see that the verdict notices
};

/// Seeds 1, 2, ... of a case; the same for any number of threads. each: told every number.
Found run_case(const Case& what, const Effort& effort,
               const std::function<void(std::uint64_t seed, const Outcome&)>& each = {});

}  // namespace gibbsite::calibration

/// The table of the calibration: what is run, seed after seed, and held against exact answers.
///
/// A row is a command line of the program and a kind. Files that it names (triangle.txt, blocks.h5, ...) are written by
/// systems.cpp into a folder of their own; "{n}" in a command line becomes the n numbers that belong to the seed, as
/// "first:last", so that every seed averages over its own samples of the disorder.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace gibbsite::calibration {

/// good: a run that any user would call long enough: its errors are neither too small nor too large, and it is not
/// warned. brief: short or awkward, yet its errors must not be too small. trap: what a run cannot see may be wrong, but
/// then not without a warning: only its unwarned runs are judged.
enum class Kind { good, brief, trap };

/// Exact answers by name at one beta, where neither the house's own routes nor a transfer over the graph reach.
using Formula = std::map<std::string, double> (*)(double beta);

struct Case {
  std::string name;
  std::string command;  ///< "run --model.size 4 ...", "loglik blocks.h5 ..."
  Kind kind = Kind::good;
  std::string then = {};  ///< "reweight --beta 0.3:0.5:5": what is judged instead of the run
  int share = 1;          ///< the case takes 1/share of the seeds, where runs are long
  bool quick = false;     ///< part of `--quick`
  Formula formula = nullptr;
};

/// Rows of these cases and quantities (regular expressions) may miss a bound, for a reason.
struct Exception {
  std::string cases, quantities;
  std::string
      bound;  ///< "mean", "too small" (the errors: sd above), "too large"; "silent": runs of a case, all quantities
  std::string reason;
};

std::vector<Case> chain_cases();
std::vector<Case> ladder_cases();
std::vector<Case> annealing_cases();
std::vector<Case> glass_cases();
std::vector<Case> reweighting_cases();
std::vector<Case> likelihood_cases();
std::vector<Case> everyday_cases();
std::vector<Case> draw_cases();
std::vector<Case> continuous_cases();
std::vector<Case> all_cases();
const std::vector<Exception>& exceptions();

}  // namespace gibbsite::calibration

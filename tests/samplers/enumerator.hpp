/// Chance that leaves nothing to chance: it walks every outcome of a run, each with its probability.
///
/// A run asks for decisions one after the other; the script of an outcome is the list of answers. To go on to the next
/// outcome, the last answer that has a successor is moved on and all behind it are forgotten, as in an odometer;
/// answers of probability 0 are skipped. The probabilities of all outcomes add up to 1. Cost: as many runs as there are
/// outcomes.
#pragma once

#include <cassert>
#include <vector>

#include "physics/chance.hpp"

namespace gibbsite {

class Enumerator {
 public:
  bool coin(const Coin& coin) {
    if (coin.p <= 0 || coin.p >= 1) return coin.p >= 1;
    const bool heads = answer(2) == 1;
    probability_ *= heads ? coin.p : 1 - coin.p;
    return heads;
  }
  std::size_t pick(std::size_t n) {
    probability_ /= static_cast<double>(n);
    return answer(n);
  }

  /// Of the outcome that the decisions drawn so far make up.
  double probability() const noexcept { return probability_; }
  /// Goes on to the next outcome; false after the last.
  bool next() {
    while (!script_.empty() && script_.back().answer + 1 == script_.back().answers) script_.pop_back();
    at_ = 0;
    probability_ = 1;
    if (script_.empty()) return false;
    ++script_.back().answer;
    return true;
  }

 private:
  struct Decision {
    std::size_t answer = 0, answers = 0;
  };
  std::size_t answer(std::size_t answers) {
    if (at_ == script_.size()) script_.push_back({0, answers});
    assert(script_[at_].answers == answers);  // a run may depend on its decisions alone
    return script_[at_++].answer;
  }

  std::vector<Decision> script_;
  std::size_t at_ = 0;
  double probability_ = 1;
};
static_assert(DiscreteChance<Enumerator>);

/// Calls run(chance) once for every outcome, and after it see(probability).
template <class Run, class See>
void for_each_outcome(Run run, See see) {
  Enumerator chance;
  do {
    run(chance);
    see(chance.probability());
  } while (chance.next());
}

}  // namespace gibbsite

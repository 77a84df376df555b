#include "estimators/learning/pattern_learner.hpp"

#include <stdexcept>

namespace gibbsite {

std::vector<std::vector<std::int8_t>> patterns_of(const Matrix& data) {
  std::vector<std::vector<std::int8_t>> out;
  for (std::size_t n = 0; n < data.columns(); ++n) {
    out.emplace_back();
    for (const double x : data.column(n)) out.back().push_back(static_cast<std::int8_t>(x));
  }
  return out;
}

PatternLearner::PatternLearner(const ParametricMachine& machine, const Matrix& data, PatternRule rule)
    : theta_(machine.parameters(), 0), rule_gives_(theta_) {
  const BoltzmannMachine stored = hopfield(patterns_of(data), rule);
  for (std::size_t i = 0; i < data.rows(); ++i)
    for (std::size_t j = i + 1; j < data.rows(); ++j) rule_gives_[machine.pair(i, j)] = stored.weights()(i, j);
}

void PatternLearner::advance() {
  theta_ = rule_gives_;
  stored_ = true;
}

Snapshot PatternLearner::save() const {
  Snapshot out;
  out.numbers["trainer_parameters"] = theta_;
  out.counts["trainer_update"] = {update()};
  return out;
}
void PatternLearner::load(const Snapshot& snapshot) {
  const auto found = snapshot.numbers.find("trainer_parameters");
  if (found == snapshot.numbers.end() || found->second.size() != theta_.size())
    throw std::invalid_argument("the checkpoint is of another machine");
  theta_ = found->second;
  stored_ = snapshot.counts.at("trainer_update").at(0) != 0;
}

}  // namespace gibbsite

#include "estimators/learning/belief_learner.hpp"

#include <stdexcept>

#include "physics/chance.hpp"

namespace gibbsite {

BeliefLearner::BeliefLearner(std::shared_ptr<const BeliefMachine> machine, const Matrix& data, Options options,
                             MakeLearner greedy, Key key)
    : machine_(std::move(machine)),
      data_(data),
      options_(options),
      greedy_(std::move(greedy)),
      key_(key),
      batches_(data, options.together.batch, key),
      steps_(options.together, machine_->parameters()),
      up_down_(make_up_down(machine_, key, options.up_down)),
      theta_(machine_->parameters(), 0) {
  if (options_.together.updates > 0 && options_.together.optimizer == Optimizer::natural)
    throw std::invalid_argument("natural steps are for machines of at most one hidden layer; take sgd or adam");
  begin_pair();
}

/// The data of pair number l are draws of layer l on the way up, one for each sample.
void BeliefLearner::begin_pair() {
  trainer_.reset();
  if (!alone()) return;
  const auto machine = std::make_shared<const ParametricMachine>(machine_->pair(pair_));
  const Key key(key_.value(), pair_);
  if (pair_ > 0) {
    const BeliefNetwork network = machine_->network(theta_);
    Matrix x = data_;
    for (std::size_t l = 0; l < pair_; ++l) {
      x = network.below()[l].up(x);
      for (std::size_t n = 0; n < x.columns(); ++n) {
        Chance chance(Stream(Key(key_.value(), 1000 + l), Purpose::data, 0, n));
        for (double& unit : x.column(n)) unit = chance.coin(Coin(logistic(unit))) ? 1 : 0;
      }
    }
    lifted_ = std::move(x);
  }
  trainer_ = greedy_(machine, pair_ == 0 ? data_ : lifted_, key);
  of_pair_ = trainer_->updates();
}

void BeliefLearner::advance() {
  if (!alone()) return advance_together();
  trainer_->advance();
  if (!trainer_->done()) return;
  machine_->set_pair(pair_, trainer_->parameters(), theta_);
  ++pair_;
  begin_pair();
}

void BeliefLearner::advance_together() {
  std::vector<double> direction(theta_.size(), 0);
  up_down_->add_directions(theta_, batches_.at(together_update_), together_update_, direction);
  steps_.pull(machine_->blocks(), theta_, direction);
  steps_.scale(direction, together_update_);
  steps_.take(machine_->blocks(), direction, together_update_, theta_);
  steps_.limit(machine_->blocks(), theta_);
  ++together_update_;
}

std::uint64_t BeliefLearner::updates() const {
  return finished_ ? update() : (machine_->depth() - 1) * of_pair_ + options_.together.updates;
}

/// While pairs learn, those above are not there yet: their weights are 0.
std::vector<double> BeliefLearner::parameters() const {
  std::vector<double> out = theta_;
  if (trainer_) machine_->set_pair(pair_, trainer_->parameters(), out);
  return out;
}

Snapshot BeliefLearner::save() const {
  Snapshot out;
  if (trainer_) {
    out = trainer_->save();
  } else {
    out = up_down_->save();
    steps_.save(out);
  }
  out.numbers["belief_parameters"] = theta_;
  out.counts["belief_stage"] = {pair_, together_update_, finished_ ? std::uint64_t{1} : 0};
  return out;
}

void BeliefLearner::load(const Snapshot& snapshot) {
  const auto found = snapshot.numbers.find("belief_parameters");
  if (found == snapshot.numbers.end() || found->second.size() != theta_.size())
    throw std::invalid_argument("the checkpoint is of another machine");
  theta_ = found->second;
  const auto& stage = snapshot.counts.at("belief_stage");
  pair_ = stage.at(0), together_update_ = stage.at(1), finished_ = stage.at(2) != 0;
  begin_pair();
  if (trainer_) {
    trainer_->load(snapshot);
  } else {
    up_down_->load(snapshot);
    steps_.load(snapshot);
  }
}

}  // namespace gibbsite

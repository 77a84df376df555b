/// Learning of deep belief networks (Hinton, Osindero & Teh, Neural Comput. 18, 1527 (2006)): greedily, one restricted
/// machine after the other from draws of the hidden units of the one below, each by whatever learns such machines; then
/// all together, up and down (up_down.hpp).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "estimators/learning/learner.hpp"
#include "estimators/learning/steps.hpp"
#include "estimators/learning/up_down.hpp"

namespace gibbsite {

/// What learns a restricted machine from data, [width][sample], that outlive it; of any number of updates, the same for
/// every machine.
using MakeLearner = std::function<std::unique_ptr<Learner>(const std::shared_ptr<const ParametricMachine>& machine,
                                                           const Matrix& data, Key key)>;

class BeliefLearner final : public Learner {
 public:
  struct Options {
    TrainingOptions together;  ///< up and down; 0 updates: none
    UpDownOptions up_down;
  };
  /// data: [visible unit][sample], must outlive it. Throws what `greedy` throws, and std::invalid_argument for natural
  /// steps up and down.
  BeliefLearner(std::shared_ptr<const BeliefMachine> machine, const Matrix& data, Options options, MakeLearner greedy,
                Key key);

  bool done() const override { return update() >= updates(); }
  void advance() override;
  void finish() override { finished_ = true; }
  std::uint64_t update() const override { return pair_ * of_pair_ + of_stage(); }
  std::uint64_t updates() const override;
  std::uint64_t batches() const override { return batches_.of_an_epoch(); }
  std::vector<double> parameters() const override;
  bool bounded() const override { return trainer_ ? trainer_->bounded() : gibbsite::bounded(theta_); }
  std::string layout() const override {
    if (trainer_) return trainer_->layout();
    return options_.up_down.precision == Precision::single ? "single precision" : "plain";
  }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  bool alone() const { return pair_ + 1 < machine_->depth(); }
  std::uint64_t of_stage() const { return trainer_ ? trainer_->update() : together_update_; }
  void begin_pair();
  void advance_together();

  std::shared_ptr<const BeliefMachine> machine_;
  const Matrix& data_;
  Options options_;
  MakeLearner greedy_;
  Key key_;
  Batches batches_;
  Steps steps_;
  std::unique_ptr<UpDown> up_down_;
  bool finished_ = false;
  std::uint64_t of_pair_ = 0;  // updates
  std::size_t pair_ = 0;       // that learns now; as many as there are: all together
  std::uint64_t together_update_ = 0;
  std::vector<double> theta_;
  Matrix lifted_;  // data of the pair that learns, if it is not the first
  std::unique_ptr<Learner> trainer_;
};

}  // namespace gibbsite

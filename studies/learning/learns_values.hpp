/// Nets of several outputs that learn, whatever their outputs are for: how they are made, kept and shown to data. Each
/// says what it makes small (estimators/learning/nets/net_objective.hpp) and how it is judged.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimators/learning/nets/net_objective.hpp"
#include "physics/neural/neural_net.hpp"
#include "studies/learning/trainable.hpp"

namespace gibbsite {

class LearnsValues : public Trainable {
 public:
  /// name: the model's kind, one of studies/models/stored_net.hpp. first: parameters to begin with; empty: random ones.
  LearnsValues(std::string name, NeuralNet net, std::vector<double> first);

  const Layer& visible() const override { return visible_; }
  std::string shape() const override;
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  /// There is none, and nothing to anneal.
  bool sums_log_z() const override { return true; }
  void see(const Study& study, const Data& data, std::span<const double> weight) override;
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override;
  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override;
  /// No states are drawn of what is no density.
  Group draw(std::span<const double>, const Study&, const Matrix&, std::size_t) const override {
    return {.name = "samples"};
  }

 protected:
  /// In the precision of its last argument. data: [number][sample]. Throws std::invalid_argument for what cannot be.
  virtual std::unique_ptr<NetObjective<float>> objective(const Study& study, const Matrix& data, Key key,
                                                         float) const = 0;
  virtual std::unique_ptr<NetObjective<double>> objective(const Study& study, const Matrix& data, Key key,
                                                          double) const = 0;
  /// What the file says beside the net.
  virtual void describe(Group& group) const { (void)group; }
  const NeuralNet& net() const noexcept { return net_; }

 private:
  std::string name_;
  NeuralNet net_;
  std::vector<double> first_;
  std::vector<ParameterBlock> blocks_;
  Layer visible_;
  BaseRates base_rates_;
  Treatment treatment_;
};

/// Outputs of a net at samples, [sample][output], in the precision that suits its size. x: [number][sample]. Throws as
/// NetValues.
std::vector<double> outputs_of(const NeuralNet& net, std::span<const double> theta, const Matrix& x);

}  // namespace gibbsite

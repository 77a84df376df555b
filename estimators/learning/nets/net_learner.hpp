/// What learns a net of several outputs: a goal of learning by gradients (estimators/learning/gradient_learner.hpp)
/// that is an objective of its outputs at batches of data.
#pragma once

#include "estimators/learning/gradient_learner.hpp"
#include "estimators/learning/nets/net_objective.hpp"

namespace gibbsite {

/// For float and double.
template <class Real>
class NetLearner final : public GradientLearner {
 public:
  /// blocks: of the net's parameters. data: [number][sample], must outlive it. theta: where it begins. Throws as
  /// GradientLearner.
  NetLearner(NetValues<Real> net, std::span<const ParameterBlock> blocks, std::unique_ptr<NetObjective<Real>> objective,
             const Matrix& data, std::vector<double> theta, GradientOptions options, Key key);
};

}  // namespace gibbsite

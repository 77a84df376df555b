/// What learning of a net with several outputs (physics/neural/net_values.hpp) makes small, by a batch of data: any
/// value of the outputs with its adjoint. The net turns that into a gradient of its parameters.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "physics/neural/net_values.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

/// Samples of an update.
template <class Real>
struct NetBatch {
  std::span<const Real> x;                 ///< [sample][number]
  std::span<const std::uint32_t> samples;  ///< which of all data these are: labels stand by them
  std::uint64_t update = 0;                ///< never the same twice: draws are pure functions of it

  std::size_t size() const noexcept { return samples.size(); }
};

template <class Real>
class NetObjective {
 public:
  virtual ~NetObjective() = default;
  NetObjective() = default;
  NetObjective(const NetObjective&) = delete;
  NetObjective& operator=(const NetObjective&) = delete;

  /// Parameters behind those of the net that it learns too (of a second net, say), and where these begin. Files of
  /// models do not hold them.
  virtual std::size_t extra_parameters() const { return 0; }
  virtual std::vector<double> first_extra(const NetValues<Real>& net) const {
    (void)net;
    return {};
  }
  /// Its value; adds its gradient, extra parameters behind the others.
  virtual double add_gradient(const NetValues<Real>& net, std::span<const double> extra, const NetBatch<Real>& batch,
                              std::span<Real> gradient) = 0;
  /// Parameters have moved: before this call the net stood where add_gradient saw it.
  virtual void moved(const NetValues<Real>& net) { (void)net; }
  /// All state of its own.
  virtual Snapshot save() const { return {}; }
  virtual void load(const Snapshot&) {}
};

/// A loss of one state's outputs: its value; writes dL/df. state: its place in the batch. Several threads call it at
/// once, for other states each.
using LossOfState = std::function<double(std::size_t state, std::span<const double> f, std::span<double> fbar)>;
/// Adds the gradient of the mean of such losses over states x, [state][number]; returns the mean. One pass there and
/// back.
template <class Real>
double add_mean_loss(const NetValues<Real>& net, std::span<const Real> x, const LossOfState& loss,
                     std::span<Real> gradient);

/// A loss of all states' outputs at once, f and fbar: [state][output].
using LossOfBatch = std::function<double(std::span<const double> f, std::span<double> fbar)>;
/// Adds its gradient; returns it. Two passes forward, one back.
template <class Real>
double add_batch_loss(const NetValues<Real>& net, std::span<const Real> x, const LossOfBatch& loss,
                      std::span<Real> gradient);

}  // namespace gibbsite

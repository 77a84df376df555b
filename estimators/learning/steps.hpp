/// What learning by gradients shares, whatever learns: batches of data, and steps from directions.
///
///   sgd    velocity = momentum velocity + rate direction,  theta += velocity
///   adam   Kingma & Ba, ICLR 2015, algorithm 1 (beta_1 = momentum, beta_2 = 0.999)
///   natural theta += rate (F + damping)^-1 direction, F the covariance of d(-F)/dtheta over the model, summed over all
///          its states (Amari, Neural Comput. 10, 251 (1998); for Boltzmann machines Amari, Kurata & Nagaoka 1992)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "estimators/learning/batch_order.hpp"
#include "physics/matrices/matrix.hpp"
#include "physics/parametric_machine.hpp"
#include "physics/random.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

enum class Optimizer { sgd, adam, natural };

struct TrainingOptions {
  Optimizer optimizer = Optimizer::sgd;
  std::size_t batch = 100;
  std::uint64_t updates = 0;                  ///< in all
  double first_rate = 0.05, last_rate = 0.0;  ///< linear over the updates
  double momentum = 0.5;
  double damping = 1e-3;  ///< natural
  double l1 = 0, l2 = 0;  ///< penalties l1 |theta| + l2/2 |theta|^2, on weights
  bool penalize_biases = false;
  double max_norm = 0;  ///< of the weights of each hidden unit; 0: any
  bool centered = true;
  bool learn_variance = false;  ///< gaussian units
  /// Of the samples, with mean 1; must outlive what learns. Empty: all weigh alike.
  std::span<const double> weight = {};
};

/// Of data in the order of batch_order.hpp.
class Batches {
 public:
  /// data: [number][sample], must outlive it; batch: samples of each, at most all. Throws std::invalid_argument for no
  /// data.
  Batches(const Matrix& data, std::size_t batch, Key key);

  std::size_t size() const noexcept { return batch_; }
  std::uint64_t of_an_epoch() const noexcept { return order_.batches(); }
  /// [number][sample].
  Matrix at(std::uint64_t update);
  /// Which samples these are.
  std::span<const std::uint32_t> samples_at(std::uint64_t update) { return order_.of(update); }

 private:
  const Matrix& data_;
  std::size_t batch_;
  BatchOrder order_;
};

/// What an optimiser makes of directions, with its memory.
class Steps {
 public:
  Steps(TrainingOptions options, std::size_t parameters);

  /// Of update number `update` of options.updates.
  double rate(std::uint64_t update) const;
  /// Takes the slope of l2 from a direction.
  void pull(std::span<const ParameterBlock> blocks, std::span<const double> theta, std::span<double> direction) const;
  /// A direction, in place, as a step.
  void scale(std::span<double> direction, std::uint64_t update);
  /// theta += step, then l1's proximal step.
  void take(std::span<const ParameterBlock> blocks, std::span<const double> step, std::uint64_t update,
            std::span<double> theta) const;
  /// Holds the weights into each hidden unit to max_norm: blocks "weights...", [lower][upper].
  void limit(std::span<const ParameterBlock> blocks, std::span<double> theta) const;

  /// From the next update on half the rate, and momenta anew: update number `update` did not stand.
  void slow_down(std::uint64_t update);

  /// Under the names "trainer_velocity", "trainer_second", "trainer_slower", "trainer_begun".
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  bool penalized(const ParameterBlock& block) const noexcept { return !block.bias || options_.penalize_biases; }

  TrainingOptions options_;
  std::vector<double> velocity_, second_;  // second_: adam's
  std::uint64_t begun_ = 0;                // the first update of these
  double slower_ = 1;                      // what rates are multiplied by
};

/// Whether all are numbers of a size that can still be learned from.
bool bounded(std::span<const double> theta) noexcept;

}  // namespace gibbsite

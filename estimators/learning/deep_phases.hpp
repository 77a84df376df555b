/// The two expectations of which a deep machine's gradient is the difference, d <ln p> / dtheta = <x x'>_data -
/// <x x'>_model:
///
/// data:  hidden units given the visible ones by mean field (physics/mean_field.hpp; Salakhutdinov & Hinton, AISTATS
///        2009, eqs. 11-13), from a way up on which layers that have one above them take their input twice. Machines of
///        two layers are exact after one step.
/// model: chains by block Gibbs, even layers given the odd ones, then those (the same, sec. 3.3). Averages are over the
///        even layers as they were drawn, and the means of the odd ones given those.
///
/// Cost: a round of mean field or a sweep is two products of a batch with every W. Columns are cut into tiles of fixed
/// length, and gradients into fixed rows, so that bits do not depend on threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "physics/deep_machine.hpp"
#include "physics/random.hpp"

namespace gibbsite {

/// Of the numbers inside. Floats are twice as fast and more.
enum class Precision { single, full };

struct MeanFieldEffort {
  int rounds = 10;      ///< at most
  double still = 1e-4;  ///< ends where no mean of a tile moves further
};

class DeepPhases {
 public:
  virtual ~DeepPhases() = default;
  DeepPhases() = default;
  DeepPhases(const DeepPhases&) = delete;
  DeepPhases& operator=(const DeepPhases&) = delete;

  /// [machine.parameters()]
  virtual void set_parameters(std::span<const double> theta) = 0;

  /// Hidden means given data, kept for what follows. v: [visible unit][sample]; each copy of a visible unit is alike.
  virtual void settle(const Matrix& v) = 0;
  /// Mean over these samples of the units of layer l, sums over copies: [unit].
  virtual std::vector<double> mean(std::size_t l) const = 0;
  /// ln sum_h exp(-E(v, h)) from below, [sample]: <-E> + H of those means.
  virtual std::vector<double> bound() const = 0;
  /// One copy of each unit of layer 1 drawn from those means: [unit][sample].
  virtual Matrix draw_first_hidden(std::uint64_t time) const = 0;
  /// Adds scale <d(-E)/dtheta> over these samples to `out`.
  virtual void add_data_gradient(double scale, std::span<double> out) const = 0;

  /// So many chains, drawn from the settled means of one sample after the other, again from the first where there are
  /// fewer.
  virtual void start_at_data(std::size_t chains, std::uint64_t time) = 0;
  /// Sweeps number time, time + 1, ...
  virtual void sweep(std::uint64_t time, std::size_t count) = 0;
  /// The same over the chains, as the last sweep left them.
  virtual void add_chain_gradient(double scale, std::span<double> out) const = 0;

  /// The state of all chains: odd layers, one byte a unit, chain behind chain.
  virtual std::vector<std::byte> save() const = 0;
  /// Throws std::invalid_argument for a state of another machine.
  virtual void load(std::span<const std::byte> state) = 0;
};

std::unique_ptr<DeepPhases> make_deep_phases(std::shared_ptr<const DeepMachine> machine, Key key,
                                             MeanFieldEffort effort, Precision precision);

}  // namespace gibbsite

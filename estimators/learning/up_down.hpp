/// The up-down algorithm for deep belief networks, contrastive wake-sleep (Hinton, Osindero & Teh, Neural Comput. 18,
/// 1527 (2006), appendix B). An update
///   wakes:  draws hidden layers upwards from data by recognition, and moves the way down towards what it finds there,
///           (x_l - <x_l | x_{l+1}>) x_{l+1}': on average the gradient of the bound <ln p(x_0, ..., h) - ln q>_q;
///   moves the restricted machine on top by data less model, with chains that begin at those draws (cd) or go on (pcd);
///   sleeps: draws downwards from those chains, and moves the way up towards what made them,
///           (x_{l+1} - <x_{l+1} | x_l>_q) x_l'.
/// Cost: two products of a batch with each W below the top, two a sweep with the top's.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "estimators/learning/deep_phases.hpp"
#include "physics/belief_machine.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

struct UpDownOptions {
  bool persistent = true;    ///< pcd on top, else cd
  std::size_t sweeps = 1;    ///< of each chain per update
  std::size_t chains = 100;  ///< pcd
  Precision precision = Precision::full;
};

class UpDown {
 public:
  virtual ~UpDown() = default;
  UpDown() = default;
  UpDown(const UpDown&) = delete;
  UpDown& operator=(const UpDown&) = delete;

  /// Adds the directions of all parameters at theta to `out`, means over the batch. v: [visible unit][sample]; update:
  /// a count that never comes twice.
  virtual void add_directions(std::span<const double> theta, const Matrix& v, std::uint64_t update,
                              std::span<double> out) = 0;
  virtual Snapshot save() const = 0;
  virtual void load(const Snapshot& snapshot) = 0;
};

std::unique_ptr<UpDown> make_up_down(std::shared_ptr<const BeliefMachine> machine, Key key, UpDownOptions options);

}  // namespace gibbsite

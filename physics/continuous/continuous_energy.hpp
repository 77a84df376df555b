/// An energy on R^d with a gradient, asked for many states at once, so that one call serves a batch of replicas and a
/// network of layers can work with matrices. Units: k_B = 1; energies in units of the model's own scale.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "physics/concepts.hpp"

namespace gibbsite {

class Graph;
class Leapfrog;

class ContinuousEnergy {
 public:
  virtual ~ContinuousEnergy() = default;
  ContinuousEnergy(const ContinuousEnergy&) = delete;
  ContinuousEnergy& operator=(const ContinuousEnergy&) = delete;

  /// d, the length of a state.
  std::size_t units() const noexcept { return units_; }
  /// energy[s] = E(x_s) and gradient[s d + i] = dE/dx_i of the states x, one behind the other, [states][d]; as many as
  /// `energy` is long. gradient: [states][d], or empty where nobody asks. What a state gives does not depend on the
  /// others, and nothing is finite that should not be: far outside E may be infinite.
  virtual void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const = 0;
  /// A faster way along trajectories than by gradients (physics/continuous/leapfrog.hpp); null: there is none.
  virtual const Leapfrog* leapfrog() const noexcept { return nullptr; }
  /// States that are worth being handed over at once.
  virtual std::size_t batch() const noexcept { return 1; }

  /// energy and energy_density always; then what the model measures beside them.
  std::vector<Observable> observables() const;
  /// out: one number per observable, of one state with this energy.
  void observe(std::span<const double> x, double energy, std::span<double> out) const;

  /// Whether E(-x) = E(x).
  virtual bool symmetric() const noexcept { return false; }
  /// Bonds and fields of the signs of its coordinates, where the part of E that is not even in each of them is
  /// -sum J_ij x_i x_j - sum h_i x_i (samplers/kernels/sign_clusters.hpp); null: not so, or not known.
  virtual const Graph* signs() const noexcept { return nullptr; }
  /// ln of the integral of exp(-E) over all of space, where it is known in closed form.
  virtual std::optional<double> known_log_z() const noexcept { return std::nullopt; }
  /// Where a cold start begins: a state of low energy. x: [d].
  virtual void set_ordered(std::span<double> x) const = 0;
  /// A mean and a standard deviation of all coordinates that suit a Gaussian reference of this model.
  struct Extent {
    double mean = 0, scale = 1;
  };
  virtual Extent extent() const noexcept { return {}; }
  /// Parts that do not see each other and are alike: the model is `count` copies of `part`, coordinates of one behind
  /// those of the other; the model itself where there are none. For exact answers.
  struct Copies {
    const ContinuousEnergy* part = nullptr;
    std::size_t count = 1;
  };
  virtual Copies copies() const noexcept { return {this, 1}; }

 protected:
  explicit ContinuousEnergy(std::size_t units) : units_(units) {}
  /// What is measured beside the energy, and its measurement; of `copies()` these are means over the parts.
  virtual std::vector<Observable> measured() const;
  virtual void measure(std::span<const double> x, std::span<double> out) const;

 private:
  std::size_t units_;
};

static_assert(Gradient<ContinuousEnergy>);

}  // namespace gibbsite

/// States that follow an energy while its parameters move, or that begin at the data: what learning takes the model's
/// own expectation from.
///
///   hmc, langevin  Hamiltonian trajectories, or single Langevin steps, with Metropolis' correction
///                  (samplers/kernels/hamiltonian.hpp): they leave exp(-E) invariant. Their step follows the
///                  acceptance, 0.8 and 0.574.
///   unadjusted     x' = x - eps grad E(x) + sqrt(2 eps T) xi: as learning uses it (Xie, Lu, Zhu & Wu, ICML 2016; Du &
///                  Mordatch, NeurIPS 2019), with a bias of order eps that never goes away.
///
/// Of unadjusted steps at T = 1 the weights A of Jarzynski's equality know the bias: a step adds
///
///   a(x, x') - a(x', x),   a(x, y) = E(x) + (y - x) . grad E(x) / 2 + eps |grad E(x)|^2 / 4,
///
/// ln of the probability of the step back over that of the step, and of exp(-E) there over here; a change of parameters
/// adds E_old(x) - E_new(x) (Carbone, Hua, Coste & Vanden-Eijnden, arXiv:2305.19414, eq. 14, with the step back taken
/// at the parameters of the step itself). Then <exp A> = Z / Z_0 at any step size.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "physics/neural/jet_energy.hpp"
#include "physics/random.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

class ContinuousEnergy;

enum class MoveKind { hmc, langevin, unadjusted };

struct EnergyMoves {
  MoveKind kind = MoveKind::langevin;
  std::size_t sweeps = 1;  ///< of each chain in an update
  std::size_t steps = 10;  ///< hmc: gradients of a trajectory, on average
  double step = 0.01;      ///< unadjusted: eps
  double temperature = 1;  ///< unadjusted: of its noise
};

/// Independent normal numbers, from which chains begin.
struct IndependentNormals {
  std::vector<double> mean, deviation;
};

template <class Real>
class EnergyChains {
 public:
  /// Each chain has random numbers of its own, so that bits do not depend on which of them move together. Throws
  /// std::invalid_argument for no chains, no sweeps, or a step or temperature below 0.
  EnergyChains(std::size_t chains, IndependentNormals start, EnergyMoves moves, Key key);

  std::size_t chains() const noexcept { return chains_; }
  std::size_t units() const noexcept { return start_.mean.size(); }
  const EnergyMoves& moves() const noexcept { return moves_; }
  /// [chain][number].
  std::span<const double> states() const noexcept { return x_; }
  /// The same of chains first, first + 1, ..., in the precision of the energy.
  std::vector<Real> rounded(std::size_t first, std::size_t count) const;

  /// New independent normal numbers for a chain; time: never the same twice.
  void begin_anew(std::size_t chain, std::uint64_t time);
  void place(std::size_t chain, std::span<const double> state);
  /// New normal numbers for all, carried to the energy by annealed importance sampling in so many steps, each followed
  /// by a Langevin step with Metropolis' correction (Neal, Stat. Comput. 11, 125 (2001)); then hmc and langevin
  /// moves find their step. log_weight: of each chain,
  /// written, ln Z of the normal numbers included, so that their mean is Z in expectation.
  void anneal(const JetEnergy<Real>& energy, std::size_t steps, std::uint64_t time, std::span<double> log_weight);
  /// Moves chains first ... first + count - 1 by the sweeps of an update. time: as above; pulled: towards `centres`,
  /// [chain of these][number], by |x - centre|^2 / (2 pull^2), unadjusted moves alone. change: of Jarzynski's A of
  /// each, added where there is room; of hmc and langevin moves 0. Throws std::runtime_error where unadjusted steps run
  /// away.
  void move(const JetEnergy<Real>& energy, std::size_t first, std::size_t count, std::uint64_t time,
            std::span<double> change = {});
  void move_pulled(const JetEnergy<Real>& energy, std::span<const Real> centres, double pull, std::uint64_t time);
  /// Step size of hmc and langevin moves, in units of the start's deviations.
  double stride() const noexcept { return stride_; }
  void set_stride(double stride) noexcept { stride_ = stride; }
  /// Chain r becomes what parent[r] was.
  void resample(std::span<const std::size_t> parent);

  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  struct Pull {
    std::span<const Real> centres;
    double precision = 0;
  };
  void unadjusted(const JetEnergy<Real>& energy, std::size_t first, std::size_t count, std::uint64_t time,
                  std::span<double> change, Pull pull);
  void metropolised(const ContinuousEnergy& moved, bool langevin, std::size_t first, std::size_t count,
                    std::uint64_t time);

  std::size_t chains_;
  IndependentNormals start_;
  EnergyMoves moves_;
  Key key_;
  std::vector<double> x_;
  double stride_ = 1;  // of metropolised moves, in units of the deviations of the start
};

}  // namespace gibbsite

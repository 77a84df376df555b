/// What learning climbs. An objective looks at a batch of data and says in which direction its parameters should go;
/// where it needs to know what the model itself does, it holds chains of the model, or sums.
///
///   d <ln p>_data / dtheta = <d(-F)/dtheta>_data - <d(-F)/dtheta>_model        (Ackley, Hinton & Sejnowski 1985, eq.
///   8)
///
/// exact:     the second expectation summed (ParametricMachine::log_z).
/// cd:        from chains that begin at the batch, k sweeps (Hinton, Neural Comput. 14, 1771 (2002)).
/// pcd:       from chains that go on while parameters move (Tieleman, ICML 2008).
/// tempering: such chains at several lambdas between independent units and the model, which exchange (Desjardins et
/// al.,
///            AISTATS 2010); the expectation is from those at the model.
/// jarzynski: such chains with weights A += ln p*_new(x) - ln p*_old(x) at every update, which correct for the moving
///            parameters, resampled where few of them carry the sum: unbiased at any rate, and <exp A> = Z / Z_0
///            (Carbone, Hua, Coste & Vanden-Eijnden, arXiv:2305.19414, eq. 18, for exact sweeps).
/// Objectives without the model's own states (flips.hpp, noise_contrastive.hpp) are functions of differences of F.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "estimators/estimate.hpp"
#include "estimators/learning/learner.hpp"
#include "physics/parametric_machine.hpp"
#include "physics/random.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

class Objective {
 public:
  virtual ~Objective() = default;
  Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  /// Whether its data may have weights, and those of the next batch, with mean 1 over all data: where there are none,
  /// all samples weigh alike.
  virtual bool weighs() const { return false; }
  void weigh(std::vector<double> weight) { weight_ = std::move(weight); }
  /// Parameters behind those of the machine that it learns too.
  virtual std::size_t extra_parameters() const { return 0; }
  /// Adds the direction of ascent at theta, mean over the batch, to `out`. batch: [width][sample]; update: a count that
  /// never comes twice.
  virtual void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t update,
                            std::span<double> out) = 0;
  /// Whether the update to theta may stand; if not, it is taken back, later ones are half as large, and momenta begin
  /// anew. updates: before this one.
  virtual bool accept(std::span<const double> theta, std::uint64_t updates) {
    (void)theta, (void)updates;
    return true;
  }
  virtual std::span<const Checkpoint> checkpoints() const { return {}; }
  /// ln Z as the objective itself knows it, where it does.
  virtual Estimate log_z(std::span<const double> /*theta*/) const { return {}; }
  /// Share of its chains that carry the model's expectation; nan without chains.
  virtual double effective_fraction() const { return unknown; }
  /// All state.
  virtual Snapshot save() const { return {}; }
  virtual void load(const Snapshot&) {}

 protected:
  std::vector<double> weight_;
};

struct NegativeChains {
  std::size_t steps = 1;        ///< k: sweeps per update
  std::size_t chains = 100;     ///< pcd, jarzynski; tempering: ladders
  std::size_t rungs = 10;       ///< tempering: lambdas of a ladder, evenly spaced from 0 to 1
  double resample_below = 0.5;  ///< jarzynski: effective fraction
  bool witnesses = true;   ///< jarzynski: ln Z by chains that only follow, a quarter as many; else by those that teach
  std::size_t settle = 0;  ///< pcd: sweeps of the first update, where learning begins at a model; 0: k
  double pseudocount = 0;  ///< share of uniform units among the data; of machines without hidden units
};

std::unique_ptr<Objective> make_exact_objective(std::shared_ptr<const ParametricMachine> machine,
                                                double pseudocount = 0);
std::unique_ptr<Objective> make_cd(std::shared_ptr<const ParametricMachine> machine, Key key, NegativeChains options);
/// The mean of make_cd over its chains, summed over all states. Throws std::invalid_argument for more than 16 units,
/// visible and hidden, or units of other than two states.
std::unique_ptr<Objective> make_expected_cd(std::shared_ptr<const ParametricMachine> machine, std::size_t steps);
std::unique_ptr<Objective> make_pcd(std::shared_ptr<const ParametricMachine> machine, Key key, NegativeChains options);
/// reference: parameters at lambda = 0, without bonds. Throws std::invalid_argument for others, and fewer than two
/// rungs.
std::unique_ptr<Objective> make_tempered_chains(std::shared_ptr<const ParametricMachine> machine, Key key,
                                                NegativeChains options, std::vector<double> reference);
std::unique_ptr<Objective> make_jarzynski(std::shared_ptr<const ParametricMachine> machine, Key key,
                                          NegativeChains options);

}  // namespace gibbsite

/// What `gibbsite bench` times. All cases of a bench take turns, round by round, so that a busy machine slows all of
/// them alike; the best and the middle of the rounds are reported. One thread is pinned to one core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

/// Cases that share system, move, size and replicas are compared with each other.
struct BenchCase {
  std::string system, move;  ///< "square", "heat-bath"; system is empty where the bench has only one
  std::string layout;        ///< the ensemble's
  bool exchanges = false;    ///< parallel tempering, with an exchange after every sweep
  std::size_t size = 0, replicas = 1;
  int threads = 1;
  double limit = unknown;                          ///< rate that random words alone, or a large product, allow
  std::string unit = "spins/ns";                   ///< of the rate; "s": of one over the rate
  std::function<double(std::uint32_t)> work = {};  ///< makes that many steps; what they were worth, in units x ns
};

struct BenchTiming {
  BenchCase of;
  double best = 0, median = 0;  ///< rates
  double ratio = unknown;       ///< of the best, to the plain layout on one thread
  double of_sweeps = unknown;   ///< with exchanges: of the best, to the sweeps alone

  /// In the case's unit.
  double shown(double rate) const { return of.unit == "s" ? 1 / rate : rate; }
};

/// Sweeps of an ensemble, worth the spins that they visit, or turn over where Wolff moves.
std::function<double(std::uint32_t)> sweeps_of(std::shared_ptr<Ensemble> ensemble, std::vector<Setting> setting,
                                               bool turned_over = false);

/// About `seconds` for every case of every round.
std::vector<BenchTiming> time_cases(std::vector<BenchCase> cases, double seconds, int rounds);

/// "ising2d", "ising3d", "glass", "glass-gaussian", "sk", "cluster": Ising models by sampler, size, replicas, threads.
std::vector<BenchCase> bench_spins(const std::string& bench, bool quick);
/// Block Gibbs of a restricted Boltzmann machine, 784 visible and 500 hidden binary units, in "GFLOP/s", four
/// operations for each weight, chain and sweep; and annealed importance sampling of it at 14,500 temperatures, in "s".
std::vector<BenchCase> bench_rbm(bool quick);
/// An epoch of 60,000 samples of learning, 784 visible and 500 hidden units in batches of 100, in "s".
std::vector<BenchCase> bench_train(bool quick);
/// Neural energies of 100 states, in "GFLOP/s" of their products: with forces, and with gradients of the parameters, by
/// float and by double; beside what a large product allows. quick: a small one.
std::vector<BenchCase> bench_neural(bool quick);
/// Hamiltonian trajectories of 64 replicas of phi^4 on square lattices, in steps of a site per ns: side by side, and by
/// plain loops; beside what nine additions a site and step allow. quick: a small one.
std::vector<BenchCase> bench_phi4(bool quick);
/// Natural choices of users as a whole program makes them: by the layout that is chosen, by the plain one, and by a
/// careful loop. quick: every third of them.
std::vector<BenchCase> bench_cliffs(bool quick);

/// Operations per ns of one core in a product of floats as large as products like to be: the best of many.
double large_product_allows();
/// Spins per ns that one core can decide if all it does is to draw the random words of the first levels (ARS-5: rounds
/// of AES, whose port sets the pace): the best of many measurements in this process.
double random_words_allow();

}  // namespace gibbsite

/// A study, typed and validated: what a person asks for. Each member is one key of the study file
/// (studies/study/schema.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gibbsite {

struct Study {
  struct Model {
    std::string name = "ising";
    std::string lattice = "square";
    std::vector<std::int64_t> size = {32};  ///< one number: all sides
    std::int64_t dimension = 4;             ///< sides of a hypercubic lattice whose size is one number
    std::string boundary = "periodic";
    double coupling = 1;
    std::string disorder = "none";
    std::uint64_t disorder_seed = 1;
    double field = 0;
    std::string couplings;  ///< file with an arbitrary graph, instead of a lattice; resolved path
    std::int64_t index_base = 1;
    std::string file;                             ///< networks: model file instead of random weights; resolved path
    std::vector<std::int64_t> layers = {32, 16};  ///< networks with random weights: units per layer, visible first
    std::string units = "binary";                 ///< binary | spin
    std::string reference = "uniform";            ///< uniform | base-rate
    std::int64_t patterns = 3;                    ///< hopfield with random patterns
    std::string rule = "hebbian";                 ///< hebbian | pseudo-inverse
    double noise = 0;                             ///< hopfield: share of units flipped in a cold start
  } model;
  struct Data {
    std::string file;               ///< resolved path, or a generated set
    std::string dataset;            ///< in files with several arrays
    std::string rows;               ///< "begin:end"
    std::string binarize = "none";  ///< none | a threshold | stochastic
    std::uint64_t seed = 1;         ///< of stochastic binarization
    double maximum = 0;             ///< value that is 1 to binarize; 0: as the values tell
  } data;
  struct Sampler {
    std::string name = "heat-bath";
    std::string scan = "default";    ///< sequential | checkerboard | random; default: the sampler's own
    std::string layout = "fastest";  ///< fastest | plain
  } sampler;
  struct Method {
    std::string name = "mcmc";
    std::vector<double> beta;  ///< from `beta`, or as 1 / `temperature`; ascending
    std::int64_t chains = 4;
    std::string start = "mixed";  ///< hot | cold | mixed, or a file; resolved path
    std::int64_t thermalization = 1000;
    std::int64_t sweeps = 20000;
    std::int64_t every = 1;
    double target_error = 0;  ///< stop when `target` is known this well at every beta; 0: run all sweeps
    std::string target = "energy_density";
    std::int64_t snapshots = 0;                 ///< configurations kept per replica, evenly spaced
    std::string ladder = "fixed";               ///< fixed | adaptive (tempering)
    std::int64_t particles = 1000;              ///< annealing
    std::vector<double> temperatures = {1000};  ///< annealing: one number, how many; or the list of betas itself
    std::string schedule = "adaptive";          ///< adaptive | linear (annealing)
    double resample = 0;  ///< annealing: resample below this fraction of effective particles; 0: never
    bool reverse = true;  ///< annealing: also run back from the target
  } method;
  /// gibbsite loglik: how ln Z is found.
  struct Ais {
    std::int64_t particles = 100;
    std::int64_t temperatures = 14500;
    std::string schedule = "salakhutdinov";  ///< salakhutdinov | adaptive | linear
    std::string reference = "base-rate";     ///< base-rate | uniform
    bool reverse = true;
    std::int64_t thermalization = 1000;  ///< sweeps at the target before the way back
  } ais;
  struct Ladder {
    std::int64_t rungs = 24;  ///< below 2: no tempering
    std::int64_t ladders = 4;
    std::int64_t thermalization = 1000, sweeps = 4000;
  } tempering;
  struct Raise {
    std::int64_t samples = 100;  ///< of the data; 0: none
    std::int64_t temperatures = 1000;
    std::int64_t draws = 1;  ///< annealings per sample
  } raise;
  struct Run {
    std::uint64_t seed = 1;
    std::int64_t threads = 0;  ///< 0: all cores
    double checkpoint = 300;   ///< seconds
    double max_time = 0;       ///< seconds; 0: no limit
  } run;
};

}  // namespace gibbsite

/// Speed of layouts, each against the plain one of the same sampler and system: cases are timed in turn, round by
/// round.
#pragma once

#include <string>
#include <vector>

#include "studies/study.hpp"

namespace gibbsite {

struct KernelCase {
  std::string bench;  ///< "cluster"
  Study study;        ///< sampler.layout: "plain" or "fastest"
  int threads = 1;
};

struct KernelTiming {
  std::string bench, sampler, layout;
  std::size_t size = 0, replicas = 0;
  int threads = 1;
  double best = 0, median = 0;  ///< spins per ns; of Wolff: spins turned over
  double ratio = 1;             ///< of medians, to the first case with the same bench, sampler, size and replicas
};

/// A study of the Ising model at one beta.
KernelCase kernel_case(const std::string& bench, const std::string& sampler, const std::string& layout,
                       const std::string& lattice, std::int64_t size, double beta, std::int64_t replicas, int threads);

/// About `seconds` for every case of every round.
std::vector<KernelTiming> time_kernels(const std::vector<KernelCase>& cases, double seconds, int rounds);

/// Swendsen-Wang and Wolff on the critical square lattice.
std::vector<KernelCase> bench_cluster(bool quick);
/// Real couplings: the Gaussian glass L = 8 in three dimensions, and Sherrington and Kirkpatrick's.
std::vector<KernelCase> bench_glass_gaussian(bool quick);
std::vector<KernelCase> bench_sk(bool quick);

}  // namespace gibbsite

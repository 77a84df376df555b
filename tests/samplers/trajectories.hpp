/// What tests ask of the trajectory of an ensemble: states of replicas, one number for all of them, so many threads.
#pragma once

#include <omp.h>

#include <cstdint>
#include <span>
#include <vector>

#include "samplers/ensemble.hpp"

namespace gibbsite::trajectories {

/// Units of one byte.
inline std::vector<std::int8_t> state_of(const Ensemble& ensemble, std::size_t replica) {
  std::vector<std::int8_t> s(ensemble.layout().units);
  ensemble.save(replica, std::as_writable_bytes(std::span(s)));
  return s;
}

/// FNV-1a of all states.
inline std::uint64_t hash(const Ensemble& ensemble) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const std::byte b : save_all(ensemble)) h = (h ^ std::to_integer<std::uint64_t>(b)) * 1099511628211ULL;
  return h;
}

/// So many threads until destroyed.
class Threads {
 public:
  explicit Threads(int n) { omp_set_num_threads(n); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace gibbsite::trajectories

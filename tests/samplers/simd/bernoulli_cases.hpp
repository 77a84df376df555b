/// What the tests of bit decisions give to each instruction set.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "samplers/simd/random/bernoulli.hpp"

namespace gibbsite::simd {

/// Of words first ... first + words - 1 of each lane's class: class 0 where mask a, else 1 where b, else 2; where the
/// third mask is set, fair.
struct Decisions {
  std::uint64_t first = 0;
  std::size_t words = 0;
  const std::uint64_t* masks = nullptr;  ///< [word][3][part]
  std::uint64_t* out = nullptr;          ///< [word][part]
};

struct Engine {
  std::string name;
  void (*uniform)(const UniformDigits<3>&, const Cipher&, const Decisions&);
  void (*each_lane)(const LaneDigits<3>&, const Cipher&, const Decisions&);
  void (*chosen_words)(const UniformDigits<3>&, const std::uint64_t* coins, const Decisions&);  ///< [word][level][part]
};
std::vector<Engine> engines();

}  // namespace gibbsite::simd

#include "physics/continuous/slope_weights.hpp"

#include <algorithm>

namespace gibbsite {

SlopeWeights weights_between_walls(double low, double high, std::span<const double> most, std::span<const double> x) {
  SlopeWeights out;
  out.h.reserve(x.size()), out.slope.reserve(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double from_low = std::max(x[k] - low, 0.0), from_high = std::max(high - x[k], 0.0),
                 c = most[k % most.size()];
    const bool nearer_low = from_low <= from_high;
    const double distance = nearer_low ? from_low : from_high;
    out.h.push_back(distance < c ? distance : c);
    out.slope.push_back(distance < c ? (nearer_low ? 1 : -1) : 0);
  }
  return out;
}

}  // namespace gibbsite

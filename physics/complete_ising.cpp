#include "physics/complete_ising.hpp"

#include <cmath>

namespace gibbsite {

CompleteIsing::CompleteIsing(std::shared_ptr<const Ising> ising)
    : ising_(std::move(ising)),
      coupling_(ising_->graph().common_coupling().value()),
      field_(ising_->graph().common_field().value()) {}

double CompleteIsing::energy(ConstState s) const noexcept {
  std::int64_t total = 0;
  for (const Unit spin : s) total += spin;
  const std::int64_t pairs = (total * total - static_cast<std::int64_t>(s.size())) / 2;  // sum of s_i s_j, i < j
  return -coupling_ * static_cast<double>(pairs) - field_ * static_cast<double>(total);
}

double CompleteIsing::local_field(std::int64_t others) const noexcept {
  constexpr double rounding = 1e-13;
  const double f = coupling_ * static_cast<double>(others) + field_;
  const double largest = std::abs(coupling_) * static_cast<double>(units() - 1) + std::abs(field_);
  return std::abs(f) <= rounding * largest ? 0 : f;
}

}  // namespace gibbsite

#include "samplers/simd/replicas/lane_probabilities.hpp"

#include <bit>
#include <cmath>

#include "physics/chance.hpp"

namespace gibbsite::simd {
namespace {

constexpr std::uint64_t fair = std::uint64_t{1} << 63;

double probability(Decide decide, double lambda, double field) {
  const double e = std::exp(decide == Decide::metropolis ? -2 * lambda * field : 2 * lambda * field);
  return decide == Decide::metropolis ? std::min(e, 1.0) : 1 / (1 + e);
}

}  // namespace

LaneProbabilities::LaneProbabilities(const ReplicaPlan& plan, const ReplicaKernels& kernels)
    : kernels_(kernels),
      lambda_(plan.width, 0.0),
      changed_(plan.width),
      known_(plan.width),
      slot_(slots),
      threshold_(plan.all_classes() * word_bits),
      digits_(plan.all_classes() * levels * word_parts),
      reference_(word_parts) {
  std::fill_n(threshold_.data(), threshold_.size(), fair);
  std::fill_n(reference_.data(), word_parts, ~std::uint64_t{0});
  spread(plan);
}

std::size_t LaneProbabilities::home(std::uint64_t key) {
  return (key * 0x9E3779B97F4A7C15ULL) >> (64 - std::countr_zero(slots));
}

std::uint32_t LaneProbabilities::find(const ReplicaPlan& plan, double lambda) {
  const auto key = std::bit_cast<std::uint64_t>(lambda);
  const std::size_t size = plan.all_classes() + 1, entries = memory_.size() / size - 1;
  std::size_t slot = home(key);
  for (; slot_[slot] != 0; slot = (slot + 1) % slots)
    if (memory_[slot_[slot] * size] == key) return slot_[slot];
  slot_[slot] = static_cast<std::uint16_t>(entries + 1);
  memory_.push_back(key);
  for (const Classes& classes : plan.classes)
    for (const double field : classes.fields)
      memory_.push_back(lambda == 0 ? fair : Coin(probability(plan.decide, lambda, field)).threshold);
  return slot_[slot];
}

void LaneProbabilities::set(const ReplicaPlan& plan, std::span<const double> lambda) {
  const std::size_t size = plan.all_classes() + 1;
  std::size_t n = 0;
  for (std::size_t r = 0; r < lambda.size(); ++r) {  // which ones cannot be predicted: no branch
    changed_[n] = static_cast<std::uint32_t>(r);
    n += static_cast<std::size_t>(lambda[r] != lambda_[r]);
  }
  if (n == 0) return;
  if (memory_.empty() || memory_.size() > (most_remembered - n) * size) {
    memory_.assign(size, 0);  // entry 0 stands for none
    std::fill(slot_.begin(), slot_.end(), std::uint16_t{0});
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double at = lambda[changed_[k]];
    known_[k] = slot_[home(std::bit_cast<std::uint64_t>(at))];
    if (known_[k] == 0 || memory_[known_[k] * size] != std::bit_cast<std::uint64_t>(at)) [[unlikely]]
      known_[k] = find(plan, at);
  }
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t r = changed_[k];
    if (lambda[r] == 0 || lambda_[r] == 0) [[unlikely]]
      set_reference(plan, r, lambda[r] == 0);
    lambda_[r] = lambda[r];
    changed_[k] = static_cast<std::uint32_t>(r % 64 * word_parts + r / 64);
    known_[k] = static_cast<std::uint32_t>(known_[k] * size + 1);
  }
  for (std::size_t c = 0; c + 1 < size; ++c)
    for (std::size_t part = 0; part < word_parts; part += plan.width / 64) {
      std::uint64_t* to = threshold_.data() + c * word_bits + part;
      const std::uint64_t* from = memory_.data() + c;
      for (std::size_t k = 0; k < n; ++k) to[changed_[k]] = from[known_[k]];
    }
  spread(plan);
}

void LaneProbabilities::set_reference(const ReplicaPlan& plan, std::size_t replica, bool is) noexcept {
  for (std::size_t lane = replica; lane < word_bits; lane += plan.width) {
    const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
    std::uint64_t& part = reference_[lane / 64];
    part = is ? part | bit : part & ~bit;
  }
}

void LaneProbabilities::spread(const ReplicaPlan& plan) {
  for (const Classes& classes : plan.classes) {
    const std::size_t count = classes.fields.size();
    for (std::size_t c = 0; c < count; ++c) {  // the highest digit first
      std::uint64_t* last = digits_.data() + (classes.first * levels + (levels - 1) * count + c) * word_parts;
      kernels_.transpose(threshold_.data() + (classes.first + c) * word_bits, last,
                         -static_cast<std::ptrdiff_t>(count));
    }
  }
}

}  // namespace gibbsite::simd

#include "samplers/simd/replicas/lane_probabilities.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "physics/chance.hpp"

namespace gibbsite::simd {
namespace {

constexpr std::uint64_t fair = std::uint64_t{1} << 63;
constexpr std::uint64_t no_lambda = ~std::uint64_t{0};  // bits of none

double probability(Decide decide, double lambda, double field) {
  const double e = std::exp(decide == Decide::metropolis ? -2 * lambda * field : 2 * lambda * field);
  return decide == Decide::metropolis ? std::min(e, 1.0) : 1 / (1 + e);
}

}  // namespace

LaneProbabilities::LaneProbabilities(const ReplicaPlan& plan, const ReplicaKernels& kernels)
    : kernels_(kernels),
      lambda_(plan.width, 0.0),
      entry_(plan.width),
      slot_(slots),
      threshold_((plan.all_classes() * plan.width + word_bits - 1) / word_bits * word_bits),
      digits_(plan.all_classes() * levels * word_parts),
      turned_(word_bits),
      reference_(word_parts) {
  std::fill_n(threshold_.data(), threshold_.size(), fair);
  std::fill_n(reference_.data(), word_parts, ~std::uint64_t{0});
  forget(plan);
  spread(plan);
}

void LaneProbabilities::forget(const ReplicaPlan& plan) {
  const std::size_t size = plan.all_classes() + 1;
  memory_.assign(2 * size, fair);
  memory_[0] = 0;  // entry 0: lambda = 0
  memory_[size] = no_lambda;
  std::fill(entry_.begin(), entry_.end(), 0U);
  std::fill(slot_.begin(), slot_.end(), std::uint16_t{0});
}

std::size_t LaneProbabilities::home(std::uint64_t key) {
  return (key * 0x9E3779B97F4A7C15ULL) >> (64 - std::countr_zero(slots));
}

std::uint32_t LaneProbabilities::find(const ReplicaPlan& plan, double lambda) {
  if (lambda == 0) return 0;
  const auto key = std::bit_cast<std::uint64_t>(lambda);
  const std::size_t size = plan.all_classes() + 1, entry = memory_.size() / size - 1;
  std::size_t slot = home(key);
  for (; slot_[slot] != 0; slot = (slot + 1) % slots)
    if (memory_[slot_[slot] * size] == key) return static_cast<std::uint32_t>(slot_[slot] * size);
  slot_[slot] = static_cast<std::uint16_t>(entry);
  memory_.resize(memory_.size() + size, no_lambda);
  std::uint64_t* number = memory_.data() + entry * size;
  *number++ = key;
  for (const Classes& classes : plan.classes)
    for (const double field : classes.fields) *number++ = Coin(probability(plan.decide, lambda, field)).threshold;
  return static_cast<std::uint32_t>(entry * size);
}

void LaneProbabilities::set(const ReplicaPlan& plan, std::span<const double> lambda) {
  if (std::equal(lambda.begin(), lambda.end(), lambda_.begin())) return;
  const std::size_t classes = plan.all_classes(), size = classes + 1, parts = plan.width / 64;
  if (memory_.size() > (most_remembered - lambda.size()) * size) forget(plan);
  // All of them, for to tell which ones have changed costs as much. Nearly always it is the entry that the lane had or
  // one of those beside it, since tempering begins with the rungs in their order; which one cannot be predicted.
  for (std::size_t r = 0; r < lambda.size(); ++r) {
    const auto key = std::bit_cast<std::uint64_t>(lambda[r]);
    const std::uint64_t had = memory_[entry_[r]];
    const std::size_t up = 0 - static_cast<std::size_t>(key > had), down = 0 - static_cast<std::size_t>(key < had);
    const std::size_t entry = entry_[r] + (size & up) - (size & down);
    entry_[r] = static_cast<std::uint32_t>(entry);
    if (memory_[entry] != key) [[unlikely]]
      entry_[r] = find(plan, lambda[r]);
    if ((lambda[r] == 0) != (lambda_[r] == 0)) [[unlikely]]
      set_reference(plan, r, lambda[r] == 0);
    lambda_[r] = lambda[r];
  }
  for (std::size_t c = 0; c < classes; ++c)
    for (std::size_t begin = 0; begin < lambda.size(); begin += 64) {
      const std::size_t column = c * parts + begin / 64, count = std::min<std::size_t>(64, lambda.size() - begin);
      std::uint64_t* to = threshold_.data() + column / word_parts * word_bits + column % word_parts;
      const std::uint64_t* from = memory_.data() + c + 1;
      const std::uint32_t* entry = entry_.data() + begin;
      for (std::size_t lane = 0; lane < count; ++lane) to[lane * word_parts] = from[entry[lane]];
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
  const std::size_t parts = plan.width / 64;
  const auto last_level = [&](const Classes& classes, std::size_t c) {  // the highest digit comes first
    return digits_.data() + (classes.first * levels + (levels - 1) * classes.fields.size() + c) * word_parts;
  };
  for (const Classes& classes : plan.classes) {
    const std::size_t count = classes.fields.size();
    const auto back = -static_cast<std::ptrdiff_t>(count);
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t column = (classes.first + c) * parts;
      const std::uint64_t* numbers = threshold_.data() + column / word_parts * word_bits;
      if (parts == word_parts) {
        kernels_.transpose(numbers, last_level(classes, c), back);
        continue;
      }
      if (column % word_parts == 0) kernels_.transpose(numbers, turned_.data(), 1);
      kernels_.repeat(turned_.data() + column % word_parts, parts, last_level(classes, c), back);
    }
  }
}

}  // namespace gibbsite::simd

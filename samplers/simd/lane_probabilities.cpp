#include "samplers/simd/lane_probabilities.hpp"

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
      slot_(slots),
      threshold_(plan.all_classes() * word_bits),
      level_(levels * word_parts),
      digits_(plan.all_classes() * levels * word_parts),
      reference_(word_parts) {
  std::fill_n(threshold_.data(), threshold_.size(), fair);
  std::fill_n(reference_.data(), word_parts, ~std::uint64_t{0});
  spread(plan);
}

const std::uint64_t* LaneProbabilities::thresholds(const ReplicaPlan& plan, double lambda) {
  const auto key = std::bit_cast<std::uint64_t>(lambda);
  const std::size_t size = plan.all_classes() + 1, entries = memory_.size() / size;
  std::size_t slot = (key * 0x9E3779B97F4A7C15ULL) >> (64 - std::countr_zero(slots));
  for (; slot_[slot] != 0; slot = (slot + 1) % slots)
    if (memory_[(slot_[slot] - 1U) * size] == key) return &memory_[(slot_[slot] - 1U) * size + 1];
  slot_[slot] = static_cast<std::uint16_t>(entries + 1);
  memory_.push_back(key);
  for (const Classes& classes : plan.classes)
    for (const double field : classes.fields)
      memory_.push_back(lambda == 0 ? fair : Coin(probability(plan.decide, lambda, field)).threshold);
  return &memory_[entries * size + 1];
}

void LaneProbabilities::set(const ReplicaPlan& plan, std::span<const double> lambda) {
  const std::size_t classes = plan.all_classes();
  std::size_t n = 0;
  for (std::size_t r = 0; r < lambda.size(); ++r) {  // which ones cannot be predicted: no branch
    changed_[n] = static_cast<std::uint32_t>(r);
    n += static_cast<std::size_t>(lambda[r] != lambda_[r]);
  }
  if (n == 0) return;
  if (memory_.size() > (most_remembered - n) * (classes + 1)) {
    memory_.clear();
    std::fill(slot_.begin(), slot_.end(), std::uint16_t{0});
  }
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t r = changed_[k];
    const bool to_or_from_reference = lambda[r] == 0 || lambda_[r] == 0;
    lambda_[r] = lambda[r];
    const std::uint64_t* threshold = thresholds(plan, lambda[r]);
    for (std::size_t lane = r; lane < word_bits; lane += plan.width)
      for (std::size_t c = 0; c < classes; ++c)
        threshold_[(c * 64 + lane % 64) * word_parts + lane / 64] = threshold[c];
    if (!to_or_from_reference) continue;
    for (std::size_t lane = r; lane < word_bits; lane += plan.width) {
      const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
      std::uint64_t& part = reference_[lane / 64];
      part = lambda[r] == 0 ? part | bit : part & ~bit;
    }
  }
  spread(plan);
}

void LaneProbabilities::spread(const ReplicaPlan& plan) {
  for (const Classes& classes : plan.classes)
    for (std::size_t c = 0; c < classes.fields.size(); ++c) {
      kernels_.transpose(threshold_.data() + (classes.first + c) * word_bits, level_.data());
      std::uint64_t* to = digits_.data() + (classes.first * levels + c) * word_parts;
      for (std::size_t j = levels; j-- > 0; to += classes.fields.size() * word_parts)
        std::copy_n(level_.data() + j * word_parts, word_parts, to);
    }
}

}  // namespace gibbsite::simd

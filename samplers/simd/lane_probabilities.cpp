#include "samplers/simd/lane_probabilities.hpp"

#include <bit>
#include <cmath>

#include "physics/chance.hpp"

namespace gibbsite::simd {
namespace {

constexpr std::uint64_t fair = std::uint64_t{1} << 63, empty = ~std::uint64_t{0};  // empty: no lambda, not a number

double probability(Decide decide, double lambda, double field) {
  const double e = std::exp(decide == Decide::metropolis ? -2 * lambda * field : 2 * lambda * field);
  return decide == Decide::metropolis ? std::min(e, 1.0) : 1 / (1 + e);
}

}  // namespace

LaneProbabilities::LaneProbabilities(const ReplicaPlan& plan, const ReplicaKernels& kernels)
    : kernels_(kernels),
      lambda_(plan.width, 0.0),
      memory_(remembered * (plan.all_classes() + 1), empty),
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
  const std::size_t size = plan.all_classes() + 1, ways = 8;
  const std::size_t place = (key * 0x9E3779B97F4A7C15ULL) >> (64 - std::countr_zero(remembered));
  std::uint64_t* entry = memory_.data() + place * size;
  for (std::size_t way = 0; way < ways; ++way) {
    std::uint64_t* other = memory_.data() + (place + way) % remembered * size;
    if (other[0] == key) return other + 1;
    if (other[0] != empty) continue;
    entry = other;
    break;
  }
  entry[0] = key;
  for (const Classes& classes : plan.classes)
    for (std::size_t c = 0; c < classes.fields.size(); ++c)
      entry[1 + classes.first + c] =
          lambda == 0 ? fair : Coin(probability(plan.decide, lambda, classes.fields[c])).threshold;
  return entry + 1;
}

void LaneProbabilities::set(const ReplicaPlan& plan, std::span<const double> lambda) {
  const std::size_t classes = plan.all_classes();
  bool changed = false;
  for (std::size_t r = 0; r < lambda.size(); ++r) {
    if (lambda[r] == lambda_[r]) continue;
    lambda_[r] = lambda[r];
    changed = true;
    const std::uint64_t* threshold = thresholds(plan, lambda[r]);
    for (std::size_t lane = r; lane < word_bits; lane += plan.width) {
      for (std::size_t c = 0; c < classes; ++c)
        threshold_[(c * 64 + lane % 64) * word_parts + lane / 64] = threshold[c];
      const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
      std::uint64_t& part = reference_[lane / 64];
      part = lambda[r] == 0 ? part | bit : part & ~bit;
    }
  }
  if (changed) spread(plan);
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

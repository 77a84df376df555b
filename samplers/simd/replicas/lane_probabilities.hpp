/// The probabilities of one pack's decisions, every lane its own lambda, as digits that lanes compare with coins.
///
/// Digits come from 64-bit numbers, one per lane and class, by transpositions of 64 rows of eight (0.2 microseconds
/// each): 512 lanes of one class, or 64 lanes of eight. Numbers come from exponentials that are remembered by lambda:
/// tempering hands the same few lambdas round.
#pragma once

#include <span>

#include "samplers/simd/replicas/replica_kernels.hpp"

namespace gibbsite::simd {

class LaneProbabilities {
 public:
  /// Every lane stands at lambda = 0.
  LaneProbabilities(const ReplicaPlan& plan, const ReplicaKernels& kernels);

  /// Lane r of every row from now on stands at lambda[r]; lanes past the end stay.
  void set(const ReplicaPlan& plan, std::span<const double> lambda);
  /// [first class of a degree: level][class][part].
  const std::uint64_t* digits() const noexcept { return digits_.data(); }
  /// [part]: lanes at lambda = 0.
  const std::uint64_t* reference() const noexcept { return reference_.data(); }

 private:
  static constexpr std::size_t slots = 8192, most_remembered = slots / 2;

  static std::size_t home(std::uint64_t key);
  void forget(const ReplicaPlan& plan);
  /// Where the entry of a lambda begins, old or new.
  std::uint32_t find(const ReplicaPlan& plan, double lambda);
  void set_reference(const ReplicaPlan& plan, std::size_t replica, bool is) noexcept;
  void spread(const ReplicaPlan& plan);

  const ReplicaKernels& kernels_;
  std::vector<double> lambda_;         // [lane of a row]
  std::vector<std::uint32_t> entry_;   // where that of each lane begins, [lane of a row]
  std::vector<std::uint64_t> memory_;  // [entry][bits of lambda, threshold of each class], and behind the last one none
  std::vector<std::uint16_t> slot_;    // by bits of lambda: an entry, or 0
  Buffer<std::uint64_t> threshold_;    // [table][lane in part][column]; column: class * parts of a row + part
  Buffer<std::uint64_t> digits_, turned_, reference_;  // turned_: scratch, a table of digits
};

}  // namespace gibbsite::simd

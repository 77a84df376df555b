/// What a draw keeps of the sweeps since the one before it: means of the observables and of the powers that estimates
/// are made of, so that nothing is lost by drawing seldom.
///
/// Of an energy the mean and the variance within the draw, from deviations from its first sweep (a large offset costs
/// no digits); of an order parameter the means of m, |m|, m^2, m^4; of others the mean. Cost: some ns per replica and
/// sweep.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "samplers/method.hpp"

namespace gibbsite {

class SweepMeans {
 public:
  /// Of the observables that are measured (not those which follow from others), for as many slots.
  SweepMeans(std::span<const Observable> observables, std::size_t slots);

  /// Adds the fields to the row, [slot] each.
  void add_fields(std::vector<Field>& fields) const;
  /// One sweep. observed: what Ensemble::observe() gave, [replica][component]; replica: which one stands in each slot.
  void add(std::span<const double> observed, std::span<const std::size_t> replica);
  /// The fields, one behind the other, of the sweeps since the last time; returns their end.
  double* take(double* row);

  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  struct Part {
    Observable what;
    std::size_t component = 0;
    std::size_t sums = 0;  // offset of its sums
  };

  std::size_t slots_, components_;
  std::vector<Part> parts_;
  std::vector<double> first_;  // value at the first sweep, [part][slot]
  std::vector<double> sum_;    // [sum][slot]
  std::vector<double> value_;  // scratch, [slot]
  std::uint64_t sweeps_ = 0;   // in the sums
};

}  // namespace gibbsite

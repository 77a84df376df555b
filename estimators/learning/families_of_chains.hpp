/// How far ln of a mean of weights can be trusted whose chains were resampled now and then.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "samplers/method.hpp"

namespace gibbsite {

/// The error of ln <exp A> of chains that are resampled now and then. What one update adds to ln Z is the sum over
/// chains of W e^(A' - A) / <e^(A' - A)> - W, W their shares of all weight, so that between two resamplings a chain
/// adds its share less 1 / n. Chains that come from one have seen the same until they forget, and what a family adds is
/// added up before it is squared (Chan & Lai, Ann. Statist. 41, 2877 (2013)); where few families are left they are
/// closed, and every chain begins one anew (Olsson & Douc, Bernoulli 25, 1504 (2019)).
class Families {
 public:
  explicit Families(std::size_t chains) : family_(chains), added_(chains, 0) { begin_anew(); }

  /// Of ln Z, where chains have these shares now; shares are 1 / n after every resampling.
  double error(std::span<const double> share) const {
    std::vector<double> added = added_;
    add(share, added);
    return std::sqrt(closed_ + squares(added));
  }
  void resample(std::span<const double> share, std::span<const std::size_t> parent) {
    constexpr std::size_t fewest = 10;  // chains for each family that is left
    add(share, added_);
    std::vector<std::uint64_t> next;
    for (const std::size_t from : parent) next.push_back(family_[from]);
    family_ = std::move(next);
    std::vector<std::uint64_t> left = family_;
    std::sort(left.begin(), left.end());
    left.erase(std::unique(left.begin(), left.end()), left.end());
    if (left.size() * fewest > family_.size()) return;
    closed_ += squares(added_);
    begin_anew();
  }
  void save(Snapshot& snapshot) const {
    snapshot.counts["families"] = family_;
    snapshot.numbers["families_added"] = added_;
    snapshot.numbers["families_closed"] = {closed_};
  }
  void load(const Snapshot& snapshot) {
    family_ = snapshot.counts.at("families");
    added_ = snapshot.numbers.at("families_added");
    closed_ = snapshot.numbers.at("families_closed").at(0);
  }

 private:
  void begin_anew() {
    std::iota(family_.begin(), family_.end(), std::uint64_t{0});
    std::fill(added_.begin(), added_.end(), 0.0);
  }
  void add(std::span<const double> share, std::vector<double>& added) const {
    for (std::size_t r = 0; r < share.size(); ++r)
      added[family_[r]] += share[r] - 1 / static_cast<double>(share.size());
  }
  static double squares(const std::vector<double>& added) {
    double sum = 0;
    for (const double x : added) sum += x * x;
    return sum * static_cast<double>(added.size()) / static_cast<double>(added.size() - 1);
  }

  std::vector<std::uint64_t> family_;  // of each chain
  std::vector<double> added_;          // by each family, to ln Z
  double closed_ = 0;                  // variance from families that are closed
};

}  // namespace gibbsite

#include "samplers/methods/sweep_means.hpp"

#include <algorithm>
#include <cmath>

#include "samplers/methods/method_support.hpp"

namespace gibbsite {
namespace {

std::span<const Moment> moments_of(Role role) {
  static constexpr Moment energy[] = {Moment::mean, Moment::variance}, other[] = {Moment::mean},
                          order[] = {Moment::mean, Moment::absolute, Moment::square, Moment::fourth};
  if (role == Role::energy) return energy;
  if (role == Role::order_parameter) return order;
  return other;
}

}  // namespace

SweepMeans::SweepMeans(std::span<const Observable> observables, std::size_t slots)
    : slots_(slots), components_(observables.size()) {
  std::size_t sums = 0;
  for (std::size_t k = 0; k < components_; ++k) {
    if (!observables[k].measured()) continue;
    parts_.push_back({observables[k], k, sums});
    sums += moments_of(observables[k].role).size();
  }
  first_.resize(parts_.size() * slots);
  sum_.resize(sums * slots);
}

void SweepMeans::add_fields(std::vector<Field>& fields) const {
  for (const Part& part : parts_)
    for (const Moment moment : moments_of(part.what.role)) add_field(fields, part.what, moment, slots_);
}

void SweepMeans::add(std::span<const double> observed, std::span<const std::size_t> replica) {
  value_.resize(slots_);
  double* value = value_.data();  // loops without a branch over neighbours in memory
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const double* x = observed.data() + parts_[p].component;
    double *first = first_.data() + p * slots_, *sum = sum_.data() + parts_[p].sums * slots_;
    for (std::size_t slot = 0; slot < slots_; ++slot) value[slot] = x[replica[slot] * components_];
    if (sweeps_ == 0) std::copy_n(value, slots_, first);
    if (parts_[p].what.role == Role::energy) {
      double* squares = sum + slots_;
      for (std::size_t slot = 0; slot < slots_; ++slot) {
        const double off = value[slot] - first[slot];
        sum[slot] += off;
        squares[slot] += off * off;
      }
      continue;
    }
    for (std::size_t slot = 0; slot < slots_; ++slot) sum[slot] += value[slot] - first[slot];
    if (parts_[p].what.role != Role::order_parameter) continue;
    double *absolute = sum + slots_, *squares = sum + 2 * slots_, *fourth = sum + 3 * slots_;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      const double square = value[slot] * value[slot];
      absolute[slot] += std::abs(value[slot]);
      squares[slot] += square;
      fourth[slot] += square * square;
    }
  }
  ++sweeps_;
}

double* SweepMeans::take(double* row) {
  const double n = static_cast<double>(sweeps_);
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const double *first = first_.data() + p * slots_, *sum = sum_.data() + parts_[p].sums * slots_;
    for (std::size_t slot = 0; slot < slots_; ++slot) *row++ = first[slot] + sum[slot] / n;
    const std::size_t more = moments_of(parts_[p].what.role).size() - 1;
    for (std::size_t k = slots_; k < (more + 1) * slots_; ++k) {
      const double off = sum[k - slots_] / n;
      *row++ = parts_[p].what.role == Role::energy ? std::max(0.0, sum[k] / n - off * off) : sum[k] / n;
    }
  }
  std::fill(sum_.begin(), sum_.end(), 0.0);
  sweeps_ = 0;
  return row;
}

void SweepMeans::save(Snapshot& snapshot) const {
  snapshot.numbers["sweep_first"] = first_;
  snapshot.numbers["sweep_sums"] = sum_;
  snapshot.counts["sweeps_summed"] = {sweeps_};
}

void SweepMeans::load(const Snapshot& snapshot) {
  first_ = numbers(snapshot, "sweep_first", first_.size());
  sum_ = numbers(snapshot, "sweep_sums", sum_.size());
  sweeps_ = counts(snapshot, "sweeps_summed", 1)[0];
}

}  // namespace gibbsite

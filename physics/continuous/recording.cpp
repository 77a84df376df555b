#include "physics/continuous/recording.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gibbsite {
namespace {

constexpr std::size_t lanes_of_jets = Recording::lanes;

}  // namespace

void Recording::begin(std::size_t coefficients) {
  assert(coefficients >= 1 && coefficients <= 3);
  coefficients_ = coefficients;
  values_.clear(), bars_.clear(), ends_.clear(), edges_.clear();
}

RecordedNumber Recording::put(const Recording::Jet& value) {
  values_.push_back(value);
  ends_.push_back(static_cast<std::uint32_t>(edges_.size()));
  return {this, static_cast<std::uint32_t>(values_.size() - 1)};
}

RecordedNumber Recording::argument(const Recording::Jet& jet) { return put(jet); }

void Recording::depends(RecordedNumber on, std::uint32_t factor, double scale) {
  edges_.push_back({on.at_, factor, scale});
  ends_.back() = static_cast<std::uint32_t>(edges_.size());
}

Recording::Jet Recording::product(const Recording::Jet& a, const Recording::Jet& b) const {
  Recording::Jet out;
  for (std::size_t k = 0; k < coefficients_; ++k)
    for (std::size_t i = 0; i <= k; ++i)
      for (std::size_t s = 0; s < lanes_of_jets; ++s) out.c[k][s] += a.c[i][s] * b.c[k - i][s];
  return out;
}

RecordedNumber Recording::linear(RecordedNumber a, double scale, double add) {
  Recording::Jet value = values_[a.at_];
  for (std::size_t k = 0; k < coefficients_; ++k)
    for (double& number : value.c[k]) number *= scale;
  for (double& number : value.c[0]) number += add;
  const RecordedNumber out = put(value);
  depends(a, one, scale);
  return out;
}

RecordedNumber Recording::through(RecordedNumber a, void (*derivatives)(double at, double (&f)[4])) {
  const Recording::Jet x = values_[a.at_];
  Recording::Jet value, slope;
  for (std::size_t s = 0; s < lanes_of_jets; ++s) {
    double f[4];
    derivatives(x.c[0][s], f);
    const double x1 = x.c[1][s], x2 = x.c[2][s];
    value.c[0][s] = f[0], slope.c[0][s] = f[1];
    if (coefficients_ > 1) value.c[1][s] = f[1] * x1, slope.c[1][s] = f[2] * x1;
    if (coefficients_ > 2)
      value.c[2][s] = f[1] * x2 + f[2] * x1 * x1 / 2, slope.c[2][s] = f[2] * x2 + f[3] * x1 * x1 / 2;
  }
  const RecordedNumber by = put(slope), out = put(value);
  depends(a, by.at_, 1);
  return out;
}

void Recording::reverse(RecordedNumber number, const Recording::Jet& bar) {
  bars_.assign(values_.size(), Recording::Jet{});
  bars_[number.at_] = bar;
  for (std::size_t n = number.at_ + 1; n-- > 0;) {
    const Recording::Jet own = bars_[n];
    for (std::uint32_t e = n == 0 ? 0 : ends_[n - 1]; e < ends_[n]; ++e) {
      const Edge& edge = edges_[e];
      Recording::Jet& to = bars_[edge.to];
      if (edge.factor == one) {
        for (std::size_t k = 0; k < coefficients_; ++k)
          for (std::size_t s = 0; s < lanes_of_jets; ++s) to.c[k][s] += edge.scale * own.c[k][s];
        continue;
      }
      const Recording::Jet& factor = values_[edge.factor];
      for (std::size_t i = 0; i < coefficients_; ++i)
        for (std::size_t k = i; k < coefficients_; ++k)
          for (std::size_t s = 0; s < lanes_of_jets; ++s) to.c[i][s] += edge.scale * own.c[k][s] * factor.c[k - i][s];
    }
  }
}

RecordedNumber operator+(RecordedNumber a, RecordedNumber b) {
  if (a.where_ == nullptr) std::swap(a, b);
  if (a.where_ == nullptr) return a.constant_ + b.constant_;
  if (b.where_ == nullptr) return b.constant_ == 0 ? a : a.where_->linear(a, 1, b.constant_);
  Recording::Jet sum = a.where_->values_[a.at_];
  const Recording::Jet& other = a.where_->values_[b.at_];
  for (std::size_t k = 0; k < a.where_->coefficients_; ++k)
    for (std::size_t s = 0; s < lanes_of_jets; ++s) sum.c[k][s] += other.c[k][s];
  const RecordedNumber out = a.where_->put(sum);
  a.where_->depends(a, Recording::one, 1);
  a.where_->depends(b, Recording::one, 1);
  return out;
}

RecordedNumber operator-(RecordedNumber a, RecordedNumber b) {
  if (b.where_ == nullptr) return a + -b.constant_;
  if (a.where_ == nullptr) return b.where_->linear(b, -1, a.constant_);
  Recording::Jet rest = a.where_->values_[a.at_];
  const Recording::Jet& other = a.where_->values_[b.at_];
  for (std::size_t k = 0; k < a.where_->coefficients_; ++k)
    for (std::size_t s = 0; s < lanes_of_jets; ++s) rest.c[k][s] -= other.c[k][s];
  const RecordedNumber out = a.where_->put(rest);
  a.where_->depends(a, Recording::one, 1);
  a.where_->depends(b, Recording::one, -1);
  return out;
}

RecordedNumber operator*(RecordedNumber a, RecordedNumber b) {
  if (a.where_ == nullptr) std::swap(a, b);
  if (a.where_ == nullptr) return a.constant_ * b.constant_;
  if (b.where_ == nullptr) return a.where_->linear(a, b.constant_, 0);
  return dot({&a, 1}, {&b, 1});
}

RecordedNumber exp(RecordedNumber a) {
  if (a.where_ == nullptr) return std::exp(a.constant_);
  return a.where_->through(a, [](double at, double(&f)[4]) { f[0] = f[1] = f[2] = f[3] = std::exp(at); });
}

RecordedNumber log(RecordedNumber a) {
  if (a.where_ == nullptr) return std::log(a.constant_);
  return a.where_->through(a, [](double at, double(&f)[4]) {
    const double r = 1 / at;
    f[0] = std::log(at), f[1] = r, f[2] = -r * r, f[3] = 2 * r * r * r;
  });
}

RecordedNumber dot(std::span<const RecordedNumber> a, std::span<const RecordedNumber> b) {
  assert(a.size() == b.size() && !a.empty());
  Recording& where = *a[0].where_;
  Recording::Jet sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Recording::Jet &x = where.values_[a[i].at_], &y = where.values_[b[i].at_];
    for (std::size_t k = 0; k < where.coefficients_; ++k)
      for (std::size_t j = 0; j <= k; ++j)
        for (std::size_t s = 0; s < lanes_of_jets; ++s) sum.c[k][s] += x.c[j][s] * y.c[k - j][s];
  }
  const RecordedNumber out = where.put(sum);
  for (std::size_t i = 0; i < a.size(); ++i) {
    where.depends(a[i], b[i].at_, 1);
    where.depends(b[i], a[i].at_, 1);
  }
  return out;
}

RecordedNumber log_sum(std::span<const RecordedNumber> a) {
  assert(!a.empty());
  Recording& where = *a[0].where_;
  const auto value_of = [&](RecordedNumber number) -> const Recording::Jet& { return where.values_[number.at_]; };
  std::array<double, lanes_of_jets> most = value_of(a[0]).c[0];
  for (const RecordedNumber one : a)
    for (std::size_t s = 0; s < lanes_of_jets; ++s) most[s] = std::max(most[s], value_of(one).c[0][s]);
  // The exponentials less the largest, with their jets; their sum and its logarithm, recorded as the functions they
  // are.
  RecordedNumber sum;
  for (const RecordedNumber one : a) {
    Recording::Jet shifted = value_of(one);
    for (std::size_t s = 0; s < lanes_of_jets; ++s) shifted.c[0][s] -= most[s];
    const RecordedNumber below = where.put(shifted);
    where.depends(one, Recording::one, 1);
    sum += exp(below);
  }
  const RecordedNumber logarithm = log(sum);
  Recording::Jet value = value_of(logarithm);
  for (std::size_t s = 0; s < lanes_of_jets; ++s) value.c[0][s] += most[s];
  const RecordedNumber out = where.put(value);
  where.depends(logarithm, Recording::one, 1);
  return out;
}

}  // namespace gibbsite

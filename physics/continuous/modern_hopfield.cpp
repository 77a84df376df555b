#include "physics/continuous/modern_hopfield.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr double no_digit = 1e-20;  // shares below change none of a sum of shares

}  // namespace

ModernHopfield::ModernHopfield(std::vector<double> patterns, double beta, std::vector<double> start)
    : ContinuousEnergy(start.size()),
      count_(start.empty() ? 0 : patterns.size() / start.size()),
      beta_(beta),
      patterns_(std::move(patterns)),
      turned_(patterns_.size()),
      start_(std::move(start)) {
  const std::size_t d = units();
  if (count_ == 0 || patterns_.size() != count_ * d)
    throw std::invalid_argument("a modern Hopfield network needs a pattern at least, all as long as its start");
  if (!(beta_ > 0) || !std::isfinite(beta_))
    throw std::invalid_argument("beta of a modern Hopfield network is not above 0");
  if (!std::all_of(patterns_.begin(), patterns_.end(), [](double x) { return std::isfinite(x); }))
    throw std::invalid_argument("a pattern of a modern Hopfield network has numbers that are not finite");
  for (std::size_t p = 0; p < count_; ++p) {
    double square = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double x = turned_[i * count_ + p] = patterns_[p * d + i];
      square += x * x;
    }
    squares_.push_back(square);
  }
  constant_ = std::log(static_cast<double>(count_)) / beta_ + *std::max_element(squares_.begin(), squares_.end()) / 2;
}

std::vector<double> ModernHopfield::scores(std::span<const double> xi) const {
  std::vector<double> out(count_, 0);
  for (std::size_t i = 0; i < xi.size(); ++i) {
    const double* row = turned_.data() + i * count_;
    const double x = xi[i];
    for (std::size_t p = 0; p < count_; ++p) out[p] += x * row[p];
  }
  return out;
}

double ModernHopfield::to_attention(std::span<double> scores) const {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& z : scores) sum += z = std::exp(beta_ * (z - most));
  for (double& z : scores) z /= sum;
  return most + std::log(sum) / beta_;
}

void ModernHopfield::update(std::span<double> xi) const {
  std::vector<double> share = scores(xi);
  to_attention(share);
  std::fill(xi.begin(), xi.end(), 0.0);
  for (std::size_t p = 0; p < count_; ++p) {
    if (share[p] < no_digit) continue;
    const double* pattern = patterns_.data() + p * units();
    for (std::size_t i = 0; i < xi.size(); ++i) xi[i] += share[p] * pattern[i];
  }
}

void ModernHopfield::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units();
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const auto xi = x.subspan(s * d, d);
    std::vector<double> share = scores(xi);
    double square = 0;
    for (const double one : xi) square += one * one;
    energy[s] = constant_ + square / 2 - to_attention(share);
    if (gradient.empty()) continue;
    const auto slope = gradient.subspan(s * d, d);
    std::copy(xi.begin(), xi.end(), slope.begin());
    for (std::size_t p = 0; p < count_; ++p) {
      if (share[p] < no_digit) continue;
      const double* pattern = patterns_.data() + p * d;
      for (std::size_t i = 0; i < d; ++i) slope[i] -= share[p] * pattern[i];
    }
  }
}

void ModernHopfield::set_ordered(std::span<double> x) const { std::copy(start_.begin(), start_.end(), x.begin()); }

ContinuousEnergy::Extent ModernHopfield::extent() const noexcept {
  double mean_square = 0;
  for (const double square : squares_) mean_square += square / static_cast<double>(count_ * units());
  return {0, std::sqrt(1 + mean_square)};
}

std::vector<Observable> ModernHopfield::measured() const {
  return {{"pattern_overlap", "1", "overlap with the first pattern, x_1 . xi / |x_1|^2"},
          {"largest_overlap", "1", "largest overlap with any pattern, in absolute value"},
          {"first_attention", "1", "share of the first pattern in softmax(beta X xi)", Role::other, Parity::even, 0, 1},
          {"x_squared", "1", "mean of the squares of the coordinates", Role::other, Parity::even, 0}};
}

void ModernHopfield::measure(std::span<const double> x, std::span<double> out) const {
  std::vector<double> share = scores(x);
  const auto overlap = [&](std::size_t p) { return squares_[p] > 0 ? share[p] / squares_[p] : 0; };
  out[0] = overlap(0);
  out[1] = 0;
  for (std::size_t p = 0; p < count_; ++p) out[1] = std::max(out[1], std::abs(overlap(p)));
  to_attention(share);
  out[2] = share[0];
  double squares = 0;
  for (const double one : x) squares += one * one;
  out[3] = squares / static_cast<double>(units());
}

}  // namespace gibbsite

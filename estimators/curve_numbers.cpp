#include "estimators/curve_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>

#include "estimators/curve_differences.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

void add_to(std::vector<double>& sum, double factor, std::span<const double> x) {
  if (sum.empty()) sum.assign(x.size(), 0.0);
  for (std::size_t t = 0; t < x.size(); ++t) sum[t] += factor * x[t];
}

/// All that the draws of one system do to each number; empty where they do nothing.
struct Sums {
  std::vector<Reweighting::Influence> influence;
  std::vector<char> trusted;
};

Sums sums_over(const TemperatureCurves& curves, std::size_t curve, std::span<const CurveNumber> numbers) {
  struct Wanted {
    std::size_t number;
    Quantity quantity;
    double slope;
  };
  std::map<double, std::vector<Wanted>> at;
  for (std::size_t n = 0; n < numbers.size(); ++n)
    for (const CurveNumber::Slope& s : numbers[n].slopes)
      if (s.curve == curve && s.slope != 0) at[s.beta].push_back({n, s.quantity, s.slope});
  Sums sums{std::vector<Reweighting::Influence>(numbers.size()), std::vector<char>(numbers.size(), 1)};
  for (const auto& [beta, all] : at) {
    const auto point = curves.at(beta);
    std::vector<Quantity> quantities;
    for (const Wanted& w : all)
      if (std::find(quantities.begin(), quantities.end(), w.quantity) == quantities.end())
        quantities.push_back(w.quantity);
    const auto influences = curves.influences(quantities, point);
    for (const Wanted& w : all) {
      const auto q = std::find(quantities.begin(), quantities.end(), w.quantity) - quantities.begin();
      const auto& y = influences[static_cast<std::size_t>(q)];
      add_to(sums.influence[w.number].draws, w.slope, y.draws);
      add_to(sums.influence[w.number].unseen, w.slope, y.unseen);
      const bool trusted = w.quantity == Quantity::log_z_ratio ? point.log_z_trusted : point.trusted;
      if (!trusted) sums.trusted[w.number] = 0;
    }
  }
  return sums;
}

/// Means over `length` draws in a row, chain by chain; what is left over at a chain's end stays out.
std::vector<double> block_means(std::span<const double> x, std::size_t chains, std::size_t length) {
  const std::size_t draws = x.size() / chains, blocks = draws / length;
  std::vector<double> means;
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t b = 0; b < blocks; ++b) {
      double sum = 0;
      for (std::size_t t = 0; t < length; ++t) sum += x[c * draws + b * length + t];
      means.push_back(sum / static_cast<double>(length));
    }
  return means;
}

}  // namespace

CurveNumber CurveNumber::mapped(double f, double derivative) const {
  CurveNumber out{f, slopes};
  for (Slope& s : out.slopes) s.slope *= derivative;
  return out;
}

CurveNumber& CurveNumber::operator+=(const CurveNumber& other) {
  value += other.value;
  slopes.insert(slopes.end(), other.slopes.begin(), other.slopes.end());
  return *this;
}

CurveNumber operator+(CurveNumber a, const CurveNumber& b) { return a += b; }
CurveNumber operator*(double factor, const CurveNumber& x) { return x.mapped(factor * x.value, factor); }
CurveNumber operator-(const CurveNumber& a, const CurveNumber& b) { return a + -1.0 * b; }
CurveNumber inverse(const CurveNumber& x) { return x.mapped(1 / x.value, -1 / (x.value * x.value)); }
CurveNumber log(const CurveNumber& x) { return x.mapped(std::log(x.value), 1 / x.value); }
CurveNumber operator/(const CurveNumber& a, const CurveNumber& b) {
  CurveNumber out = a.mapped(a.value / b.value, 1 / b.value);
  return out += b.mapped(0, -a.value / (b.value * b.value));
}

CurveNumber CurveFamily::value(std::size_t curve, Quantity quantity, const CurveNumber& beta) const {
  const CurveDifferences at(*curves_[curve], beta.value);
  CurveNumber out{curves_[curve]->value(quantity, at.here), {{curve, quantity, beta.value, 1}}};
  return out += beta.mapped(0, at.slope(*curves_[curve], quantity));
}

CurveNumber CurveFamily::derivative(std::size_t curve, Quantity quantity, const CurveNumber& beta) const {
  const CurveDifferences at(*curves_[curve], beta.value);
  CurveNumber out{at.slope(*curves_[curve], quantity),
                  {{curve, quantity, beta.value + at.step, 0.5 / at.step},
                   {curve, quantity, beta.value - at.step, -0.5 / at.step}}};
  return out += beta.mapped(0, at.bend(*curves_[curve], quantity));
}

CurveNumber CurveFamily::crossing(std::size_t a, std::size_t b, Quantity quantity, double beta) const {
  const double slope = CurveDifferences(*curves_[a], beta).slope(*curves_[a], quantity) -
                       CurveDifferences(*curves_[b], beta).slope(*curves_[b], quantity);
  return {beta, {{a, quantity, beta, -1 / slope}, {b, quantity, beta, 1 / slope}}};
}

CurveNumber CurveFamily::peak(std::size_t curve, Quantity quantity, double beta) const {
  const CurveDifferences at(*curves_[curve], beta);
  const double per = 0.5 / (at.step * at.bend(*curves_[curve], quantity));
  return {beta, {{curve, quantity, beta + at.step, -per}, {curve, quantity, beta - at.step, per}}};
}

std::vector<Estimate> CurveFamily::estimates(std::span<const CurveNumber> numbers) const {
  std::vector<double> error2(numbers.size(), 0.0), fourth(numbers.size(), 0.0);
  std::vector<Sums> sums(curves_.size());
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t c = 0; c < curves_.size(); ++c) try {
      sums[c] = sums_over(*curves_[c], c, numbers);
    } catch (...) {
#pragma omp critical(gibbsite_curve_numbers)
      failure = std::current_exception();
    }
  if (failure) std::rethrow_exception(failure);
  std::vector<Estimate> out(numbers.size());
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    for (std::size_t c = 0; c < curves_.size(); ++c) {
      const auto& y = sums[c].influence[n];
      if (y.draws.empty()) continue;
      const Estimate e = curves_[c]->reweighting().estimate(0, y, sums[c].trusted[n] != 0);
      const double own = e.error * e.error;
      error2[n] += own;
      if (own > 0) fourth[n] += own * own / e.degrees;  // F. E. Satterthwaite, Biometrics 2, 110 (1946)
    }
    out[n].value = numbers[n].value;
    out[n].error = numbers[n].slopes.empty() || !std::isfinite(out[n].value) ? unknown : std::sqrt(error2[n]);
    out[n].degrees = fourth[n] > 0 ? error2[n] * error2[n] / fourth[n] : unknown;
  }
  return out;
}

Matrix CurveFamily::covariance(std::size_t curve, Quantity quantity, std::span<const double> beta) const {
  const TemperatureCurves& curves = *curves_[curve];
  const std::size_t chains = curves.reweighting().chains(), n = beta.size();
  std::vector<Reweighting::Influence> y;
  std::vector<double> error;
  double tau = 0.5;
  for (const double b : beta) {
    const auto point = curves.at(b);
    y.push_back(curves.influence(quantity, point));
    const Estimate e = curves.reweighting().estimate(0, y.back(), point.trusted);
    error.push_back(e.error);
    if (e.tau > tau) tau = e.tau;
  }
  const auto length = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(2 * tau)), 1,
                                              std::max<std::size_t>(curves.reweighting().draws() / 8, 1));
  std::vector<std::vector<double>> blocks;
  for (const auto& one : y) blocks.push_back(block_means(one.draws, chains, length));
  Matrix product(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t t = 0; t < blocks[i].size(); ++t) product(i, j) += blocks[i][t] * blocks[j][t];
  Matrix covariance(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      covariance(i, j) = error[i] * error[j] * product(i, j) / std::sqrt(product(i, i) * product(j, j));
  return covariance;
}

}  // namespace gibbsite

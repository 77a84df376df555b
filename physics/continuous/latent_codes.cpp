#include "physics/continuous/latent_codes.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/matrices/singular_values.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t worth_latent_threads = 100'000;  // operations

double square_of(std::span<const double> x) {
  double sum = 0;
  for (const double one : x) sum += one * one;
  return sum;
}
double soft_threshold(double x, double by) { return x > by ? x - by : x < -by ? x + by : 0; }

/// r = y - W z.
void write_residual(std::span<const double> words, std::span<const double> y, std::span<const double> z,
                    std::span<double> r) {
  const std::size_t d = y.size();
  std::copy(y.begin(), y.end(), r.begin());
  for (std::size_t j = 0; j < z.size(); ++j)
    if (z[j] != 0)
      for (std::size_t i = 0; i < d; ++i) r[i] -= z[j] * words[j * d + i];
}
/// W' r.
void write_projections(std::span<const double> words, std::span<const double> r, std::span<double> out) {
  const std::size_t d = r.size();
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = 0;
    for (std::size_t i = 0; i < d; ++i) out[j] += words[j * d + i] * r[i];
  }
}

}  // namespace

LatentEnergy::LatentEnergy(std::size_t units, std::vector<double> words)
    : ContinuousEnergy(units), codes_(units == 0 ? 0 : words.size() / units), words_(std::move(words)) {
  if (codes_ == 0 || words_.size() != codes_ * units)
    throw std::invalid_argument("latent variables need a code at least, and words as long as a state");
  if (!std::all_of(words_.begin(), words_.end(), [](double w) { return std::isfinite(w); }))
    throw std::invalid_argument("a word of the latent variables is not finite");
}

Codebook::Codebook(std::size_t units, std::vector<double> words, double beta)
    : LatentEnergy(units, std::move(words)), beta_(beta) {
  if (!(beta > 0)) throw std::invalid_argument("beta of a codebook is not above 0");
}

double Codebook::share(const double* y, std::span<double> shares) const {
  const std::size_t d = units();
  double least = 0;
  std::size_t best = 0;
  for (std::size_t k = 0; k < codes(); ++k) {
    shares[k] = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double off = y[i] - words()[k * d + i];
      shares[k] += off * off;
    }
    if (k == 0 || shares[k] < least) least = shares[k], best = k;
  }
  if (std::isinf(beta_)) {
    std::fill(shares.begin(), shares.end(), 0.0);
    shares[best] = 1;
    return least;
  }
  double sum = 0;
  for (double& s : shares) s = std::exp(-beta_ * (s - least)), sum += s;
  for (double& s : shares) s /= sum;
  return least - std::log(sum / static_cast<double>(codes())) / beta_;
}

void Codebook::encode(std::span<const double> y, std::span<double> z, std::span<double> energy) const {
  const std::size_t states = y.size() / units();
  assert(z.size() == states * codes());
#pragma omp parallel for schedule(static) if (y.size() * codes() > worth_latent_threads)
  for (std::size_t s = 0; s < states; ++s) {
    const double f = share(y.data() + s * units(), z.subspan(s * codes(), codes()));
    if (!energy.empty()) energy[s] = f;
  }
}

void Codebook::evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units();
#pragma omp parallel for schedule(static) if (y.size() * codes() > worth_latent_threads)
  for (std::size_t s = 0; s < energy.size(); ++s) {
    std::vector<double> z(codes());
    energy[s] = share(y.data() + s * d, z);
    if (gradient.empty()) continue;
    write_residual(words(), y.subspan(s * d, d), z, gradient.subspan(s * d, d));
    for (std::size_t i = 0; i < d; ++i) gradient[s * d + i] *= 2;
  }
}

void Codebook::set_ordered(std::span<double> y) const { std::copy_n(words().begin(), y.size(), y.begin()); }

Codebook::Extent Codebook::extent() const noexcept {
  double mean = 0, square = 0;
  for (const double w : words()) mean += w, square += w * w;
  const double n = static_cast<double>(words().size());
  mean /= n;
  return {.mean = mean, .scale = std::sqrt(square / n - mean * mean + 0.5)};
}

SparseCoding::SparseCoding(std::size_t units, std::vector<double> words, double lambda)
    : LatentEnergy(units, std::move(words)), lambda_(lambda) {
  if (!(lambda >= 0) || !std::isfinite(lambda)) throw std::invalid_argument("lambda of sparse coding is below 0");
  const auto top = largest_singular_values(this->words(), codes(), 1);
  constexpr double over = 1 + 1e-9;  // steps that are too short do no harm
  steepness_ = top.empty() ? 0 : over * top[0] * top[0];
  if (lambda > 0) return;
  const Eigen::Map<const Eigen::MatrixXd> w(this->words().data(), static_cast<Eigen::Index>(units),
                                            static_cast<Eigen::Index>(codes()));
  const Eigen::MatrixXd inverse = w.completeOrthogonalDecomposition().pseudoInverse();
  inverse_.resize(codes() * units);
  for (std::size_t j = 0; j < codes(); ++j)
    for (std::size_t i = 0; i < units; ++i)
      inverse_[j * units + i] = inverse(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i));
}

SparseCoding::~SparseCoding() = default;

void SparseCoding::encode(std::span<const double> y, std::span<double> z, std::span<double> energy) const {
  const std::size_t d = units(), m = codes(), states = y.size() / d;
  assert(z.size() == states * m);
  constexpr std::size_t most_steps = 10'000;
  constexpr double close = 1e-13;
#pragma omp parallel for schedule(static) if (states * m * d > worth_latent_threads / 100)
  for (std::size_t s = 0; s < states; ++s) {
    const std::span<const double> own = y.subspan(s * d, d);
    const std::span<double> code = z.subspan(s * m, m);
    std::vector<double> r(d), slope(m);
    if (lambda_ == 0 || steepness_ == 0) {
      if (lambda_ == 0)
        write_projections(inverse_, own, code);
      else
        std::fill(code.begin(), code.end(), 0.0);
      write_residual(words(), own, code, r);
      if (!energy.empty()) energy[s] = square_of(r) / 2;
      continue;
    }
    const double length = square_of(own);
    std::vector<double> ahead(m, 0), before(m, 0);
    std::fill(code.begin(), code.end(), 0.0);
    double t = 1, primal = length / 2;
    for (std::size_t step = 0; step < most_steps; ++step) {
      if (step % 5 == 0) {  // is it close enough?
        write_residual(words(), own, code, r);
        write_projections(words(), r, slope);
        double norm = 0, largest = 0;
        for (std::size_t j = 0; j < m; ++j) norm += std::abs(code[j]), largest = std::max(largest, std::abs(slope[j]));
        primal = square_of(r) / 2 + lambda_ * norm;
        const double shrunk = largest > lambda_ ? lambda_ / largest : 1;  // r times this is a dual point
        double off = 0;
        for (std::size_t i = 0; i < d; ++i) off += (own[i] - shrunk * r[i]) * (own[i] - shrunk * r[i]);
        if (primal - (length - off) / 2 < close * (1 + length / 2)) break;
      }
      write_residual(words(), own, ahead, r);
      write_projections(words(), r, slope);
      std::copy(code.begin(), code.end(), before.begin());
      double uphill = 0;
      for (std::size_t j = 0; j < m; ++j) {
        code[j] = soft_threshold(ahead[j] + slope[j] / steepness_, lambda_ / steepness_);
        uphill += (ahead[j] - code[j]) * (code[j] - before[j]);
      }
      if (uphill > 0) t = 1;  // momentum anew (O'Donoghue & Candes, Found. Comput. Math. 15, 715 (2015))
      const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
      for (std::size_t j = 0; j < m; ++j) ahead[j] = code[j] + (t - 1) / next * (code[j] - before[j]);
      t = next;
    }
    if (!energy.empty()) energy[s] = primal;
  }
}

void SparseCoding::evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t d = units(), m = codes();
  std::vector<double> z(energy.size() * m);
  encode(y, z, energy);
  if (gradient.empty()) return;
  for (std::size_t s = 0; s < energy.size(); ++s)
    write_residual(words(), y.subspan(s * d, d), std::span<const double>(z).subspan(s * m, m),
                   gradient.subspan(s * d, d));
}

void SparseCoding::set_ordered(std::span<double> y) const { std::fill(y.begin(), y.end(), 0.0); }

SparseCoding::Extent SparseCoding::extent() const noexcept {
  if (lambda_ == 0) return {};
  return {.mean = 0,
          .scale = std::sqrt(1 + 2 * square_of(words()) / (lambda_ * lambda_ * static_cast<double>(units())))};
}

SparseCode::SparseCode(std::shared_ptr<const SparseCoding> coding, std::vector<double> y, double beta)
    : ContinuousEnergy(coding->codes()), coding_(std::move(coding)), y_(std::move(y)), beta_(beta) {
  if (!(beta > 0) || !std::isfinite(beta)) throw std::invalid_argument("beta of a code is not above 0");
  if (y_.size() != coding_->units())
    throw std::invalid_argument("y has " + std::to_string(y_.size()) + " numbers, but the words have " +
                                std::to_string(coding_->units()));
  if (coding_->lambda() == 0)
    throw std::invalid_argument("with lambda = 0 a code may be anything, and none is likelier");
}

void SparseCode::evaluate(std::span<const double> z, std::span<double> energy, std::span<double> gradient) const {
  const std::size_t m = units();
  std::vector<double> r(y_.size());
  for (std::size_t s = 0; s < energy.size(); ++s) {
    const auto code = z.subspan(s * m, m);
    write_residual(coding_->words(), y_, code, r);
    double norm = 0;
    for (const double one : code) norm += std::abs(one);
    energy[s] = beta_ * (square_of(r) / 2 + coding_->lambda() * norm);
    if (gradient.empty()) continue;
    const auto own = gradient.subspan(s * m, m);
    write_projections(coding_->words(), r, own);
    for (std::size_t j = 0; j < m; ++j)
      own[j] = beta_ * (-own[j] + (code[j] > 0 ? coding_->lambda() : code[j] < 0 ? -coding_->lambda() : 0));
  }
}

void SparseCode::set_ordered(std::span<double> z) const { coding_->encode(y_, z, {}); }

SparseCode::Extent SparseCode::extent() const noexcept {
  std::vector<double> best(units());  // as wide as z is a priori, and as far as the best one lies
  coding_->encode(y_, best, {});
  const double prior = 1 / (beta_ * coding_->lambda());
  return {.mean = 0, .scale = std::sqrt(2 * prior * prior + square_of(best) / static_cast<double>(units()))};
}

double SparseCode::prior_log_z() const {
  return static_cast<double>(units()) * std::log(2 / (beta_ * coding_->lambda()));
}

}  // namespace gibbsite

#include "estimators/learning/nets/embeddings.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

/// One row a sample.
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowsIn = Eigen::Map<const Rows>;
using RowsOut = Eigen::Map<Rows>;

/// z/|z| of each row, and the way back.
struct Directions {
  Rows u;
  Eigen::ArrayXd length;

  explicit Directions(const Eigen::Ref<const Rows>& z) : u(z), length(z.rowwise().norm().array().max(1e-12)) {
    u.array().colwise() /= length;
  }
  /// dL/dz from dL/du.
  Rows back(const Rows& ubar) const {
    Rows out = ubar;
    const Eigen::ArrayXd along = (ubar.array() * u.array()).rowwise().sum();
    out.array() -= u.array().colwise() * along;
    out.array().colwise() /= length;
    return out;
  }
};

/// exp(s_ik) / sum_k exp(s_ik) in place, row by row; returns the sum over rows of ln of the denominator.
double softmax_rows(Rows& s) {
  const Eigen::ArrayXd top = s.rowwise().maxCoeff();
  s = (s.array().colwise() - top).exp().matrix();
  const Eigen::ArrayXd sum = s.rowwise().sum();
  s.array().colwise() /= sum;
  return (top + sum.log()).sum();
}

double simclr(double tau, const RowsIn& z, RowsOut& zbar) {
  const Eigen::Index views = z.rows(), n = views / 2;
  const Directions of(z);
  Rows p = of.u * of.u.transpose() / tau;
  double alike = 0;
  for (Eigen::Index i = 0; i < views; ++i) {
    alike += p(i, (i + n) % views);
    p(i, i) = -std::numeric_limits<double>::infinity();
  }
  const double value = softmax_rows(p) - alike;
  for (Eigen::Index i = 0; i < views; ++i) p(i, (i + n) % views) -= 1;
  const auto count = static_cast<double>(views);
  zbar = of.back((p + p.transpose()) * of.u / (tau * count));
  return value / count;
}

double infonce(double tau, const RowsIn& z, RowsOut& zbar) {
  const Eigen::Index n = z.rows() / 2;
  const Directions a(z.topRows(n)), b(z.bottomRows(n));
  Rows p = a.u * b.u.transpose() / tau;
  const double alike = p.trace();
  const double value = softmax_rows(p) - alike;
  p.diagonal().array() -= 1;
  const double scale = 1 / (tau * static_cast<double>(n));
  zbar.topRows(n) = a.back(p * b.u * scale);
  zbar.bottomRows(n) = b.back(p.transpose() * a.u * scale);
  return value / static_cast<double>(n);
}

/// Columns with mean 0 and variance 1, and the way back.
struct Standardised {
  Rows x;
  Eigen::ArrayXd deviation;
  double by;

  Standardised(const Eigen::Ref<const Rows>& z, bool by_n)
      : x(z), by(static_cast<double>(by_n ? z.rows() : z.rows() - 1)) {
    x.rowwise() -= z.colwise().mean();
    deviation = (x.array().square().colwise().sum().transpose() / by).sqrt().max(1e-12);
    x.array().rowwise() /= deviation.transpose();
  }
  Rows back(const Rows& xbar) const {
    Rows out = xbar;
    out.rowwise() -= xbar.colwise().mean();
    const Eigen::ArrayXd along = (xbar.array() * x.array()).colwise().sum().transpose() / by;
    out.array() -= x.array().rowwise() * along.transpose();
    out.array().rowwise() /= deviation.transpose();
    return out;
  }
};

double barlow(const EmbeddingOptions& o, const RowsIn& z, RowsOut& zbar) {
  const Eigen::Index n = z.rows() / 2;
  const Standardised a(z.topRows(n), o.standardised_by_n), b(z.bottomRows(n), o.standardised_by_n);
  const Eigen::MatrixXd c = a.x.transpose() * b.x / static_cast<double>(n);
  Eigen::MatrixXd slope = 2 * o.redundancy * c;
  slope.diagonal() = 2 * (c.diagonal().array() - 1).matrix();
  const double diagonal = (1 - c.diagonal().array()).square().sum(), all = c.squaredNorm();
  zbar.topRows(n) = a.back(b.x * slope.transpose() / static_cast<double>(n));
  zbar.bottomRows(n) = b.back(a.x * slope / static_cast<double>(n));
  return diagonal + o.redundancy * (all - c.diagonal().squaredNorm());
}

}  // namespace

double embedding_loss(const EmbeddingOptions& options, std::span<const double> z, std::size_t numbers,
                      std::span<double> zbar) {
  assert(numbers > 0 && z.size() % (2 * numbers) == 0 && zbar.size() == z.size());
  const auto rows = static_cast<Eigen::Index>(z.size() / numbers), columns = static_cast<Eigen::Index>(numbers);
  if (rows < 4) throw std::invalid_argument("losses of joint embedding need batches of two samples at least");
  const RowsIn in(z.data(), rows, columns);
  RowsOut out(zbar.data(), rows, columns);
  switch (options.loss) {
    case EmbeddingLoss::simclr:
      return simclr(options.temperature, in, out);
    case EmbeddingLoss::infonce:
      return infonce(options.temperature, in, out);
    case EmbeddingLoss::vicreg: {
      std::fill(zbar.begin(), zbar.end(), 0.0);
      const std::size_t half = z.size() / 2;
      const auto a = z.first(half), b = z.subspan(half);
      const auto abar = zbar.first(half), bbar = zbar.subspan(half);
      return add_likeness(options, a, b, numbers, abar, bbar) + add_spread(options, a, numbers, abar) +
             add_spread(options, b, numbers, bbar);
    }
    case EmbeddingLoss::barlow:
      return barlow(options, in, out);
  }
  return 0;
}

double add_likeness(const EmbeddingOptions& options, std::span<const double> a, std::span<const double> b,
                    std::size_t numbers, std::span<double> abar, std::span<double> bbar) {
  const std::size_t n = a.size() / numbers;
  const double each = options.invariance / static_cast<double>(options.per_number ? a.size() : n);
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double apart = a[k] - b[k];
    sum += apart * apart;
    abar[k] += 2 * each * apart;
    bbar[k] -= 2 * each * apart;
  }
  return each * sum;
}

double add_spread(const EmbeddingOptions& options, std::span<const double> z, std::size_t numbers,
                  std::span<double> zbar) {
  constexpr double epsilon = 1e-4;
  const RowsIn in(z.data(), static_cast<Eigen::Index>(z.size() / numbers), static_cast<Eigen::Index>(numbers));
  RowsOut out(zbar.data(), in.rows(), in.cols());
  const auto n = static_cast<double>(in.rows()), d = static_cast<double>(in.cols());
  const double mu = options.per_number ? options.variance / 2 : options.variance, nu = options.covariance;
  Rows centred = in;
  centred.rowwise() -= in.colwise().mean();
  Eigen::MatrixXd covariance = centred.transpose() * centred / (n - 1);
  const Eigen::ArrayXd deviation = (covariance.diagonal().array() + epsilon).sqrt();
  covariance.diagonal().setZero();
  const Eigen::ArrayXd pull = (deviation < 1).select(-mu / (d * (n - 1) * deviation), 0.0);
  out.array() += centred.array().rowwise() * pull.transpose();
  out += centred * covariance * (4 * nu / (d * (n - 1)));
  return mu * (1 - deviation).max(0.0).sum() / d + nu * covariance.squaredNorm() / d;
}

EmbeddingSpread embedding_spread(std::span<const double> z, std::size_t numbers) {
  const auto rows = static_cast<Eigen::Index>(z.size() / numbers), columns = static_cast<Eigen::Index>(numbers);
  const RowsIn in(z.data(), rows, columns);
  Rows centred = in;
  centred.rowwise() -= in.colwise().mean();
  const Eigen::MatrixXd covariance = centred.transpose() * centred / std::max<double>(1, static_cast<double>(rows - 1));
  EmbeddingSpread out;
  const Eigen::ArrayXd deviation = covariance.diagonal().array().sqrt();
  out.mean_deviation = deviation.mean();
  out.least_deviation = deviation.minCoeff();
  const Eigen::ArrayXd variance =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance, Eigen::EigenvaluesOnly).eigenvalues().array().max(0.0);
  const double all = variance.sum();
  if (!(all > 0)) return out;
  double entropy = 0;
  for (const double v : variance)
    if (v > 0) entropy -= v / all * std::log(v / all);
  out.effective_rank = std::exp(entropy);
  return out;
}

}  // namespace gibbsite

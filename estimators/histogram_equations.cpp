#include "estimators/histogram_equations.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

constexpr Eigen::Index tile_of_levels = 2048;

struct Equations {
  const Eigen::ArrayXd &beta, &level, &count, &effective;

  /// F, its gradient and its curvature; ln D and p where they are asked for.
  struct Value {
    double function = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd curvature;
  };
  Value operator()(const Eigen::ArrayXd& f, HistogramSolution* keep = nullptr) const {
    const Eigen::Index K = beta.size(), U = level.size(), tiles = (U + tile_of_levels - 1) / tile_of_levels;
    std::vector<Value> part(static_cast<std::size_t>(tiles));
#pragma omp parallel for schedule(dynamic)
    for (Eigen::Index b = 0; b < tiles; ++b) {
      const Eigen::Index first = b * tile_of_levels, length = std::min(tile_of_levels, U - first);
      const auto H = count.segment(first, length);
      Eigen::ArrayXXd p = -(beta.matrix() * level.segment(first, length).matrix().transpose()).array();
      p.colwise() += effective.log() + f;
      const Eigen::ArrayXd top = p.colwise().maxCoeff().transpose();
      p = (p.rowwise() - top.transpose()).exp();
      const Eigen::ArrayXd norm = p.colwise().sum().transpose();
      p.rowwise() /= norm.transpose();
      const Eigen::ArrayXd log_d = top + norm.log();
      const Eigen::MatrixXd weighted = (p.rowwise() * H.transpose()).matrix();
      Value& v = part[static_cast<std::size_t>(b)];
      v.function = (H * log_d).sum();
      v.gradient = weighted.rowwise().sum();
      v.curvature = -weighted * p.matrix().transpose();
      if (keep == nullptr) continue;
      eigen(keep->log_d).segment(first, length) = log_d;
      eigen(keep->p).middleCols(first, length) = p.matrix();
    }
    Value all{0, Eigen::VectorXd::Zero(K), Eigen::MatrixXd::Zero(K, K)};
    for (const Value& v : part) {
      all.function += v.function;
      all.gradient += v.gradient;
      all.curvature += v.curvature;
    }
    all.curvature.diagonal() += all.gradient;
    all.gradient -= effective.matrix();
    all.function -= (effective * f).sum();
    return all;
  }

  double distance(const Value& v) const { return (v.gradient.array() / effective).abs().maxCoeff(); }
};

Eigen::ArrayXd array_of(std::span<const double> x) { return eigen(x); }

/// The factors of J in the gauge f_0 = 0, lifted by rounding's worth so that betas without overlap leave it regular.
Eigen::LDLT<Eigen::MatrixXd> factors_of(const Eigen::MatrixXd& curvature) {
  const Eigen::Index n = curvature.rows() - 1;
  Eigen::MatrixXd inner = curvature.bottomRightCorner(n, n);
  inner.diagonal().array() += 1e-14 * curvature.diagonal().maxCoeff();
  return Eigen::LDLT<Eigen::MatrixXd>(inner);
}

Eigen::MatrixXd solve_gauged(const Eigen::LDLT<Eigen::MatrixXd>& factors, const Eigen::MatrixXd& b) {
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(b.rows(), b.cols());
  if (b.rows() > 1) x.bottomRows(b.rows() - 1) = factors.solve(b.bottomRows(b.rows() - 1));
  return x;
}

}  // namespace

struct HistogramSolution::Factors {
  Eigen::LDLT<Eigen::MatrixXd> of_curvature;
};

Matrix HistogramSolution::solve(const Matrix& b) const { return matrix(solve_gauged(factors->of_curvature, eigen(b))); }

HistogramSolution solve_histogram_equations(std::span<const double> all_beta, std::span<const double> all_level,
                                            std::span<const double> all_count, std::span<const double> all_effective,
                                            std::span<const double> mean_energy) {
  constexpr int most_steps = 200;
  constexpr double close_enough = 1e-11;
  const Eigen::ArrayXd beta = array_of(all_beta), level = array_of(all_level), count = array_of(all_count),
                       effective = array_of(all_effective);
  const Eigen::Index K = beta.size();
  Eigen::ArrayXd f = Eigen::ArrayXd::Zero(K);
  for (Eigen::Index k = 1; k < K; ++k) {
    const auto j = static_cast<std::size_t>(k);
    f[k] = f[k - 1] + (beta[k] - beta[k - 1]) * (mean_energy[j] + mean_energy[j - 1]) / 2;
  }

  HistogramSolution s;
  const Equations equations{beta, level, count, effective};
  Equations::Value now = equations(f);
  for (int step = 0; step < most_steps && !s.converged; ++step) {
    s.converged = equations.distance(now) < close_enough;
    if (s.converged || K == 1) break;
    const Eigen::VectorXd direction = -solve_gauged(factors_of(now.curvature), now.gradient);
    const double slope = direction.dot(now.gradient);
    bool moved = false;
    for (double length = 1; length > 1e-8 && !moved; length /= 2) {
      const Eigen::ArrayXd there = f + length * direction.array();
      const Equations::Value next = equations(there);
      // Close to the minimum F no longer tells steps apart, its gradient does.
      moved = next.function <= now.function + 1e-4 * length * slope ||
              equations.distance(next) < equations.distance(now) / 2;
      if (!moved) continue;
      f = there;
      now = next;
    }
    if (!moved) break;
  }
  s.converged = equations.distance(now) < 1e-6;
  s.f = numbers(f.matrix());
  s.log_d.resize(all_level.size());
  s.p = Matrix(all_beta.size(), all_level.size());
  s.factors =
      std::make_shared<HistogramSolution::Factors>(HistogramSolution::Factors{factors_of(equations(f, &s).curvature)});
  return s;
}

}  // namespace gibbsite

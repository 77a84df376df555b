#include "estimators/histogram_equations.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gibbsite {
namespace {

constexpr Eigen::Index tile = 2048;  // levels

struct Equations {
  const Eigen::ArrayXd &beta, &level, &count, &effective;

  /// F, its gradient and its curvature; ln D and p where they are asked for.
  struct Value {
    double function = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd curvature;
  };
  Value operator()(const Eigen::ArrayXd& f, HistogramSolution* keep = nullptr) const {
    const Eigen::Index K = beta.size(), U = level.size(), tiles = (U + tile - 1) / tile;
    std::vector<Value> part(static_cast<std::size_t>(tiles));
#pragma omp parallel for schedule(dynamic)
    for (Eigen::Index b = 0; b < tiles; ++b) {
      const Eigen::Index first = b * tile, length = std::min(tile, U - first);
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
      keep->log_d.segment(first, length) = log_d;
      keep->p.middleCols(first, length) = p.matrix();
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

/// The factors of J in the gauge f_0 = 0, lifted by rounding's worth so that betas without overlap leave it regular.
Eigen::LDLT<Eigen::MatrixXd> factors(const Eigen::MatrixXd& curvature) {
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

Eigen::MatrixXd HistogramSolution::solve(const Eigen::MatrixXd& b) const { return solve_gauged(curvature, b); }

HistogramSolution solve_histogram_equations(const Eigen::ArrayXd& beta, const Eigen::ArrayXd& level,
                                            const Eigen::ArrayXd& count, const Eigen::ArrayXd& effective,
                                            const Eigen::ArrayXd& mean_energy) {
  constexpr int most_steps = 200;
  constexpr double close_enough = 1e-11;
  const Eigen::Index K = beta.size();
  HistogramSolution s;
  s.f = Eigen::ArrayXd::Zero(K);
  for (Eigen::Index k = 1; k < K; ++k)
    s.f[k] = s.f[k - 1] + (beta[k] - beta[k - 1]) * (mean_energy[k] + mean_energy[k - 1]) / 2;

  const Equations equations{beta, level, count, effective};
  Equations::Value now = equations(s.f);
  for (int step = 0; step < most_steps && !s.converged; ++step) {
    s.converged = equations.distance(now) < close_enough;
    if (s.converged || K == 1) break;
    const Eigen::VectorXd direction = -solve_gauged(factors(now.curvature), now.gradient);
    const double slope = direction.dot(now.gradient);
    bool moved = false;
    for (double length = 1; length > 1e-8 && !moved; length /= 2) {
      const Eigen::ArrayXd f = s.f + length * direction.array();
      const Equations::Value next = equations(f);
      // Close to the minimum F no longer tells steps apart, its gradient does.
      moved = next.function <= now.function + 1e-4 * length * slope ||
              equations.distance(next) < equations.distance(now) / 2;
      if (!moved) continue;
      s.f = f;
      now = next;
    }
    if (!moved) break;
  }
  s.converged = equations.distance(now) < 1e-6;
  s.log_d.resize(level.size());
  s.p.resize(K, level.size());
  s.curvature = factors(equations(s.f, &s).curvature);
  return s;
}

}  // namespace gibbsite

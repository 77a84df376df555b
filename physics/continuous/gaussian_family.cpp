// Gaussians that learn. With y = x - m, S = (L + L') / 2 and z_k = S y_k the jets of E = y'Sy / 2 are sum_i y_i .
// z_{k-i} / 2, and the reverse of dL/de_k = ebar_k is
//
//   ybar_i = sum_{k >= i} ebar_k z_{k-i},   mbar = -ybar_0,   Sbar = sum_k ebar_k sum_i y_i y_{k-i}' / 2.
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <stdexcept>

#include "physics/continuous/families.hpp"
#include "physics/continuous/gaussian.hpp"
#include "physics/continuous/score_equations.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/matrices/moments.hpp"

namespace gibbsite {
namespace {

using States = Eigen::Map<const Eigen::MatrixXd>;  // [number][state]
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index signed_of(std::size_t n) { return static_cast<Eigen::Index>(n); }

class GaussianFamily final : public EnergyFamily {
 public:
  explicit GaussianFamily(std::size_t units) : EnergyFamily(units) {
    add_block("mean", units, 1, true);
    add_block("precision", units, units, false);
  }

  void run(std::span<const double> theta, const NeuralPass<double>& pass, std::size_t begin, std::size_t end,
           std::span<double> gradient) const override {
    const Eigen::Index d = signed_of(units()), n = signed_of(end - begin), most = signed_of(pass.coefficients);
    const Eigen::MatrixXd s = symmetric(theta);
    Eigen::MatrixXd y[3], z[3];  // without numbers: 0
    for (Eigen::Index k = 0; k < most; ++k) {
      if (pass.x[static_cast<std::size_t>(k)].empty()) continue;
      y[k] = States(pass.x[static_cast<std::size_t>(k)].data() + begin * units(), d, n);
      if (k == 0) y[0].colwise() -= eigen(theta.first(units()));
      z[k].noalias() = s * y[k];
    }
    const auto products = [&](const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) -> Eigen::RowVectorXd {
      if (a.size() == 0 || b.size() == 0) return Eigen::RowVectorXd::Zero(n);
      return a.cwiseProduct(b).colwise().sum();
    };
    const auto e = [&](Eigen::Index k) {
      return Eigen::Map<Eigen::RowVectorXd>(pass.e.data() + static_cast<std::size_t>(k) * pass.states + begin, n);
    };
    e(0) = 0.5 * products(y[0], z[0]);
    if (most > 1) e(1) = products(y[0], z[1]);
    if (most > 2) e(2) = products(y[0], z[2]) + 0.5 * products(y[1], z[1]);
    if (pass.ebar.empty()) return;

    if (pass.adjoint) pass.adjoint(begin, end);
    const auto times = [&](const Eigen::MatrixXd& a, Eigen::Index k) -> Eigen::MatrixXd {  // ebar_k a
      if (a.size() == 0) return Eigen::MatrixXd::Zero(d, n);
      const Eigen::Map<const Eigen::RowVectorXd> bar(
          pass.ebar.data() + static_cast<std::size_t>(k) * pass.states + begin, n);
      return a.array().rowwise() * bar.array();
    };
    for (Eigen::Index i = 0; i < most; ++i) {
      const std::span<double> out = pass.xbar[static_cast<std::size_t>(i)];
      if (out.empty() && (i > 0 || gradient.empty())) continue;
      Eigen::MatrixXd bar = times(z[0], i);
      for (Eigen::Index k = i + 1; k < most; ++k) bar += times(z[k - i], k);
      if (!out.empty()) Eigen::Map<Eigen::MatrixXd>(out.data() + begin * units(), d, n) = bar;
      if (i == 0 && !gradient.empty()) Eigen::Map<Eigen::VectorXd>(gradient.data(), d) -= bar.rowwise().sum();
    }
    if (gradient.empty()) return;
    Eigen::MatrixXd other = 0.5 * times(y[0], 0);
    for (Eigen::Index k = 1; k < most; ++k) other += times(y[k], k);
    Eigen::MatrixXd slope = y[0] * other.transpose();
    if (most > 2 && y[1].size() > 0) slope.noalias() += 0.5 * y[1] * times(y[1], 2).transpose();
    Eigen::Map<Eigen::MatrixXd>(gradient.data() + units(), d, d) += 0.5 * (slope + slope.transpose());
  }

  /// H = S everywhere.
  std::optional<double> add_curvatures(std::span<const double> theta, std::span<const double> x,
                                       std::span<const double> h, double weight,
                                       std::span<double> gradient) const override {
    const std::size_t d = units(), states = x.size() / d;
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) {
      double own = h.empty() ? static_cast<double>(states) : 0;
      for (std::size_t r = 0; r < states && !h.empty(); ++r) own += h[r * d + i];
      const std::size_t at = d + i * (d + 1);
      sum += own * theta[at];
      if (!gradient.empty()) gradient[at] += weight * own;
    }
    return sum;
  }

  std::optional<std::vector<double>> score_optimum(const Matrix& data, const SlopeWeights& weights) const override {
    const std::size_t d = units();
    Eigen::VectorXd mean;
    RowMajor precision;
    if (weights.h.empty()) {
      const Moments moments(data.numbers(), d);
      const std::vector<double> covariance = covariance_of(data.numbers(), moments.mean);
      const Eigen::LLT<Eigen::MatrixXd> factor(States(covariance.data(), signed_of(d), signed_of(d)));
      bool open = factor.info() != Eigen::Success;
      constexpr double rounding = 1e-12;
      for (std::size_t i = 0; i < d && !open; ++i)
        open = !(std::pow(factor.matrixLLT()(signed_of(i), signed_of(i)), 2) > rounding * moments.variance[i]);
      if (open) refuse_open_equations();
      mean = eigen(std::span<const double>(moments.mean));
      precision = factor.solve(Eigen::MatrixXd::Identity(signed_of(d), signed_of(d)));
    } else {
      const auto found = weighted_optimum(data, weights);
      precision.resize(signed_of(d), signed_of(d));
      for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j) precision(signed_of(i), signed_of(j)) = found[unknown_of(i, j)];
      mean = precision.partialPivLu().solve(eigen(std::span(found).subspan(d * (d + 1) / 2)));
    }
    std::vector<double> theta(parameters());
    Eigen::Map<Eigen::VectorXd>(theta.data(), signed_of(d)) = mean;
    Eigen::Map<RowMajor>(theta.data() + d, signed_of(d), signed_of(d)) = 0.5 * (precision + precision.transpose());
    return theta;
  }

  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const Eigen::MatrixXd s = symmetric(t);
    return std::make_shared<const Gaussian>(
        std::vector<double>(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(units())),
        std::vector<double>(s.data(), s.data() + s.size()));
  }
  std::vector<double> first(const Matrix& data, Key) const override {
    const Moments spread(data.numbers(), units());
    std::vector<double> t = spread.mean;
    t.resize(parameters(), 0);
    for (std::size_t i = 0; i < units(); ++i) t[units() + i * (units() + 1)] = std::pow(spread.deviation(i), -2);
    return t;
  }

 private:
  Eigen::MatrixXd symmetric(std::span<const double> theta) const {
    const Eigen::Map<const RowMajor> l(theta.data() + units(), signed_of(units()), signed_of(units()));
    return 0.5 * (l + l.transpose());
  }

  /// Of S_ij = S_ji.
  static std::size_t unknown_of(std::size_t i, std::size_t j) { return i < j ? unknown_of(j, i) : i * (i + 1) / 2 + j; }
  /// E = x'Sx / 2 - b'x is linear in S, by its pairs, and b, behind them: dE/dx_i = sum_j S_ij x_j - b_i.
  std::vector<double> weighted_optimum(const Matrix& data, const SlopeWeights& weights) const {
    constexpr std::size_t most_units = 40;  // of 860 unknowns
    const std::size_t d = units(), pairs = d * (d + 1) / 2;
    if (d > most_units)
      throw std::invalid_argument(
          "a gaussian of more than 40 numbers in a box has no closed form here; take another "
          "optimizer than \"closed-form\"");
    ScoreEquations equations(pairs + d);
    const Eigen::Index n = signed_of(data.columns());
    Eigen::MatrixXd f(n, signed_of(d) + 1);  // what S_i. and b_i are multiplied by
    f.leftCols(signed_of(d)) = gibbsite::eigen(data).transpose();
    f.col(signed_of(d)).setConstant(-1);
    const States h(weights.h.data(), signed_of(d), n), by(weights.slope.data(), signed_of(d), n);
    for (std::size_t i = 0; i < d; ++i) {
      const auto unknown_at = [&](std::size_t j) { return j < d ? unknown_of(i, j) : pairs + i; };
      const Eigen::VectorXd own = h.row(signed_of(i)).transpose();
      const Eigen::MatrixXd a = f.transpose() * own.asDiagonal() * f;
      const Eigen::VectorXd k = f.transpose() * by.row(signed_of(i)).transpose();
      for (std::size_t j = 0; j <= d; ++j) {
        for (std::size_t l = 0; l <= d; ++l) equations.add(unknown_at(j), unknown_at(l), a(signed_of(j), signed_of(l)));
        equations.add(unknown_at(j), k(signed_of(j)));
      }
      equations.add(unknown_of(i, i), own.sum());
    }
    return equations.solution();
  }
};

}  // namespace

std::shared_ptr<const EnergyFamily> gaussian_family(std::size_t units) {
  return std::make_shared<const GaussianFamily>(units);
}

}  // namespace gibbsite

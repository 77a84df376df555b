#include "estimators/data_collapse.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/significance.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using Vector = Eigen::VectorXd;
constexpr Eigen::Index thetas = 4;  // T_c, 1/nu, e, b stand first among the parameters

void check_curves(std::span<const CollapseCurve> curves, const CollapseParameters& start) {
  const auto refuse = [](const char* what) { throw std::invalid_argument(std::string("collapse: ") + what); };
  const auto finite = [](std::span<const double> x) {
    return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
  };
  if (curves.size() < 2) refuse("at least two sizes are needed");
  for (const CollapseCurve& c : curves) {
    const std::size_t n = c.value.size();
    if (!(c.size > 1)) refuse("linear sizes must be above 1");
    if (n == 0 || c.temperature.size() != n || c.covariance.rows() != n || c.covariance.columns() != n)
      refuse("temperatures, values and covariances of a size must be as many");
    if (!finite(c.value) || !finite(c.temperature) || !finite(c.covariance.numbers())) refuse("a value is not finite");
  }
  if (!std::isfinite(start.temperature) || !std::isfinite(start.one_over_nu) || !std::isfinite(start.exponent))
    refuse("the search must begin at finite numbers");
}

/// Points of all sizes, and what makes their deviations independent numbers of variance 1.
struct Points {
  Vector log_size, temperature, value;
  Eigen::MatrixXd whiten;  // direction, point
  Vector scatter;          // d of a direction

  Points(std::span<const CollapseCurve> curves, double rounding) {
    std::size_t count = 0;
    for (const CollapseCurve& c : curves) count += c.value.size();
    const auto n = static_cast<Eigen::Index>(count);
    log_size.resize(n), temperature.resize(n), value.resize(n);
    scatter.resize(n);
    whiten = Eigen::MatrixXd::Zero(n, n);
    Eigen::Index first = 0;
    for (const CollapseCurve& c : curves) {
      const auto m = static_cast<Eigen::Index>(c.value.size());
      log_size.segment(first, m).setConstant(std::log(c.size));
      temperature.segment(first, m) = eigen(std::span<const double>(c.temperature));
      value.segment(first, m) = eigen(std::span<const double>(c.value));
      const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(eigen(c.covariance));
      const double floor = rounding * solver.eigenvalues()[m - 1];
      for (Eigen::Index k = 0; k < m; ++k) {
        const double variance = std::max(0.0, solver.eigenvalues()[k]);
        scatter[first + k] = variance / (variance + floor);
        whiten.row(first + k).segment(first, m) =
            solver.eigenvectors().col(k).transpose() / std::sqrt(variance + floor);
      }
      first += m;
    }
  }
};

struct Model {
  const Points& points;
  Eigen::Index coefficients;
  double reach;

  /// x / reach.
  Vector scaled(const Vector& at) const {
    const auto t = points.temperature.array() - at[0];
    return (t * (1 + at[3] * t) * (at[1] * points.log_size.array()).exp() / reach).matrix();
  }
  Eigen::MatrixXd powers(const Vector& u) const {
    Eigen::MatrixXd p(u.size(), coefficients);
    for (Eigen::Index k = 0; k < coefficients; ++k) p.col(k) = u.array().pow(static_cast<double>(k));
    return p;
  }
  Vector amplitude(const Vector& at) const { return (at[2] * points.log_size.array()).exp().matrix(); }
  Vector residual(const Vector& at) const {
    const Vector model = amplitude(at).cwiseProduct(powers(scaled(at)) * at.tail(coefficients));
    return points.whiten * (points.value - model);
  }
  /// d(model) / d(parameters), whitened.
  Eigen::MatrixXd slopes(const Vector& at, bool fit_exponent) const {
    const Vector u = scaled(at), size = amplitude(at);
    const Eigen::MatrixXd p = powers(u);
    Vector slope = Vector::Zero(u.size());
    for (Eigen::Index k = 1; k < coefficients; ++k)
      slope += static_cast<double>(k) * at[thetas + k] * u.array().pow(static_cast<double>(k - 1)).matrix();
    Eigen::MatrixXd j(u.size(), thetas + coefficients);
    const Vector t = (points.temperature.array() - at[0]).matrix();
    const Vector per_t = (size.array() * slope.array() * (at[1] * points.log_size.array()).exp() / reach).matrix();
    j.col(0) = -(per_t.array() * (1 + 2 * at[3] * t.array())).matrix();
    j.col(3) = per_t.cwiseProduct(t.cwiseAbs2());
    j.col(1) = (size.array() * slope.array() * u.array() * points.log_size.array()).matrix();
    j.col(2) = (size.array() * (p * at.tail(coefficients)).array() * points.log_size.array()).matrix();
    if (!fit_exponent) j.col(2).setZero();
    j.rightCols(coefficients) = size.asDiagonal() * p;
    return points.whiten * j;
  }
};

/// The least squares of columns of very different lengths; columns of zeros get 0.
Eigen::MatrixXd least_squares(Eigen::MatrixXd columns, const Eigen::MatrixXd& right, double damping = 0) {
  Vector length = columns.colwise().norm();
  for (double& l : length)
    if (!(l > 0)) l = 1;
  columns.array().rowwise() /= length.transpose().array();
  const Eigen::Index rows = columns.rows(), n = columns.cols();
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(rows + n, n), wanted = Eigen::MatrixXd::Zero(rows + n, right.cols());
  all.topRows(rows) = columns;
  all.bottomRows(n).diagonal().setConstant(std::sqrt(damping));
  wanted.topRows(rows) = right;
  Eigen::MatrixXd x = all.colPivHouseholderQr().solve(wanted);
  x.array().colwise() /= length.array();
  return x;
}

/// sum_k d_k (1 - H_kk).
double freedom_left(const Eigen::MatrixXd& slopes, const Vector& scatter) {
  const Vector length = slopes.colwise().norm();
  Eigen::MatrixXd columns = slopes;
  for (Eigen::Index k = 0; k < columns.cols(); ++k)
    if (length[k] > 0) columns.col(k) /= length[k];
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(columns);
  const Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(columns.rows(), qr.rank());
  return scatter.dot(Vector::Ones(scatter.size()) - q.rowwise().squaredNorm());
}

}  // namespace

double CollapseParameters::x(double size, double at) const {
  const double t = at - temperature;
  return t * (1 + bend * t) * std::pow(size, one_over_nu);
}

double Collapse::master(double x) const {
  double sum = 0;
  for (std::size_t k = polynomial.size(); k-- > 0;) sum = sum * x / reach + polynomial[k];
  return sum;
}

Collapse collapse(std::span<const CollapseCurve> curves, const CollapseParameters& start,
                  const CollapseOptions& options) {
  check_curves(curves, start);
  const Points points(curves, options.rounding);
  Model model{points, static_cast<Eigen::Index>(options.degree) + 1, 1};
  Vector at = Vector::Zero(thetas + model.coefficients);
  at[0] = start.temperature, at[1] = start.one_over_nu, at[2] = start.exponent, at[3] = start.bend;
  model.reach = model.scaled(at).cwiseAbs().maxCoeff();
  Collapse result;
  result.reach = model.reach;
  const Eigen::Index parameters = model.coefficients + (options.fit_exponent ? 4 : 3);
  if (points.whiten.rows() <= parameters || !(model.reach > 0)) return result;
  at.tail(model.coefficients) =
      least_squares(model.slopes(at, false).rightCols(model.coefficients), points.whiten * points.value);

  double chi2 = model.residual(at).squaredNorm(), damping = 1e-3;
  bool ended = false;
  for (int step = 0; step < 500 && !ended; ++step) {
    const Eigen::MatrixXd j = model.slopes(at, options.fit_exponent);
    const Vector next = at + least_squares(j, model.residual(at), damping);
    const double then = model.residual(next).squaredNorm();
    ended = std::abs(chi2 - then) <= 1e-9 * (1 + chi2) && damping < 1e-4;
    if (std::isfinite(then) && then <= chi2) {
      at = next;
      chi2 = then;
      damping = std::max(damping / 10, 1e-12);
    } else {
      damping *= 10;
    }
  }
  if (!ended || !at.allFinite()) return result;
  result.at = {at[0], at[1], at[2], at[3]};
  result.chi2 = chi2;
  result.degrees = freedom_left(model.slopes(at, options.fit_exponent), points.scatter);
  result.probability = chi2_probability(chi2, result.degrees);
  result.polynomial = numbers(Vector(at.tail(model.coefficients)));
  const Eigen::MatrixXd response = least_squares(model.slopes(at, options.fit_exponent), points.whiten);
  result.response = matrix(Eigen::MatrixXd(response.topRows(thetas)));
  return result;
}

}  // namespace gibbsite

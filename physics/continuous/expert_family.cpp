// Products of experts that learn: E = sum_j f_j(w_j . x) + kappa |x|^2 / 2 for a batch of states as products with the
// directions, forward for the projections y_k = W x_k, pointwise jets of f_j (physics/neural/jets.hpp), and back.
#include <cmath>

#include "physics/chance.hpp"
#include "physics/continuous/families.hpp"
#include "physics/matrices/eigen.hpp"
#include "physics/matrices/moments.hpp"

namespace gibbsite {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Columns = Eigen::Map<const Eigen::MatrixXd>;  // [number][state]

Eigen::Index index_of(std::size_t n) { return static_cast<Eigen::Index>(n); }

/// f and its first three derivatives in y, and the first three of df/dnumber.
struct ExpertJet {
  double f[4], by_number[3];
};

class ExpertFamily final : public EnergyFamily {
 public:
  ExpertFamily(Experts::Kind kind, std::size_t units, std::size_t experts, double kappa)
      : EnergyFamily(units), kind_(kind), experts_(experts), kappa_(kappa) {
    add_block("directions", experts, units, false);
    add_block(kind == Experts::Kind::student ? "log_exponents" : "biases", experts, 1, true);
  }

  void run(std::span<const double> theta, const NeuralPass<double>& pass, std::size_t begin, std::size_t end,
           std::span<double> gradient) const override {
    const Eigen::Index d = index_of(units()), n = index_of(end - begin), m = index_of(experts_);
    const std::size_t most = pass.coefficients;
    const Eigen::Map<const Rows> w(theta.data(), m, d);
    const double* const numbers = theta.data() + experts_ * units();
    const auto x = [&](std::size_t k) { return Columns(pass.x[k].data() + begin * units(), d, n); };
    const auto has = [&](std::size_t k) { return k < most && !pass.x[k].empty(); };
    Eigen::MatrixXd y[3];
    for (std::size_t k = 0; k < most; ++k)
      if (has(k))
        y[k].noalias() = w * x(k);
      else
        y[k].setZero(m, n);
    std::vector<ExpertJet> jets(static_cast<std::size_t>(m * n));
    const auto e = [&](std::size_t k) -> double* { return pass.e.data() + k * pass.states + begin; };
    for (Eigen::Index r = 0; r < n; ++r) {
      double sum[3] = {};
      if (kappa_ > 0) {
        sum[0] = 0.5 * kappa_ * x(0).col(r).squaredNorm();
        if (has(1)) sum[1] = kappa_ * x(0).col(r).dot(x(1).col(r));
        if (has(1)) sum[2] = 0.5 * kappa_ * x(1).col(r).squaredNorm();
        if (has(2)) sum[2] += kappa_ * x(0).col(r).dot(x(2).col(r));
      }
      for (Eigen::Index j = 0; j < m; ++j) {
        const ExpertJet& jet = jets[static_cast<std::size_t>(r * m + j)] = jet_at(y[0](j, r), numbers[j]);
        sum[0] += jet.f[0];
        if (most > 1) sum[1] += jet.f[1] * y[1](j, r);
        if (most > 2) sum[2] += jet.f[1] * y[2](j, r) + 0.5 * jet.f[2] * y[1](j, r) * y[1](j, r);
      }
      for (std::size_t k = 0; k < most; ++k) e(k)[r] = sum[k];
    }
    if (pass.ebar.empty()) return;

    if (pass.adjoint) pass.adjoint(begin, end);
    const auto ebar = [&](std::size_t k, Eigen::Index r) {
      return k < most ? pass.ebar[k * pass.states + begin + static_cast<std::size_t>(r)] : 0.0;
    };
    std::vector<double> number_bar(experts_, 0);
    for (Eigen::Index r = 0; r < n; ++r)
      for (Eigen::Index j = 0; j < m; ++j) {
        const ExpertJet& jet = jets[static_cast<std::size_t>(r * m + j)];
        const double e0 = ebar(0, r), e1 = ebar(1, r), e2 = ebar(2, r);
        const double y1 = most > 1 ? y[1](j, r) : 0, y2 = most > 2 ? y[2](j, r) : 0;
        number_bar[static_cast<std::size_t>(j)] += e0 * jet.by_number[0] + e1 * jet.by_number[1] * y1 +
                                                   e2 * (jet.by_number[1] * y2 + 0.5 * jet.by_number[2] * y1 * y1);
        y[0](j, r) = e0 * jet.f[1] + e1 * jet.f[2] * y1 + e2 * (jet.f[2] * y2 + 0.5 * jet.f[3] * y1 * y1);
        if (most > 1) y[1](j, r) = e1 * jet.f[1] + e2 * jet.f[2] * y1;
        if (most > 2) y[2](j, r) = e2 * jet.f[1];
      }
    for (std::size_t i = 0; i < most; ++i) {
      if (pass.xbar[i].empty()) continue;
      Eigen::Map<Eigen::MatrixXd> out(pass.xbar[i].data() + begin * units(), d, n);
      out.noalias() = w.transpose() * y[i];
      for (std::size_t k = i; k < most && kappa_ > 0; ++k)
        if (has(k - i))
          for (Eigen::Index r = 0; r < n; ++r) out.col(r) += kappa_ * ebar(k, r) * x(k - i).col(r);
    }
    if (gradient.empty()) return;
    Eigen::Map<Rows> w_bar(gradient.data(), m, d);
    for (std::size_t k = 0; k < most; ++k)
      if (has(k)) w_bar.noalias() += y[k] * x(k).transpose();
    for (std::size_t j = 0; j < experts_; ++j) gradient[experts_ * units() + j] += number_bar[j];
  }

  /// sum_i h_i H_ii = sum_j f_j'' sum_i h_i w_ji^2 + kappa sum_i h_i.
  std::optional<double> add_curvatures(std::span<const double> theta, std::span<const double> x,
                                       std::span<const double> h, double weight,
                                       std::span<double> gradient) const override {
    const Eigen::Index d = index_of(units()), n = index_of(x.size()) / d, m = index_of(experts_);
    const Eigen::Map<const Rows> w(theta.data(), m, d);
    const Columns states(x.data(), d, n);
    Eigen::MatrixXd weights = Eigen::MatrixXd::Ones(d, h.empty() ? 1 : n);  // one column for all states, or for each
    if (!h.empty()) weights = Columns(h.data(), d, n);
    const Eigen::MatrixXd squares = w.cwiseProduct(w) * weights;
    Eigen::MatrixXd second = w * states, third(m, n);
    double sum = kappa_ * weights.sum() * (h.empty() ? static_cast<double>(n) : 1);
    for (Eigen::Index r = 0; r < n; ++r)
      for (Eigen::Index j = 0; j < m; ++j) {
        const ExpertJet jet = jet_at(second(j, r), theta[experts_ * units() + static_cast<std::size_t>(j)]);
        const double square = squares(j, h.empty() ? 0 : r);
        sum += jet.f[2] * square;
        second(j, r) = weight * jet.f[2];
        third(j, r) = weight * jet.f[3] * square;
        if (!gradient.empty())
          gradient[experts_ * units() + static_cast<std::size_t>(j)] += weight * jet.by_number[2] * square;
      }
    if (gradient.empty()) return sum;
    Eigen::Map<Rows> w_bar(gradient.data(), m, d);
    w_bar.noalias() += third * states.transpose();
    if (h.empty())
      w_bar += 2 * second.rowwise().sum().asDiagonal() * w;
    else
      w_bar += 2 * w.cwiseProduct(second * weights.transpose());
    return sum;
  }

  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const auto w = t.first(experts_ * units()), rest = t.subspan(experts_ * units());
    std::vector<double> numbers(rest.begin(), rest.end());
    if (kind_ == Experts::Kind::student)
      for (double& a : numbers) a = std::exp(a);
    return std::make_shared<const Experts>(kind_, std::vector<double>(w.begin(), w.end()), std::move(numbers), kappa_);
  }
  std::vector<double> first(const Matrix& data, Key key) const override {
    const Moments spread(data.numbers(), units());
    std::vector<double> t;
    for (std::size_t j = 0; j < experts_; ++j) {
      Chance chance(Stream(key, Purpose::start, 0, j));
      for (std::size_t i = 0; i < units(); ++i)
        t.push_back(chance.normal() / (spread.deviation(i) * std::sqrt(static_cast<double>(units()))));
    }
    // Exponents that together are twice what a partition function needs.
    t.resize(parameters(), kind_ == Experts::Kind::unigauss
                               ? 0
                               : std::log(1 + static_cast<double>(units()) / static_cast<double>(experts_)));
    return t;
  }

 private:
  /// a ln(1 + y^2 / 2), by ln a; or -ln(1 + exp(y + c)), by c.
  ExpertJet jet_at(double y, double number) const noexcept {
    if (kind_ == Experts::Kind::student) {
      const double a = std::exp(number), q = 1 + 0.5 * y * y, r = 1 / q;
      const double f = a * std::log1p(0.5 * y * y), f1 = a * y * r, f2 = a * r * r * (1 - 0.5 * y * y),
                   f3 = -a * y * r * r * r * (3 - 0.5 * y * y);
      return {{f, f1, f2, f3}, {f, f1, f2}};
    }
    const double z = y + number, s = 1 / (1 + std::exp(-z)), slope = s * (1 - s), curve = slope * (1 - 2 * s);
    return {{-(std::fmax(z, 0.0) + std::log1p(std::exp(-std::abs(z)))), -s, -slope, -curve}, {-s, -slope, -curve}};
  }

  Experts::Kind kind_;
  std::size_t experts_;
  double kappa_;
};

}  // namespace

std::shared_ptr<const EnergyFamily> expert_family(Experts::Kind kind, std::size_t units, std::size_t experts,
                                                  double kappa) {
  return std::make_shared<const ExpertFamily>(kind, units, experts, kappa);
}

}  // namespace gibbsite

#include "physics/mean_field.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int most_rounds = 500;
constexpr double still = 1e-5;  // the bound is flat there: it is off by the square of that

void check_height(const Matrix& v, std::size_t wanted) {
  if (v.rows() != wanted)
    throw std::invalid_argument("samples of " + std::to_string(v.rows()) + " numbers do not fit " +
                                std::to_string(wanted) + " visible ones");
}

double mean_of(UnitKind kind, double field) { return kind == UnitKind::spin ? std::tanh(field) : logistic(field); }

/// -p ln p - (1 - p) ln(1 - p) of a two-state unit of this mean.
double entropy(UnitKind kind, double mean) {
  const double p = kind == UnitKind::spin ? (1 + mean) / 2 : mean;
  const auto term = [](double x) { return x > 0 ? -x * std::log(x) : 0.0; };
  return term(p) + term(1 - p);
}

/// Layer l's state among all: visible units, then hidden ones at their means.
auto rows(const Network& network, MatrixXd& x, std::size_t l) {
  return x.middleRows(static_cast<Index>(network.offset(l)), static_cast<Index>(network.layers()[l].width()));
}

/// What acts on layer l, [width][sample].
MatrixXd field(const Network& network, MatrixXd& x, std::size_t l) {
  const Layer& layer = network.layers()[l];
  MatrixXd f = eigen(layer.bias).replicate(1, x.cols());
  if (l + 1 < network.layers().size()) f.noalias() += eigen(network.weights()[l]) * rows(network, x, l + 1);
  if (l == 0) return f;
  const Layer& below = network.layers()[l - 1];
  if (below.kind == UnitKind::gaussian) {
    const auto variance = eigen(below.variance).array();
    const auto n = variance.size(), labels = static_cast<Index>(below.labels);
    const auto w = eigen(network.weights()[l - 1]);
    const auto under = rows(network, x, l - 1);
    f.noalias() += w.topRows(n).transpose() * (under.topRows(n).array().colwise() / variance).matrix();
    if (labels > 0) f.noalias() += w.bottomRows(labels).transpose() * under.bottomRows(labels);
  } else {
    f.noalias() += eigen(network.weights()[l - 1]).transpose() * rows(network, x, l - 1);
  }
  return f;
}

/// Sets layer l, in this field, to its best means; returns the largest change.
double settle(const Network& network, MatrixXd& x, std::size_t l, const MatrixXd& field_of_l) {
  const UnitKind kind = network.layers()[l].kind;
  const MatrixXd mean = field_of_l.unaryExpr([kind](double f) { return mean_of(kind, f); });
  const double change = (rows(network, x, l) - mean).cwiseAbs().maxCoeff();
  rows(network, x, l) = mean;
  return change;
}

/// Adds what a layer without bonds adds to -E of each sample.
void add_own(const Layer& layer, const Eigen::Ref<const MatrixXd>& x, std::vector<double>& log_weight) {
  const auto bias = eigen(layer.bias);
  for (Index s = 0; s < x.cols(); ++s) {
    double& sum = log_weight[static_cast<std::size_t>(s)];
    if (layer.kind != UnitKind::gaussian) {
      sum += bias.dot(x.col(s));
      continue;
    }
    const auto variance = eigen(layer.variance).array();
    const auto n = variance.size(), labels = static_cast<Index>(layer.labels);
    sum -= ((x.col(s) - bias).head(n).array().square() / (2 * variance)).sum();
    sum += bias.tail(labels).dot(x.col(s).tail(labels));
  }
}

/// Fields of categorical units of q states become the probabilities of the states.
void to_shares(Eigen::Ref<MatrixXd> f, Index q) {
  for (Index s = 0; s < f.cols(); ++s)
    for (Index i = 0; i < f.rows(); i += q) {
      auto unit = f.col(s).segment(i, q);
      unit = (unit.array() - unit.maxCoeff()).exp();
      unit /= unit.sum();
    }
}

/// Whether no two hidden units are bonded.
bool independent_hidden(const BoltzmannMachine& machine) {
  const Index hidden = static_cast<Index>(machine.hidden());
  return eigen(machine.weights()).bottomRightCorner(hidden, hidden).cwiseAbs().sum() == 0;
}

}  // namespace

Posterior posterior(const Network& network, const Matrix& v) {
  const std::size_t visible = network.layers()[0].width(), layers = network.layers().size();
  check_height(v, visible);
  const auto samples = static_cast<Index>(v.columns());
  MatrixXd x = MatrixXd::Zero(static_cast<Index>(network.width()), samples);
  x.topRows(static_cast<Index>(visible)) = eigen(v);
  const MatrixXd from_visible = field(network, x, 1);  // the layers above are still empty
  settle(network, x, 1, from_visible);
  for (std::size_t l = 2; l < layers; ++l) settle(network, x, l, field(network, x, l));
  const auto field_now = [&](std::size_t l) -> MatrixXd {
    if (l > 1) return field(network, x, l);
    return layers > 2 ? MatrixXd(from_visible + eigen(network.weights()[1]) * rows(network, x, 2)) : from_visible;
  };
  for (int round = 0; !network.restricted() && round < most_rounds; ++round) {
    double change = 0;
    for (const std::size_t parity : {1, 2})
      for (std::size_t l = parity; l < layers; l += 2) change = std::max(change, settle(network, x, l, field_now(l)));
    if (change < still) break;
  }
  Posterior out;
  out.exact = network.restricted();
  out.mean = matrix(x.bottomRows(static_cast<Index>(network.width() - visible)));
  out.log_weight.assign(v.columns(), -network.constant());
  for (std::size_t l = 0; l < layers; l += 2) add_own(network.layers()[l], rows(network, x, l), out.log_weight);
  for (std::size_t l = 1; l < layers; l += 2) {  // every bond stands in the field of an odd layer
    const UnitKind kind = network.layers()[l].kind;
    MatrixXd f = field_now(l);
    if (out.exact)
      f = f.unaryExpr([kind](double one) { return log_unit(kind, one); }).eval();
    else
      f.array() *= rows(network, x, l).array();
    for (Index s = 0; s < samples; ++s) out.log_weight[static_cast<std::size_t>(s)] += f.col(s).sum();
  }
  for (std::size_t l = 1; l < layers && !out.exact; ++l)
    for (Index s = 0; s < samples; ++s)
      for (const double mean : rows(network, x, l).col(s))
        out.log_weight[static_cast<std::size_t>(s)] += entropy(network.layers()[l].kind, mean);
  return out;
}

Posterior posterior(const BoltzmannMachine& machine, const Matrix& v) {
  const std::size_t visible = machine.visible_width();
  check_height(v, visible);
  Posterior out;
  out.exact = independent_hidden(machine);
  out.mean = Matrix(machine.hidden(), v.columns());
  for (std::size_t s = 0; s < v.columns(); ++s) {
    std::vector<double> x(machine.width(), 0.0);
    std::ranges::copy(v.column(s), x.begin());
    double change = 1;
    for (int round = 0; change > still && round < most_rounds; ++round) {
      change = 0;
      for (std::size_t i = visible; i < machine.width(); ++i) {
        const double mean = mean_of(machine.hidden_kind(), machine.local_field(x, i));
        change = std::max(change, std::abs(mean - x[i]));
        x[i] = mean;
      }
    }
    double sum = -machine.energy(x);
    for (std::size_t i = visible; i < machine.width(); ++i) {
      sum += entropy(machine.hidden_kind(), x[i]);
      out.mean(i - visible, s) = x[i];
    }
    out.log_weight.push_back(sum);
  }
  return out;
}

Matrix reconstruction(const Network& network, const Matrix& v, const Posterior& hidden) {
  MatrixXd x(static_cast<Index>(network.width()), static_cast<Index>(v.columns()));
  x << eigen(v), eigen(hidden.mean);
  const Layer& layer = network.layers()[0];
  MatrixXd f = field(network, x, 0);
  const auto own = static_cast<Index>(layer.own_width()), labels = static_cast<Index>(layer.labels);
  if (labels > 0) to_shares(f.bottomRows(labels), labels);
  if (layer.kind == UnitKind::categorical)
    to_shares(f.topRows(own), static_cast<Index>(layer.states));
  else if (layer.kind != UnitKind::gaussian)
    f.topRows(own) =
        f.topRows(own).unaryExpr([kind = layer.kind](double field) { return mean_of(kind, field); }).eval();
  return matrix(f);
}

Matrix reconstruction(const BoltzmannMachine& machine, const Matrix& v, const Posterior& hidden) {
  Matrix out(v.rows(), v.columns());
  for (std::size_t s = 0; s < v.columns(); ++s) {
    std::vector<double> x(machine.width());
    std::ranges::copy(v.column(s), x.begin());
    for (std::size_t i = v.rows(); i < machine.width(); ++i) x[i] = hidden.mean(i - v.rows(), s);
    for (std::size_t i = 0; i < v.rows(); ++i) {
      const double f = machine.local_field(x, i);
      out(i, s) = machine.kind() == UnitKind::categorical ? f : mean_of(machine.kind(), f);
    }
  }
  if (machine.kind() != UnitKind::categorical) return out;
  MatrixXd f = eigen(out);
  to_shares(f, static_cast<Index>(machine.states()));
  return matrix(f);
}

}  // namespace gibbsite

#include "physics/parametric_machine.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/tilted_layer.hpp"

namespace gibbsite {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

constexpr std::size_t tile_of_samples = 64;
constexpr double worth_threads = 1e6;  // parameters times samples: below, starting threads takes longer

/// W, [width][hidden].
Eigen::Map<const RowMatrix> weights_of(const ParameterBlock* block, std::span<const double> theta) {
  return {theta.data() + block->offset, static_cast<Index>(block->rows), static_cast<Index>(block->columns)};
}

bool discrete(const Layer& layer) { return layer.kind != UnitKind::gaussian; }

}  // namespace

ParametricMachine::ParametricMachine(Layer visible, Layer hidden, bool lateral)
    : visible_(std::move(visible)), hidden_(std::move(hidden)), lateral_(lateral) {
  if (visible_.units == 0 || (hidden_.units == 0 && !lateral_))
    throw std::invalid_argument(
        "a machine needs visible units, and bonds: hidden units, or bonds among the visible ones");
  if (hidden_.units > 0 && hidden_.kind != UnitKind::binary && hidden_.kind != UnitKind::spin)
    throw std::invalid_argument("hidden units are binary or spins");
  if (lateral_ && visible_.kind != UnitKind::binary && visible_.kind != UnitKind::spin)
    throw std::invalid_argument("bonds among visible units are for binary units and spins");
  const auto add = [&](const char* name, std::size_t rows, std::size_t columns, bool bias) {
    if (rows * columns == 0) return;
    blocks_.push_back({name, parameters_, rows, columns, bias});
    parameters_ += rows * columns;
  };
  add("visible_bias", width(), 1, true);
  add("hidden_bias", hidden_.units, 1, true);
  add("weights", width(), hidden_.units, false);
  if (lateral_) add("lateral_weights", visible_.units * (visible_.units - 1) / 2, 1, false);
  if (!discrete(visible_)) add("log_variance", visible_.units, 1, true);
}

const ParameterBlock* ParametricMachine::block(std::string_view name) const noexcept {
  const auto found =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const ParameterBlock& b) { return b.name == name; });
  return found == blocks_.end() ? nullptr : &*found;
}

std::size_t ParametricMachine::pair(std::size_t i, std::size_t j) const {
  return block("lateral_weights")->offset + i * (2 * visible_.units - i - 1) / 2 + (j - i - 1);
}

Matrix ParametricMachine::hidden_field(std::span<const double> theta, const Matrix& v) const {
  Matrix out(hidden_.units, v.columns());
  if (hidden_.units == 0) return out;
  const auto w = weights_of(block("weights"), theta);
  const auto c = eigen(theta.subspan(block("hidden_bias")->offset, hidden_.units));
  if (discrete(visible_)) {
    eigen(out).noalias() = w.transpose() * eigen(v);
  } else {
    const auto s = eigen(theta.subspan(block("log_variance")->offset, visible_.units)).array().exp();
    eigen(out).noalias() = w.transpose() * (eigen(v).array().colwise() / s).matrix();
  }
  eigen(out).colwise() += c;
  return out;
}

void ParametricMachine::hidden_mean(Matrix& field) const {
  if (hidden_.kind == UnitKind::spin)
    for (double& f : field.numbers()) f = std::tanh(f);
  else
    for (double& f : field.numbers()) f = logistic(f);
}

std::vector<double> ParametricMachine::log_weight(std::span<const double> theta, const Matrix& v) const {
  std::vector<double> out(v.columns(), 0);
  const Matrix field = hidden_field(theta, v);
  const auto b = theta.subspan(0, width());
  for (std::size_t n = 0; n < v.columns(); ++n) {
    const auto x = v.column(n);
    double sum = 0;
    if (discrete(visible_)) {
      for (std::size_t i = 0; i < x.size(); ++i) sum += b[i] * x[i];
    } else {
      const auto log_s = theta.subspan(block("log_variance")->offset, visible_.units);
      for (std::size_t i = 0; i < x.size(); ++i) sum -= (x[i] - b[i]) * (x[i] - b[i]) / (2 * std::exp(log_s[i]));
    }
    if (lateral_)
      for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = i + 1; j < x.size(); ++j) sum += x[i] * x[j] * theta[pair(i, j)];
    for (const double f : field.column(n)) sum += log_unit(hidden_.kind, f);
    out[n] = sum;
  }
  return out;
}

void ParametricMachine::add_tile(std::span<const double> theta, const Matrix& v, std::span<const double> weight,
                                 std::size_t begin, std::size_t end, std::span<double> out) const {
  const std::size_t count = end - begin;
  Matrix x(width(), count, v.numbers().subspan(begin * width(), count * width()));
  const Eigen::Map<const Eigen::VectorXd> weights(weight.data() + begin, static_cast<Index>(count));
  Matrix mean = hidden_field(theta, x);
  hidden_mean(mean);
  const auto into = [&](const char* name) {
    const ParameterBlock* b = block(name);
    return Eigen::Map<Eigen::VectorXd>(out.data() + b->offset, static_cast<Index>(b->size()));
  };
  if (!discrete(visible_)) {
    const auto b = theta.subspan(0, width()), log_s = theta.subspan(block("log_variance")->offset, visible_.units);
    Eigen::MatrixXd input(static_cast<Index>(width()), static_cast<Index>(count));
    if (hidden_.units > 0) input.noalias() = weights_of(block("weights"), theta) * eigen(mean);
    for (std::size_t n = 0; n < count; ++n)
      for (std::size_t i = 0; i < width(); ++i) {
        const double s = std::exp(log_s[i]), off = x(i, n) - b[i], w = weight[begin + n];
        out[i] += w * off / s;
        out[block("log_variance")->offset + i] +=
            w * (off * off / (2 * s) - x(i, n) * input(static_cast<Index>(i), static_cast<Index>(n)) / s);
        x(i, n) /= s;
      }
  } else {
    into("visible_bias").noalias() += eigen(x) * weights;
  }
  if (lateral_) {
    const RowMatrix second = (eigen(x) * weights.asDiagonal()) * eigen(x).transpose();
    for (std::size_t i = 0; i < width(); ++i)
      for (std::size_t j = i + 1; j < width(); ++j)
        out[pair(i, j)] += second(static_cast<Index>(i), static_cast<Index>(j));
  }
  if (hidden_.units == 0) return;
  into("hidden_bias").noalias() += eigen(mean) * weights;
  const ParameterBlock* w = block("weights");
  Eigen::Map<RowMatrix>(out.data() + w->offset, static_cast<Index>(w->rows), static_cast<Index>(w->columns))
      .noalias() += (eigen(x) * weights.asDiagonal()) * eigen(mean).transpose();
}

void ParametricMachine::add_gradient(std::span<const double> theta, const Matrix& v, std::span<const double> weight,
                                     std::span<double> out) const {
  const std::size_t tiles = (v.columns() + tile_of_samples - 1) / tile_of_samples;
  if (tiles == 1) return add_tile(theta, v, weight, 0, v.columns(), out);
  std::vector<std::vector<double>> parts(tiles);
#pragma omp parallel for schedule(dynamic) if (static_cast <double>(parameters_ * v.columns()) > worth_threads)
  for (std::size_t t = 0; t < tiles; ++t) {
    parts[t].assign(parameters_, 0);
    add_tile(theta, v, weight, t * tile_of_samples, std::min((t + 1) * tile_of_samples, v.columns()), parts[t]);
  }
  for (const std::vector<double>& part : parts)
    for (std::size_t k = 0; k < parameters_; ++k) out[k] += part[k];
}

void ParametricMachine::sweep(std::span<const double> theta, Matrix& v, std::span<Chance> chance) const {
  Matrix field(width(), v.columns());
  eigen(field).colwise() = eigen(theta.first(width()));
  if (hidden_.units > 0) {
    Matrix h(hidden_.units, v.columns());
    const Matrix f = hidden_field(theta, v);
    for (std::size_t n = 0; n < v.columns(); ++n)
      TiltedLayer(hidden_, nullptr, 1).draw(f.column(n), h.column(n), chance[n]);
    eigen(field).noalias() += weights_of(block("weights"), theta) * eigen(h);
  }
  Layer layer = visible_;
  layer.bias.assign(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(width()));
  if (!discrete(visible_))
    for (std::size_t i = 0; i < visible_.units; ++i)
      layer.variance.push_back(std::exp(theta[block("log_variance")->offset + i]));
  // Of gaussian units the layer asks for a reference, which has no weight at lambda = 1.
  const IndependentUnits unweighted{layer.bias, layer.variance};
  for (std::size_t n = 0; n < v.columns(); ++n) {
    if (lateral_)
      sweep_lateral(theta, field.column(n), v.column(n), chance[n]);
    else
      TiltedLayer(layer, discrete(visible_) ? nullptr : &unweighted, 1).draw(field.column(n), v.column(n), chance[n]);
  }
}

void ParametricMachine::sweep_lateral(std::span<const double> theta, std::span<const double> field, std::span<double> v,
                                      Chance& chance) const {
  const bool spin = visible_.kind == UnitKind::spin;
  for (std::size_t i = 0; i < width(); ++i) {
    double f = field[i];
    for (std::size_t j = 0; j < width(); ++j)
      if (j != i) f += theta[pair(std::min(i, j), std::max(i, j))] * v[j];
    v[i] = chance.coin(Coin(logistic(spin ? 2 * f : f))) ? 1 : spin ? -1 : 0;
  }
}

void ParametricMachine::fix_gauge(std::span<double> theta) const {
  if (visible_.kind != UnitKind::categorical) return;
  const std::size_t q = visible_.states, hidden = hidden_.units;
  for (std::size_t i = 0; i < visible_.units; ++i) {
    const auto centre = [&](std::size_t offset, std::size_t stride) {
      double mean = 0;
      for (std::size_t a = 0; a < q; ++a) mean += theta[offset + (i * q + a) * stride] / static_cast<double>(q);
      for (std::size_t a = 0; a < q; ++a) theta[offset + (i * q + a) * stride] -= mean;
      return mean;
    };
    centre(0, 1);
    for (std::size_t j = 0; j < hidden; ++j)
      theta[block("hidden_bias")->offset + j] += centre(block("weights")->offset + j, hidden);
  }
}

Network ParametricMachine::network(std::span<const double> theta) const {
  if (lateral_ || hidden_.units == 0)
    throw std::invalid_argument("a machine with bonds among its visible units is no layered network");
  std::vector<Layer> layers = {visible_, hidden_};
  layers[0].bias.assign(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(width()));
  const auto c = theta.subspan(block("hidden_bias")->offset, hidden_.units);
  layers[1].bias.assign(c.begin(), c.end());
  layers[0].variance.clear();
  if (!discrete(visible_))
    for (std::size_t i = 0; i < visible_.units; ++i)
      layers[0].variance.push_back(std::exp(theta[block("log_variance")->offset + i]));
  return {
      std::move(layers),
      {Matrix::from_rows(width(), hidden_.units, theta.subspan(block("weights")->offset, width() * hidden_.units))}};
}

BoltzmannMachine ParametricMachine::boltzmann(std::span<const double> theta) const {
  if (visible_.kind != UnitKind::binary && visible_.kind != UnitKind::spin)
    throw std::invalid_argument("Boltzmann machines have binary units or spins");
  const std::size_t n = visible_.units, all = n + hidden_.units;
  Matrix w(all, all);
  std::vector<double> bias(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(n));
  if (lateral_)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) w(i, j) = w(j, i) = theta[pair(i, j)];
  for (std::size_t j = 0; j < hidden_.units; ++j) {
    bias.push_back(theta[block("hidden_bias")->offset + j]);
    for (std::size_t i = 0; i < n; ++i)
      w(i, n + j) = w(n + j, i) = theta[block("weights")->offset + i * hidden_.units + j];
  }
  return {visible_.kind, n, std::move(w), std::move(bias)};
}

}  // namespace gibbsite

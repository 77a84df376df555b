#include "physics/parametric_machine.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

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

/// The state of each categorical unit.
std::vector<std::size_t> states_on(const Layer& layer, std::span<const double> v) {
  std::vector<std::size_t> on(layer.units);
  for (std::size_t i = 0; i < layer.units; ++i)
    while (on[i] + 1 < layer.states && v[i * layer.states + on[i]] != 1) ++on[i];
  return on;
}

}  // namespace

ParametricMachine::ParametricMachine(Layer visible, Layer hidden, bool lateral)
    : visible_(std::move(visible)), hidden_(std::move(hidden)), lateral_(lateral), complete_(true) {
  const auto n = static_cast<std::uint32_t>(lateral_ ? visible_.units : 0);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t j = i + 1; j < n; ++j) bonds_.push_back({i, j});
  lay_out();
}

ParametricMachine::ParametricMachine(Layer visible, Layer hidden, std::vector<UnitBond> bonds)
    : visible_(std::move(visible)), hidden_(std::move(hidden)), lateral_(true), bonds_(std::move(bonds)) {
  for (UnitBond& bond : bonds_) {
    if (bond.i == bond.j || std::max(bond.i, bond.j) >= visible_.units)
      throw std::invalid_argument("a bond joins units " + std::to_string(bond.i) + " and " + std::to_string(bond.j) +
                                  ", which are no two of " + std::to_string(visible_.units));
    if (bond.i > bond.j) std::swap(bond.i, bond.j);
  }
  std::sort(bonds_.begin(), bonds_.end());
  bonds_.erase(std::unique(bonds_.begin(), bonds_.end()), bonds_.end());
  complete_ = bonds_.size() == visible_.units * (visible_.units - 1) / 2;
  lay_out();
}

void ParametricMachine::lay_out() {
  if (visible_.units == 0 || (hidden_.units == 0 && !lateral_))
    throw std::invalid_argument(
        "a machine needs visible units, and bonds: hidden units, or bonds among the visible ones");
  if (hidden_.units > 0 && hidden_.kind != UnitKind::binary && hidden_.kind != UnitKind::spin)
    throw std::invalid_argument("hidden units are binary or spins");
  if (lateral_ && visible_.labels > 0)
    throw std::invalid_argument("labels are for machines without bonds among visible units");
  if (lateral_ && visible_.kind == UnitKind::gaussian)
    throw std::invalid_argument("bonds among visible units are for binary and categorical units and spins");
  const auto add = [&](const char* name, std::size_t rows, std::size_t columns, bool bias) {
    if (rows * columns == 0) return;
    blocks_.push_back({name, parameters_, rows, columns, bias});
    parameters_ += rows * columns;
  };
  add("visible_bias", width(), 1, true);
  add("hidden_bias", hidden_.units, 1, true);
  add("weights", width(), hidden_.units, false);
  lateral_offset_ = parameters_;
  const std::size_t q = visible_.states;
  add("lateral_weights", bonds_.size(), q * q, false);
  if (!discrete(visible_)) add("log_variance", visible_.units, 1, true);
  first_neighbour_.assign(visible_.units + 1, 0);
  for (const UnitBond& bond : bonds_) ++first_neighbour_[bond.i + 1], ++first_neighbour_[bond.j + 1];
  for (std::size_t i = 0; i < visible_.units; ++i) first_neighbour_[i + 1] += first_neighbour_[i];
  neighbours_.resize(2 * bonds_.size());
  std::vector<std::size_t> at(first_neighbour_.begin(), first_neighbour_.end() - 1);
  for (std::uint32_t k = 0; k < bonds_.size(); ++k) neighbours_[at[bonds_[k].j]++] = {bonds_[k].i, k};
  for (std::uint32_t k = 0; k < bonds_.size(); ++k) neighbours_[at[bonds_[k].i]++] = {bonds_[k].j, k};
}

const ParameterBlock* ParametricMachine::block(std::string_view name) const noexcept {
  const auto found =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const ParameterBlock& b) { return b.name == name; });
  return found == blocks_.end() ? nullptr : &*found;
}

std::size_t ParametricMachine::pair(std::size_t i, std::size_t j) const {
  const UnitBond bond{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j)};
  const std::size_t k =
      complete_ ? i * (2 * visible_.units - i - 1) / 2 + (j - i - 1)
                : static_cast<std::size_t>(std::lower_bound(bonds_.begin(), bonds_.end(), bond) - bonds_.begin());
  return lateral_offset_ + k * visible_.states * visible_.states;
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
    const Index n = s.size(), labels = static_cast<Index>(visible_.labels);
    eigen(out).noalias() = w.topRows(n).transpose() * (eigen(v).topRows(n).array().colwise() / s).matrix();
    if (labels > 0) eigen(out).noalias() += w.bottomRows(labels).transpose() * eigen(v).bottomRows(labels);
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
  std::vector<std::size_t> on;
  const std::size_t q = visible_.states;
  const Matrix field = hidden_field(theta, v);
  const auto b = theta.subspan(0, width());
  for (std::size_t n = 0; n < v.columns(); ++n) {
    const auto x = v.column(n);
    double sum = 0;
    if (discrete(visible_)) {
      for (std::size_t i = 0; i < x.size(); ++i) sum += b[i] * x[i];
    } else {
      const auto log_s = theta.subspan(block("log_variance")->offset, visible_.units);
      for (std::size_t i = 0; i < visible_.units; ++i) sum -= (x[i] - b[i]) * (x[i] - b[i]) / (2 * std::exp(log_s[i]));
      for (std::size_t i = visible_.units; i < x.size(); ++i) sum += b[i] * x[i];
    }
    if (visible_.kind == UnitKind::categorical) {
      if (lateral_) on = states_on(visible_, x);
      const double* coupling = theta.data() + lateral_offset_;
      for (const UnitBond& bond : bonds_) {
        sum += coupling[on[bond.i] * q + on[bond.j]];
        coupling += q * q;
      }
    } else {
      each_lateral([&](std::size_t k, std::size_t i, std::size_t j) { sum += x[i] * x[j] * theta[k]; });
    }
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
    for (std::size_t n = 0; n < count; ++n) {
      for (std::size_t i = visible_.units; i < width(); ++i) out[i] += weight[begin + n] * x(i, n);
      for (std::size_t i = 0; i < visible_.units; ++i) {
        const double s = std::exp(log_s[i]), off = x(i, n) - b[i], w = weight[begin + n];
        out[i] += w * off / s;
        out[block("log_variance")->offset + i] +=
            w * (off * off / (2 * s) - x(i, n) * input(static_cast<Index>(i), static_cast<Index>(n)) / s);
        x(i, n) /= s;
      }
    }
  } else {
    into("visible_bias").noalias() += eigen(x) * weights;
  }
  if (lateral_) add_second_moments(x, weight.subspan(begin, count), out);
  if (hidden_.units == 0) return;
  into("hidden_bias").noalias() += eigen(mean) * weights;
  const ParameterBlock* w = block("weights");
  Eigen::Map<RowMatrix>(out.data() + w->offset, static_cast<Index>(w->rows), static_cast<Index>(w->columns))
      .noalias() += (eigen(x) * weights.asDiagonal()) * eigen(mean).transpose();
}

/// sum_n w_n x_i x_j of bonded numbers.
void ParametricMachine::add_second_moments(const Matrix& x, std::span<const double> weight,
                                           std::span<double> out) const {
  const std::size_t q = visible_.states;
  if (q > 1) {
    for (std::size_t n = 0; n < x.columns(); ++n) {
      const auto on = states_on(visible_, x.column(n));
      double* at = out.data() + lateral_offset_;
      for (const UnitBond& bond : bonds_) {
        at[on[bond.i] * q + on[bond.j]] += weight[n];
        at += q * q;
      }
    }
  } else if (complete_) {
    const Eigen::Map<const Eigen::VectorXd> w(weight.data(), static_cast<Index>(weight.size()));
    const RowMatrix second = (eigen(x) * w.asDiagonal()) * eigen(x).transpose();
    each_lateral([&](std::size_t k, std::size_t i, std::size_t j) {
      out[k] += second(static_cast<Index>(i), static_cast<Index>(j));
    });
  } else {
    for (std::size_t n = 0; n < x.columns(); ++n)
      each_lateral([&, v = x.column(n), w = weight[n]](std::size_t k, std::size_t i, std::size_t j) {
        out[k] += w * v[i] * v[j];
      });
  }
}

void ParametricMachine::add_lateral_field(std::span<const double> theta, std::span<const double> v,
                                          std::span<double> field) const {
  const std::size_t q = visible_.states;
  if (q == 1) {
    each_lateral(
        [&](std::size_t k, std::size_t i, std::size_t j) { field[i] += theta[k] * v[j], field[j] += theta[k] * v[i]; });
    return;
  }
  const auto on = states_on(visible_, v);
  const double* coupling = theta.data() + lateral_offset_;
  for (const UnitBond& bond : bonds_) {
    for (std::size_t a = 0; a < q; ++a) field[bond.i * q + a] += coupling[a * q + on[bond.j]];
    for (std::size_t b = 0; b < q; ++b) field[bond.j * q + b] += coupling[on[bond.i] * q + b];
    coupling += q * q;
  }
}

void ParametricMachine::add_lateral_pull(std::span<const double> pull, std::span<const double> v,
                                         std::span<double> out) const {
  const std::size_t q = visible_.states;
  if (q == 1) {
    each_lateral([&](std::size_t k, std::size_t i, std::size_t j) { out[k] += pull[i] * v[j] + pull[j] * v[i]; });
    return;
  }
  const auto on = states_on(visible_, v);
  double* at = out.data() + lateral_offset_;
  for (const UnitBond& bond : bonds_) {
    for (std::size_t a = 0; a < q; ++a) at[a * q + on[bond.j]] += pull[bond.i * q + a];
    for (std::size_t b = 0; b < q; ++b) at[on[bond.i] * q + b] += pull[bond.j * q + b];
    at += q * q;
  }
}

void ParametricMachine::add_gradient(std::span<const double> theta, const Matrix& v, std::span<const double> weight,
                                     std::span<double> out) const {
  const std::size_t tile = samples_a_tile(v.columns(), tile_of_samples);
  const std::size_t tiles = (v.columns() + tile - 1) / tile;
  if (tiles == 1) return add_tile(theta, v, weight, 0, v.columns(), out);
  std::vector<std::vector<double>> parts(tiles);
#pragma omp parallel for schedule(dynamic) if (static_cast <double>(parameters_ * v.columns()) > worth_threads)
  for (std::size_t t = 0; t < tiles; ++t) {
    parts[t].assign(parameters_, 0);
    add_tile(theta, v, weight, t * tile, std::min((t + 1) * tile, v.columns()), parts[t]);
  }
  for (const std::vector<double>& part : parts)
    for (std::size_t k = 0; k < parameters_; ++k) out[k] += part[k];
}

void ParametricMachine::add_uniform(double scale, std::span<double> out) const {
  if (hidden_.units > 0 || visible_.kind == UnitKind::gaussian)
    throw std::invalid_argument("pseudocounts are for discrete machines without hidden units");
  const double mean = visible_.kind == UnitKind::spin     ? 0
                      : visible_.kind == UnitKind::binary ? 0.5
                                                          : 1 / static_cast<double>(visible_.states);
  for (std::size_t i = 0; i < width(); ++i) out[i] += scale * mean;
  each_lateral([&](std::size_t k, std::size_t, std::size_t) { out[k] += scale * mean * mean; });
}

std::size_t ParametricMachine::samples_a_tile(std::size_t samples, std::size_t usual) const noexcept {
  constexpr std::size_t most_numbers = std::size_t{1} << 25;  // of all tiles' gradients: 256 MiB
  const std::size_t tiles = std::max<std::size_t>(most_numbers / std::max<std::size_t>(parameters_, 1), 1);
  return std::max(usual, (samples + tiles - 1) / tiles);
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
  if (visible_.states > 1) return sweep_states(theta, field, v, chance);
  const bool spin = visible_.kind == UnitKind::spin;
  for (std::size_t i = 0; i < width(); ++i) {
    double f = field[i];
    for (const Neighbour& other : neighbours(i)) f += theta[lateral_offset_ + other.bond] * v[other.unit];
    v[i] = chance.coin(Coin(logistic(spin ? 2 * f : f))) ? 1 : spin ? -1 : 0;
  }
}

void ParametricMachine::sweep_states(std::span<const double> theta, std::span<const double> field, std::span<double> v,
                                     Chance& chance) const {
  const std::size_t q = visible_.states;
  std::vector<std::size_t> on = states_on(visible_, v);
  const Layer one{.kind = UnitKind::categorical, .units = 1, .states = q};
  std::vector<double> f(q);
  for (std::size_t i = 0; i < visible_.units; ++i) {
    std::copy_n(field.begin() + static_cast<std::ptrdiff_t>(i * q), q, f.begin());
    for (const Neighbour& other : neighbours(i)) {
      const double* coupling = theta.data() + lateral_offset_ + other.bond * q * q;
      if (i < other.unit)
        for (std::size_t a = 0; a < q; ++a) f[a] += coupling[a * q + on[other.unit]];
      else
        for (std::size_t a = 0; a < q; ++a) f[a] += coupling[on[other.unit] * q + a];
    }
    const auto unit = v.subspan(i * q, q);
    TiltedLayer(one, nullptr, 1).draw(f, unit, chance);
    on[i] = static_cast<std::size_t>(std::find(unit.begin(), unit.end(), 1.0) - unit.begin());
  }
}

void ParametricMachine::fix_gauge(std::span<double> theta) const {
  if (visible_.kind != UnitKind::categorical && visible_.labels == 0) return;
  const std::size_t q = visible_.states, hidden = hidden_.units;
  const double share = 1 / static_cast<double>(q);
  std::vector<double> rows(q), columns(q);
  for (std::size_t k = 0; k < bonds_.size(); ++k) {
    const auto coupling = theta.subspan(lateral_offset_ + k * q * q, q * q);
    double all = 0;
    std::fill(rows.begin(), rows.end(), 0), std::fill(columns.begin(), columns.end(), 0);
    for (std::size_t a = 0; a < q; ++a)
      for (std::size_t b = 0; b < q; ++b) {
        rows[a] += share * coupling[a * q + b], columns[b] += share * coupling[a * q + b];
        all += share * share * coupling[a * q + b];
      }
    for (std::size_t a = 0; a < q; ++a) {
      for (std::size_t b = 0; b < q; ++b) coupling[a * q + b] -= rows[a] + columns[b] - all;
      theta[bonds_[k].i * q + a] += rows[a] - all, theta[bonds_[k].j * q + a] += columns[a] - all;
    }
  }
  const auto centre_unit = [&](std::size_t first, std::size_t states) {
    const auto centre = [&](std::size_t offset, std::size_t stride) {
      double mean = 0;
      for (std::size_t a = 0; a < states; ++a)
        mean += theta[offset + (first + a) * stride] / static_cast<double>(states);
      for (std::size_t a = 0; a < states; ++a) theta[offset + (first + a) * stride] -= mean;
      return mean;
    };
    centre(0, 1);
    for (std::size_t j = 0; j < hidden; ++j)
      theta[block("hidden_bias")->offset + j] += centre(block("weights")->offset + j, hidden);
  };
  if (q > 1)
    for (std::size_t i = 0; i < visible_.units; ++i) centre_unit(i * q, q);
  if (visible_.labels > 0) centre_unit(visible_.own_width(), visible_.labels);
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
  if (visible_.kind == UnitKind::gaussian)
    throw std::invalid_argument("Boltzmann machines have binary or categorical units or spins");
  const std::size_t n = width(), all = n + hidden_.units;
  Matrix w(all, all);
  std::vector<double> bias(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(n));
  each_lateral([&](std::size_t k, std::size_t i, std::size_t j) { w(i, j) = w(j, i) = theta[k]; });
  for (std::size_t j = 0; j < hidden_.units; ++j) {
    bias.push_back(theta[block("hidden_bias")->offset + j]);
    for (std::size_t i = 0; i < n; ++i)
      w(i, n + j) = w(n + j, i) = theta[block("weights")->offset + i * hidden_.units + j];
  }
  if (visible_.kind == UnitKind::categorical)
    return {visible_.units, visible_.states, hidden_.kind, std::move(w), std::move(bias)};
  return {visible_.kind, n, std::move(w), std::move(bias)};
}

}  // namespace gibbsite

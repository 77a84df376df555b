#include "physics/deep_machine.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using DeepWeights = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// States visited at once; a chunk is added before the next one.
constexpr std::uint64_t states_at_once = 1024;

Eigen::Map<const DeepWeights> weights_in(std::span<const double> theta, const ParameterBlock& w) {
  return {theta.data() + w.offset, static_cast<Eigen::Index>(w.rows), static_cast<Eigen::Index>(w.columns)};
}

double mean_at(UnitKind kind, double field) { return kind == UnitKind::spin ? std::tanh(field) : logistic(field); }

}  // namespace

DeepMachine::DeepMachine(std::vector<Layer> layers, std::vector<std::size_t> copies)
    : layers_(std::move(layers)), copies_(std::move(copies)) {
  if (layers_.size() < 2) throw std::invalid_argument("a deep machine needs two layers or more");
  copies_.resize(layers_.size(), 1);
  for (const Layer& layer : layers_) {
    if (layer.units == 0) throw std::invalid_argument("a layer needs units");
    if (layer.kind != UnitKind::binary && layer.kind != UnitKind::spin)
      throw std::invalid_argument("the units of a deep machine are binary or spins");
  }
  const auto add = [&](const std::string& name, std::size_t rows, std::size_t columns, bool bias) {
    blocks_.push_back({name, parameters_, rows, columns, bias});
    parameters_ += rows * columns;
  };
  for (std::size_t l = 0; l < depth(); ++l) add("bias_" + std::to_string(l), layers_[l].units, 1, true);
  for (std::size_t l = 0; l + 1 < depth(); ++l)
    add("weights_" + std::to_string(l), layers_[l].units, layers_[l + 1].units, false);
}

double DeepMachine::log2_side(std::size_t parity, bool visible_given) const noexcept {
  double units = 0;
  for (std::size_t l = parity; l < depth(); l += 2)
    if (l > 0 || !visible_given) units += static_cast<double>(layers_[l].units);
  return units;
}

double DeepMachine::log2_states(bool visible_given) const noexcept {
  return std::min(log2_side(0, visible_given), log2_side(1, visible_given));
}

double DeepMachine::log_sum(std::span<const double> theta, std::span<const double> v, double scale,
                            std::span<double> out) const {
  if (log2_states(!v.empty()) > 22) throw std::invalid_argument("more than 2^22 states to visit");
  if (std::any_of(copies_.begin(), copies_.end(), [](std::size_t c) { return c > 1; }))
    throw std::invalid_argument("states of machines with copies are not listed");
  const std::size_t listed = log2_side(0, !v.empty()) <= log2_side(1, !v.empty()) ? 0 : 1;
  const std::uint64_t states = std::uint64_t{1} << static_cast<unsigned>(log2_states(!v.empty()));
  const bool given = !v.empty();

  std::vector<Matrix> x(depth());
  // The listed layers of states begin .. end - 1, what is given, and the fields of the others.
  const auto visit = [&](std::uint64_t begin, std::uint64_t end) {
    const std::size_t count = end - begin;
    for (std::size_t l = 0; l < depth(); ++l) x[l] = Matrix(layers_[l].units, count);
    for (std::uint64_t s = begin; s < end; ++s) {
      std::uint64_t bits = s;
      for (std::size_t l = listed; l < depth(); l += 2) {
        if (l == 0 && given) continue;
        for (double& unit : x[l].column(s - begin)) {
          unit = bits & 1U ? 1 : layers_[l].kind == UnitKind::spin ? -1 : 0;
          bits >>= 1U;
        }
      }
      if (given) std::copy(v.begin(), v.end(), x[0].column(s - begin).begin());
    }
    for (std::size_t l = 1 - listed; l < depth(); l += 2) {
      if (l == 0 && given) continue;
      eigen(x[l]).colwise() = eigen(theta.subspan(bias(l).offset, layers_[l].units));
      if (l > 0) eigen(x[l]).noalias() += weights_in(theta, weights(l - 1)).transpose() * eigen(x[l - 1]);
      if (l + 1 < depth()) eigen(x[l]).noalias() += weights_in(theta, weights(l)) * eigen(x[l + 1]);
    }
  };
  const auto is_free = [&](std::size_t l) { return l % 2 != listed && (l > 0 || !given); };

  std::vector<double> log_weight;
  for (std::uint64_t begin = 0; begin < states; begin += states_at_once) {
    const std::uint64_t end = std::min(begin + states_at_once, states);
    visit(begin, end);
    Eigen::VectorXd w = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(end - begin));
    for (std::size_t l = 0; l < depth(); ++l) {
      if (is_free(l)) {
        const UnitKind kind = layers_[l].kind;
        w += eigen(x[l]).unaryExpr([kind](double f) { return log_unit(kind, f); }).colwise().sum().transpose();
      } else {
        w.noalias() += eigen(x[l]).transpose() * eigen(theta.subspan(bias(l).offset, layers_[l].units));
      }
    }
    if (given && !is_free(1))  // the one bond that no field holds
      w += (weights_in(theta, weights(0)).transpose() * eigen(x[0]))
               .cwiseProduct(eigen(x[1]))
               .colwise()
               .sum()
               .transpose();
    log_weight.insert(log_weight.end(), w.data(), w.data() + w.size());
  }
  const double top = *std::max_element(log_weight.begin(), log_weight.end());
  double sum = 0;
  for (const double w : log_weight) sum += std::exp(w - top);
  const double total = top + std::log(sum);
  if (out.empty()) return total;
  for (std::uint64_t begin = 0; begin < states; begin += states_at_once) {
    const std::uint64_t end = std::min(begin + states_at_once, states);
    visit(begin, end);
    Eigen::VectorXd p(static_cast<Eigen::Index>(end - begin));
    for (std::uint64_t s = begin; s < end; ++s)
      p[static_cast<Eigen::Index>(s - begin)] = scale * std::exp(log_weight[s] - total);
    for (std::size_t l = 0; l < depth(); ++l) {
      if (is_free(l))
        for (double& f : x[l].numbers()) f = mean_at(layers_[l].kind, f);
      Eigen::Map<Eigen::VectorXd>(out.data() + bias(l).offset, eigen(x[l]).rows()).noalias() += eigen(x[l]) * p;
    }
    for (std::size_t l = 0; l + 1 < depth(); ++l)
      Eigen::Map<DeepWeights>(out.data() + weights(l).offset, eigen(x[l]).rows(), eigen(x[l + 1]).rows()).noalias() +=
          (eigen(x[l]) * p.asDiagonal()) * eigen(x[l + 1]).transpose();
  }
  return total;
}

Network DeepMachine::network(std::span<const double> theta) const {
  std::vector<Layer> layers = layers_;
  std::vector<Matrix> matrices;
  for (std::size_t l = 0; l < depth(); ++l) {
    const auto b = theta.subspan(bias(l).offset, layers[l].units);
    layers[l].bias.assign(b.begin(), b.end());
    if (l + 1 < depth())
      matrices.push_back(
          Matrix::from_rows(weights(l).rows, weights(l).columns, theta.subspan(weights(l).offset, weights(l).size())));
  }
  return {std::move(layers), std::move(matrices)};
}

}  // namespace gibbsite

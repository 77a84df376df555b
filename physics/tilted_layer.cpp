#include "physics/tilted_layer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "physics/network.hpp"

namespace gibbsite {

TiltedLayer::Gaussian TiltedLayer::gaussian(std::size_t i, double field) const {
  const double here = lambda_ / layer_.variance[i], there = (1 - lambda_) / reference_->variance[i],
               m = reference_->field[i], b = layer_.bias[i];
  return {here + there, there * m + here * field, -there * m * m / 2 - here * b * b / 2};
}

void TiltedLayer::draw(std::span<const double> field, std::span<double> x, Chance& chance) const {
  for (std::size_t i = 0; i < layer_.units; ++i) switch (layer_.kind) {
      case UnitKind::binary:
        x[i] = chance.coin(Coin(logistic(total(i, field[i])))) ? 1 : 0;
        break;
      case UnitKind::spin:
        x[i] = chance.coin(Coin(logistic(2 * total(i, field[i])))) ? 1 : -1;
        break;
      case UnitKind::gaussian: {
        const Gaussian g = gaussian(i, field[i]);
        x[i] = g.pull / g.precision + chance.normal() / std::sqrt(g.precision);
        break;
      }
      case UnitKind::categorical:
        draw_category(i * layer_.states, layer_.states, field, x, chance);
    }
  if (layer_.labels > 0) draw_category(layer_.own_width(), layer_.labels, field, x, chance);
}

void TiltedLayer::draw_category(std::size_t begin, std::size_t q, std::span<const double> field, std::span<double> x,
                                Chance& chance) const {
  double most = total(begin, field[begin]), sum = 0;
  for (std::size_t k = 1; k < q; ++k) most = std::max(most, total(begin + k, field[begin + k]));
  for (std::size_t k = 0; k < q; ++k) sum += x[begin + k] = std::exp(total(begin + k, field[begin + k]) - most);
  double rest = chance.uniform() * sum;
  std::size_t chosen = 0;
  while (chosen + 1 < q && rest >= x[begin + chosen]) rest -= x[begin + chosen++];
  for (std::size_t k = 0; k < q; ++k) x[begin + k] = k == chosen ? 1 : 0;
}

double TiltedLayer::log_category(std::size_t begin, std::size_t q, std::span<const double> field) const {
  double most = total(begin, field[begin]), sum = 0;
  for (std::size_t k = 1; k < q; ++k) most = std::max(most, total(begin + k, field[begin + k]));
  for (std::size_t k = 0; k < q; ++k) sum += std::exp(total(begin + k, field[begin + k]) - most);
  return most + std::log(sum);
}

double TiltedLayer::own_weight(std::span<const double> x) const {
  double sum = 0;
  for (std::size_t i = 0; i < layer_.width(); ++i) {
    if (layer_.gaussian_at(i)) {
      const Gaussian g = gaussian(i, layer_.bias[i]);
      sum += g.constant + g.pull * x[i] - g.precision * x[i] * x[i] / 2;
    } else {
      sum += total(i, layer_.bias[i]) * x[i];
    }
  }
  return sum;
}

double TiltedLayer::log_z(std::span<const double> field) const {
  double sum = 0;
  for (std::size_t i = 0; i < layer_.units; ++i) switch (layer_.kind) {
      case UnitKind::binary:
        sum += softplus(total(i, field[i]));
        break;
      case UnitKind::spin:
        sum += log_cosh2(total(i, field[i]));
        break;
      case UnitKind::gaussian: {
        const Gaussian g = gaussian(i, field[i]);
        sum += g.constant + g.pull * g.pull / (2 * g.precision) + std::log(2 * std::numbers::pi / g.precision) / 2;
        break;
      }
      case UnitKind::categorical:
        sum += log_category(i * layer_.states, layer_.states, field);
    }
  if (layer_.labels > 0) sum += log_category(layer_.own_width(), layer_.labels, field);
  return sum;
}

}  // namespace gibbsite

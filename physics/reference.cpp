#include "physics/reference.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace gibbsite {
namespace {

double log_sum(std::span<const double> field) {
  const double most = *std::max_element(field.begin(), field.end());
  double sum = 0;
  for (const double f : field) sum += std::exp(f - most);
  return most + std::log(sum);
}

}  // namespace

Reference Reference::flat(const Layer& visible) {
  if (visible.kind == UnitKind::gaussian) {
    std::vector<double> mean = visible.bias;
    std::fill(mean.begin() + static_cast<std::ptrdiff_t>(visible.own_width()), mean.end(), 0.0);
    return {{std::move(mean), visible.variance}, false};
  }
  return {{std::vector<double>(visible.width(), 0.0), {}}, true};
}

Reference Reference::base_rates(const Layer& visible, std::span<const double> mean, std::span<const double> variance,
                                std::size_t samples) {
  if (mean.size() != visible.width())
    throw std::invalid_argument("base rates of " + std::to_string(mean.size()) +
                                " numbers do not fit a visible layer of " + std::to_string(visible.width()));
  Reference reference;
  if (visible.labels > 0) {
    const std::size_t own = visible.own_width();
    reference = base_rates(visible.without_label(), mean.first(own), variance, samples);
    const Reference label = base_rates(visible.label(), mean.subspan(own), {}, samples);
    for (const double a : label.visible.field) reference.visible.field.push_back(a);
    return reference;
  }
  if (visible.kind == UnitKind::gaussian) {
    if (variance.size() != visible.units) throw std::invalid_argument("gaussian base rates need one variance per unit");
    reference.visible = {{mean.begin(), mean.end()}, {variance.begin(), variance.end()}};
    for (std::size_t i = 0; i < visible.units; ++i)
      reference.visible.variance[i] = std::max(reference.visible.variance[i], visible.variance[i]);
    for (const double v : variance)
      if (!(v > 0) || !std::isfinite(v)) throw std::invalid_argument("a base rate has a variance that is not positive");
    return reference;
  }
  const double n = static_cast<double>(samples);
  for (const double m : mean) {
    const double share = visible.kind == UnitKind::spin ? (1 + m) / 2 : m;
    if (!(share >= 0 && share <= 1)) throw std::invalid_argument("a base rate is no mean of the units' states");
    const double ones = n * share + 1, others = n * (1 - share) + 1;
    switch (visible.kind) {
      case UnitKind::spin:
        reference.visible.field.push_back(std::log(ones / others) / 2);
        break;
      case UnitKind::categorical:
        reference.visible.field.push_back(std::log(ones / (n + static_cast<double>(visible.states))));
        break;
      default:
        reference.visible.field.push_back(std::log(ones / others));
    }
  }
  return reference;
}

double Reference::log_weight(const Layer& layer, std::span<const double> x0) const {
  double sum = 0;
  for (std::size_t i = 0; i < x0.size(); ++i)
    sum += layer.gaussian_at(i) ? -(x0[i] - visible.field[i]) * (x0[i] - visible.field[i]) / (2 * visible.variance[i])
                                : visible.field[i] * x0[i];
  return sum;
}

double Reference::log_z(const Network& network) const {
  double sum = 0;
  const Layer& layer = network.layers()[0];
  for (std::size_t i = 0; i < layer.units; ++i) switch (layer.kind) {
      case UnitKind::gaussian:
        sum += std::log(2 * std::numbers::pi * visible.variance[i]) / 2;
        break;
      case UnitKind::categorical:
        sum += log_sum(std::span(visible.field).subspan(i * layer.states, layer.states));
        break;
      default:
        sum += log_unit(layer.kind, visible.field[i]);
    }
  if (layer.labels > 0) sum += log_sum(std::span(visible.field).subspan(layer.own_width()));
  for (std::size_t l = 1; l < network.layers().size(); ++l)
    sum += static_cast<double>(network.layers()[l].units) * std::numbers::ln2;
  return sum;
}

}  // namespace gibbsite

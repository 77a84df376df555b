#include "physics/network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

using Vector = Eigen::Map<const Eigen::VectorXd>;

constexpr double largest_sum = 1e100;  // so that energies, and their squares, are numbers

[[noreturn]] void refuse(std::size_t layer, const std::string& what) {
  throw std::invalid_argument("layer " + std::to_string(layer) + " " + what);
}

void check(std::size_t l, const Layer& layer) {
  const auto finite = [](double v) { return std::isfinite(v); };
  if (layer.units == 0) refuse(l, "has no units");
  if (layer.kind == UnitKind::categorical ? layer.states < 2 : layer.states != 1)
    refuse(l, "needs 2 or more states for categorical units, and 1 for others");
  if (layer.bias.size() != layer.width())
    refuse(l, "has " + std::to_string(layer.bias.size()) + " biases for " + std::to_string(layer.width()) + " numbers");
  if (!std::all_of(layer.bias.begin(), layer.bias.end(), finite)) refuse(l, "has a bias that is not finite");
  if (!(eigen(layer.bias).cwiseAbs().sum() < largest_sum)) refuse(l, "has biases that are too large to be added up");
  if (layer.labels == 1) refuse(l, "has a label of 1 state; labels need 2 or more");
  if (l > 0 && layer.labels > 0) refuse(l, "has a label; only the visible layer can");
  const bool gaussian = layer.kind == UnitKind::gaussian;
  if (layer.variance.size() != (gaussian ? layer.units : 0))
    refuse(l, gaussian ? "needs one variance per gaussian unit" : "has variances, but no gaussian units");
  if (!std::all_of(layer.variance.begin(), layer.variance.end(), [](double v) { return std::isfinite(v) && v > 0; }))
    refuse(l, "has a variance that is not positive");
  if (l > 0 && (gaussian || layer.kind == UnitKind::categorical))
    refuse(l, "has gaussian or categorical units; only the visible layer can");
}

/// The sums over a categorical unit's states leave weights for the biases above, and biases for the constant.
void fix_gauge(std::vector<Layer>& layers, Matrix& weights, double& constant) {
  Layer& visible = layers[0];
  const std::size_t one_hot = visible.kind == UnitKind::categorical ? visible.own_width() : 0;
  std::size_t states = visible.states;
  for (std::size_t at = one_hot > 0 ? 0 : visible.own_width(); at < visible.width(); at += states) {
    if (at >= visible.own_width()) states = visible.labels;
    const auto q = static_cast<Eigen::Index>(states);
    auto rows = eigen(weights).middleRows(static_cast<Eigen::Index>(at), q);
    const Eigen::RowVectorXd mean = rows.colwise().mean();
    rows.rowwise() -= mean;
    for (std::size_t j = 0; j < layers[1].bias.size(); ++j) layers[1].bias[j] += mean[static_cast<Eigen::Index>(j)];
    const auto begin = visible.bias.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(states);
    double sum = 0;
    for (auto b = begin; b != end; ++b) sum += *b;
    for (auto b = begin; b != end; ++b) *b -= sum / static_cast<double>(q);
    constant -= sum / static_cast<double>(q);
  }
}

double magnetization(const Layer& layer, std::span<const double> x) {
  const double n = static_cast<double>(layer.units);
  const auto own = x.first(layer.own_width());
  if (layer.kind != UnitKind::categorical) return eigen(own).sum() / n;
  return potts_order(own, layer.states);
}

}  // namespace

double log_cosh2(double x) noexcept { return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))); }
double softplus(double x) noexcept { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double log_unit(UnitKind kind, double field) noexcept {
  return kind == UnitKind::spin ? log_cosh2(field) : softplus(field);
}
double logistic(double x) noexcept { return 1 / (1 + std::exp(-x)); }
double potts_order(std::span<const double> one_hot, std::size_t states) {
  std::vector<double> count(states, 0.0);
  for (std::size_t i = 0; i < one_hot.size(); ++i) count[i % states] += one_hot[i];
  const double q = static_cast<double>(states), n = static_cast<double>(one_hot.size() / states);
  return (q * *std::max_element(count.begin(), count.end()) / n - 1) / (q - 1);
}

Network::Network(std::vector<Layer> layers, std::vector<Matrix> weights, double constant)
    : layers_(std::move(layers)), weights_(std::move(weights)), constant_(constant) {
  if (layers_.size() < 2) throw std::invalid_argument("a network needs two layers or more");
  if (weights_.size() + 1 != layers_.size())
    throw std::invalid_argument("a network of " + std::to_string(layers_.size()) +
                                " layers needs one weight matrix less");
  for (std::size_t l = 0; l < layers_.size(); ++l) check(l, layers_[l]);
  for (std::size_t l = 0; l < weights_.size(); ++l) {
    const std::size_t rows = weights_[l].rows(), columns = weights_[l].columns();
    if (rows != layers_[l].width() || columns != layers_[l + 1].width())
      refuse(l, "has weights of " + std::to_string(rows) + " x " + std::to_string(columns) + " to the next, not " +
                    std::to_string(layers_[l].width()) + " x " + std::to_string(layers_[l + 1].width()));
    if (!eigen(weights_[l]).allFinite()) refuse(l, "has a weight that is not finite");
    if (!(eigen(weights_[l]).cwiseAbs().sum() < largest_sum))
      refuse(l, "has weights that are too large to be added up");
  }
  if (layers_[0].labels > 0 && layers_.size() > 2) refuse(0, "has a label, which only restricted machines can");
  if (layers_[0].kind == UnitKind::categorical || layers_[0].labels > 0) fix_gauge(layers_, weights_[0], constant_);
  offset_.push_back(0);
  for (const Layer& layer : layers_) {
    offset_.push_back(offset_.back() + layer.width());
    units_ += layer.count();
  }
}

double Network::energy(std::span<const double> x) const {
  double sum = constant_;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const Vector here = eigen(x.subspan(offset_[l], layer.width()));
    const Vector bias = eigen(layer.bias);
    Eigen::VectorXd pull = bias;
    if (l < weights_.size())
      pull.noalias() += eigen(weights_[l]) * eigen(x.subspan(offset_[l + 1], layers_[l + 1].width()));
    if (layer.kind != UnitKind::gaussian) {
      sum -= pull.dot(here);
      continue;
    }
    const Vector variance = eigen(layer.variance);
    const auto n = variance.size(), labels = static_cast<Eigen::Index>(layer.labels);
    sum += ((here - bias).head(n).array().square() / 2 / variance.array()).sum();
    sum -= ((pull - bias).head(n).array() * here.head(n).array() / variance.array()).sum();
    sum -= pull.tail(labels).dot(here.tail(labels));
  }
  return sum;
}

std::vector<double> Network::field(std::size_t l, std::span<const double> x) const {
  Eigen::VectorXd f = eigen(layers_[l].bias);
  if (l + 1 < layers_.size())
    f.noalias() += eigen(weights_[l]) * eigen(x.subspan(offset_[l + 1], layers_[l + 1].width()));
  if (l == 0) return numbers(f);
  Eigen::VectorXd below = eigen(x.subspan(offset_[l - 1], layers_[l - 1].width()));
  if (layers_[l - 1].kind == UnitKind::gaussian)
    below.head(static_cast<Eigen::Index>(layers_[l - 1].units)).array() /= eigen(layers_[l - 1].variance).array();
  f.noalias() += eigen(weights_[l - 1]).transpose() * below;
  return numbers(f);
}

double Network::free_energy(std::span<const double> v) const {
  std::vector<double> x(v.begin(), v.end());
  x.resize(width(), 0.0);
  double sum = constant_;
  const Layer& visible = layers_[0];
  for (std::size_t i = 0; i < v.size(); ++i)
    sum += visible.gaussian_at(i) ? (v[i] - visible.bias[i]) * (v[i] - visible.bias[i]) / (2 * visible.variance[i])
                                  : -visible.bias[i] * v[i];
  for (const double f : field(1, x)) sum -= log_unit(layers_[1].kind, f);
  return sum;
}

std::vector<Observable> Network::observables() const {
  std::vector<Observable> all = {{"energy", "1", "total energy", Role::energy},
                                 density_of_energy("1", "energy per unit")};
  if (restricted()) all.push_back({"visible_free_energy", "1", "free energy of the visible units, -ln sum_h exp(-E)"});
  all.push_back({"visible_magnetization", "1",
                 layers_[0].kind == UnitKind::categorical ? "Potts order parameter of the visible units"
                                                          : "mean of the visible units"});
  for (std::size_t l = 1; l < layers_.size(); ++l)
    all.push_back({restricted() ? "hidden_magnetization" : "hidden_" + std::to_string(l) + "_magnetization", "1",
                   "mean of the units of hidden layer " + std::to_string(l)});
  return all;
}

void Network::observe(std::span<const double> x, std::span<double> out) const {
  std::vector<double> others;
  for (std::size_t l = 0; l < layers_.size(); ++l)
    if (!kept(l))
      for (const double f : field(l, x)) others.push_back(f);
  observe(x, others, out);
}

void Network::observe(std::span<const double> x, std::span<const double> field_of_others, std::span<double> out) const {
  // Every bond joins a kept layer and another one, and stands in the other one's field.
  double energy = constant_, free_energy = constant_;
  std::size_t at = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    for (std::size_t i = 0; i < layer.width(); ++i) {
      const bool gaussian = layer.gaussian_at(i);
      const double xi = x[offset_[l] + i], b = layer.bias[i];
      double e = gaussian ? (xi - b) * (xi - b) / (2 * layer.variance[i]) : 0.0;
      if (kept(l)) {
        if (!gaussian) e -= b * xi;
        free_energy += e;
      } else {
        const double f = field_of_others[at++];
        e -= gaussian ? xi * (f - b) / layer.variance[i] : xi * f;
        if (restricted()) free_energy -= log_unit(layer.kind, f);
      }
      energy += e;
    }
  }
  std::size_t k = 0;
  out[k++] = energy;
  out[k++] = energy / static_cast<double>(units_);
  if (restricted()) out[k++] = free_energy;
  for (std::size_t l = 0; l < layers_.size(); ++l)
    out[k++] = magnetization(layers_[l], x.subspan(offset_[l], layers_[l].width()));
}

double Network::overlap(std::span<const double> x, std::span<const double> y) const {
  double sum = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const auto a = x.subspan(offset_[l], layer.own_width()), b = y.subspan(offset_[l], layer.own_width());
    if (layer.labels > 0) {
      double alike = 0;
      for (std::size_t i = offset_[l] + layer.own_width(); i < offset_[l + 1]; ++i) alike += x[i] * y[i];
      sum += (static_cast<double>(layer.labels) * alike - 1) / static_cast<double>(layer.labels - 1);
    }
    const double dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
    const auto units = static_cast<double>(layer.units), q = static_cast<double>(layer.states);
    switch (layer.kind) {
      case UnitKind::spin:
        sum += dot;
        break;
      case UnitKind::binary:
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] == b[i] ? 1 : -1;
        break;
      case UnitKind::categorical:  // one-hot: units alike
        sum += q > 1 ? (q * dot - units) / (q - 1) : units;
        break;
      case UnitKind::gaussian: {
        const double length = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                                        std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
        if (length > 0) sum += units * dot / length;
        break;
      }
    }
  }
  return sum / static_cast<double>(units_);
}

void Network::set_ordered(std::span<double> x) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const auto state = x.subspan(offset_[l], layer.width());
    for (std::size_t i = 0; i < layer.units; ++i) switch (layer.kind) {
        case UnitKind::binary:
          state[i] = layer.bias[i] > 0 ? 1 : 0;
          break;
        case UnitKind::spin:
          state[i] = layer.bias[i] < 0 ? -1 : 1;
          break;
        case UnitKind::gaussian:
          state[i] = layer.bias[i];
          break;
        case UnitKind::categorical: {
          const auto unit = state.subspan(i * layer.states, layer.states);
          const auto begin = layer.bias.begin() + static_cast<std::ptrdiff_t>(i * layer.states);
          std::fill(unit.begin(), unit.end(), 0.0);
          unit[static_cast<std::size_t>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(layer.states)) -
                                        begin)] = 1;
        }
      }
    if (layer.labels == 0) continue;
    const auto label = state.subspan(layer.own_width());
    const auto begin = layer.bias.begin() + static_cast<std::ptrdiff_t>(layer.own_width());
    std::fill(label.begin(), label.end(), 0.0);
    label[static_cast<std::size_t>(std::max_element(begin, layer.bias.end()) - begin)] = 1;
  }
}

}  // namespace gibbsite

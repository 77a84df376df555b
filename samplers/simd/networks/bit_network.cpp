#include "samplers/simd/networks/bit_network.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "physics/matrices/eigen.hpp"

namespace gibbsite::simd {
namespace {

double alpha(UnitKind kind) { return kind == UnitKind::spin ? 2 : 1; }
double beta(UnitKind kind) { return kind == UnitKind::spin ? -1 : 0; }

/// The log odds of a layer's units: of all bits zero, and what each bit of each neighbour adds.
struct Fields {
  Eigen::VectorXd bias;
  std::vector<std::size_t> inputs;
  std::vector<Eigen::MatrixXd> weights;  // [input](unit of the input, unit)
  double grid() const;
};

Fields fields_of(const Network& network, std::size_t l) {
  const Layer& layer = network.layers()[l];
  Fields f{eigen(layer.bias), {}, {}};
  const auto add = [&](std::size_t input, const Eigen::MatrixXd& w) {
    const UnitKind kind = network.layers()[input].kind;
    f.bias += beta(kind) * w.colwise().sum().transpose();
    f.inputs.push_back(input);
    f.weights.push_back(alpha(layer.kind) * alpha(kind) * w);
  };
  if (l > 0) add(l - 1, eigen(network.weights()[l - 1]));
  if (l + 1 < network.layers().size()) add(l + 1, eigen(network.weights()[l]).transpose());
  f.bias *= alpha(layer.kind);
  return f;
}

/// A field lies between the sums of its negative and of its positive parts; sums may wrap on the way there.
double Fields::grid() const {
  Eigen::VectorXd low = bias.cwiseMin(0), high = bias.cwiseMax(0);
  double summands = 1;
  for (const Eigen::MatrixXd& w : weights) {
    low += w.cwiseMin(0).colwise().sum().transpose();
    high += w.cwiseMax(0).colwise().sum().transpose();
    summands += static_cast<double>(w.rows());
  }
  const double most = std::max({high.maxCoeff(), -low.minCoeff(), 0x1p-30});
  return most / (0x1p31 - 2 - summands);  // every summand may be half a grid off
}

std::int32_t whole(double x) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(std::llround(x))); }

BitLayer bit_layer(const Network& network, std::size_t l) {
  const Fields f = fields_of(network, l);
  const Layer& layer = network.layers()[l];
  BitLayer out{.kind = layer.kind, .units = layer.units, .kept = network.kept(l), .grid = f.grid(), .inputs = f.inputs};
  for (const double b : f.bias) out.bias.push_back(whole(b / out.grid));
  for (const Eigen::MatrixXd& w : f.weights) {
    out.weights.emplace_back();
    for (Eigen::Index i = 0; i < w.rows(); ++i)
      for (Eigen::Index j = 0; j < w.cols(); ++j) out.weights.back().push_back(whole(w(i, j) / out.grid));
  }
  return out;
}

double sum(const std::vector<double>& x) {
  double total = 0;
  for (const double v : x) total += v;
  return total;
}
std::vector<double> times(double factor, std::vector<double> x) {
  for (double& v : x) v *= factor;
  return x;
}

}  // namespace

SplitSum::SplitSum(const std::vector<double>& c) {
  double most = 0x1p-30;
  for (const double v : c) most += std::abs(v);
  shift = 30 - std::bit_width(c.size());
  grid = std::exp2(std::ceil(std::log2(most)) - 30 - shift);
  for (const double v : c) {
    const long long value = std::llround(v / grid);
    high.push_back(static_cast<std::int32_t>(value >> shift));
    low.push_back(static_cast<std::int32_t>(value & ((1LL << shift) - 1)));
  }
}

BitNetwork::BitNetwork(const Network& network, const Reference& path) {
  linear = -network.constant();
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const Layer& layer = network.layers()[l];
    layers.push_back(bit_layer(network, l));
    const std::vector<double> b = times(alpha(layer.kind), layer.bias);
    bias.emplace_back(b);
    if (layers[l].kept) linear += beta(layer.kind) * sum(layer.bias);
    if (l > 0) continue;
    if (!path.uniform) layers[0].reference = times(alpha(layer.kind), path.visible.field);
    if (layers[0].kept) {
      reference.emplace_back(times(alpha(layer.kind), path.visible.field));
      fixed += beta(layer.kind) * sum(path.visible.field);
    }
  }
}

bool fits_bits(const Network& network) {
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const UnitKind kind = network.layers()[l].kind;
    if (kind != UnitKind::binary && kind != UnitKind::spin) return false;
  }
  for (std::size_t l = 0; l < network.layers().size(); ++l)
    if (fields_of(network, l).grid() > 0x1p-20) return false;
  return true;
}

}  // namespace gibbsite::simd

/// log_weight = sums of the kept units + sum over the others of ln(1 + 2^y) or, of spins, ln(2^(y/2) + 2^(-y/2)).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "samplers/simd/networks/packed_chains.hpp"

namespace gibbsite::simd {

void PackedChains::log_weight(const BitNetwork& network, const Kernels& kernels, const Block& block, std::size_t vector,
                              std::span<const double> lambda, std::span<double> out) const {
  alignas(64) double scale[lanes] = {}, reference_scale[lanes] = {}, linear[lanes], product[lanes];
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    reference_scale[k] = (1 - lambda[k]) * std::numbers::log2e;
    out[k] = lambda[k] * network.linear + (1 - lambda[k]) * network.fixed;
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const BitLayer& layer = network.layers[l];
    if (layer.kept) continue;
    for (std::size_t k = 0; k < lambda.size(); ++k) scale[k] = lambda[k] * layer.grid * std::numbers::log2e;
    LogSum sum;
    sum.stride = block.vectors * lanes;
    sum.scale = scale;
    sum.reference_scale = reference_scale;
    sum.linear = linear;
    sum.product = product;
    const std::int32_t* fields =
        layers[l].fields.data() + (block.first * layers[l].rows + vector - block.first) * lanes;
    for (std::size_t unit = 0; unit < layer.units; unit += most_factors) {
      sum.units = std::min(most_factors, layer.units - unit);
      sum.fields = fields + unit * sum.stride;
      sum.reference = layer.reference.empty() ? nullptr : layer.reference.data() + unit;
      (layer.kind == UnitKind::spin ? kernels.log_sum_spin : kernels.log_sum_binary)(sum);
      for (std::size_t k = 0; k < lambda.size(); ++k) out[k] += linear[k] * std::numbers::ln2 + std::log(product[k]);
    }
    const std::size_t summed = layers[l].sums_of;
    if (summed == PackedLayer::none) continue;
    const std::int32_t* sums = fields + layer.units * sum.stride;
    for (std::size_t k = 0; k < lambda.size(); ++k) {
      out[k] += lambda[k] * network.bias[summed].value(sums[k], sums[sum.stride + k]);
      if (summed > 0) continue;
      out[k] += (1 - lambda[k]) * network.reference[0].value(sums[2 * sum.stride + k], sums[3 * sum.stride + k]);
    }
  }
}

}  // namespace gibbsite::simd

#include "samplers/simd/networks/packed_chains.hpp"

#include <algorithm>
#include <cassert>

namespace gibbsite::simd {
namespace {

std::size_t up(std::size_t n, std::size_t multiple) { return (n + multiple - 1) / multiple * multiple; }
std::size_t parts(std::size_t n, std::size_t most) { return (n + most - 1) / most; }

/// The summed-out layer that carries the sums of a kept one.
std::size_t carrier(std::size_t kept) { return kept > 0 ? kept - 1 : 1; }

}  // namespace

PackedChains::PackedChains(const BitNetwork& network, const Kernels& kernels, std::size_t vectors)
    : layers(network.layers.size()) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const BitLayer& layer = network.layers[l];
    if (layer.kept) layers[carrier(l)].sums_of = l;
    layers[l].groups = up(parts(layer.units, kernels.bits), kernels.align);
  }
  for (std::size_t l = 0; l < layers.size(); ++l) fill(network, kernels, l, vectors);
  cut(kernels, vectors);
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (std::size_t l = 0; l < layers.size(); ++l)
      for (std::size_t k = 0; k < layers[l].rows / kernels.outputs; ++k)
        (network.layers[l].kept ? kept : others).push_back({l, k, p});
}

void PackedChains::cut(const Kernels& kernels, std::size_t vectors) {
  constexpr std::size_t cache = std::size_t{1} << 19;  // half of a small second-level cache, of inputs' words
  std::size_t bytes = 1;
  for (const PackedLayer& layer : layers) bytes = std::max(bytes, layer.groups * lanes * sizeof(std::uint32_t));
  const std::size_t count = parts(vectors, std::max(kernels.vectors, cache / bytes));
  for (std::size_t p = 0; p < count; ++p) {
    const std::size_t begin = p * vectors / count, n = (p + 1) * vectors / count - begin;
    most_panel = std::max(most_panel, n * lanes);
    const std::size_t pieces = parts(n, kernels.vectors);
    for (std::size_t b = 0; b < pieces; ++b)
      blocks.push_back({begin + b * n / pieces, (b + 1) * n / pieces - b * n / pieces});
    panels.push_back({blocks.size() - pieces, blocks.size()});
  }
}

void PackedChains::fill(const BitNetwork& network, const Kernels& kernels, std::size_t l, std::size_t vectors) {
  const BitLayer& layer = network.layers[l];
  PackedLayer& out = layers[l];
  std::vector<const std::vector<std::int32_t>*> rows;  // of sums
  if (out.sums_of != PackedLayer::none) {
    rows = {&network.bias[out.sums_of].high, &network.bias[out.sums_of].low};
    if (out.sums_of == 0) rows.insert(rows.end(), {&network.reference[0].high, &network.reference[0].low});
  }
  out.rows = up(layer.units + rows.size(), kernels.outputs);
  out.words_per_lane = std::max(out.groups, out.rows / kernels.bits);
  out.words = Buffer<std::uint32_t>(out.words_per_lane * vectors * lanes);
  if (!layer.kept) out.fields = Buffer<std::int32_t>(out.rows * vectors * lanes);
  out.bias = Buffer<std::int32_t>(out.rows);
  std::copy(layer.bias.begin(), layer.bias.end(), out.bias.data());
  out.reference.assign(layer.reference.begin(), layer.reference.end());
  if (!out.reference.empty()) out.reference.resize(out.rows, 0.0F);
  for (const std::size_t input : layer.inputs) out.input_groups += layers[input].groups;
  out.tables = Buffer<std::int32_t>(out.rows / kernels.outputs * out.input_groups * kernels.entries);
  std::int32_t* table = out.tables.data();
  for (std::size_t begin = 0; begin < out.rows; begin += kernels.outputs)
    for (std::size_t k = 0; k < layer.inputs.size(); ++k) {
      const std::size_t input = layer.inputs[k], groups = layers[input].groups;
      std::vector<std::int32_t> weights(groups * kernels.bits * kernels.outputs, 0);
      for (std::size_t v = 0; v < network.layers[input].units; ++v)
        for (std::size_t o = 0; o < kernels.outputs; ++o) {
          const std::size_t row = begin + o;
          std::int32_t& w = weights[v * kernels.outputs + o];
          if (row < layer.units) w = layer.weights[k][v * layer.units + row];
          if (row >= layer.units && row < layer.units + rows.size() && input == out.sums_of)
            w = (*rows[row - layer.units])[v];
        }
      kernels.build(weights.data(), groups, table);
      table += groups * kernels.entries;
    }
}

void PackedChains::multiply(const BitNetwork& network, const Kernels& kernels, const Item& item, const Block& block,
                            std::int32_t* fields) const {
  const PackedLayer& layer = layers[item.layer];
  Product product;
  product.bias = layer.bias.data() + item.product * kernels.outputs;
  product.table = layer.tables.data() + item.product * layer.input_groups * kernels.entries;
  const std::vector<std::size_t>& inputs = network.layers[item.layer].inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const PackedLayer& input = layers[inputs[k]];
    product.words[k] = input.words.data() + block.first * input.words_per_lane * lanes;
    product.groups[k] = input.groups;
  }
  product.fields = fields;
  kernels.product(product, block.vectors);
}

}  // namespace gibbsite::simd

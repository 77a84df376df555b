/// Layers of chains in memory, and the work of a sweep cut in items that threads can share.
#pragma once

#include <span>

#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/networks/bit_network.hpp"
#include "samplers/simd/networks/table_kernels.hpp"

namespace gibbsite::simd {

/// Vectors first .. first + vectors - 1; what belongs to a block stands together in memory.
struct Block {
  std::size_t first = 0, vectors = 0;
};
/// Blocks begin .. end - 1 whose words of a layer stay in the cache while all tables pass by.
struct Panel {
  std::size_t begin = 0, end = 0;
};

/// One layer of all chains: its words, and the tables that make its fields. Rows of fields are units, and behind those
/// of a layer that is summed out, the sums of the kept layer assigned to it: of bias (high and low part), and of the
/// reference.
struct PackedLayer {
  std::size_t groups = 0, words_per_lane = 0;   ///< read by products; written by decisions on whole products
  std::size_t rows = 0;                         ///< a multiple of Kernels::outputs
  std::size_t input_groups = 0;                 ///< of all inputs
  std::size_t sums_of = none;                   ///< the kept layer whose sums follow the units
  Buffer<std::uint32_t> words = {};             ///< [block][group][vector][lane]
  Buffer<std::int32_t> bias = {}, tables = {};  ///< [row]; [product][input group][output][entry]
  Buffer<std::int32_t> fields = {};             ///< if summed out: [block][row][vector][lane]
  std::vector<float> reference = {};            ///< [row], or empty
  static constexpr std::size_t none = ~std::size_t{0};
};

/// A product of one layer for one panel.
struct Item {
  std::size_t layer = 0, product = 0, panel = 0;
};

/// The states of all chains of a network and the whole-number fields of the layers that are summed out.
class PackedChains {
 public:
  PackedChains(const BitNetwork& network, const Kernels& kernels, std::size_t vectors);

  std::vector<PackedLayer> layers;
  std::vector<Block> blocks;
  std::vector<Panel> panels;
  std::vector<Item> kept, others;  ///< in the order of tables, so that neighbours share a cache
  std::size_t most_panel = 0;      ///< chains

  std::span<const Block> blocks_of(const Item& item) const {
    const Panel& panel = panels[item.panel];
    return std::span(blocks).subspan(panel.begin, panel.end - panel.begin);
  }
  /// Where the fields of a product of a summed-out layer stand.
  std::int32_t* fields(const Kernels& kernels, const Item& item, const Block& block) {
    PackedLayer& layer = layers[item.layer];
    return layer.fields.data() + (block.first * layer.rows + item.product * kernels.outputs * block.vectors) * lanes;
  }
  /// Makes the fields of one product in a block.
  void multiply(const BitNetwork& network, const Kernels& kernels, const Item& item, const Block& block,
                std::int32_t* fields) const;
  /// Of the chains of a vector, once their fields are made.
  void log_weight(const BitNetwork& network, const Kernels& kernels, const Block& block, std::size_t vector,
                  std::span<const double> lambda, std::span<double> out) const;

 private:
  void cut(const Kernels& kernels, std::size_t vectors);
  void fill(const BitNetwork& network, const Kernels& kernels, std::size_t l, std::size_t vectors);
};

}  // namespace gibbsite::simd

#include "samplers/simd/couplings/field_blocks.hpp"

#include <algorithm>
#include <numeric>

#include "samplers/simd/bits/spread.hpp"

namespace gibbsite::simd {
namespace {

constexpr std::size_t read_ahead = 8;  // bytes of spins that a kernel may read behind the last

std::size_t parts(std::size_t n, std::size_t most) { return (n + most - 1) / most; }
std::size_t up_to(std::size_t n, std::size_t multiple) { return parts(n, multiple) * multiple; }

FieldSweep sweep_of(const FieldBlock& block, const FieldSetting& setting) {
  FieldSweep sweep;
  sweep.cipher = setting.cipher;
  sweep.vector = setting.vector + block.first;
  sweep.vectors = block.vectors;
  sweep.scale = setting.scale + block.first * lanes;
  sweep.top = setting.top + block.first * lanes;
  sweep.turned = setting.turned + block.first * lanes;
  return sweep;
}

}  // namespace

void FieldWork::columns(const FieldBlock& block, std::span<std::uint64_t> out) const {
  const std::size_t words = column_words(), row = block.vectors * kernels_.bytes, of_byte = kernels_.lanes_of_byte;
  std::fill(out.begin(), out.end(), 0);
  for (std::size_t i = 0; i < graph_.sites(); i += 8)
    for (std::size_t k = 0; k < row; ++k) {
      std::uint64_t eight = 0;  // sites of one byte of lanes
      for (std::size_t j = 0; j < std::min<std::size_t>(8, graph_.sites() - i); ++j)
        eight |= static_cast<std::uint64_t>(block.spins[(i + j) * row + k]) << (8 * j);
      eight = transposed(eight);
      const std::size_t lane = k / kernels_.bytes * lanes + k % kernels_.bytes * of_byte;
      for (std::size_t l = 0; l < of_byte; ++l)
        out[(lane + l) * words + i / 64] |= (eight >> (8 * l) & 0xFF) << (i % 64);
    }
}

void FieldWork::weigh_fields(const FieldBlock& block, std::int64_t* sum) const {
  constexpr std::size_t at_once = 64;  // sites
  const std::size_t all = block.vectors * lanes;
  const Buffer<std::int32_t> nothing(at_once * all);
  std::vector<std::int64_t> up(all);
  for (std::size_t i = 0; i < graph_.sites(); i += at_once)
    kernels_.sum({std::min(at_once, graph_.sites() - i), block.vectors, nothing.data(), graph_.h.data() + i,
                  block.spins.data() + i * block.vectors * kernels_.bytes, sum + block.first * lanes, up.data()});
}

void FieldWork::turn_spins(FieldBlock& block, const std::uint8_t* turned) const {
  const std::size_t bytes = block.vectors * kernels_.bytes;
  std::vector<std::uint8_t> mask(bytes, 0);
  for (std::size_t lane = 0; lane < block.vectors * lanes; ++lane)
    if (turned[block.first * lanes + lane] != 0)
      mask[lane / lanes * kernels_.bytes + lane % lanes / kernels_.lanes_of_byte] |=
          static_cast<std::uint8_t>(1U << (lane % kernels_.lanes_of_byte));
  for (std::size_t i = 0; i < graph_.sites(); ++i)
    for (std::size_t k = 0; k < bytes; ++k) block.spins[i * bytes + k] ^= mask[k];
}

KeptFields::KeptFields(const DyadicGraph& graph, const FieldKernels& kernels, std::vector<std::uint32_t> order)
    : FieldWork(graph, kernels, 4), forward_(std::move(order)), backward_(forward_.rbegin(), forward_.rend()) {}

FieldBlock KeptFields::block(std::size_t first, std::size_t vectors) const {
  FieldBlock block{first, vectors};
  block.spins = Buffer<std::uint8_t>(graph_.sites() * vectors * kernels_.bytes + read_ahead);
  block.fields = Buffer<std::int32_t>(graph_.sites() * vectors * lanes);
  return block;
}

void KeptFields::sweep(std::span<FieldBlock> blocks, const FieldSetting& setting) const {
  for (FieldBlock& block : blocks) {
    FieldSweep sweep = sweep_of(block, setting);
    sweep.visits = graph_.sites();
    sweep.order = (setting.reversed ? backward_ : forward_).data();
    sweep.first = graph_.first.data();
    sweep.neighbour = graph_.neighbour.data();
    sweep.twice = graph_.twice.data();
    sweep.fields = block.fields.data();
    sweep.spins = block.spins.data();
    setting.move(sweep);
  }
}

void KeptFields::measure(const FieldBlock& block, std::int64_t* sum, std::int64_t* up) const {
  kernels_.sum({graph_.sites(), block.vectors, block.fields.data(), graph_.h.data(), block.spins.data(),
                sum + block.first * lanes, up + block.first * lanes});
}

void KeptFields::turn(FieldBlock& block, const std::uint8_t* turned) const {
  turn_spins(block, turned);
  const std::size_t all = block.vectors * lanes;
  std::vector<std::int32_t> minus(all);  // all ones, or none
  for (std::size_t lane = 0; lane < all; ++lane) minus[lane] = turned[block.first * lanes + lane] != 0 ? -1 : 0;
  for (std::size_t i = 0; i < graph_.sites(); ++i) {  // f - h changes its sign: h fits half of 32 bits with it
    const std::int32_t h = graph_.h[i];
    std::int32_t* field = block.fields.data() + i * all;
    for (std::size_t lane = 0; lane < all; ++lane) {
      const std::int32_t others = field[lane] - h;
      field[lane] = ((others ^ minus[lane]) - minus[lane]) + h;
    }
  }
}

void KeptFields::renew(FieldBlock& block, std::size_t lane) const {
  for (std::size_t i = 0; i < graph_.sites(); ++i)
    block.fields[i * block.vectors * lanes + lane] =
        graph_.local_field(i, [&](std::size_t j) { return up(block, j, lane); });
}

ProductFields::ProductFields(const DyadicGraph& graph, const FieldKernels& kernels, const Kernels& products)
    : FieldWork(graph, kernels, products.vectors),
      products_(products),
      parts_(parts(graph.sites(), products.outputs)),
      groups_(up_to(parts(graph.sites(), products.bits), products.align)),
      bias_(parts_ * products.outputs),
      tables_(parts_ * groups_ * products.entries),
      first_{0},
      forward_(products.outputs),
      backward_(products.outputs) {
  std::iota(forward_.begin(), forward_.end(), 0U);
  std::iota(backward_.rbegin(), backward_.rend(), 0U);
  std::vector<std::int32_t> weights(groups_ * products.bits * products.outputs);
  for (std::size_t part = 0; part < parts_; ++part) {
    std::fill(weights.begin(), weights.end(), 0);
    const std::size_t begin = part * products.outputs;
    for (std::size_t o = 0; o < products.outputs; ++o) {
      const std::size_t i = begin + o;
      if (i < graph.sites()) {  // a spin is 2 bit - 1
        std::int64_t bias = graph.h[i];
        for (std::uint32_t e = graph.first[i]; e < graph.first[i + 1]; ++e) {
          const std::size_t j = graph.neighbour[e];
          bias -= graph.coupling(e);
          auto& weight = weights[j * products.outputs + o];
          weight = static_cast<std::int32_t>(static_cast<std::uint32_t>(weight) +
                                             static_cast<std::uint32_t>(graph.twice[e]));
          if (j < begin || j >= begin + products.outputs) continue;
          neighbour_.push_back(static_cast<std::uint32_t>(j - begin));
          twice_.push_back(graph.twice[e]);
        }
        bias_[i] = static_cast<std::int32_t>(static_cast<std::uint64_t>(bias) & 0xFFFFFFFFU);
      }
      first_.push_back(static_cast<std::uint32_t>(neighbour_.size()));
    }
    products.build(weights.data(), groups_, tables_.data() + part * groups_ * products.entries);
  }
}

std::size_t ProductFields::sites_of(std::size_t part) const {
  return std::min(products_.outputs, graph_.sites() - part * products_.outputs);
}

FieldBlock ProductFields::block(std::size_t first, std::size_t vectors) const {
  const std::size_t groups = std::max(groups_, parts_ * products_.outputs / products_.bits);
  FieldBlock block{first, vectors};
  block.spins = Buffer<std::uint8_t>(groups * products_.bits * vectors * kernels_.bytes + read_ahead);
  block.words = Buffer<std::uint32_t>(groups * vectors * lanes);
  return block;
}

void ProductFields::multiply(const FieldBlock& block, std::size_t part, std::int32_t* fields) const {
  Product product;
  product.bias = bias_.data() + part * products_.outputs;
  product.table = tables_.data() + part * groups_ * products_.entries;
  product.words[0] = product.words[1] = block.words.data();
  product.groups[0] = groups_;
  product.fields = fields;
  products_.product(product, block.vectors);
}

void ProductFields::pack(FieldBlock& block, std::size_t part) const {
  const std::size_t groups = products_.outputs / products_.bits, begin = part * groups;
  kernels_.pack({groups, block.vectors, products_.bits, products_.spacing,
                 block.spins.data() + begin * products_.bits * block.vectors * kernels_.bytes,
                 block.words.data() + begin * block.vectors * lanes});
}

void ProductFields::sweep(std::span<FieldBlock> blocks, const FieldSetting& setting) const {
  Buffer<std::int32_t> fields(products_.outputs * products_.vectors * lanes);
  for (std::size_t k = 0; k < parts_; ++k) {
    const std::size_t part = setting.reversed ? parts_ - 1 - k : k, unit = part * products_.outputs;
    for (FieldBlock& block : blocks) {  // in turn, so that they share the tables in the cache
      multiply(block, part, fields.data());
      FieldSweep sweep = sweep_of(block, setting);
      sweep.unit = static_cast<std::uint32_t>(unit);
      sweep.visits = sites_of(part);
      sweep.order = setting.reversed ? backward_.data() + (products_.outputs - sweep.visits) : forward_.data();
      sweep.first = first_.data() + unit;
      sweep.neighbour = neighbour_.data();
      sweep.twice = twice_.data();
      sweep.fields = fields.data();
      sweep.spins = block.spins.data() + unit * block.vectors * kernels_.bytes;
      setting.move(sweep);
      pack(block, part);
    }
  }
}

void ProductFields::measure(const FieldBlock& block, std::int64_t* sum, std::int64_t* up) const {
  Buffer<std::int32_t> fields(products_.outputs * products_.vectors * lanes);
  for (std::size_t part = 0; part < parts_; ++part) {
    const std::size_t unit = part * products_.outputs;
    multiply(block, part, fields.data());
    kernels_.sum({sites_of(part), block.vectors, fields.data(), graph_.h.data() + unit,
                  block.spins.data() + unit * block.vectors * kernels_.bytes, sum + block.first * lanes,
                  up + block.first * lanes});
  }
}

void ProductFields::turn(FieldBlock& block, const std::uint8_t* turned) const {
  turn_spins(block, turned);
  renew(block, 0);
}

void ProductFields::renew(FieldBlock& block, std::size_t) const {
  for (std::size_t part = 0; part < parts_; ++part) pack(block, part);
}

}  // namespace gibbsite::simd

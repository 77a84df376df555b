/// Replicas of a graph with whole-number couplings in memory, and what kernels need to move and measure them.
#pragma once

#include <span>
#include <vector>

#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "samplers/simd/couplings/field_kernels.hpp"
#include "samplers/simd/networks/table_kernels.hpp"

namespace gibbsite::simd {

/// Vectors first .. first + vectors - 1.
struct FieldBlock {
  std::size_t first = 0, vectors = 0;
  Buffer<std::uint8_t> spins = {};   ///< [row][vector][byte]
  Buffer<std::int32_t> fields = {};  ///< if kept: [site][vector][lane]
  Buffer<std::uint32_t> words = {};  ///< if made anew: [group][vector][lane]
};

/// What all replicas of a sweep share, and where a block's begins.
struct FieldSetting {
  const Cipher* cipher = nullptr;
  std::uint64_t vector = 0;         ///< number of vector 0 in the whole
  const float* scale = nullptr;     ///< [vector][lane], of all blocks
  const float* top = nullptr;       ///< [vector][lane]
  std::uint32_t* turned = nullptr;  ///< [vector][lane]
  void (*move)(const FieldSweep&) = nullptr;
  bool reversed = false;
};

/// How blocks of replicas move: by fields that are kept, or made anew by products for a few sites at a time.
class FieldWork {
 public:
  virtual ~FieldWork() = default;
  FieldWork(const FieldWork&) = delete;
  FieldWork& operator=(const FieldWork&) = delete;

  std::size_t most_vectors() const noexcept { return most_vectors_; }
  virtual FieldBlock block(std::size_t first, std::size_t vectors) const = 0;
  /// A sweep of all blocks.
  virtual void sweep(std::span<FieldBlock> blocks, const FieldSetting& setting) const = 0;
  /// sum, up: [vector][lane] of all blocks, as in FieldSum.
  virtual void measure(const FieldBlock& block, std::int64_t* sum, std::int64_t* up) const = 0;
  /// sum_i h_i s_i of each lane, in units of the grid: added.
  void weigh_fields(const FieldBlock& block, std::int64_t* sum) const;
  /// Turns all spins over in the lanes, of all blocks, that are not 0.
  virtual void turn(FieldBlock& block, const std::uint8_t* turned) const = 0;
  /// After the spins of a lane have been set from outside.
  virtual void renew(FieldBlock& block, std::size_t lane) const = 0;

  /// Words of the spins of a lane, 64 sites to a word: of a spin that is up the bit is set.
  std::size_t column_words() const { return (graph_.sites() + 63) / 64; }
  /// out: [lane][word], the lanes of all vectors of the block.
  void columns(const FieldBlock& block, std::span<std::uint64_t> out) const;

  bool up(const FieldBlock& block, std::size_t site, std::size_t lane) const {
    return (block.spins[byte(block, site, lane)] >> (lane % kernels_.lanes_of_byte) & 1) != 0;
  }
  void set(FieldBlock& block, std::size_t site, std::size_t lane, bool up) const {
    std::uint8_t& b = block.spins[byte(block, site, lane)];
    const auto bit = static_cast<std::uint8_t>(1U << (lane % kernels_.lanes_of_byte));
    b = static_cast<std::uint8_t>(up ? b | bit : b & ~bit);
  }

 protected:
  FieldWork(const DyadicGraph& graph, const FieldKernels& kernels, std::size_t most_vectors)
      : graph_(graph), kernels_(kernels), most_vectors_(most_vectors) {}
  /// The spins alone of turn().
  void turn_spins(FieldBlock& block, const std::uint8_t* turned) const;
  const DyadicGraph& graph_;
  const FieldKernels& kernels_;

 private:
  std::size_t byte(const FieldBlock& block, std::size_t site, std::size_t lane) const {  // lanes of all its vectors
    return (site * block.vectors + lane / lanes) * kernels_.bytes + lane % lanes / kernels_.lanes_of_byte;
  }
  std::size_t most_vectors_;
};

/// Fields are kept; `order`: sites as they are visited. Cost of a sweep: sites, and the neighbours of those that turn.
class KeptFields final : public FieldWork {
 public:
  KeptFields(const DyadicGraph& graph, const FieldKernels& kernels, std::vector<std::uint32_t> order);
  FieldBlock block(std::size_t first, std::size_t vectors) const override;
  void sweep(std::span<FieldBlock> blocks, const FieldSetting& setting) const override;
  void measure(const FieldBlock& block, std::int64_t* sum, std::int64_t* up) const override;
  void turn(FieldBlock& block, const std::uint8_t* turned) const override;
  void renew(FieldBlock& block, std::size_t lane) const override;

 private:
  std::vector<std::uint32_t> forward_, backward_;
};

/// Fields of Kernels::outputs consecutive sites at a time are made anew from all spins; those sites then move one by
/// one, and follow each other's flips. Cost of a sweep: sites^2 products, many at once.
class ProductFields final : public FieldWork {
 public:
  ProductFields(const DyadicGraph& graph, const FieldKernels& kernels, const Kernels& products);
  FieldBlock block(std::size_t first, std::size_t vectors) const override;
  void sweep(std::span<FieldBlock> blocks, const FieldSetting& setting) const override;
  void measure(const FieldBlock& block, std::int64_t* sum, std::int64_t* up) const override;
  void turn(FieldBlock& block, const std::uint8_t* turned) const override;
  void renew(FieldBlock& block, std::size_t lane) const override;

 private:
  void multiply(const FieldBlock& block, std::size_t part, std::int32_t* fields) const;
  void pack(FieldBlock& block, std::size_t part) const;
  std::size_t sites_of(std::size_t part) const;

  const Kernels& products_;
  std::size_t parts_, groups_;                    // products, and groups of their inputs
  Buffer<std::int32_t> bias_, tables_;            // [row]; [part][group][output][entry]
  std::vector<std::uint32_t> first_, neighbour_;  // couplings within the sites of a part
  std::vector<std::int32_t> twice_;
  std::vector<std::uint32_t> forward_, backward_;  // of a part
};

}  // namespace gibbsite::simd

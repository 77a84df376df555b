#include "samplers/ensembles/table_network.hpp"

#include <omp.h>

#include <cassert>
#include <cmath>
#include <numbers>

#include "samplers/simd/networks/packed_chains.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {
namespace {

using simd::lanes;

class TableNetwork final : public Ensemble {
 public:
  TableNetwork(std::shared_ptr<const Network> network, Layout layout, Key key, const simd::Kernels& kernels,
               simd::BitNetwork bits, simd::PackedChains chains)
      : Ensemble(std::move(layout)),
        network_(std::move(network)),
        kernels_(kernels),
        bits_(std::move(bits)),
        chains_(std::move(chains)),
        key_(key) {
    for (std::size_t b = 0; b < chains_.blocks.size(); ++b) block_.insert(block_.end(), chains_.blocks[b].vectors, b);
    for (const Matrix& w : network_->weights()) work_per_chain_ += static_cast<double>(w.size()) / 256;
    work_per_chain_ += static_cast<double>(network_->units()) / 8;
    scales_.reference = simd::Buffer<float>(block_.size() * lanes);
    for (std::size_t l = 0; l < bits_.layers.size(); ++l) scales_.field.emplace_back(block_.size() * lanes);
    std::vector<double> x(network_->width());
    network_->set_ordered(x);
    std::vector<std::byte> state;
    for (const double v : x) state.push_back(static_cast<std::byte>(static_cast<std::int8_t>(v)));
    for (std::size_t r = 0; r < this->layout().replicas; ++r) load(r, state);
  }

  void draw_reference(std::uint64_t time) override {
    const std::vector<Setting> setting(layout().replicas, Setting{0});
    move(setting, {.time = time}, Purpose::reference);
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    move(setting, step, Purpose::sweep);
    for (Tally& t : tally) {
      t.tried += static_cast<double>(layout().units) * step.count;
      t.accepted += static_cast<double>(layout().units) * step.count;
    }
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    know();
    look_.run(work() / 4, [&](bool parallel) {
#pragma omp parallel for schedule(static) if (parallel)
      for (std::size_t v = 0; v < block_.size(); ++v) {
        const std::size_t begin = v * lanes, n = std::min(lanes, layout().replicas - begin);
        chains_.log_weight(bits_, kernels_, block_of(v), v, lambda.subspan(begin, n), out.subspan(begin, n));
      }
    });
  }

  void observe(std::span<double> out) const override {
    know();
    const std::size_t components = layout().observables.size();
#pragma omp parallel if (work() > 1e5 && !omp_in_parallel())
    {
      std::vector<double> x(layout().units), others;
#pragma omp for schedule(static)
      for (std::size_t r = 0; r < layout().replicas; ++r) {
        visit(r, [&](std::size_t unit, int state) { x[unit] = state; });
        others.clear();
        add_fields(r, others);
        network_->observe(x, others, out.subspan(r * components, components));
      }
    }
  }

  void resample(std::span<const std::size_t> parent) override {
    const std::vector<std::byte> before = save_all(*this);
    for (std::size_t r = 0; r < layout().replicas; ++r)
      if (parent[r] != r) load(r, std::span(before).subspan(parent[r] * layout().units, layout().units));
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    visit(replica, [&](std::size_t unit, int state) { bytes[unit] = static_cast<std::byte>(state); });
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    const auto numbers = [](std::span<const std::byte> bytes) {
      std::vector<double> out;
      for (const std::byte b : bytes) out.push_back(static_cast<std::int8_t>(b));
      return out;
    };
    return network_->overlap(numbers(x), numbers(y));
  }
  /// Binary units and spins: alike units less those that differ.
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    const auto n = static_cast<double>(layout().units);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      std::int64_t different = 0;
      for (std::size_t l = 0; l < bits_.layers.size(); ++l)
        for (std::size_t u = 0; u < bits_.layers[l].units; u += kernels_.bits) {
          const std::uint32_t* words = chains_.layers[l].words.data();
          const std::uint32_t x = words[at(l, u / kernels_.bits, pairs[k].first)];
          const std::uint32_t y = words[at(l, u / kernels_.bits, pairs[k].second)];
          const std::size_t units = std::min(kernels_.bits, bits_.layers[l].units - u);
          for (std::size_t b = 0; b < units; ++b) different += (x ^ y) >> (b * kernels_.spacing) & 1U;
        }
      out[k] = (n - 2 * static_cast<double>(different)) / n;
    }
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    stale_ = true;
    for (std::size_t l = 0, offset = 0; l < bits_.layers.size(); offset += bits_.layers[l++].units)
      for (std::size_t u = 0; u < bits_.layers[l].units; ++u) {
        std::uint32_t& word = chains_.layers[l].words[at(l, u / kernels_.bits, replica)];
        const std::uint32_t bit = 1U << (u % kernels_.bits * kernels_.spacing);
        word = static_cast<std::int8_t>(bytes[offset + u]) > 0 ? word | bit : word & ~bit;
      }
  }

 private:
  /// What a sweep needs of one lambda per lane.
  struct Scales {
    std::vector<simd::Buffer<float>> field;  // [layer][lane]
    simd::Buffer<float> reference;           // [lane]
  };

  /// Of a sweep, in updates of a unit by a plain loop.
  double work() const { return static_cast<double>(block_.size() * lanes) * work_per_chain_; }
  void move(std::span<const Setting> setting, const Step& step, Purpose purpose);
  void set_scales(std::span<const Setting> setting);
  /// Fields of the present state.
  void know() const {
    if (!stale_) return;
    look_.run(work() / 2, [&](bool parallel) {
#pragma omp parallel if (parallel)
      renew();
    });
    stale_ = false;
  }
  /// Called by every thread of a team; each ends with all of them done.
  void renew() const;
  void decide_others(const simd::Cipher& cipher);
  void move_kept(const simd::Cipher& cipher);
  void decide(const simd::Cipher& cipher, const simd::Item& item, const simd::Block& block, const std::int32_t* fields);

  /// The block a vector belongs to.
  const simd::Block& block_of(std::size_t vector) const { return chains_.blocks[block_[vector]]; }
  /// Where a group of a chain's units stands among a layer's words.
  std::size_t at(std::size_t layer, std::size_t group, std::size_t replica) const {
    const simd::Block& block = block_of(replica / lanes);
    const std::size_t before = block.first * chains_.layers[layer].words_per_lane + group * block.vectors;
    return (before + replica / lanes - block.first) * lanes + replica % lanes;
  }
  /// Fields of a replica's units that are summed out, as the network has them.
  void add_fields(std::size_t replica, std::vector<double>& fields) const {
    const simd::Block& block = block_of(replica / lanes);
    const std::size_t lane = (replica / lanes - block.first) * lanes + replica % lanes;
    for (std::size_t l = 0; l < bits_.layers.size(); ++l) {
      const simd::BitLayer& layer = bits_.layers[l];
      if (layer.kept) continue;
      const double unit = layer.kind == UnitKind::spin ? layer.grid / 2 : layer.grid;  // log odds of a spin are 2 f
      const std::int32_t* at = chains_.layers[l].fields.data() + block.first * chains_.layers[l].rows * lanes + lane;
      for (std::size_t u = 0; u < layer.units; ++u) fields.push_back(unit * at[u * block.vectors * lanes]);
    }
  }
  template <class See>
  void visit(std::size_t replica, See&& see) const {
    std::size_t unit = 0;
    for (std::size_t l = 0; l < bits_.layers.size(); ++l) {
      const bool spin = bits_.layers[l].kind == UnitKind::spin;
      for (std::size_t u = 0; u < bits_.layers[l].units; ++u) {
        const std::uint32_t word = chains_.layers[l].words[at(l, u / kernels_.bits, replica)];
        const int bit = static_cast<int>(word >> (u % kernels_.bits * kernels_.spacing) & 1U);
        see(unit++, spin ? 2 * bit - 1 : bit);
      }
    }
  }

  std::shared_ptr<const Network> network_;
  const simd::Kernels& kernels_;
  simd::BitNetwork bits_;
  double work_per_chain_ = 0;
  mutable simd::PackedChains chains_;  // fields are a function of the words
  mutable bool stale_ = true;          // fields are not yet those of the words
  std::vector<std::size_t> block_;     // [vector]
  Key key_;
  Scales scales_;
  mutable AdaptiveThreads threads_, look_;
};

void TableNetwork::set_scales(std::span<const Setting> setting) {
  for (std::size_t r = 0; r < setting.size(); ++r) {
    scales_.reference[r] = static_cast<float>((1 - setting[r].lambda) * std::numbers::log2e);
    for (std::size_t l = 0; l < bits_.layers.size(); ++l)
      scales_.field[l][r] = static_cast<float>(setting[r].lambda * bits_.layers[l].grid * std::numbers::log2e);
  }
}

void TableNetwork::move(std::span<const Setting> setting, const Step& step, Purpose purpose) {
  set_scales(setting);
  threads_.run(work() * step.count, [&](bool parallel) {
#pragma omp parallel if (parallel)
    {
      if (stale_) renew();
      for (std::uint32_t k = 0; k < step.count; ++k) {
        // One key for all replicas: the counter tells them apart.
        const simd::Cipher cipher = simd::cipher_of(key_, purpose, step.time + k, 0);
        decide_others(cipher);
        move_kept(cipher);
        renew();
      }
    }
  });
  stale_ = false;
}

void TableNetwork::renew() const {
#pragma omp for schedule(static)
  for (const simd::Item& item : chains_.others)
    for (const simd::Block& block : chains_.blocks_of(item))
      chains_.multiply(bits_, kernels_, item, block, chains_.fields(kernels_, item, block));
}

void TableNetwork::decide_others(const simd::Cipher& cipher) {
#pragma omp for schedule(static)
  for (const simd::Item& item : chains_.others)
    for (const simd::Block& block : chains_.blocks_of(item))
      decide(cipher, item, block, chains_.fields(kernels_, item, block));
}

void TableNetwork::move_kept(const simd::Cipher& cipher) {
  simd::Buffer<std::int32_t> fields(kernels_.outputs * kernels_.vectors * lanes);
#pragma omp for schedule(static)
  for (const simd::Item& item : chains_.kept)
    for (const simd::Block& block : chains_.blocks_of(item)) {
      chains_.multiply(bits_, kernels_, item, block, fields.data());
      decide(cipher, item, block, fields.data());
    }
}

void TableNetwork::decide(const simd::Cipher& cipher, const simd::Item& item, const simd::Block& block,
                          const std::int32_t* fields) {
  simd::PackedLayer& layer = chains_.layers[item.layer];
  const std::size_t unit = item.product * kernels_.outputs, lane = block.first * lanes;
  simd::Decision decision;
  decision.cipher = &cipher;
  decision.unit = static_cast<std::uint32_t>(network_->offset(item.layer) + unit);
  decision.vector = layout().first / lanes + block.first;
  decision.groups = kernels_.outputs / kernels_.bits;
  decision.fields = fields;
  decision.scale = scales_.field[item.layer].data() + lane;
  decision.reference = layer.reference.empty() ? nullptr : layer.reference.data() + unit;
  decision.reference_scale = scales_.reference.data() + lane;
  decision.words = layer.words.data() + lane * layer.words_per_lane + unit / kernels_.bits * block.vectors * lanes;
  kernels_.decide(decision, block.vectors);
}

}  // namespace

bool table_layout_supported(const Network& network) {
  return network.layers()[0].labels == 0 && !simd::kernels().empty() && simd::fits_bits(network);
}

std::unique_ptr<Ensemble> make_table_network_ensemble(std::shared_ptr<const Network> network, Reference reference,
                                                      Key key, Slice slice) {
  assert(!simd::kernels().empty());
  return make_table_network_ensemble(std::move(network), std::move(reference), key, slice, *simd::kernels().front());
}

std::unique_ptr<Ensemble> make_table_network_ensemble(std::shared_ptr<const Network> network, Reference reference,
                                                      Key key, Slice slice, const simd::Kernels& kernels) {
  assert(simd::fits_bits(*network) && slice.first % lanes == 0);
  simd::BitNetwork bits(*network, reference);
  simd::PackedChains chains(bits, kernels, (slice.count + lanes - 1) / lanes);
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.grain = lanes;
  layout.units = network->units();
  layout.log_z_reference = reference.log_z(*network);
  layout.observables = network->observables();
  layout.name =
      std::string(kernels.layout) + ", " + std::to_string(chains.most_panel) + " chains a panel, " + kernels.name;
  return std::make_unique<TableNetwork>(std::move(network), std::move(layout), key, kernels, std::move(bits),
                                        std::move(chains));
}

}  // namespace gibbsite

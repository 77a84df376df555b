#include "samplers/ensembles/packed_replicas.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#include "samplers/ensembles/packed_replicas_layout.hpp"
#include "samplers/simd/bits/spread.hpp"
#include "samplers/simd/replicas/replica_pack.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/barrier.hpp"

namespace gibbsite {
namespace {

/// How the spins of sites stand to those that are packed: -1 where a field points down while others point up; empty
/// where all fields are alike.
std::vector<std::int8_t> signs_of(const Graph& graph) {
  if (graph.common_field()) return {};
  std::vector<std::int8_t> signs;
  for (const double h : graph.fields()) signs.push_back(h < 0 ? -1 : 1);
  return signs;
}

simd::Decide decide_of(const Graph& graph, LocalMove kernel) {
  if (kernel == LocalMove::metropolis) return simd::Decide::metropolis;
  return graph.common_field().value() == 0 ? simd::Decide::heat_bath : simd::Decide::heat_bath_in_field;
}

class PackedReplicas final : public Ensemble {
 public:
  /// field: of the spins that are packed.
  PackedReplicas(std::shared_ptr<const Ising> model, double field, Layout layout, Key key,
                 const simd::ReplicaKernels& kernels, std::unique_ptr<const simd::ReplicaPlan> plan)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        plan_(std::move(plan)),
        key_(key),
        strength_(model_->graph().common_strength().value()),
        field_(field),
        signs_(signs_of(model_->graph())),
        lambda_(this->layout().replicas),
        energy_(this->layout().replicas),
        total_(this->layout().replicas) {
    for (std::size_t begin = 0; begin < energy_.size(); begin += plan_->width) packs_.emplace_back(*plan_, kernels);
    std::vector<std::int8_t> spins(this->layout().units);
    model_->set_ordered(spins);
    for (simd::ReplicaPack& pack : packs_)
      for (std::size_t i = 0; i < spins.size(); ++i) pack.set_all(i, sign(i) * spins[i] > 0);
    if (signs_.empty()) return;
    turned_ = simd::Buffer<std::uint64_t>(plan_->state_size());
    for (std::size_t i = 0; i < signs_.size(); ++i)
      if (signs_[i] < 0) std::fill_n(turned_.data() + plan_->row(i), plan_->width / 64, ~std::uint64_t{0});
  }

  void draw_reference(std::uint64_t time) override {
    std::fill(lambda_.begin(), lambda_.end(), 0.0);
    move({.time = time}, Purpose::reference, {});
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    for (std::size_t r = 0; r < setting.size(); ++r) lambda_[r] = setting[r].lambda;
    move(step, Purpose::sweep, tally);
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    know_energies();
    for (std::size_t r = 0; r < energy_.size(); ++r) out[r] = -lambda[r] * energy_[r];
  }
  void observe(std::span<double> out) const override {
    know_energies();
    const std::size_t components = layout().observables.size();
    for_packs(look_, 0.1, [&](std::size_t p) {
      const simd::LaneNumbers* up = !signs_.empty() ? &packs_[p].count_up(turned_)
                                    : field_ == 0   ? &packs_[p].count_up()
                                                    : nullptr;
      for_replicas(p, [&](std::size_t r, std::size_t lane) {
        const std::int64_t total = up != nullptr ? total_of((*up)[lane]) : total_[r];
        model_->observe_sum(total, energy_[r], out.subspan(r * components, components));
      });
    });
  }
  void turning(std::span<const double> lambda, std::span<double> out) const override {
    know_totals();
    for (std::size_t r = 0; r < energy_.size(); ++r) out[r] = -lambda[r] * 2 * field_ * static_cast<double>(total_[r]);
  }
  void turn(std::span<const std::uint8_t> turned) override;
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override;
  void overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                    std::vector<std::uint64_t>& memory, std::span<double> out) const override;
  void resample(std::span<const std::size_t> parent) override;

  void save(std::size_t replica, std::span<std::byte> state) const override {
    const simd::ReplicaPack& pack = packs_[replica / plan_->width];
    for (std::size_t i = 0; i < layout().units; ++i)
      state[i] =
          static_cast<std::byte>(static_cast<std::int8_t>(pack.up(i, replica % plan_->width) ? sign(i) : -sign(i)));
  }
  void save_each(std::span<std::byte> states) const override;
  void load(std::size_t replica, std::span<const std::byte> state) override {
    simd::ReplicaPack& pack = packs_[replica / plan_->width];
    for (std::size_t i = 0; i < layout().units; ++i)
      pack.set(i, replica % plan_->width, sign(i) * static_cast<std::int8_t>(state[i]) > 0);
    forget();
  }

 private:
  /// Calls see(pack), by all threads where that is faster; `sweeps`: what a call costs.
  template <class See>
  void for_packs(AdaptiveThreads& team, double sweeps, See&& see) const {
    const auto one_by_one = [&] {
      for (std::size_t p = 0; p < packs_.size(); ++p) see(p);
    };
    if (packs_.size() == 1) return one_by_one();
    team.run(work(sweeps), [&](bool parallel) {
      if (!parallel) return one_by_one();  // a parallel region of one thread is not free
#pragma omp parallel for schedule(dynamic)
      for (std::size_t p = 0; p < packs_.size(); ++p) see(p);
    });
  }
  /// Calls see(replica, lane) for the replicas of a pack.
  template <class See>
  void for_replicas(std::size_t pack, See&& see) const {
    const std::size_t begin = pack * plan_->width, end = std::min(begin + plan_->width, layout().replicas);
    for (std::size_t r = begin; r < end; ++r) see(r, r - begin);
  }
  std::int64_t total_of(std::uint64_t up) const {
    return 2 * static_cast<std::int64_t>(up) - static_cast<std::int64_t>(layout().units);
  }

  double work(double sweeps) const { return static_cast<double>(packs_.size() * plan_->words) * 32 * sweeps; }
  /// Whether threads can share the batches of a pack.
  bool wide_stages() const noexcept { return plan_->batches.size() >= 4 * (plan_->stages.size() - 1); }
  void move(Step step, Purpose purpose, std::span<Tally> tally);
  void know_energies() const;
  /// In a field.
  void know_totals() const;
  int sign(std::size_t site) const noexcept { return signs_.empty() ? 1 : signs_[site]; }
  void forget() { stale_ = stale_totals_ = true; }
  /// The spins of all replicas, one behind the other: [replica][block], whole packs.
  std::vector<std::uint64_t> columns() const;
  /// Those of canonical states.
  std::vector<std::uint64_t> columns_of(std::span<const std::byte> states) const;
  /// Likeness of two columns; sites: which bits of a block are sites.
  double likeness(const std::uint64_t* x, const std::uint64_t* y, std::span<const std::uint64_t> sites) const {
    int different = 0;
    for (std::size_t b = 0; b < sites.size(); ++b) different += std::popcount((x[b] ^ y[b]) & sites[b]);
    const auto n = static_cast<double>(layout().units);
    return (n - 2.0 * different) / n;
  }
  std::vector<std::uint64_t> sites_of_blocks() const {
    std::vector<std::uint64_t> sites;
    for (std::size_t b = 0; b < packs_[0].blocks(); ++b) sites.push_back(packs_[0].sites_of(b));
    return sites;
  }

  std::shared_ptr<const Ising> model_;
  std::unique_ptr<const simd::ReplicaPlan> plan_;
  std::vector<simd::ReplicaPack> packs_;
  Key key_;
  double strength_, field_;             // |J| and h
  std::vector<std::int8_t> signs_;      // see signs_of()
  simd::Buffer<std::uint64_t> turned_;  // rows of sites whose sign is -1, as the state of a pack
  std::vector<double> lambda_;
  mutable std::vector<double> energy_;
  mutable std::vector<std::int64_t> total_;          // sum of the spins that are packed, in a field
  mutable bool stale_ = true, stale_totals_ = true;  // they are not yet those of the states
  Barrier barrier_;
  mutable AdaptiveThreads threads_, look_;
};

void PackedReplicas::move(Step step, Purpose purpose, std::span<Tally> tally) {
  const auto cipher = [&](std::size_t p, std::uint32_t k) {
    return simd::cipher_of(key_, purpose, step.time + k, layout().first / plan_->width + p);
  };
  const auto set = [&](std::size_t p) {
    const std::size_t begin = p * plan_->width;
    packs_[p].set_lambda(std::span(lambda_).subspan(begin, std::min(plan_->width, lambda_.size() - begin)));
  };
  const auto account = [&](std::size_t p) {
    const simd::LaneNumbers& changed = packs_[p].take_changed();
    if (tally.empty()) return;
    for_replicas(p, [&](std::size_t r, std::size_t lane) {
      tally[r].tried += static_cast<double>(layout().units) * step.count;
      tally[r].accepted += static_cast<double>(changed[lane]);
    });
  };
  const bool backwards = step.order == Direction::reversed;
  const auto alone = [&](std::size_t p) {
    set(p);
    for (std::uint32_t k = 0; k < step.count; ++k) packs_[p].sweep(cipher(p, k), backwards);
    account(p);
  };
  forget();
  const auto threads = static_cast<std::size_t>(omp_get_max_threads());
  if (packs_.size() >= threads || !wide_stages()) return for_packs(threads_, step.count, alone);
  threads_.run(work(step.count), [&](bool parallel) {
    for (std::size_t p = 0; p < packs_.size(); ++p) {
      if (!parallel) {
        alone(p);
        continue;
      }
      set(p);
      packs_[p].share_among(threads);
#pragma omp parallel
      {
        const Share share{static_cast<std::size_t>(omp_get_thread_num()),
                          static_cast<std::size_t>(omp_get_num_threads())};
        for (std::uint32_t k = 0; k < step.count; ++k)
          packs_[p].sweep(cipher(p, k), backwards, share, [&] { barrier_.wait(share.of); });
      }
      account(p);
    }
  });
}

void PackedReplicas::know_totals() const {
  if (!stale_totals_) return;
  for_packs(look_, 0.1, [&](std::size_t p) {
    const simd::LaneNumbers& up = packs_[p].count_up();
    for_replicas(p, [&](std::size_t r, std::size_t lane) { total_[r] = total_of(up[lane]); });
  });
  stale_totals_ = false;
}

void PackedReplicas::know_energies() const {
  if (!stale_) return;
  if (field_ != 0) know_totals();
  const auto bonds = static_cast<std::int64_t>(model_->graph().bond_count());
  for_packs(look_, 0.1, [&](std::size_t p) {
    const simd::LaneNumbers& unsatisfied = packs_[p].count_unsatisfied();
    for_replicas(p, [&](std::size_t r, std::size_t lane) {  // as Ising::energy
      const std::int64_t satisfied = bonds - 2 * static_cast<std::int64_t>(unsatisfied[lane]);
      energy_[r] = -strength_ * static_cast<double>(satisfied);
    });
    if (field_ != 0)
      for_replicas(p, [&](std::size_t r, std::size_t) { energy_[r] -= field_ * static_cast<double>(total_[r]); });
  });
  stale_ = false;
}

void PackedReplicas::turn(std::span<const std::uint8_t> turned) {
  for (std::size_t p = 0; p < packs_.size(); ++p) {
    std::array<std::uint64_t, simd::word_parts> mask{};
    for_replicas(p, [&](std::size_t r, std::size_t lane) {
      mask[lane / 64] |= std::uint64_t{turned[r] != 0} << (lane % 64);
      if (turned[r] != 0) total_[r] = -total_[r];
    });
    packs_[p].turn(mask.data());
  }
  stale_ = true;
}

void PackedReplicas::save_each(std::span<std::byte> states) const {  // eight sites of eight lanes at a time
  const std::size_t units = layout().units;
  for (std::size_t begin = 0; begin < layout().replicas; begin += 8) {
    const simd::ReplicaPack& pack = packs_[begin / plan_->width];
    const std::size_t lane = begin % plan_->width, lanes = std::min<std::size_t>(8, layout().replicas - begin);
    for (std::size_t i = 0; i < units; i += 8) {
      const std::size_t sites = std::min<std::size_t>(8, units - i);
      std::uint64_t bits = 0;
      for (std::size_t j = 0; j < sites; ++j) {
        const std::uint64_t up = pack.part(i + j, lane / 64) >> (lane % 64) & 0xFF;
        bits |= (sign(i + j) > 0 ? up : up ^ 0xFF) << (8 * j);
      }
      bits = simd::transposed(bits);
      for (std::size_t l = 0; l < lanes; ++l)
        std::memcpy(states.data() + (begin + l) * units + i, simd::spins_of(bits >> (8 * l)).data(), sites);
    }
  }
}

std::vector<std::uint64_t> PackedReplicas::columns() const {
  const std::size_t per_pack = packs_[0].blocks() * plan_->width;
  std::vector<std::uint64_t> all(packs_.size() * per_pack);
  for (std::size_t p = 0; p < packs_.size(); ++p) packs_[p].to_columns(std::span(all).subspan(p * per_pack, per_pack));
  return all;
}

void PackedReplicas::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const {
  const std::vector<std::uint64_t> spins = columns(), sites = sites_of_blocks();
  for (std::size_t k = 0; k < pairs.size(); ++k)
    out[k] = likeness(&spins[pairs[k].first * sites.size()], &spins[pairs[k].second * sites.size()], sites);
}

std::vector<std::uint64_t> PackedReplicas::columns_of(std::span<const std::byte> states) const {
  const std::size_t blocks = packs_[0].blocks(), parts = plan_->width / 64, units = layout().units;
  std::vector<std::uint64_t> all(states.size() / units * blocks);
  for (std::size_t k = 0; k < states.size() / units; ++k)
    for (std::size_t i = 0; i < units; ++i) {
      const std::size_t row = plan_->row(i) / parts;
      const bool up = sign(i) * static_cast<std::int8_t>(states[k * units + i]) > 0;
      all[k * blocks + row / 64] |= std::uint64_t{up} << (row % 64);
    }
  return all;
}

void PackedReplicas::overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                                  std::vector<std::uint64_t>& memory, std::span<double> out) const {
  if (memory.empty()) memory = columns_of(states);
  const std::vector<std::uint64_t> spins = columns(), sites = sites_of_blocks();
  for (std::size_t r = 0; r < layout().replicas; ++r)
    out[r] = likeness(&spins[r * sites.size()], &memory[which[r] * sites.size()], sites);
}

void PackedReplicas::resample(std::span<const std::size_t> parent) {
  know_energies();
  const std::vector<std::uint64_t> before = columns();
  const std::vector<double> energy = energy_;
  const std::vector<std::int64_t> totals = total_;
  std::vector<std::uint64_t> after = before;
  const std::size_t blocks = packs_[0].blocks(), per_pack = blocks * plan_->width;
  for (std::size_t r = 0; r < parent.size(); ++r) {
    energy_[r] = energy[parent[r]];
    total_[r] = totals[parent[r]];
    std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(parent[r] * blocks), blocks,
                after.begin() + static_cast<std::ptrdiff_t>(r * blocks));
  }
  for (std::size_t p = 0; p < packs_.size(); ++p)
    packs_[p].from_columns(std::span<const std::uint64_t>(after).subspan(p * per_pack, per_pack));
}

}  // namespace

std::unique_ptr<Ensemble> make_packed_replicas(std::shared_ptr<const Ising> model, LocalMove kernel, ScanOrder order,
                                               Key key, Slice slice, Packing packing) {
  const Graph& graph = model->graph();
  assert(packed_replicas_supported(graph, kernel, order) && slice.count > 0);
  const std::size_t width = packing.width == 0 ? cheapest_pack(slice.total) : packing.width;
  assert((width == 64 || width == 128 || width == 256 || width == 512) && slice.first % width == 0);
  const simd::ReplicaKernels& kernels =
      packing.kernels == nullptr ? *simd::replica_kernels().front() : *packing.kernels;
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.grain = width;
  layout.units = graph.sites();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = "replica-packed, " + std::to_string(width) + " lanes, " + kernels.name;
  const auto plan_on = [&](const Graph& packed) {
    auto plan =
        std::make_unique<const simd::ReplicaPlan>(packed, decide_of(packed, kernel), visits_of(graph, order), width);
    return std::make_unique<PackedReplicas>(model, packed.common_field().value(), std::move(layout), key, kernels,
                                            std::move(plan));
  };
  return graph.common_field() ? plan_on(graph) : plan_on(with_fields_aligned(graph));
}

}  // namespace gibbsite

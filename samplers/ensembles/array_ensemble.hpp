/// The readable reference layout: replicas of any energy model as an array of configurations, moved one by one by a
/// kernel, OpenMP over replicas. On the power path, if no other is given: p_lambda(x) ~ exp(-lambda E(x)), lambda is
/// beta, and the reference is uniform over all states (ln Z = log_states). Each replica has its own random stream, so
/// the bits do not depend on threads.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <optional>

#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/ensembles/path.hpp"
#include "samplers/kernels/kernel.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {

template <EnergyModel M, Kernel<M> K, Path<M> P = PowerPath>
class ArrayEnsemble final : public Ensemble {
  using Unit = typename M::Unit;

 public:
  /// The replicas of `slice`, whose draws depend on `key`.
  ArrayEnsemble(std::shared_ptr<const M> model, K kernel, Key key, Slice slice, P path = {})
      : Ensemble(layout_of(*model, path, slice)),
        model_(std::move(model)),
        kernel_(std::move(kernel)),
        path_(std::move(path)),
        key_(key),
        units_(model_->units()),
        x_(slice.count * units_),
        energy_(slice.count),
        prepared_(slice.count) {
    for (std::size_t r = 0; r < slice.count; ++r) {
      model_->set_ordered(state(r));
      energy_[r] = model_->energy(state(r));
    }
  }

  void draw_reference(std::uint64_t time) override {
    for_each(layout().replicas, parallel(), [&](std::size_t r) { draw(r, Purpose::reference, time); });
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    threads_.run(static_cast<double>(layout().replicas * units_) * step.count, [&](bool parallel) {
      if (!parallel) {  // see for_each()
        typename K::Workspace scratch;
        for (std::size_t r = 0; r < layout().replicas; ++r) move(r, setting[r], step, tally[r], scratch);
        return;
      }
#pragma omp parallel
      {
        typename K::Workspace scratch;
#pragma omp for schedule(dynamic)
        for (std::size_t r = 0; r < layout().replicas; ++r) move(r, setting[r], step, tally[r], scratch);
      }
    });
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = path_.log_weight(*model_, state(r), energy_[r], lambda[r]);
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for_each(layout().replicas, parallel(),
             [&](std::size_t r) { model_->observe(state(r), energy_[r], out.subspan(r * components, components)); });
  }

  void resample(std::span<const std::size_t> parent) override {
    const std::vector<Unit> before = x_;
    const std::vector<double> energy = energy_;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(parent[r] * units_), units_, state(r).begin());
      energy_[r] = energy[parent[r]];
    }
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    if constexpr (Turnable<M>) {
      for_each(layout().replicas, parallel(),
               [&](std::size_t r) { out[r] = path_.turning(*model_, state(r), lambda[r]); });
    } else {
      Ensemble::turning(lambda, out);
    }
  }
  void turn(std::span<const std::uint8_t> turned) override {
    if constexpr (Turnable<M>) {
      for (std::size_t r = 0; r < layout().replicas; ++r) {
        if (turned[r] == 0) continue;
        model_->turn(state(r));
        energy_[r] = model_->energy(state(r));
      }
    } else {
      Ensemble::turn(turned);
    }
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    std::memcpy(bytes.data(), state(replica).data(), layout().state_bytes());
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    std::memcpy(state(replica).data(), bytes.data(), layout().state_bytes());
    energy_[replica] = model_->energy(state(replica));
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return model_->overlap(units_of(x), units_of(y));
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = model_->overlap(state(pairs[k].first), state(pairs[k].second));
  }

 private:
  static constexpr bool other_model =
      !std::is_reference_v<decltype(std::declval<const P&>().at(std::declval<const M&>(), 1.0))>;

  struct Moves {
    double lambda = 0;
    std::unique_ptr<const M> model;  // of p_lambda, where the path makes another one
    std::optional<decltype(std::declval<const K&>().prepare(std::declval<const M&>(), 0.0))> table;
  };

  static Layout layout_of(const M& model, const P& path, Slice slice) {
    static_assert(std::is_same_v<Unit, std::int8_t> || std::is_same_v<Unit, double>);
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = model.units();
    layout.unit_type = std::is_same_v<Unit, double> ? UnitType::float64 : UnitType::int8;
    layout.log_z_reference = path.log_z_reference(model);
    layout.stride = K::stride;
    if constexpr (Turnable<M>) layout.turns = path.in_field(model);
    layout.canonical = P::canonical;
    layout.observables = model.observables();
    layout.name = "plain";
    if constexpr (requires { K::layout_name; }) layout.name = K::layout_name;
    return layout;
  }

  void move(std::size_t r, const Setting& setting, const Step& step, Tally& tally, typename K::Workspace& scratch) {
    if (setting.lambda == 0) {
      draw(r, Purpose::sweep, step.time + step.count - 1);
      tally.tried += static_cast<double>(units_) * step.count;
      tally.accepted += static_cast<double>(units_) * step.count;
      return;
    }
    Moves& moves = prepared_[r];
    if (!moves.table || moves.lambda != setting.lambda) {
      if constexpr (other_model) moves.model = std::make_unique<const M>(path_.at(*model_, setting.lambda));
      moves.table.emplace(kernel_.prepare(moved(moves), setting.lambda));
      moves.lambda = setting.lambda;
    }
    for (std::uint32_t k = 0; k < step.count; ++k) {
      Chance chance(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
      kernel_.sweep(moved(moves), *moves.table, state(r), setting.stride, step.order, chance, tally, scratch);
    }
    energy_[r] = model_->energy(state(r));
  }

  const M& moved(const Moves& moves) const {
    if constexpr (other_model) return *moves.model;
    return *model_;
  }

  /// For loops that only look: threads pay where there is much to see.
  bool parallel() const {
    return layout().replicas > 1 && layout().replicas * units_ >= (1U << 18) && !omp_in_parallel();
  }
  std::span<Unit> state(std::size_t r) { return std::span(x_).subspan(r * units_, units_); }
  std::span<const Unit> state(std::size_t r) const { return std::span(x_).subspan(r * units_, units_); }
  std::vector<Unit> units_of(std::span<const std::byte> bytes) const {
    std::vector<Unit> x(units_);
    std::memcpy(x.data(), bytes.data(), layout().state_bytes());
    return x;
  }
  void draw(std::size_t r, Purpose purpose, std::uint64_t time) {
    Chance chance(Stream(key_, purpose, time, layout().first + r));
    path_.draw_reference(*model_, state(r), chance);
    energy_[r] = model_->energy(state(r));
  }

  std::shared_ptr<const M> model_;
  AdaptiveThreads threads_;
  K kernel_;
  P path_;
  Key key_;
  std::size_t units_;
  std::vector<Unit> x_;          // [replica][unit]
  std::vector<double> energy_;   // of the states, from scratch after every change
  std::vector<Moves> prepared_;  // what depends on lambda alone
};

}  // namespace gibbsite

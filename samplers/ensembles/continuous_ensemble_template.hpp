/// The ensemble behind make_continuous_ensemble(), for any rules of its moves: tests put wrong ones in their place.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "samplers/ensembles/continuous_ensemble.hpp"
#include "samplers/kernels/sign_clusters.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {

template <class Rules>
class ContinuousEnsemble final : public Ensemble {
 public:
  ContinuousEnsemble(std::shared_ptr<const ContinuousEnergy> model, ContinuousReference reference,
                     HamiltonianOptions options, Key key, Slice slice, SignMoves signs = SignMoves::none)
      : Ensemble(layout_of(*model, reference, options, slice)),
        model_(std::move(model)),
        reference_(reference),
        kernel_(options),
        key_(key),
        units_(model_->units()),
        tile_(std::max<std::size_t>(16, model_->batch())),
        x_(slice.count * units_),
        energy_(slice.count),
        gradient_(model_->leapfrog() == nullptr ? slice.count * units_ : 0) {
    if (signs == SignMoves::clusters) {
      if (model_->signs() == nullptr) throw std::invalid_argument("the signs of this model are no spins");
      if (reference_.is_box() && reference_.mean() != 0)
        throw std::invalid_argument("clusters of signs need a box that is symmetric about 0");
      signs_.emplace(*model_->signs(),
                     reference_.is_box() ? 0 : reference_.mean() / (reference_.scale() * reference_.scale()));
    }
    for (std::size_t r = 0; r < slice.count; ++r) {
      model_->set_ordered(state(r));
      if (reference_.is_box())
        for (double& value : state(r)) value = std::clamp(value, reference_.low(), reference_.high());
    }
    weigh(0, slice.count);
  }

  void draw_reference(std::uint64_t time) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) draw(r, Purpose::reference, time);
    weigh(0, layout().replicas);
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    const double work = static_cast<double>(layout().replicas * units_) * kernel_.options().steps;
    threads_.run(work * step.count, [&](bool parallel) {
      const std::size_t tile = tile_of(parallel ? static_cast<std::size_t>(omp_get_max_threads()) : 1),
                        tiles = (layout().replicas + tile - 1) / tile;
#pragma omp parallel if (parallel)
      {
        Scratch scratch;
#pragma omp for schedule(dynamic)
        for (std::size_t t = 0; t < tiles; ++t)
          move(t * tile, std::min((t + 1) * tile, layout().replicas), setting, step, tally, scratch);
      }
    });
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -reference_.potential(state(r), energy_[r], lambda[r]);
  }
  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      model_->observe(state(r), energy_[r], out.subspan(r * components, components));
  }
  void resample(std::span<const std::size_t> parent) override {
    const std::vector<double> x = x_, energy = energy_, gradient = gradient_;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      std::copy_n(x.begin() + offset(parent[r]), units_, x_.begin() + offset(r));
      if (!gradient.empty()) std::copy_n(gradient.begin() + offset(parent[r]), units_, gradient_.begin() + offset(r));
      energy_[r] = energy[parent[r]];
    }
  }
  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    std::memcpy(bytes.data(), state(replica).data(), layout().state_bytes());
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    std::memcpy(state(replica).data(), bytes.data(), layout().state_bytes());
    if (!std::isfinite(reference_.energy(state(replica))))
      throw std::invalid_argument("a state has numbers outside of the box, or that are not finite");
    weigh(replica, replica + 1);
  }
  /// x . y / (|x| |y|).
  double overlap_of(std::span<const std::byte> a, std::span<const std::byte> b) const override {
    std::vector<double> x(units_), y(units_);
    std::memcpy(x.data(), a.data(), layout().state_bytes());
    std::memcpy(y.data(), b.data(), layout().state_bytes());
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < units_; ++i) {
      xy += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return xx == 0 || yy == 0 ? (xx == yy ? 1 : 0) : xy / std::sqrt(xx * yy);
  }

 private:
  struct Scratch {
    typename Hamiltonian<Rules>::Workspace trajectories;
    SignClusters::Workspace clusters;
  };

  static Layout layout_of(const ContinuousEnergy& model, const ContinuousReference& reference,
                          const HamiltonianOptions& options, Slice slice) {
    if (options.steps == 0 || options.refreshments == 0 || !(options.memory >= 0 && options.memory < 1) ||
        !(options.least >= 0 && options.least <= 1))
      throw std::invalid_argument(
          "trajectories need a step, a refreshment of momenta, a memory from 0 to below 1 and least steps from 0 to 1");
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = model.units();
    layout.unit_type = UnitType::float64;
    layout.log_z_reference = reference.log_z(model.units());
    layout.stride = Stride::step_size;
    layout.acceptance = options.steps == 1 && options.refreshments == 1 ? 0.574 : 0.8;
    layout.canonical = reference.is_box();
    layout.observables = model.observables();
    layout.name = "continuous";
    return layout;
  }

  /// Replicas that move together. Where they stand side by side, so many that those with trajectories of like length
  /// find each other; no number depends on it.
  std::size_t tile_of(std::size_t threads) const {
    if (model_->leapfrog() == nullptr) return tile_;
    constexpr std::size_t most = 8;  // times eight
    const std::size_t share = layout().replicas / (Lanes::count * threads);
    return Lanes::count * std::clamp<std::size_t>(share, 1, most);
  }
  std::span<double> gradients(std::size_t from, std::size_t count) {
    return gradient_.empty() ? std::span<double>() : std::span(gradient_).subspan(from * units_, count * units_);
  }

  /// Replicas begin ... end - 1.
  void move(std::size_t begin, std::size_t end, std::span<const Setting> setting, const Step& step,
            std::span<Tally> tally, Scratch& scratch) {
    // Replicas at lambda = 0 are drawn; runs of others move together.
    for (std::size_t from = begin; from < end;) {
      std::size_t to = from;
      while (to < end && (setting[to].lambda == 0) == (setting[from].lambda == 0)) ++to;
      const std::size_t count = to - from;
      if (setting[from].lambda == 0) {
        for (std::size_t r = from; r < to; ++r) {
          draw(r, Purpose::sweep, step.time + step.count - 1);
          tally[r].tried += step.count;
          tally[r].accepted += step.count;
        }
        weigh(from, to);
      } else {
        const Cloud cloud{*model_,
                          reference_,
                          std::span(x_).subspan(from * units_, count * units_),
                          std::span(energy_).subspan(from, count),
                          gradients(from, count),
                          setting.subspan(from, count),
                          tally.subspan(from, count)};
        std::vector<Chance> chance;
        for (std::uint32_t k = 0; k < step.count; ++k) {
          chance.clear();
          for (std::size_t r = from; r < to; ++r)
            chance.emplace_back(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
          if (signs_ && step.order == Direction::reversed) turn_signs(from, cloud.setting, chance, scratch.clusters);
          kernel_.sweep(cloud, chance, scratch.trajectories);
          if (signs_ && step.order == Direction::forward) turn_signs(from, cloud.setting, chance, scratch.clusters);
        }
      }
      from = to;
    }
  }

  /// Of replicas from, from + 1, ..., one for each setting. Clusters after trajectories, reversed, are clusters first.
  void turn_signs(std::size_t from, std::span<const Setting> setting, std::span<Chance> chance,
                  SignClusters::Workspace& scratch) {
    for (std::size_t k = 0; k < setting.size(); ++k)
      signs_->sweep(setting[k].lambda, state(from + k), chance[k], scratch);
    weigh(from, from + setting.size());
  }

  void draw(std::size_t r, Purpose purpose, std::uint64_t time) {
    Chance chance(Stream(key_, purpose, time, layout().first + r));
    reference_.draw(state(r), chance);
  }
  /// Energies and gradients of replicas from, ..., to - 1.
  void weigh(std::size_t from, std::size_t to) {
    for (std::size_t begin = from; begin < to; begin += tile_) {
      const std::size_t count = std::min(tile_, to - begin);
      model_->evaluate(std::span(x_).subspan(begin * units_, count * units_), std::span(energy_).subspan(begin, count),
                       gradients(begin, count));
    }
  }
  std::ptrdiff_t offset(std::size_t r) const { return static_cast<std::ptrdiff_t>(r * units_); }
  std::span<double> state(std::size_t r) { return std::span(x_).subspan(r * units_, units_); }
  std::span<const double> state(std::size_t r) const { return std::span(x_).subspan(r * units_, units_); }

  std::shared_ptr<const ContinuousEnergy> model_;
  ContinuousReference reference_;
  std::optional<SignClusters> signs_;
  Hamiltonian<Rules> kernel_;
  AdaptiveThreads threads_;
  Key key_;
  std::size_t units_, tile_;
  std::vector<double> x_, energy_, gradient_;  // [replica][d], [replica], [replica][d]: E and dE/dx of the states,
                                               // no gradients where the model has a faster way
};

}  // namespace gibbsite

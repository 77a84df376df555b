/// Replicas of spins at places (site_places.hpp), one after the other: what the ensembles that move sixteen sites to a
/// vector share. What a replica knows of itself (simd::SiteState) is exact, a pure function of its spins.
#pragma once

#include <omp.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/ensembles/site_places.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {

/// How a replica moves.
struct SiteMove {
  simd::SiteKernels::Sweep kernel;
  float scale;                       ///< of fields
  const float* reference = nullptr;  ///< [place], or null
  float tilt = 0;                    ///< of the reference
  bool forgets = false;              ///< nothing of what was before matters: of several sweeps the last one will do
};

class SiteReplicas {
 public:
  /// `first` ... `first` + count - 1 of the whole, all spins down. down: how a canonical state, int8, says that; a spin
  /// that is up is 1.
  SiteReplicas(SitePlaces places, std::size_t first, std::size_t count, std::int8_t down = -1);

  const SitePlaces& places() const noexcept { return places_; }
  std::size_t count() const noexcept { return replicas_.size(); }
  const simd::SiteState& state(std::size_t r) const noexcept { return replicas_[r].state; }

  /// step.count sweeps of every replica, by move_of(lambda). Adds visits to tally, and spins that turned over: all,
  /// where lambda = 0.
  template <class MoveOf>
  void sweep(Key key, std::span<const Setting> setting, const Step& step, std::span<Tally> tally, MoveOf&& move_of) {
    const double units = static_cast<double>(places_.sites()) * step.count;
    over_replicas(step.count, [&](std::size_t r) {
      const std::uint64_t before = replicas_[r].state.turned;
      sweep_one(r, move_of(setting[r].lambda), key, Purpose::sweep, step);
      tally[r].tried += units;
      tally[r].accepted += setting[r].lambda == 0 ? units : static_cast<double>(replicas_[r].state.turned - before);
    });
  }
  /// A draw of the reference at that time, by `move`.
  void draw(Key key, std::uint64_t time, const SiteMove& move);
  /// act(replica) for all, by several threads where that is faster.
  template <class Act>
  void over_replicas(std::uint32_t sweeps, Act&& act) const {
    threads_.run(static_cast<double>(count() * places_.sites()) * sweeps,
                 [&](bool parallel) { for_each(count(), parallel, act); });
  }

  void turn(std::size_t r);
  void resample(std::span<const std::size_t> parent);
  void save(std::size_t r, std::span<std::byte> bytes) const;
  void load(std::size_t r, std::span<const std::byte> bytes);
  /// Sites at which two replicas differ.
  std::size_t different(std::size_t a, std::size_t b) const;
  /// And at which a replica differs from number k of those that kept_states() made of canonical ones.
  std::size_t different(std::size_t r, const std::vector<std::uint64_t>& kept, std::size_t k) const;
  std::vector<std::uint64_t> kept_states(std::span<const std::byte> states) const;

 private:
  struct Replica {
    simd::Buffer<std::int32_t> up, fields;
    simd::SiteState state;
  };
  Replica empty() const;
  void weigh(Replica& replica) const;
  void sweep_one(std::size_t r, const SiteMove& move, Key key, Purpose purpose, const Step& step);

  SitePlaces places_;
  std::size_t first_;
  std::int8_t down_;
  std::vector<Replica> replicas_;
  mutable AdaptiveThreads threads_;  // which way was faster changes no result
};

/// What all ensembles of such replicas do alike; the others say how one moves, and what its sums mean.
class SiteEnsemble : public Ensemble {
 public:
  void draw_reference(std::uint64_t time) override { replicas_.draw(key_, time, move_of(0)); }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override;
  void turn(std::span<const std::uint8_t> turned) override;
  void resample(std::span<const std::size_t> parent) override { replicas_.resample(parent); }
  void save(std::size_t replica, std::span<std::byte> bytes) const override { replicas_.save(replica, bytes); }
  void load(std::size_t replica, std::span<const std::byte> bytes) override { replicas_.load(replica, bytes); }

 protected:
  SiteEnsemble(Layout layout, Key key, SiteReplicas replicas)
      : Ensemble(std::move(layout)), replicas_(std::move(replicas)), key_(key) {}
  virtual SiteMove move_of(double lambda) const = 0;
  /// All replicas in this canonical state.
  void load_everywhere(std::span<const std::int8_t> state);

  SiteReplicas replicas_;

 private:
  Key key_;
};

}  // namespace gibbsite

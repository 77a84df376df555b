/// The Ising model with one J between all pairs of sites and one field h: all follows from the sum of the spins,
///
///   M = sum_i s_i,   E = -J (M^2 - N) / 2 - h M,   f_i = J (M - s_i) + h,
///
/// so that an energy costs a pass over the spins and a move, where M is kept, no sum at all. With J = J_0 / N this is
/// the model of Curie and Weiss. States, observables and distribution are those of Ising on the complete graph; its
/// bonds are never listed.
#pragma once

#include <memory>
#include <vector>

#include "physics/ising.hpp"

namespace gibbsite {

class CompleteIsing {
 public:
  using Unit = Ising::Unit;
  using State = std::span<Unit>;
  using ConstState = std::span<const Unit>;

  /// Of a graph that bonds all pairs (physics/recognise.hpp).
  explicit CompleteIsing(std::shared_ptr<const Ising> ising);

  std::size_t units() const noexcept { return ising_->units(); }
  double log_states() const noexcept { return ising_->log_states(); }
  double energy(ConstState s) const noexcept;
  /// The local field of a site, the others' spins adding up to `others`; exactly 0 where it is so but for rounding.
  double local_field(std::int64_t others) const noexcept;
  std::vector<Observable> observables() const { return ising_->observables(); }
  void observe(ConstState s, double energy, std::span<double> out) const noexcept { ising_->observe(s, energy, out); }
  double overlap(ConstState a, ConstState b) const noexcept { return ising_->overlap(a, b); }
  void set_ordered(State s) const { ising_->set_ordered(s); }
  std::size_t states(std::size_t) const noexcept { return 2; }
  void set_state(State s, std::size_t i, std::size_t k) const noexcept { ising_->set_state(s, i, k); }
  bool in_field() const noexcept { return field_ != 0; }
  double turning_energy(ConstState s) const noexcept { return ising_->turning_energy(s); }
  void turn(State s) const noexcept { ising_->turn(s); }
  template <class C>
  void draw_uniform(State s, C& chance) const {
    ising_->draw_uniform(s, chance);
  }

 private:
  std::shared_ptr<const Ising> ising_;
  double coupling_, field_;
};

static_assert(EnergyModel<CompleteIsing> && Turnable<CompleteIsing> && Enumerable<CompleteIsing>);

}  // namespace gibbsite

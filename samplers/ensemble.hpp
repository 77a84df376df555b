/// The one seam between the inside (static, fast, one replica layout per implementation) and the outside (methods).
///
/// R replicas of one system stand on one path p_lambda(x) ~ exp(log_weight(x, lambda)) with a normalised reference at
/// lambda = 0 that can be drawn exactly. For an energy model on the power path, lambda is beta and log_weight = -beta
/// E. Methods (chains, tempering, annealing) see nothing else of a system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "physics/concepts.hpp"

namespace gibbsite {

/// What travels when replicas exchange. stride: step size of a continuous move, or clusters per sweep; else ignored.
struct Setting {
  double lambda = 0;
  double stride = 1;
  bool operator==(const Setting&) const = default;
};

/// reversed: the time reversal of the kernel with respect to p_lambda, for reverse annealing.
enum class Direction { forward, reversed };

/// Sweeps at times time, time + 1, ..., time + count - 1.
struct Step {
  std::uint64_t time = 0;
  std::uint32_t count = 1;
  Direction order = Direction::forward;
};

/// Per replica, added up by sweep(): moves tried and accepted; with clusters, spins of the system and spins turned
/// over.
struct Tally {
  double tried = 0, accepted = 0;
};

/// What `Setting::stride` means to an ensemble, and so how a method tunes it: clusters per sweep are chosen to turn
/// over as many spins as there are; a step size is chosen for Layout::acceptance.
enum class Stride { unused, clusters, step_size };

/// How the units of a canonical state are stored.
enum class UnitType { int8, float64 };

/// Replicas first ... first + count - 1 of the `total` that share a key: all of them, or what one machine of several
/// holds. How replicas are laid out is chosen from the total, and draws depend on a replica's place in the whole, so
/// that slices have the bits of the whole. `first` is a multiple of the layout's grain.
struct Slice {
  Slice(std::size_t all) : count(all), total(all) {}  // NOLINT: a number of replicas is a whole
  Slice(std::size_t from, std::size_t replicas, std::size_t of) : first(from), count(replicas), total(of) {}

  std::size_t first = 0, count = 0, total = 0;
};

/// Fixed at construction.
struct Layout {
  std::size_t first = 0;  ///< index of replica 0 of this ensemble in the whole
  std::size_t replicas = 0;
  std::size_t grain = 1;  ///< replicas that share one random stream; `first` is a multiple of it
  std::size_t units = 0;  ///< units of a canonical state
  UnitType unit_type = UnitType::int8;
  double log_z_reference = 0;  ///< ln Z at lambda = 0
  Stride stride = Stride::unused;
  double acceptance = 0.574;  ///< wanted of steps: of Langevin moves (Roberts & Rosenthal 1998)
  bool canonical = false;  ///< log_weight(x, lambda) = -lambda E(x), with the energy that is observed
  bool turns = false;      ///< spins in a field: -x is a state too, of another weight; see turning()
  std::vector<Observable> observables;
  std::string name;  ///< how replicas are laid out: "plain"

  std::size_t state_bytes() const noexcept { return units * (unit_type == UnitType::int8 ? 1 : sizeof(double)); }
};

class Ensemble {
 public:
  virtual ~Ensemble() = default;
  Ensemble(const Ensemble&) = delete;
  Ensemble& operator=(const Ensemble&) = delete;

  const Layout& layout() const noexcept { return layout_; }

  /// Every replica becomes an exact, independent draw of the reference.
  virtual void draw_reference(std::uint64_t time) = 0;
  /// Moves replica r by a kernel that leaves p_{setting[r].lambda} invariant and converges to it. At lambda = 0 a sweep
  /// is a fresh exact draw of the reference. Adds to tally[r]. Replicas never see each other.
  virtual void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) = 0;
  /// out[r] = log_weight(x_r, lambda[r]).
  virtual void log_weight(std::span<const double> lambda, std::span<double> out) const = 0;
  /// out[r * components + k], one component per layout().observables.
  virtual void observe(std::span<double> out) const = 0;
  /// Replica r becomes a copy of replica parent[r] (both counted within this ensemble).
  virtual void resample(std::span<const std::size_t> parent) = 0;
  /// The canonical state of a replica: the same bytes for any implementation of the same system.
  virtual void save(std::size_t replica, std::span<std::byte> state) const = 0;
  virtual void load(std::size_t replica, std::span<const std::byte> state) = 0;
  /// The canonical states of all replicas, one behind the other.
  virtual void save_each(std::span<std::byte> states) const;
  /// A replica's state in whatever form is the quickest to copy, for who keeps many and looks at few; and what
  /// canonical state it is.
  virtual void copy(std::size_t replica, std::vector<std::byte>& copied) const;
  virtual void canonical(std::span<const std::byte> copied, std::span<std::byte> state) const;
  /// Likeness of two canonical states as the model defines it: 1 for a state with itself, sum_i x_i y_i / units for
  /// spins. The model's own, since what is stored need not be what a state means (0 ... q-1 for angles).
  virtual double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const = 0;
  /// out[k] = overlap_of() the two replicas of pair k.
  virtual void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const;
  /// out[r] = overlap_of() replica r and number which[r] of some canonical states, one behind the other. memory: what
  /// the ensemble makes of these states, empty at first; kept by who asks again.
  virtual void overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                            std::vector<std::uint64_t>& memory, std::span<double> out) const;
  /// Where layout().turns, what samplers/ensembles/global_flips.hpp needs:
  /// out[r] = log_weight(-x_r, lambda[r]) - log_weight(x_r, lambda[r]).
  virtual void turning(std::span<const double> lambda, std::span<double> out) const;
  /// Turns all units of replica r over where turned[r] is not 0.
  virtual void turn(std::span<const std::uint8_t> turned);

 protected:
  explicit Ensemble(Layout layout) : layout_(std::move(layout)) {}

 private:
  Layout layout_;
};

/// sum_i x_i y_i / units of two canonical states whose units are spins, +1 or -1, one byte each.
double spin_overlap(std::span<const std::byte> x, std::span<const std::byte> y) noexcept;
/// Ensemble::save_each().
std::vector<std::byte> save_all(const Ensemble& ensemble);
/// Inverse of save_all. Throws std::invalid_argument if the length is not replicas x state_bytes.
void load_all(Ensemble& ensemble, std::span<const std::byte> states);

}  // namespace gibbsite

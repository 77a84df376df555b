/// The physical system of a study: what a report, a table or a file has to know of it, and how it becomes an ensemble.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "physics/exact/exact.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "studies/files/record.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/study/study.hpp"
#include "studies/systems/clamp.hpp"
#include "studies/systems/system_size.hpp"

namespace gibbsite {

/// What lambda, the number in method.beta, is. temperature: an inverse temperature, p ~ exp(-beta E). mixture: a place
/// between a reference (0) and the model (1).
enum class PathKind { temperature, mixture };

/// How much work exact answers may take: as much as a run can bear beside its own, or all that is worth waiting for.
enum class Effort { beside_a_run, asked_for };

/// What a unit stored as an integer may be, and how to say it.
struct UnitStates {
  std::vector<double> values = {-1, 0, 1};
  std::string words = "-1 and 1, or 0 and 1";
};

class System {
 public:
  virtual ~System() = default;

  /// One line for people: "square 32 x 32, periodic, J = 1".
  virtual std::string description() const = 0;
  /// What densities are per.
  virtual double sites() const = 0;
  /// What a sweep of one replica costs, in flips of a spin with four neighbours.
  virtual double work() const { return sites(); }
  virtual PathKind path() const { return PathKind::temperature; }
  /// Whether flipping all spins changes nothing, so that the mean magnetization is 0.
  virtual bool symmetric() const { return false; }
  /// Whether couplings are random, so that overlaps of two replicas tell something.
  virtual bool disordered() const { return false; }
  /// Whether couplings compete, so that there may be valleys that no symmetry joins.
  virtual bool frustrated() const { return disordered(); }
  virtual UnitStates unit_states() const { return {}; }
  /// Between two values of the overlap of two states, which are -1, -1 + step, ..., 1; 0: others.
  virtual double overlap_step() const { return 0; }
  /// Whether overlaps of q and -q are alike.
  virtual bool even_overlaps() const { return symmetric(); }
  virtual std::vector<Observable> observables() const = 0;
  /// Exact answers at each lambda, or why there are none.
  virtual std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const = 0;
  /// ln Z at lambda = 1 alone, where it is known: by sums over at most so many states, or as exact() knows it.
  virtual std::optional<double> exact_log_z(double most_states = 0x1p26) const;
  /// Another path to the model, from a reference of its own, where there is one: snapshots of a training; how many
  /// machines it goes through, or 0.
  virtual std::size_t trajectory_machines() const { return 0; }
  virtual std::unique_ptr<Ensemble> trajectory_ensemble(Key, Slice) const { return nullptr; }
  /// The group /model: all there is to know to build the system again.
  virtual Group record() const = 0;
  /// Which units of the whole are held at values; null: none.
  virtual const Clamping* clamping() const { return nullptr; }
  /// What may not be meant as it was read, for the warnings.
  virtual std::vector<std::string> doubts() const { return {}; }
  /// Throws RequestError where energies are beyond what numbers can hold.
  virtual void check_range(std::span<const double>) const {}
  /// Numbers about the model and its data that depend on no draw, as warnings or diagnostics.
  virtual void add_diagnostics(Group&) const {}
  /// Throws RequestError naming the pair where the study's sampler cannot move the system, and why.
  virtual void check(const Study& study) const = 0;
  /// Why so many replicas of it move in the plain layout, where there are faster ones and the study left it open; or
  /// nothing: "couplings are of very different size".
  virtual std::string why_plain(const Study&, std::size_t) const { return ""; }
  /// After check(). annealed: every lambda is visited once, from an exact draw on.
  virtual std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool annealed = false) const = 0;

 protected:
  System() = default;
};

/// A kind of system that a study can name: all that the rest of the program knows of it.
struct SystemEntry {
  std::string name, meaning;         ///< as `gibbsite list models` shows them
  void (*add_keys)(KeyTable&);       ///< its keys under [model] and elsewhere
  void (*check)(const Study&);       ///< refuses what shows only in several keys together; throws RequestError
  SystemSize (*size)(const Study&);  ///< before it is built
  std::shared_ptr<const System> (*make)(const Study&);  ///< throws RequestError for what cannot be
  SamplerKind sampler = SamplerKind::heat_bath;         ///< where a study names none
};

}  // namespace gibbsite

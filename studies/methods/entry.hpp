/// A method that a study can name: all that the rest of the program knows of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "physics/random.hpp"
#include "samplers/method.hpp"
#include "studies/methods/findings.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// Sweeps that a draw should stand for where a study leaves that open, and the most it may.
struct SweepsPerDraw {
  std::int64_t wanted = 1, most = 1;
};

/// A quantity that a run is to know so well at every beta; error 0: it runs to its end.
struct Target {
  std::string quantity;
  double error = 0;
  std::int64_t sweeps = 0;  ///< it may take
};

/// What the draws of a task will hold: so many rows of so many numbers, or somewhat more than there will be; and the
/// bytes of configurations that are kept.
struct DrawsToCome {
  double draws = 0, numbers = 0, more = 0;
};

/// Functions of a Method get the one that make() made.
struct MethodEntry {
  std::string name, meaning;    ///< as `gibbsite list methods` shows them
  void (*add_keys)(KeyTable&);  ///< its keys under [method]
  void (*check)(const Study&);  ///< refuses what shows only in several keys together; throws RequestError
  void (*check_system)(const Study&, const System&);  ///< and what shows only together with the system
  std::string (*plan)(const Study&);                  ///< "mcmc: 8 chains x 5000 sweeps at 13 betas, after 500 ..."
  std::size_t (*replicas)(const Study&);              ///< that the ensemble must have
  double (*sweeps)(const Study&);                     ///< of all replicas, about
  std::vector<MemoryNeed> (*needs)(const Study&, const SystemSize&);             ///< of replicas and of what it keeps
  DrawsToCome (*draws)(const Study&, const System&);                             ///< once sweeps per draw are settled
  Target (*target)(const Study&);                                                ///< when it may stop early
  std::unique_ptr<Method> (*make)(const Study&, const System&, Ensemble&, Key);  ///< throws std::invalid_argument
  bool (*can_estimate)(const Method&);                                           ///< whether there are draws enough
  Group (*series)(const Study&, const Method&);                                  ///< the draws
  void (*add_snapshots)(Group&, const Ensemble&, const Method&);                 ///< to the group `configurations`
  Findings (*findings)(const Study&, const System&, const Ensemble&, const Method&);
  /// Nothing where the study says how many, or where the method has no draws: it is then as it is.
  std::optional<SweepsPerDraw> (*sweeps_per_draw)(const Study&, const System&) = nullptr;
  Snapshot (*final_state)(const Method&) = nullptr;  ///< to go on from with more sweeps; null: it cannot
  /// The same with the draws of a result's task, for a new method of the longer study. Throws RequestError.
  std::pair<Snapshot, Trace> (*longer)(const Study&, const Method&, const Group& task, Snapshot) = nullptr;
  void (*settle)(Study&) = nullptr;  ///< sets what follows from the other keys; throws RequestError
  const char* settled_by = "";       ///< what it takes method.beta from, where the study gives none
  bool annealed = false;             ///< every lambda is visited once, from an exact draw on
};

}  // namespace gibbsite

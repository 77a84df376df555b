// The keys of `gibbsite loglik`.
#include "studies/section.hpp"

namespace gibbsite {
namespace {

using Ais = Study::Ais;
using LadderKeys = Study::Ladder;
using RaiseKeys = Study::Raise;

}  // namespace

void add_likelihood(std::vector<StudyKey>& keys) {
  const auto ais = Section<Ais>(keys, "ais", &Study::ais).fixed();
  ais.integer("particles", &Ais::particles, {2, 1'000'000'000}, "annealed from the base rates to the model");
  ais.integer("temperatures", &Ais::temperatures, {3, 1'000'000'000}, "on the way, one sweep at each");
  ais.choice("schedule", &Ais::schedule, {"salakhutdinov", "adaptive", "linear"},
             "their spacing: Salakhutdinov & Murray (2008), equal thermodynamic length, or equal");
  ais.choice("reference", &Ais::reference, {"base-rate", "uniform"},
             "where they begin: independent units as in the data, or all states alike");
  ais.flag("reverse", &Ais::reverse, "also back from samples of the model, as a check");
  ais.integer("thermalization", &Ais::thermalization, {0}, "sweeps of the model before the way back");
  const auto tempering = Section<LadderKeys>(keys, "tempering", &Study::tempering).fixed();
  tempering.integer("rungs", &LadderKeys::rungs, {0, 100'000},
                    "lambdas of the ladder, spaced as it goes; below 2: no tempering");
  tempering.integer("ladders", &LadderKeys::ladders, {1, 100'000}, "independent ladders");
  tempering.integer("thermalization", &LadderKeys::thermalization, {0}, "sweeps thrown away");
  tempering.integer("sweeps", &LadderKeys::sweeps, {16}, "sweeps kept");
  const auto raise = Section<RaiseKeys>(keys, "raise", &Study::raise).fixed();
  raise.integer("samples", &RaiseKeys::samples, {0},
                "of the data, the first ones, for the conservative bound; 0: none");
  raise.integer("temperatures", &RaiseKeys::temperatures, {3, 1'000'000'000}, "on the way from each");
  raise.integer("draws", &RaiseKeys::draws, {1, 1'000'000}, "ways from each");
  const auto run = Section<Study::Run>(keys, "run", &Study::run).fixed();
  run.integer("seed", &Study::Run::seed, {0}, "seed of all random numbers");
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
}

}  // namespace gibbsite

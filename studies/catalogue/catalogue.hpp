/// What there is: systems, samplers, methods; and how a typed study becomes a system, an ensemble and a method.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "studies/methods/entry.hpp"
#include "studies/study/schema.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// The two arrays that everything else is made from: schema, lists, help, checks, and what a run does.
std::span<const SystemEntry* const> systems();
std::span<const MethodEntry* const> methods();
/// The entry that a study names.
const SystemEntry& system_entry(const Study& study);
const MethodEntry& method_entry(const Study& study);

/// Every key of a study.
const Schema& study_schema();

/// A name a person can write in a study, with one line about it.
struct Listing {
  std::string name, meaning;
};
/// Entries of "models", "lattices", "samplers", "methods" or "estimators", in the order in which they are listed.
std::vector<std::string> topics();
std::vector<Listing> listings(const std::string& topic);

/// Throws RequestError for a model, lattice or file that cannot be.
std::shared_ptr<const System> make_system(const Study& study);
/// What is done with it: "wolff; mcmc: 8 chains x 5000 sweeps at 13 betas, after 500 sweeps of thermalization".
std::string plan(const Study& study);
/// The replicas that the study's method needs.
std::unique_ptr<Ensemble> make_ensemble(const Study& study, const System& system, Key key);
/// Throws RequestError where the method cannot do what is asked.
std::unique_ptr<Method> make_method(const Study& study, const System& system, Ensemble& ensemble, Key key);

}  // namespace gibbsite

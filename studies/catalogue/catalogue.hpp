/// What there is: models, lattices, samplers, methods - and how a typed study becomes an ensemble and a method.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "samplers/ensemble.hpp"
#include "samplers/method.hpp"
#include "studies/study/study.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// A name a person can write in a study, with one line about it.
struct Listing {
  std::string name, meaning;
};

/// Entries of "models", "lattices", "samplers", "methods" or "estimators", in the order in which they are listed.
std::vector<std::string> topics();
std::span<const Listing> entries(const std::string& topic);

/// Throws RequestError for a model, lattice or file that cannot be.
std::shared_ptr<const System> make_system(const Study& study);

/// What is done with a system: "wolff; mcmc: 8 chains x 5000 sweeps at 13 betas, after 500 sweeps of
/// thermalization".
std::string plan(const Study& study);

/// Replicas that the study's method needs: chains x betas, or particles.
std::size_t replicas(const Study& study);
/// Throws RequestError where the method cannot do what is asked.
std::unique_ptr<Method> make_method(const Study& study, const System& system, Ensemble& ensemble, Key key);

}  // namespace gibbsite

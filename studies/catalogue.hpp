/// What there is: models, lattices, samplers, methods - and how a typed study becomes an ensemble and a method.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/method.hpp"
#include "studies/study.hpp"

namespace gibbsite {

/// A name a person can write in a study, with one line about it.
struct Listing {
  std::string name, meaning;
};

/// Entries of "models", "lattices", "samplers", "methods" or "estimators", in the order in which they are listed.
std::vector<std::string> topics();
std::span<const Listing> entries(const std::string& topic);

/// The physical system of a study. A lattice of geometry `graph` came from a couplings file.
struct System {
  Lattice lattice;
  std::shared_ptr<const Ising> ising;
};

/// Throws RequestError for a lattice or couplings file that cannot be.
System make_system(const Study& study);
/// One line for people: "ising, square 32 x 32, periodic, J = 1".
std::string describe(const Study& study, const System& system);

/// And one about what is done with it: "wolff; mcmc: 8 chains x 5000 sweeps at 13 betas, after 500 sweeps of
/// thermalization".
std::string plan(const Study& study);

/// Replicas that the study's method needs: chains x betas, or particles.
std::size_t replicas(const Study& study);
/// Throws RequestError naming the pair where the sampler cannot move the model, and why.
void check_sampler(const Study& study, const System& system);
/// The ensemble of a study, after check_sampler().
std::unique_ptr<Ensemble> make_ensemble(const Study& study, const System& system, Key key);
/// Throws RequestError where the method cannot do what is asked.
std::unique_ptr<Method> make_method(const Study& study, Ensemble& ensemble, Key key);

}  // namespace gibbsite

// What `gibbsite list` lists: one line for every name that a study may hold.
#include <fmt/format.h>

#include <map>

#include "studies/catalogue/catalogue.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

const Listing models[] = {
    {"ising", "spins +-1 with couplings J_ij and fields h_i on any graph: E = -sum J_ij s_i s_j - sum h_i s_i"},
    {"rbm",
     "restricted Boltzmann machine: binary, spin, gaussian or categorical visible units, binary or spin hidden ones"},
    {"dbm", "deep Boltzmann machine: three layers or more"},
    {"dbn", "deep belief network: a restricted Boltzmann machine on top of sigmoid layers; its top is what moves"},
    {"boltzmann", "Boltzmann machine: every unit bonded to every other, with or without hidden ones"},
    {"hopfield", "Hopfield network: spins that store patterns (hebbian, pseudo-inverse)"}};

const Listing lattices[] = {
    {"chain", "one dimension, 2 neighbours"},
    {"square", "two dimensions, 4 neighbours"},
    {"cubic", "three dimensions, 6 neighbours"},
    {"hypercubic", "any dimension d, 2 d neighbours"},
    {"triangular", "two dimensions, 6 neighbours"},
    {"honeycomb", "two dimensions, 3 neighbours, two sites per cell"},
    {"complete", "every pair: J/N (Curie-Weiss), or disordered J/sqrt(N) (Sherrington-Kirkpatrick)"},
    {"(any graph)", "couplings = \"FILE\" with lines `i j J`, and `i i h` for fields"}};

const Listing samplers[] = {
    {"heat-bath",
     "each spin drawn anew given its neighbours; valid everywhere (scan: sequential, checkerboard, random); networks: "
     "all units of a layer at once"},
    {"metropolis", "single flips, accepted with min(1, exp(-beta dE)) (scan: random, sequential, checkerboard)"},
    {"wolff", "one cluster at a time; a sweep is a fixed number of them, tuned per beta; fields by a ghost spin"},
    {"swendsen-wang", "all clusters at once; fields by a ghost spin"}};

const Listing methods[] = {
    {"mcmc", "independent chains over a grid of beta, from hot and cold starts"},
    {"tempering", "non-reversible replica exchange on a ladder of beta, fixed or adaptive; ln Z along the ladder"},
    {"annealing", "annealed importance sampling from beta = 0, and back; ln Z; optional resampling"}};

const Listing estimators[] = {
    {"tau", "integrated autocorrelation time by Wolff's Gamma method, automatic window; errors follow from it"},
    {"ess, rhat", "effective sample size; split R-hat over chains"},
    {"derived", "specific heat, susceptibilities, Binder cumulant: delta method with correlated errors"},
    {"stepping_stone", "ln Z along a ladder from ratios of neighbouring weights, errors by the summed influence"},
    {"bar", "the same by Bennett's acceptance ratio, from both sides"},
    {"ais", "ln Z from annealing weights: a lower bound in expectation"},
    {"ais_reverse", "ln Z from the way back"},
    {"ais_two_sided", "ln Z from both by Bennett's acceptance ratio"}};

const std::map<std::string, std::span<const Listing>>& table() {
  static const std::map<std::string, std::span<const Listing>> all = {{"models", models},
                                                                      {"lattices", lattices},
                                                                      {"samplers", samplers},
                                                                      {"methods", methods},
                                                                      {"estimators", estimators}};
  return all;
}

}  // namespace

std::vector<std::string> topics() { return {"models", "lattices", "samplers", "methods", "estimators"}; }

std::span<const Listing> entries(const std::string& topic) {
  const auto found = table().find(topic);
  if (found == table().end())
    throw RequestError(fmt::format("there is no list of '{}'; there are: {}", topic, join(topics(), ", ")));
  return found->second;
}

}  // namespace gibbsite

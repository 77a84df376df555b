// What `gibbsite list` lists: one line for every name that a study may hold.
#include <fmt/format.h>

#include <iterator>

#include "physics/lattice.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

const Listing estimators[] = {
    {"tau", "integrated autocorrelation time by Wolff's Gamma method, automatic window; errors follow from it"},
    {"ess, rhat", "effective sample size; split R-hat over chains"},
    {"derived", "specific heat, susceptibilities, Binder cumulant: delta method with correlated errors"},
    {"stepping_stone", "ln Z along a ladder from ratios of neighbouring weights, errors by the summed influence"},
    {"bar", "the same by Bennett's acceptance ratio, from both sides"},
    {"ais", "ln Z from annealing weights: a lower bound in expectation"},
    {"ais_reverse", "ln Z from the way back"},
    {"ais_two_sided", "ln Z from both by Bennett's acceptance ratio"}};

std::vector<Listing> lattices() {
  std::vector<Listing> all;
  for (const LatticeKind& kind : lattice_kinds()) all.push_back({std::string(kind.name), std::string(kind.meaning)});
  all.push_back({"(any graph)", "couplings = \"FILE\" with lines `i j J`, and `i i h` for fields"});
  return all;
}

std::vector<Listing> samplers() {
  std::vector<Listing> all;
  for (const SamplerEntry& entry : sampler_entries()) all.push_back({entry.name, entry.meaning});
  return all;
}

template <class Entry>
std::vector<Listing> entries(std::span<const Entry* const> of) {
  std::vector<Listing> all;
  for (const Entry* entry : of) all.push_back({entry->name, entry->meaning});
  return all;
}

}  // namespace

std::vector<std::string> topics() { return {"models", "lattices", "samplers", "methods", "estimators"}; }

std::vector<Listing> listings(const std::string& topic) {
  if (topic == "models") return entries(systems());
  if (topic == "lattices") return lattices();
  if (topic == "samplers") return samplers();
  if (topic == "methods") return entries(methods());
  if (topic == "estimators") return {std::begin(estimators), std::end(estimators)};
  throw RequestError(fmt::format("there is no list of '{}'; there are: {}", topic, join(topics(), ", ")));
}

}  // namespace gibbsite

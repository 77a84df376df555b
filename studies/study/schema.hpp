/// The schema: every key of a study, each defined once. The study file, the command line, `--help` and the resolved
/// record are all made from this table (schema.cpp); nothing else knows what keys there are.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "studies/study/study.hpp"
#include "studies/study/value.hpp"

namespace gibbsite {

/// What a study must be for a key to have a part in it.
struct Condition {
  std::string goes_with;               ///< in words: `method.name = "annealing"`
  std::vector<std::string> selectors;  ///< the keys that decide it
  bool (*holds)(const Study&) = nullptr;
};

/// Whether the model is a network of units, not a lattice or graph of spins.
inline bool is_network(const Study& study) { return study.model.name != "ising"; }
inline const Condition network{"a model that is a network, not a lattice", {"model.name"}, is_network};

struct StudyKey {
  std::string name;     ///< "model.size"
  std::string allowed;  ///< "integer >= 1"
  std::string help;
  std::function<void(Study&, const Value&)> set;          ///< throws BadValue
  std::function<std::optional<Value>(const Study&)> get;  ///< nothing where there is nothing to write down
  bool text = false;                                      ///< its values are words, not numbers
  bool griddable = true;
  std::vector<std::string> choices = {};
  std::optional<Condition> condition = {};

  bool applies(const Study& study) const { return !condition || condition->holds(study); }
};

/// Whose keys: of a study (`run`, `exact`), or of `loglik`.
enum class Purview { study, likelihood };

/// All keys, section by section.
const std::vector<StudyKey>& schema(Purview purview = Purview::study);
const StudyKey* find_key(std::string_view name, Purview purview = Purview::study);
/// The sections in order: "model", "data", "sampler", "method", "run"; of a likelihood "data", "ais", ...
const std::vector<std::string>& sections(Purview purview = Purview::study);
/// Every key at its default.
Study first_study(Purview purview);
/// The keys of [data], and those that `loglik` has besides (schema_likelihood.cpp).
void add_data(std::vector<StudyKey>& keys);
void add_likelihood(std::vector<StudyKey>& keys);

/// key.set, with a BadValue told as a RequestError: the key, its value and place, the reason, what is allowed.
void store(const StudyKey& key, Study& study, const Value& value);

}  // namespace gibbsite

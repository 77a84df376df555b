/// A schema: every key that a command takes, each defined once. The study file, the command line, `--help` and the
/// resolved record are all made from it; nothing else knows what keys there are.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "studies/study/study.hpp"
#include "studies/study/value.hpp"

namespace gibbsite {

struct Task;

/// What a study must be for a key to have a part in it, besides naming the right model or method.
struct Condition {
  std::string goes_with;               ///< in words: "a lattice, not with model.couplings"
  std::vector<std::string> selectors;  ///< the keys that decide it
  bool (*holds)(const Study&) = nullptr;
};

/// Which key names the entry of the catalogue that has a key, and so decides whether it has a part in a study.
enum class NamedBy { nobody, model, method };

/// One entry that has a key.
struct Owner {
  std::string name;  ///< of the entry
  std::optional<Condition> condition = {};
};

/// What a single value of a key is, as far as its type and range say.
struct ValueShape {
  enum class Type { any, integer, real, flag, text } type = Type::any;  ///< any: only the key itself can say
  std::optional<double> low = {}, high = {};
  bool open = false;  ///< low itself is not allowed
};

struct StudyKey {
  std::string name;     ///< "model.size"
  std::string allowed;  ///< "integer >= 1"
  std::string help;
  std::function<void(Study&, const Value&)> set;          ///< throws BadValue
  std::function<std::optional<Value>(const Study&)> get;  ///< nothing where there is nothing to write down
  ValueShape shape = {};
  bool text = false;  ///< its values are words, not numbers
  bool griddable = true;
  bool list = false;  ///< its value can be a list of words
  bool file = false;  ///< its value is the path of a file that is read, where it is none of the choices
  std::vector<std::string> choices = {};
  NamedBy named_by = NamedBy::nobody;
  std::vector<Owner> owners = {};  ///< every study has it: none, or one without a name that has the condition

  bool applies(const Study& study) const;
  /// Why it does not: what it goes with, in words, and the keys that decide it.
  std::string goes_with(const Study& study) const;
  std::vector<std::string> selectors() const;
};

/// The keys of one command, section by section.
struct Schema {
  std::vector<std::string> sections;  ///< in order: "model", "data", ...
  std::vector<StudyKey> keys;
  Study first;                                                  ///< every key at its default
  std::function<void(Study&)> settle = {};                      ///< sets what follows from other keys, before check
  std::function<void(const Study&)> check = {};                 ///< what shows only in several keys together
  std::function<void(std::span<const Task>)> check_tasks = {};  ///< and in all tasks of a grid
  bool grid = false;                                            ///< whether grids may run over its keys

  const StudyKey* find(std::string_view name) const;
};

/// key.set, with a BadValue told as a RequestError: the key, its value and place, the reason, what is allowed.
void store(const StudyKey& key, Study& study, const Value& value);

/// The files that a study reads, as its keys name them.
std::vector<std::string> files_of(const Schema& schema, const Study& study);

}  // namespace gibbsite

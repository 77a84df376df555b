/// How schema.cpp writes its table: one call per key ties a name to a member of the study, with its type, range and
/// help.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "studies/study/schema.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {

struct Reals {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool open = false;  ///< low itself is not allowed
};
struct Integers {
  std::int64_t low, high = std::numeric_limits<std::int64_t>::max();
};

inline std::string describe(Reals range) {
  if (std::isfinite(range.high)) return fmt::format("number from {} to {}", range.low, range.high);
  if (std::isfinite(range.low)) return fmt::format("number {} {}", range.open ? ">" : ">=", range.low);
  return "number";
}
inline std::string describe(Integers range) {
  if (range.high == Integers{0}.high) return fmt::format("integer >= {}", range.low);
  return fmt::format("integer from {} to {}", range.low, range.high);
}

/// One [section] of the study file and the part of Study behind it. Each call adds a key and returns it.
template <class Part>
class Section {
 public:
  Section(std::vector<StudyKey>& keys, std::string name, Part Study::*part)
      : keys_(keys), name_(std::move(name)), part_(part) {}

  /// The same section, for keys that have a part only in some studies.
  Section when(Condition condition) const {
    Section section = *this;
    section.condition_ = std::move(condition);
    return section;
  }
  /// The same section, for keys that no grid can run over.
  Section fixed() const {
    Section section = *this;
    section.griddable_ = false;
    return section;
  }

  template <class Integer>
  StudyKey& integer(const char* name, Integer Part::*member, Integers range, const char* help) const {
    return add(
        name, describe(range), help,
        [=](Part& part, const Value& value) {
          part.*member = static_cast<Integer>(read_integer(value, range.low, range.high));
        },
        [=](const Part& part) { return Value{static_cast<std::int64_t>(part.*member)}; });
  }

  /// Any number of 64 bits, from 0. TOML's own numbers end at 2^63 - 1; larger ones are texts of digits there.
  StudyKey& seed(const char* name, std::uint64_t Part::*member, const char* help) const {
    return add(
        name, "integer >= 0", help, [=](Part& part, const Value& value) { part.*member = read_seed(value); },
        [=](const Part& part) {
          const std::uint64_t seed = part.*member;
          return seed <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                     ? Value{static_cast<std::int64_t>(seed)}
                     : Value{seed};
        });
  }

  StudyKey& real(const char* name, double Part::*member, Reals range, const char* help) const {
    return add(
        name, describe(range), help,
        [=](Part& part, const Value& value) {
          const double x = read_real(value);
          if (x < range.low || x > range.high || (range.open && x == range.low))
            throw BadValue{value, "is out of range"};
          part.*member = x;
        },
        [=](const Part& part) { return Value{part.*member}; });
  }

  StudyKey& flag(const char* name, bool Part::*member, const char* help) const {
    return add(
        name, "true or false", help,
        [=](Part& part, const Value& value) {
          const bool* flag = std::get_if<bool>(&value.data);
          if (flag == nullptr) throw BadValue{value, "is " + kind(value) + ", not true or false"};
          part.*member = *flag;
        },
        [=](const Part& part) { return Value{part.*member}; });
  }

  StudyKey& text(const char* name, std::string Part::*member, const char* allowed, const char* help) const {
    StudyKey& key = add(
        name, allowed, help, [=](Part& part, const Value& value) { part.*member = read_text(value); },
        [=](const Part& part) { return Value{part.*member}; });
    key.text = true;
    return key;
  }

  StudyKey& choice(const char* name, std::string Part::*member, std::vector<std::string> choices,
                   const char* help) const {
    StudyKey& key = add(
        name, join(choices, ", "), help,
        [=](Part& part, const Value& value) {
          const std::string& word = read_text(value);
          if (std::find(choices.begin(), choices.end(), word) == choices.end()) throw BadValue{value, "is unknown"};
          part.*member = word;
        },
        [=](const Part& part) { return Value{part.*member}; });
    key.text = true;
    key.choices = std::move(choices);
    return key;
  }

  /// A key of a type of its own: `set(part, value)` throws BadValue, `get(part)` gives an optional<Value>.
  template <class Set, class Get>
  StudyKey& add(const char* name, std::string allowed, const char* help, Set set, Get get) const {
    StudyKey key;
    key.name = name_ + '.' + name;
    key.allowed = std::move(allowed);
    key.help = help;
    key.set = [set, part = part_](Study& study, const Value& value) { set(study.*part, value); };
    key.get = [get, part = part_](const Study& study) { return get(study.*part); };
    key.griddable = griddable_;
    key.condition = condition_;
    return keys_.emplace_back(std::move(key));
  }

 private:
  std::vector<StudyKey>& keys_;
  std::string name_;
  Part Study::*part_;
  std::optional<Condition> condition_;
  bool griddable_ = true;
};

}  // namespace gibbsite

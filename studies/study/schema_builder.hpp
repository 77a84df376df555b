/// How entries of the catalogue write down their keys: one call per key ties a name to a member of a struct that the
/// study keeps, with its type, range and help.
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

/// Keys as entries add them. A key that several entries have is written down by each of them, by the same function, and
/// is one key: it has a part in a study wherever one of them says so.
class KeyTable {
 public:
  /// From now on the keys of this entry; nobody's: of every study.
  void owned_by(NamedBy named_by, std::string entry) {
    named_by_ = named_by;
    entry_ = std::move(entry);
  }
  /// `before`: the key in front of which a new one is put; empty: at the end.
  StudyKey& add(StudyKey key, const std::optional<Condition>& condition, const std::string& before);
  std::vector<StudyKey> take() { return std::move(keys_); }

 private:
  std::vector<StudyKey> keys_;
  NamedBy named_by_ = NamedBy::nobody;
  std::string entry_;
};

/// One [section] of the study file and the struct behind it. Each call adds a key and returns it.
template <class Part>
class Section {
 public:
  /// The struct is one of those that a study keeps by their type,
  Section(KeyTable& table, std::string name) : table_(table), name_(std::move(name)) {}
  /// or a member that every study has.
  Section(KeyTable& table, std::string name, Part Study::*member)
      : table_(table), name_(std::move(name)), member_(member) {}

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
  /// The same section, for keys that stand in front of another one.
  Section before(std::string key) const {
    Section section = *this;
    section.before_ = std::move(key);
    return section;
  }

  template <class Integer>
  StudyKey& integer(const char* name, Integer Part::*member, Integers range, const char* help) const {
    StudyKey& key = add(
        name, describe(range), help,
        [=](Part& part, const Value& value) {
          part.*member = static_cast<Integer>(read_integer(value, range.low, range.high));
        },
        [=](const Part& part) { return Value{static_cast<std::int64_t>(part.*member)}; });
    key.shape = {ValueShape::Type::integer, static_cast<double>(range.low)};
    if (range.high != Integers{0}.high) key.shape.high = static_cast<double>(range.high);
    return key;
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
    StudyKey& key = add(
        name, describe(range), help,
        [=](Part& part, const Value& value) {
          const double x = read_real(value);
          if (x < range.low || x > range.high || (range.open && x == range.low))
            throw BadValue{value, "is out of range"};
          part.*member = x;
        },
        [=](const Part& part) { return Value{part.*member}; });
    key.shape.type = ValueShape::Type::real;
    if (std::isfinite(range.low)) key.shape.low = range.low;
    if (std::isfinite(range.high)) key.shape.high = range.high;
    key.shape.open = range.open;
    return key;
  }

  StudyKey& flag(const char* name, bool Part::*member, const char* help) const {
    StudyKey& key = add(
        name, "true or false", help,
        [=](Part& part, const Value& value) {
          const bool* flag = std::get_if<bool>(&value.data);
          if (flag == nullptr) throw BadValue{value, "is " + kind(value) + ", not true or false"};
          part.*member = *flag;
        },
        [=](const Part& part) { return Value{part.*member}; });
    key.shape.type = ValueShape::Type::flag;
    return key;
  }

  StudyKey& text(const char* name, std::string Part::*member, const char* allowed, const char* help) const {
    StudyKey& key = add(
        name, allowed, help, [=](Part& part, const Value& value) { part.*member = read_text(value); },
        [=](const Part& part) { return Value{part.*member}; });
    key.text = true;
    key.shape.type = ValueShape::Type::text;
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
    key.shape.type = ValueShape::Type::text;
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
    key.set = [set, member = member_](Study& study, const Value& value) {
      set(member == nullptr ? held(study) : study.*member, value);
    };
    key.get = [get, member = member_](const Study& study) {
      return std::optional<Value>(get(member == nullptr ? held(study) : study.*member));
    };
    key.griddable = griddable_;
    return table_.add(std::move(key), condition_, before_);
  }

 private:
  /// Members have types that are no keys of an entry; then this is never called.
  static Part& held(Study& study) { return study.keys<Part>(); }
  static const Part& held(const Study& study) { return study.keys<Part>(); }

  KeyTable& table_;
  std::string name_;
  Part Study::*member_ = nullptr;
  std::optional<Condition> condition_;
  std::string before_;
  bool griddable_ = true;
};

/// One number, or a list of them.
template <class Number>
Value one_or_list(const std::vector<Number>& numbers) {
  if (numbers.size() == 1) return {numbers.front()};
  Value::List list;
  for (const Number& number : numbers) list.push_back({number});
  return {std::move(list)};
}

/// A text that may be missing, as `get` of a key gives it.
template <class Part>
auto optional_text(std::string Part::*member) {
  return
      [member](const Part& part) { return (part.*member).empty() ? std::nullopt : std::optional(Value{part.*member}); };
}

}  // namespace gibbsite

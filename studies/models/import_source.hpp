/// Arrays and keys as import_arrays.cpp asks for them: what is asked for, or a RequestError that says what is needed.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "studies/models/import_names.hpp"
#include "studies/models/unit_names.hpp"
#include "studies/study/value.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {

/// The arrays of a file and the keys beside them.
class ImportSource {
 public:
  ImportSource(const NamedArrays& named, const ImportKeys& keys, const std::string& where)
      : arrays_(named.arrays), called_(named.called), keys_(keys), where_(where) {}

  [[noreturn]] void refuse(const std::string& what) const { throw RequestError(fmt::format("{}: {}", where_, what)); }

  const ImportKeys& keys() const { return keys_; }
  bool transpose() const { return keys_.contains("transpose"); }
  /// Whether one of these arrays has another name in the file.
  bool foreign(std::initializer_list<const char*> names) const {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return called_.contains(name); });
  }
  /// "W", or "W (rbm.weight)" where the file calls it so.
  std::string called(const std::string& name) const {
    const auto found = called_.find(name);
    return found == called_.end() ? name : fmt::format("{} ({})", name, found->second);
  }
  std::string key(const std::string& name, const std::string& otherwise) const {
    const auto found = keys_.find(name);
    return found == keys_.end() ? otherwise : found->second;
  }
  std::size_t count(const std::string& name, std::size_t otherwise) const {
    if (!keys_.contains(name)) return otherwise;
    const auto number = read_number<std::size_t>(plain_digits(keys_.at(name)));
    if (!number || *number == 0) refuse(fmt::format("{} = {}: allowed: integer >= 1", name, keys_.at(name)));
    return *number;
  }
  UnitKind kind(const std::string& name, UnitKind otherwise, std::initializer_list<UnitKind> allowed) const {
    if (!keys_.contains(name)) return otherwise;
    std::vector<std::string> words;
    for (const UnitKind one : allowed) words.push_back(word_of(one));
    const auto found = std::find(words.begin(), words.end(), keys_.at(name));
    if (found == words.end())
      refuse(fmt::format("{} = {}{}", name, keys_.at(name),
                         and_then(did_you_mean(keys_.at(name), words), "allowed: " + join(words, ", "))));
    return *kind_from(*found);
  }

  const NumberArray* find(const std::string& name) const {
    const auto found = std::find_if(arrays_.begin(), arrays_.end(), [&](const auto& a) { return a.name == name; });
    return found == arrays_.end() ? nullptr : &*found;
  }
  const NumberArray& array(const std::string& name) const {
    const NumberArray* found = find(name);
    std::vector<std::string> names;
    for (const NumberArray& a : arrays_) names.push_back(called(a.name));
    if (found == nullptr)
      refuse(
          fmt::format("there is no array {0}; there are: {1}. gibbsite help import says what each model needs, and "
                      "--names {0}=NAME which array it is",
                      name, join(names, ", ")));
    read_.insert(name);
    if (!found->unread.empty()) refuse(fmt::format("array {} {}", called(name), found->unread));
    return *found;
  }

  /// As many numbers as expected, in any shape with one long axis at most.
  std::vector<double> vector(const std::string& name, std::size_t length, const std::string& meaning) const {
    const NumberArray& a = array(name);
    if (a.values.size() != length)
      refuse(fmt::format("{} has the shape {}, expected {}: {}", called(name), shape_text(a.shape), length, meaning));
    return a.values;
  }
  Matrix matrix(const std::string& name) const {
    const NumberArray& a = array(name);
    if (a.shape.size() != 2 || a.values.empty())
      refuse(fmt::format("{} has the shape {}, expected a matrix", called(name), shape_text(a.shape)));
    return flat(a);
  }
  /// All axes but the last joined.
  static Matrix flat(const NumberArray& a) {
    return Matrix::from_rows(a.values.size() / a.shape.back(), a.shape.back(), a.values);
  }

  /// For whoever imports: how an array was understood, where it could be understood otherwise.
  void remark(std::string sentence) const { remarks_.push_back(std::move(sentence)); }
  /// The remarks, and the arrays that nothing has read.
  std::vector<std::string> remarks() const {
    std::vector<std::string> all, left, renamed;
    for (const auto& [ours, theirs] : called_)
      if (read_.contains(ours)) renamed.push_back(fmt::format("{} as {}", theirs, ours));
    if (!renamed.empty()) all.push_back(fmt::format("read {}", join(renamed, ", ")));
    all.insert(all.end(), remarks_.begin(), remarks_.end());
    for (const NumberArray& a : arrays_)
      if (!read_.contains(a.name)) left.push_back(a.name);
    if (!left.empty()) all.push_back(fmt::format("not read, and no part of the model: {}", join(left, ", ")));
    return all;
  }
  /// A matrix that could as well be its transpose; `m` as the file has it, but for --transpose.
  void remark_square(const std::string& name, const Matrix& m, const std::string& below,
                     const std::string& above) const {
    if (m.rows() == m.columns() && m.rows() > 1)
      remark(
          fmt::format("{0} is square ({1} x {1}): its rows were taken for the {2} units, its columns for the {3} ones",
                      called(name), m.rows(), transpose() ? above : below, transpose() ? below : above));
  }

 private:
  const std::vector<NumberArray>& arrays_;
  const std::map<std::string, std::string>& called_;
  const ImportKeys& keys_;
  const std::string& where_;
  mutable std::set<std::string> read_;
  mutable std::vector<std::string> remarks_;
};

}  // namespace gibbsite

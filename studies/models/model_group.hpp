/// Groups of a model as model_file.cpp, import_rbms.cpp and import_julia.cpp read them: what is asked for, or a
/// RequestError that names it.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "studies/data/arrays.hpp"
#include "studies/files/record.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

using Shape = std::vector<std::size_t>;

/// A group of a model, and what to call it in messages.
class Place {
 public:
  Place(const Group& group, std::string where) : group_(group), where_(std::move(where)) {}

  [[noreturn]] void refuse(const std::string& what) const { throw RequestError(fmt::format("{}: {}", where_, what)); }

  /// A format_version above `newest`.
  void refuse_newer_than(std::int64_t newest) const {
    if (number<std::int64_t>("format_version").value_or(newest) > newest)
      refuse("it was written by a newer Gibbsite; read it with that one");
  }
  bool has(const std::string& child) const { return group_.child(child) != nullptr; }
  Place child(const std::string& name) const {
    const Group* group = group_.child(name);
    if (group == nullptr)
      refuse(fmt::format("the model has no group {}; `gibbsite help models` says what it needs", name));
    return {*group, fmt::format("{}: {}", where_, name)};
  }

  bool has_variable(const std::string& name) const { return group_.find(name) != nullptr; }
  std::string text(const std::string& name) const { return text_attribute(group_, name); }
  /// The only text of a variable, "" where there is none.
  std::string word(const std::string& name) const {
    const Variable* v = group_.find(name);
    const auto* texts = v == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&v->data);
    return texts == nullptr || texts->size() != 1 ? "" : texts->front();
  }
  /// An attribute that is a number.
  template <class Number>
  std::optional<Number> number(const std::string& name) const {
    for (const auto& [key, value] : group_.attributes) {
      if (key != name) continue;
      if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<Number>(*whole);
      const auto* real = std::get_if<double>(&value);
      if (real == nullptr) refuse(fmt::format("the attribute {} is a text, not a number", name));
      if (std::is_integral_v<Number> && !(std::abs(*real) < 1e15))
        refuse(fmt::format("the attribute {} is {}, not a whole number", name, *real));
      return static_cast<Number>(*real);
    }
    return std::nullopt;
  }

  Shape shape(const std::string& name) const { return variable(name).shape; }
  /// The numbers of a variable of this shape; `meaning` says which shape that is: "(unit)".
  std::vector<double> numbers(const std::string& name, const Shape& expected, const std::string& meaning) const {
    const Variable& v = variable(name);
    if (v.shape != expected)
      refuse(
          fmt::format("{} has the shape {}, expected {} {}", name, shape_text(v.shape), shape_text(expected), meaning));
    std::vector<double> out;
    std::visit(
        [&](const auto& data) {
          if constexpr (std::is_arithmetic_v<typename std::decay_t<decltype(data)>::value_type>)
            out.assign(data.begin(), data.end());
          else
            refuse(fmt::format("{} holds texts, expected numbers", name));
        },
        v.data);
    return out;
  }
  /// The last axis are the columns, all others joined are the rows.
  Matrix matrix(const std::string& name, const Shape& expected, const std::string& meaning) const {
    std::size_t rows = 1;
    for (std::size_t axis = 0; axis + 1 < expected.size(); ++axis) rows *= expected[axis];
    return Matrix::from_rows(rows, expected.back(), numbers(name, expected, meaning));
  }

 private:
  const Variable& variable(const std::string& name) const {
    const Variable* v = group_.find(name);
    if (v == nullptr) refuse(fmt::format("it has no variable {} of numbers", name));
    return *v;
  }

  const Group& group_;
  std::string where_;
};

}  // namespace gibbsite

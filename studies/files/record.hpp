/// What a run leaves behind, as plain data: a tree of groups with variables on named dimensions. Knows no format.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gibbsite {

using Column =
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::int8_t>, std::vector<std::string>>;

/// An array on named dimensions, row-major. A variable on one dimension of its own name is that dimension's coordinate.
/// No shape at all is a single value.
struct Variable {
  std::string name;
  std::vector<std::string> dims;
  std::vector<std::size_t> shape;
  Column data;
  std::string units = "1";  ///< "s" for seconds: xarray makes dates of "seconds", "days", ...
  std::string long_name;
};

/// A group opens as one dataset in xarray: every dimension of its variables has its coordinate in the same group.
struct Group {
  std::string name;
  std::vector<std::pair<std::string, std::variant<std::string, double, std::int64_t>>> attributes = {};
  std::vector<Variable> variables = {};
  std::vector<Group> groups = {};
  /// Of a group too large to be held: calls its argument with the whole of it, whenever it is written.
  std::function<void(const std::function<void(const Group&)>&)> elsewhere = {};

  const Variable* find(const std::string& variable) const {
    for (const Variable& v : variables)
      if (v.name == variable) return &v;
    return nullptr;
  }
  const Group* child(const std::string& group) const {
    for (const Group& g : groups)
      if (g.name == group) return &g;
    return nullptr;
  }
};

/// An attribute as text; empty where there is none.
std::string text_attribute(const Group& group, const std::string& name);

inline bool is_coordinate(const Variable& v) { return v.dims.size() == 1 && v.dims[0] == v.name; }

/// Throws std::logic_error, naming the culprit, unless each name can be one and stands once among its siblings, and
/// each shape fits its data.
void check_arrays(const Group& root);

/// Throws std::logic_error, naming the culprit, unless each group can open as a dataset: every dimension has its
/// coordinate, of its length, in the same group; none is empty (netCDF takes a length of 0 for a dimension that grows)
/// or twice in one variable; units and long_name are there.
void check_dimensions(const Group& root);

}  // namespace gibbsite

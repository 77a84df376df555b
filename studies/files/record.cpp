#include "studies/files/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace gibbsite {
namespace {

[[noreturn]] void fail(const Group& group, const std::string& name, const std::string& what) {
  throw std::logic_error("record: " + name + " in group '" + group.name + "' " + what);
}

std::size_t size(const Variable& variable) {
  return std::visit([](const auto& data) { return data.size(); }, variable.data);
}

}  // namespace

void check_arrays(const Group& group) {
  std::set<std::string> names;
  const auto check_name = [&](const std::string& name) {
    if (name.empty() || name == "." || name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
      fail(group, "'" + name + "'", "is not a name");
    if (!names.insert(name).second) fail(group, name, "is there twice");
  };
  for (const auto& attribute : group.attributes) check_name(attribute.first);
  names.clear();
  for (const Variable& variable : group.variables) {
    check_name(variable.name);
    std::size_t count = 1;
    for (const std::size_t length : variable.shape) count *= length;
    if (count != size(variable))
      fail(group, variable.name,
           "holds " + std::to_string(size(variable)) + " values, its shape " + std::to_string(count));
  }
  for (const Group& child : group.groups) {
    check_name(child.name);
    check_arrays(child);
  }
}

void check_dimensions(const Group& group) {
  static const std::set<std::string> times = {"days",         "hours",        "minutes",    "seconds",
                                              "milliseconds", "microseconds", "nanoseconds"};
  for (const Variable& variable : group.variables) {
    if (variable.dims.size() != variable.shape.size())
      fail(group, variable.name, "does not name each of its dimensions");
    if (std::ranges::find(variable.dims, variable.name) != variable.dims.end() && variable.dims.size() != 1)
      fail(group, variable.name, "has the name of one of its dimensions but is not that dimension's coordinate");
    if (variable.units.empty() || variable.long_name.empty())
      fail(group, variable.name, "has no units or no long_name");
    if (times.contains(variable.units) || variable.units.find(" since ") != std::string::npos)
      fail(group, variable.name, "has units '" + variable.units + "', which xarray takes for dates; write \"s\"");
    for (std::size_t axis = 0; axis < variable.dims.size(); ++axis) {
      const std::string& dim = variable.dims[axis];
      const Variable* coordinate = group.find(dim);
      if (coordinate == nullptr || !is_coordinate(*coordinate))
        fail(group, variable.name, "lies on dimension '" + dim + "', which has no coordinate there");
      if (coordinate->shape[0] != variable.shape[axis])
        fail(group, variable.name, "does not have the length of its dimension '" + dim + "'");
      if (variable.shape[axis] == 0) fail(group, variable.name, "is empty; leave it out");
      if (std::ranges::count(variable.dims, dim) != 1) fail(group, variable.name, "has dimension '" + dim + "' twice");
    }
  }
  for (const Group& child : group.groups) check_dimensions(child);
}

std::string text_attribute(const Group& group, const std::string& name) {
  for (const auto& [key, value] : group.attributes)
    if (key == name) return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
  return "";
}

}  // namespace gibbsite

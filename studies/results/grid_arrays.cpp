#include "studies/results/grid_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "studies/files/variables.hpp"
#include "studies/results/combined_tasks.hpp"
#include "studies/results/result_rows.hpp"

namespace gibbsite {
namespace {

const std::set<std::string> sentences = {"warning", "warnings", "note", "notes"};

Group* child(Group& root, const std::string& name) {
  const auto found =
      std::find_if(root.groups.begin(), root.groups.end(), [&](const Group& g) { return g.name == name; });
  return found == root.groups.end() ? nullptr : &*found;
}

/// A group of every task and the groups in it.
Group arrays_of(const std::string& name, const Request& request, const std::vector<const Group*>& tasks, bool shared) {
  Group arrays = combined(name, request, tasks, shared);
  for (const Group& inner : tasks.front()->groups) {
    std::vector<const Group*> parts;
    for (const Group* task : tasks)
      if (const Group* part = task->child(inner.name)) parts.push_back(part);
    if (parts.size() == tasks.size()) arrays.groups.push_back(arrays_of(inner.name, request, parts, shared));
  }
  return arrays;
}

/// What a group of a task has that the arrays do not, with the coordinates it stands on.
Group left_over(const Group& group, const Group* arrays) {
  if (arrays == nullptr) return group;
  Group kept{.name = group.name};
  std::set<std::string> dims;
  for (const Variable& v : group.variables) {
    if (arrays->find(v.name) != nullptr || sentences.contains(v.name) || is_coordinate(v)) continue;
    kept.variables.push_back(v);
    dims.insert(v.dims.begin(), v.dims.end());
  }
  for (const Variable& v : group.variables)
    if (is_coordinate(v) && dims.contains(v.name)) kept.variables.push_back(v);
  for (const Group& inner : group.groups)
    if (Group left = left_over(inner, arrays->child(inner.name)); !left.variables.empty() || !left.groups.empty())
      kept.groups.push_back(std::move(left));
  return kept;
}

struct KeyAxis {
  const Variable* coordinate;
  std::string key;  // "model.size"
};
std::vector<KeyAxis> axes_of(const Group& group) {
  std::vector<KeyAxis> axes;
  for (const Variable& v : group.variables)
    if (const std::string key = grid_key(v); is_coordinate(v) && !key.empty()) axes.push_back({&v, key});
  return axes;
}

std::size_t product(std::span<const std::size_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

template <class T>
void set_attribute(Group& group, const std::string& name, const std::vector<T>& values, std::size_t k) {
  if constexpr (!std::is_same_v<T, std::int8_t>) group.attributes.emplace_back(name, values[k]);
}

/// The part of a group that is of task t.
Group slice(const Group& group, const std::vector<KeyAxis>& axes, std::size_t t) {
  Group out{.name = group.name, .attributes = group.attributes};
  const auto is_axis = [&](const std::string& dim) {
    return std::any_of(axes.begin(), axes.end(), [&](const KeyAxis& axis) { return axis.coordinate->name == dim; });
  };
  const bool ladders = group.find("rung") != nullptr;
  std::size_t rest = t;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {  // attributes that are keys of the grid
    const std::size_t length = axis->coordinate->shape[0];
    if (axis->key == group.name + "." + axis->coordinate->name)
      std::visit([&](const auto& all) { set_attribute(out, axis->coordinate->name, all, rest % length); },
                 axis->coordinate->data);
    rest /= length;
  }
  for (const Variable& v : group.variables) {
    const auto keys = static_cast<std::size_t>(std::count_if(v.dims.begin(), v.dims.end(), is_axis));
    if (is_axis(v.name) || v.name == "rung" || sentences.contains(v.name)) continue;
    if (keys == 0) {
      out.variables.push_back(v);
    } else if (keys == axes.size()) {
      const auto lead = static_cast<std::ptrdiff_t>(keys);
      Variable part{
          v.name,     {v.dims.begin() + lead, v.dims.end()}, {v.shape.begin() + lead, v.shape.end()}, {}, v.units,
          v.long_name};
      if (part.dims.empty() && part.long_name == part.name) {  // it was an attribute
        std::visit([&](const auto& all) { set_attribute(out, v.name, all, t); }, v.data);
        continue;
      }
      if (ladders) std::replace(part.dims.begin(), part.dims.end(), std::string("rung"), std::string("beta"));
      const std::size_t size = product(part.shape);
      std::visit(
          [&](const auto& all) {
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(t * size);
            part.data = std::decay_t<decltype(all)>(begin, begin + static_cast<std::ptrdiff_t>(size));
          },
          v.data);
      out.variables.push_back(std::move(part));
    }
  }
  for (const Group& inner : group.groups) out.groups.push_back(slice(inner, axes_of(inner), t));
  return out;
}

/// Adds what stands in another group of the same kind.
void merge(Group& into, const Group& more) {
  for (const Variable& v : more.variables)
    if (into.find(v.name) == nullptr) into.variables.push_back(v);
  for (const Group& inner : more.groups)
    if (Group* there = child(into, inner.name))
      merge(*there, inner);
    else
      into.groups.push_back(inner);
}

}  // namespace

void tasks_as_arrays(const Request& request, Group& root) {
  const std::vector<std::string> warnings = warnings_of(root), notes = notes_of(root);
  const auto at =
      std::find_if(root.groups.begin(), root.groups.end(), [](const Group& g) { return g.name == "tasks"; });
  const Group tasks = std::move(*at);
  root.groups.erase(at);
  std::erase_if(root.groups, [](const Group& g) { return g.name == "diagnostics"; });  // its warnings are among them
  std::vector<Group> groups;
  for (const char* name : {"model", "series", "configurations", "diagnostics"}) {
    std::vector<const Group*> parts;
    for (const Group& task : tasks.groups)
      if (const Group* part = task.child(name)) parts.push_back(part);
    const std::string_view which = name;
    if (parts.size() == tasks.groups.size())
      groups.push_back(arrays_of(name, request, parts, which == "model" || which == "series"));
  }
  for (Group& group : groups) root.groups.push_back(std::move(group));
  if (Group* diagnostics = child(root, "diagnostics")) {
    std::erase_if(diagnostics->variables, [](const Variable& v) { return sentences.contains(v.name); });
    add_warnings(*diagnostics, warnings);
    add_notes(*diagnostics, notes);
  }
  Group rest{.name = "tasks"};
  for (const Group& task : tasks.groups) {
    Group left = left_over(task, &root);
    left.attributes = task.attributes;
    if (!left.groups.empty()) rest.groups.push_back(std::move(left));
  }
  if (!rest.groups.empty()) root.groups.push_back(std::move(rest));
}

bool on_grid(const Group& group) { return !axes_of(group).empty(); }

std::vector<Group> tasks_of(const Group& root) {
  const Group* own = root.child("tasks");
  const Group* model = root.child("model");
  if (model == nullptr || !on_grid(*model)) return own == nullptr ? std::vector<Group>() : own->groups;
  const std::vector<KeyAxis> axes = axes_of(*model);
  std::size_t count = 1;
  for (const KeyAxis& axis : axes) count *= axis.coordinate->shape.at(0);
  std::vector<Group> tasks(count);
  for (std::size_t t = 0; t < count; ++t) {
    Group& task = tasks[t];
    task.name = fmt::format("{:03}", t);
    std::size_t rest = t;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      const std::size_t length = axis->coordinate->shape[0];
      task.attributes.emplace(task.attributes.begin(), axis->key, coordinate_text(*axis->coordinate, rest % length));
      rest /= length;
    }
    for (const Group& group : root.groups)
      if (group.name != "tasks" && group.name != "final_state")  // which holds those of all tasks together
        task.groups.push_back(slice(group, axes_of(group), t));
    if (own == nullptr) continue;
    if (const Group* more = own->child(task.name)) merge(task, *more);
  }
  return tasks;
}

}  // namespace gibbsite

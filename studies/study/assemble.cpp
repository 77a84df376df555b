#include "studies/study/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "studies/files/memory.hpp"
#include "studies/study/request.hpp"
#include "studies/study/schema.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_tasks = 100'000;

/// No such key: what was perhaps meant, and what is allowed.
std::string unknown_key(const std::string& key, const std::string& place, const Schema& schema) {
  std::vector<std::string> names, allowed;
  const std::string section = key.substr(0, key.find('.'));
  for (const StudyKey& known : schema.keys) {
    names.push_back(known.name);
    if (known.name.starts_with(section + '.')) allowed.push_back(known.name.substr(section.size() + 1));
  }
  if (key == section && !allowed.empty())
    return fmt::format("`{}` ({}) is a section, not a key; write [{}] and its keys below: {}", key, place, key,
                       join(allowed, ", "));
  const std::string known = allowed.empty() ? "the sections are " + join(schema.sections, ", ") + " and grid"
                                            : fmt::format("[{}] has {}", section, join(allowed, ", "));
  return fmt::format("unknown key `{}` ({}){}", key, place, and_then(did_you_mean(key, names), known));
}

/// method.beta and method.temperature say the same thing.
bool rivals(const std::string& a, const std::string& b) {
  return (a == "method.beta" && b == "method.temperature") || (a == "method.temperature" && b == "method.beta");
}

void check(const std::vector<Entry>& entries, const Schema& schema) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const StudyKey* key = schema.find(entry.key);
    if (key == nullptr) throw RequestError(unknown_key(entry.key, entry.place, schema));
    if (entry.grid && !key->griddable) {
      const bool any =
          std::any_of(schema.keys.begin(), schema.keys.end(), [](const StudyKey& k) { return k.griddable; });
      throw RequestError(
          !any ? fmt::format("grid over `{}` ({}): this command takes one system; give a study without [grid]",
                             entry.key, entry.place)
               : fmt::format("no grid can run over `{}` ({}){}", entry.key, entry.place,
                             entry.key.starts_with("method.") ? "; give all its values to the key itself" : ""));
    }
    for (std::size_t j = 0; j < i; ++j) {
      const bool twin = entries[j].grid != entry.grid && entry.origin == Entry::Origin::file;  // the grid wins
      if (entries[j].key == entry.key && !twin)
        throw RequestError(fmt::format("`{}` is given twice ({}{})", entry.key, entry.place,
                                       entries[j].place == entry.place ? "" : " and " + entries[j].place));
      if (rivals(entries[j].key, entry.key))
        throw RequestError(fmt::format("`{}` ({}) and `{}` ({}) are both given; keep one of them", entries[j].key,
                                       entries[j].place, entry.key, entry.place));
    }
  }
}

/// The file's grid takes the places of its single values, the command line's entries those of the file's.
std::vector<Entry> merge(std::vector<Entry> entries, std::vector<Entry> winners) {
  std::erase_if(entries, [all = entries](const Entry& entry) {
    return !entry.grid &&
           std::any_of(all.begin(), all.end(), [&](const Entry& e) { return e.grid && e.key == entry.key; });
  });
  for (Entry& winner : winners) {
    const auto old = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
      return entry.key == winner.key || rivals(entry.key, winner.key);
    });
    if (old == entries.end())
      entries.push_back(std::move(winner));
    else
      *old = std::move(winner);
  }
  return entries;
}

/// One key of the grid, its values stored one by one to see that each is good, and how they read.
struct Axis {
  const StudyKey* key;
  Value::List values;
  std::vector<std::string> texts;
};

Axis make_axis(const Entry& entry, const Schema& schema) {
  Axis axis{schema.find(entry.key), {}, {}};
  try {
    axis.values = read_grid(entry.value);
  } catch (const BadValue& bad) {
    throw RequestError(fmt::format("grid `{}` = {} ({}) {}; allowed: a list, \"1:100\" or \"0.3:0.5:21\"", entry.key,
                                   to_toml(bad.value), bad.value.place, bad.reason));
  }
  std::unordered_set<std::string> seen;
  for (Value& value : axis.values) {
    Study scratch = schema.first;
    store(*axis.key, scratch, value);
    const Value stored = axis.key->get(scratch).value();
    std::string text = to_text(stored);
    if (!seen.insert(text).second)
      throw RequestError(fmt::format("grid `{}` ({}) has {} twice", entry.key, value.place, text));
    axis.texts.push_back(std::move(text));
    value.data = stored.data;
  }
  return axis;
}

/// Every combination, last axis fastest.
std::vector<Task> expand(const Study& base, const std::vector<Axis>& axes) {
  std::vector<Task> tasks{{base, {}}};
  for (const Axis& axis : axes) {
    if (tasks.size() > most_tasks / axis.values.size())
      throw RequestError(fmt::format("the grid has more than {} combinations", most_tasks));
    std::vector<Task> wider;
    for (const Task& task : tasks)
      for (std::size_t i = 0; i < axis.values.size(); ++i) {
        Task& next = wider.emplace_back(task);
        store(*axis.key, next.study, axis.values[i]);
        next.coordinates.emplace_back(axis.key->name, axis.texts[i]);
      }
    tasks = std::move(wider);
  }
  return tasks;
}

bool has_part(const StudyKey& key, const std::vector<Task>& tasks) {
  return std::any_of(tasks.begin(), tasks.end(), [&](const Task& task) { return key.applies(task.study); });
}

/// The study as TOML: every key that has a part in it, at its value; then the grid.
std::string write_study(const Study& base, const std::vector<Axis>& axes, const std::vector<Task>& tasks,
                        const Schema& schema) {
  std::string out;
  const auto in_grid = [&](const StudyKey& key) {
    return std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.key == &key; });
  };
  for (const std::string& section : schema.sections) {
    std::string lines;
    for (const StudyKey& key : schema.keys) {
      if (!key.name.starts_with(section + '.') || in_grid(key) || !has_part(key, tasks)) continue;
      if (const auto value = key.get(base))
        lines += fmt::format("{} = {}\n", key.name.substr(section.size() + 1), to_toml(*value));
    }
    if (!lines.empty()) out += fmt::format("{}[{}]\n{}", out.empty() ? "" : "\n", section, lines);
  }
  if (!axes.empty()) out += "\n[grid]\n";
  for (const Axis& axis : axes) out += fmt::format("\"{}\" = {}\n", axis.key->name, to_toml({axis.values}));
  return out;
}

void check_all(const std::vector<Task>& tasks, const Schema& schema, std::string_view file) {
  for (const Task& task : tasks) try {
      if (schema.check) schema.check(task.study);
    } catch (const RequestError& error) {
      std::string where(file);
      for (const auto& [key, value] : task.coordinates) where += fmt::format(", {} = {}", key, value);
      throw RequestError(fmt::format("{} ({})", error.what(), where));
    }
  if (schema.check_tasks) schema.check_tasks(tasks);
}

}  // namespace

Request assemble(std::vector<Entry> from_file, std::vector<Entry> from_command_line, std::string_view file,
                 const Schema& schema) {
  check(from_file, schema);
  check(from_command_line, schema);
  const auto on_command_line = [given = from_command_line](const std::string& key) {
    return std::any_of(given.begin(), given.end(), [&](const Entry& entry) { return entry.key == key; });
  };
  std::vector<Entry> entries = merge(std::move(from_file), std::move(from_command_line));
  for (;;) {
    Study base = schema.first;
    std::vector<Axis> axes;
    for (const Entry& entry : entries) {
      if (entry.grid)
        axes.push_back(make_axis(entry, schema));
      else
        store(*schema.find(entry.key), base, entry.value);
    }
    if (schema.settle) schema.settle(base);
    std::vector<Task> tasks = expand(base, axes);
    for (Task& task : tasks)
      if (schema.settle) schema.settle(task.study);

    const auto idle = std::find_if(entries.begin(), entries.end(),
                                   [&](const Entry& entry) { return !has_part(*schema.find(entry.key), tasks); });
    if (idle != entries.end()) {
      const StudyKey& key = *schema.find(idle->key);
      const std::vector<std::string> selectors = key.selectors();
      const bool silenced =
          idle->origin == Entry::Origin::file && std::any_of(selectors.begin(), selectors.end(), on_command_line);
      if (!silenced)
        throw RequestError(fmt::format("`{}` ({}) has no part in this study; it goes with {}", idle->key, idle->place,
                                       key.goes_with(base)));
      entries.erase(idle);
      continue;
    }

    check_all(tasks, schema, file);
    Request request;
    request.resolved = write_study(base, axes, tasks, schema);
    for (Axis& axis : axes) request.grid.emplace_back(axis.key->name, std::move(axis.texts));
    for (const Task& task : tasks)
      for (std::string& input : files_of(schema, task.study))
        if (std::find(request.inputs.begin(), request.inputs.end(), input) == request.inputs.end())
          request.inputs.push_back(std::move(input));
    request.tasks = std::move(tasks);
    return request;
  }
}

}  // namespace gibbsite

#include "studies/results/combined_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

#include "estimators/disorder_averages.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/disorder_averages.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {
namespace {

constexpr const char* axis_words = "grid key ";

struct Axis {
  std::string name;
  std::vector<std::string> values;
};

template <class T>
std::optional<std::vector<T>> parsed(const std::vector<std::string>& texts) {
  std::vector<T> values;
  for (const std::string& text : texts) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    values.push_back(value);
  }
  return values;
}

/// One variable of all tasks, one behind the other; nothing where a task lacks it or has another shape or type.
std::optional<Column> stacked(const std::string& name, const std::vector<const Group*>& tasks) {
  const Variable& first = *tasks[0]->find(name);
  Column all = first.data;
  for (std::size_t t = 1; t < tasks.size(); ++t) {
    const Variable* v = tasks[t]->find(name);
    if (v == nullptr || v->dims != first.dims || v->shape != first.shape || v->data.index() != first.data.index())
      return std::nullopt;
    std::visit(
        [&](auto& to) {
          const auto& from = std::get<std::decay_t<decltype(to)>>(v->data);
          to.insert(to.end(), from.begin(), from.end());
        },
        all);
  }
  return all;
}

bool same_everywhere(const std::string& name, const std::vector<const Group*>& tasks) {
  const Variable* first = tasks[0]->find(name);
  return std::all_of(tasks.begin(), tasks.end(), [&](const Group* g) {
    const Variable* v = g->find(name);
    return first != nullptr && v != nullptr && v->data == first->data;
  });
}

/// The group of a task that tells its betas, if any does yet: a task without draws has none.
const Group* with_betas(const Group& task) {
  for (const char* name : {"estimates", "exact"})
    if (const Group* group = task.child(name); group != nullptr && group->find("beta") != nullptr) return group;
  return nullptr;
}

/// The exact answers of all tasks with the same variables everywhere: what is not known of one task is nan.
std::vector<Group> filled(std::span<const Group> tasks) {
  std::vector<Variable> all;  // every quantity that is known of some task
  std::string source;
  for (const Group& task : tasks) {
    const Group* exact = task.child("exact");
    if (exact == nullptr) continue;
    for (const auto& [key, value] : exact->attributes)
      if (const auto* text = std::get_if<std::string>(&value);
          text != nullptr && source.find(*text) == std::string::npos)
        source += (source.empty() ? "" : "; ") + *text;
    for (const Variable& v : exact->variables)
      if (v.name != "beta" && v.name != "temperature" &&
          std::none_of(all.begin(), all.end(), [&](const Variable& o) { return o.name == v.name; }))
        all.push_back(v);
  }
  std::vector<Group> whole;
  for (const Group& task : tasks) {
    const Group* exact = task.child("exact");
    Group group{.name = "exact"};
    group.attributes.emplace_back("source", source);
    for (const char* name : {"beta", "temperature"})  // where beta is a place on a path there is no temperature
      if (const Variable* known = with_betas(task)->find(name)) group.variables.push_back(*known);
    const std::size_t betas = group.variables.front().shape.front();
    for (Variable v : all) {
      if (const Variable* known = exact == nullptr ? nullptr : exact->find(v.name)) {
        group.variables.push_back(*known);
        continue;
      }
      if (!v.shape.empty()) v.shape = {betas};
      v.data = std::vector<double>(v.shape.empty() ? 1 : betas, unknown);
      group.variables.push_back(std::move(v));
    }
    whole.push_back(std::move(group));
  }
  return whole;
}

using Attribute = std::pair<std::string, std::variant<std::string, double, std::int64_t>>;

/// An attribute that differs from task to task, as a variable; nothing where a task lacks it.
void add_attribute(Group& group, const std::string& name, const std::vector<std::string>& dims,
                   const std::vector<std::size_t>& shape, const std::vector<const Group*>& tasks) {
  std::vector<std::string> texts;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  for (const Group* task : tasks)
    for (const Attribute& a : task->attributes)
      if (a.first == name) {
        if (const auto* text = std::get_if<std::string>(&a.second)) texts.push_back(*text);
        if (const auto* real = std::get_if<double>(&a.second)) reals.push_back(*real);
        if (const auto* integer = std::get_if<std::int64_t>(&a.second)) integers.push_back(*integer);
      }
  const auto add_as = [&]<class T>(std::vector<T>& values) {
    if (values.size() == tasks.size()) add(group, name, dims, shape, std::move(values), "1", name);
  };
  add_as(texts);
  add_as(reals);
  add_as(integers);
}

/// Whether tasks have overlaps that were averaged over disorder, but their distributions stand on different bins.
bool averages_overlaps(const Group& group, const Request& request, std::size_t disorder) {
  return disorder < request.grid.size() && group.find("overlap_squared_disorder_average") != nullptr &&
         group.find("overlap_distribution") == nullptr;
}

/// Of tasks whose P(q) have bins of their own (as sizes have): the average over disorder on bins that all share.
void add_common_distribution(Group& group, const std::vector<const Group*>& tasks, std::vector<std::string> dims,
                             std::vector<std::size_t> shape, std::size_t disorder) {
  constexpr std::size_t bins = 21;
  std::vector<double> all;
  std::size_t betas = 0;
  for (const Group* task : tasks) {
    const auto density = doubles(*task, "overlap_distribution"), centre = doubles(*task, "q");
    if (density.empty() || centre.empty() || density.size() % centre.size() != 0) return;
    const auto common = on_common_bins({density.begin(), density.end()}, {centre.begin(), centre.end()}, bins);
    betas = common.size() / bins;
    all.insert(all.end(), common.begin(), common.end());
  }
  if (all.size() != tasks.size() * betas * bins || group.find("beta") == nullptr) return;
  std::vector<double> centre;
  for (std::size_t b = 0; b < bins; ++b)
    centre.push_back(-1 + (static_cast<double>(b) + 0.5) * 2 / static_cast<double>(bins));
  const std::size_t n = shape[disorder];
  std::size_t inner = betas * bins;
  for (std::size_t k = disorder + 1; k < shape.size(); ++k) inner *= shape[k];
  std::vector<Estimate> averages;
  for (std::size_t o = 0; o < all.size() / (n * inner); ++o)
    for (std::size_t i = 0; i < inner; ++i) {
      std::vector<Estimate> samples;
      for (std::size_t k = 0; k < n; ++k) samples.push_back({.value = all[(o * n + k) * inner + i]});
      averages.push_back(average_over_samples(samples));
    }
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(disorder));
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(disorder));
  for (const char* dim : {"beta", "q"}) dims.emplace_back(dim);
  shape.push_back(betas);
  shape.push_back(bins);
  add_coordinate(group, "q", std::move(centre), "1", "overlap, centre of a bin that all sizes share");
  add_estimates(group, "overlap_distribution_disorder_average", dims, shape, averages, "1",
                "probability density P(q), mean over " + std::to_string(n) + " samples of disorder");
}

/// What there is to say of averages over few samples.
std::vector<std::string> disorder_warnings(const Request& request) {
  for (const auto& [key, values] : request.grid)
    if (key == "model.disorder_seed" && values.size() < few_samples)
      return {
          values.size() < fewest_samples
              ? fmt::format("averages over {} samples of disorder have no errors: at least {} are needed",
                            values.size(), fewest_samples)
              : fmt::format("averages over disorder are over {} samples only: their errors allow for it, but where "
                            "rare samples carry the average, samples that look alike hide it; from {} on that is rarer",
                            values.size(), few_samples)};
  return {};
}

/// What there is to say of samples of disorder that cannot be averaged, because their ladders differ.
std::vector<std::string> disorder_notes(const Request& request, const std::vector<Group>& groups) {
  const bool samples = std::any_of(request.grid.begin(), request.grid.end(), [](const auto& axis) {
    return axis.first == "model.disorder_seed" && axis.second.size() > 1;
  });
  const bool apart =
      std::any_of(groups.begin(), groups.end(), [](const Group& g) { return g.find("rung") != nullptr; });
  if (!samples || !apart) return {};
  return {
      "there are no averages over disorder, since betas differ from sample to sample; method.ladder = \"fixed\" "
      "keeps them alike"};
}

}  // namespace

Group combined(const std::string& name, const Request& request, const std::vector<const Group*>& tasks, bool shared) {
  Group group{.name = name};
  const bool numbers_of_all = name == "estimates" || name == "free_energy" || name == "exact";
  std::vector<const Attribute*> varying;
  for (const Attribute& a : tasks[0]->attributes) {
    const auto has = [&](const Group* g) {
      return std::find(g->attributes.begin(), g->attributes.end(), a) != g->attributes.end();
    };
    if (std::all_of(tasks.begin(), tasks.end(), has))
      group.attributes.push_back(a);
    else if (!numbers_of_all)
      varying.push_back(&a);
  }
  std::vector<std::string> dims;
  std::vector<std::size_t> shape;
  std::size_t disorder = request.grid.size();
  for (const auto& [key, values] : request.grid) {
    Axis axis{key.substr(key.rfind('.') + 1), values};
    const auto alike = std::count_if(request.grid.begin(), request.grid.end(), [&](const auto& other) {
      return other.first.substr(other.first.rfind('.') + 1) == axis.name;
    });
    if (tasks[0]->find(axis.name) != nullptr || alike > 1 || axis.name == "name") {
      axis.name = key;
      std::replace(axis.name.begin(), axis.name.end(), '.', '_');
    }
    if (key == "model.disorder_seed") disorder = dims.size();
    add_grid_axis(group, axis.name, axis.values, key);
    dims.push_back(axis.name);
    shape.push_back(values.size());
  }
  const bool one_ladder = tasks[0]->find("beta") == nullptr || same_everywhere("beta", tasks);
  const auto renamed = [&](std::string dim) { return dim == "beta" && !one_ladder ? std::string("rung") : dim; };
  if (!one_ladder && stacked("beta", tasks))
    add_index(group, "rung", tasks[0]->find("beta")->shape[0], "rung of the ladder");
  std::vector<Variable> averaged;
  for (const Variable& v : tasks[0]->variables) {
    const bool beta = v.name == "beta" || v.name == "temperature";
    if (is_coordinate(v) && !(beta && !one_ladder)) {
      if (same_everywhere(v.name, tasks)) group.variables.push_back(v);
      continue;
    }
    if (beta && one_ladder) {
      group.variables.push_back(v);
      continue;
    }
    if (shared && !v.dims.empty() && same_everywhere(v.name, tasks) &&
        std::all_of(v.dims.begin(), v.dims.end(), [&](const std::string& d) { return same_everywhere(d, tasks); })) {
      group.variables.push_back(v);
      continue;
    }
    auto data = stacked(v.name, tasks);
    const bool fits = std::all_of(v.dims.begin(), v.dims.end(),
                                  [&](const std::string& d) { return d == "beta" || same_everywhere(d, tasks); });
    if (!data || !fits) continue;
    Variable all{v.name, dims, shape, std::move(*data), v.units, v.long_name};
    for (const std::string& d : v.dims) all.dims.push_back(renamed(d));
    all.shape.insert(all.shape.end(), v.shape.begin(), v.shape.end());
    if (one_ladder && disorder < request.grid.size() && tasks[0]->find(v.name + "_error") != nullptr)
      averaged.push_back(all);
    group.variables.push_back(std::move(all));
  }
  for (const Attribute* a : varying)
    if (group.find(a->first) == nullptr) add_attribute(group, a->first, dims, shape, tasks);
  add_disorder_averages(group, averaged, disorder);
  if (averages_overlaps(group, request, disorder)) add_common_distribution(group, tasks, dims, shape, disorder);
  return group;
}

std::string grid_key(const Variable& v) {
  const std::string words = axis_words;
  return v.long_name.starts_with(words) ? v.long_name.substr(words.size()) : std::string();
}

void add_grid_axis(Group& group, const std::string& name, const std::vector<std::string>& values,
                   const std::string& key) {
  const std::string meaning = axis_words + key, units = key == "model.field" || key == "model.coupling" ? "J" : "1";
  if (const auto integers = parsed<std::int64_t>(values))
    add_coordinate(group, name, *integers, units, meaning);
  else if (const auto reals = parsed<double>(values))
    add_coordinate(group, name, *reals, units, meaning);
  else
    add_coordinate(group, name, values, "1", meaning);
}

std::vector<Group> combine(const Request& request, std::span<const Group> tasks) {
  std::vector<Group> groups;
  for (const std::string name : {"estimates", "free_energy", "exact"}) {
    std::vector<const Group*> parts;
    for (const Group& task : tasks)
      if (const Group* part = task.child(name)) parts.push_back(part);
    const bool whole_grid = name == "exact" ? std::ranges::all_of(tasks, with_betas) : parts.size() == tasks.size();
    if (parts.empty() || !whole_grid) continue;
    const std::vector<Group> whole = name == "exact" ? filled(tasks) : std::vector<Group>();
    if (name == "exact") {
      parts.clear();
      for (const Group& group : whole) parts.push_back(&group);
    }
    groups.push_back(combined(name, request, parts));
  }
  const bool averaged = std::any_of(groups.begin(), groups.end(), [](const Group& g) {
    return std::any_of(g.variables.begin(), g.variables.end(),
                       [](const Variable& v) { return v.name.ends_with("_disorder_average"); });
  });
  Group diagnostics{.name = "diagnostics"};
  if (averaged) add_warnings(diagnostics, disorder_warnings(request));
  add_notes(diagnostics, disorder_notes(request, groups));
  if (!diagnostics.variables.empty()) groups.push_back(std::move(diagnostics));
  return groups;
}

}  // namespace gibbsite

#include "studies/runs/extend.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/runs/final_state.hpp"
#include "studies/runs/study_fingerprint.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr const char* sweeps_key = "method.sweeps";

std::string without_sweeps(const std::string& study) {
  std::string kept;
  for (std::size_t at = 0; at < study.size();) {
    const std::size_t end = std::min(study.find('\n', at), study.size());
    const std::string line = study.substr(at, end - at);
    if (!line.starts_with("sweeps =")) kept += line + '\n';
    at = end + 1;
  }
  return kept;
}

Group read_some(const std::filesystem::path& path, const Wanted& wanted) {
  std::vector<Unread> unread;
  try {
    return read_archive(path, unread, wanted);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
}

}  // namespace

Request longer_study(const std::string& path, const Group& root, const Settings& keys) {
  const std::string text = text_attribute(root, "study");
  if (text_attribute(root, "program") != "gibbsite" || text.empty())
    throw RequestError(fmt::format("{} is no result of a run", path));
  const Schema& schema = study_schema();
  const Request before = assemble(entries_of_text(text, path, schema), {}, path, schema);
  const Study& study = before.tasks.front().study;
  if (method_entry(study).longer == nullptr)
    throw RequestError(fmt::format(
        "{} is complete, and {} cannot be made longer: every particle is at its end; run the study anew, with more of "
        "them",
        path, study.method.name));
  const auto sweeps_of = [](const Task& task) { return method_entry(task.study).target(task.study).sweeps; };
  if (std::ranges::none_of(keys, [](const auto& given) { return given.first == sweeps_key; }))
    throw RequestError(fmt::format(
        "{} is complete: there is nothing to resume; more sweeps make it longer: --{} with more than its {}", path,
        sweeps_key, sweeps_of(before.tasks.front())));
  Request longer = assemble(entries_of_text(text, path, schema), entries_of(keys, schema), path, schema);
  const std::string old_rest = without_sweeps(fingerprint(before.resolved)),
                    new_rest = without_sweeps(fingerprint(longer.resolved));
  if (old_rest != new_rest || before.tasks.size() != longer.tasks.size())
    throw RequestError(
        fmt::format("{} can be made longer by {} alone, and not be changed: {}; run the other study anew", path,
                    sweeps_key, difference(old_rest, new_rest)));
  for (std::size_t k = 0; k < longer.tasks.size(); ++k)
    if (sweeps_of(longer.tasks[k]) <= sweeps_of(before.tasks[k]))
      throw RequestError(fmt::format("{} = {} makes {} no longer: it has {} already", sweeps_key,
                                     sweeps_of(longer.tasks[k]), path, sweeps_of(before.tasks[k])));
  longer.extend = true;
  return longer;
}

ResultToExtend::ResultToExtend(const std::filesystem::path& path) : path_(path) {
  const Group outline = read_some(path, [](const std::string& name) { return name.starts_with("model/"); });
  const Group* model = outline.child("model");
  if (model != nullptr && on_grid(*model)) {
    const Group root = read_some(path, {});
    arrays_ = tasks_of(root);
    for (std::size_t k = 0; k < arrays_.size(); ++k)  // the states of all stand in one place
      if (const auto kept = final_state_in(root.child("final_state"), k))
        arrays_[k].groups.push_back(final_state_group(*kept));
  } else {
    in_groups_ = outline.child("tasks") != nullptr;
  }
  const Group first = read_task(0, "final_state/");
  const auto kept = final_state_in(first.child("final_state"), 0);
  if (!kept)
    throw RequestError(
        fmt::format("{} has no final states to go on from (run.keep_states was false, or an older version wrote it); "
                    "run the longer study anew",
                    path_.string()));
  if (const auto every = kept->counts.find("sweeps_per_draw"); every != kept->counts.end() && every->second.size() == 1)
    sweeps_per_draw_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(every->second[0]));
  const Schema& schema = study_schema();
  const Request before =
      assemble(entries_of_text(text_attribute(outline, "study"), path, schema), {}, path.string(), schema);
  for (const Task& made : before.tasks)
    draws_wanted_.push_back(
        static_cast<std::size_t>(method_entry(made.study).target(made.study).sweeps / sweeps_per_draw_));
}

Group ResultToExtend::task(std::size_t k) const { return read_task(k, ""); }

Group ResultToExtend::read_task(std::size_t k, const std::string& part) const {
  if (!arrays_.empty()) return arrays_.at(k);
  const std::string name = fmt::format("{:03}", k), place = in_groups_ ? fmt::format("tasks/{}/", name) : "";
  Group root = read_some(path_, [&](const std::string& variable) { return variable.starts_with(place + part); });
  if (!in_groups_) return root;
  const Group* tasks = root.child("tasks");
  const Group* found = tasks == nullptr ? nullptr : tasks->child(name);
  if (found == nullptr) throw RequestError(fmt::format("{}: task {} is not in it", path_.string(), name));
  return *found;
}

}  // namespace gibbsite

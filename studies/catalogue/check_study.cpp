#include "studies/catalogue/check_study.hpp"

#include <fmt/format.h>

#include <vector>

#include "studies/catalogue/catalogue.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

void check_study(const Study& study) {
  if (study.method.beta.empty() && method_entry(study).settle != nullptr)
    throw RequestError(fmt::format("method.name = \"{}\" needs {}", study.method.name, method_entry(study).settled_by));
  if (study.method.beta.empty())
    throw RequestError(
        "method.beta is missing: give inverse temperatures, for example beta = \"0.30:0.50:21\" under [method] or "
        "--method.beta 0.30:0.50:21, or method.temperature instead");
  system_entry(study).check(study);
  method_entry(study).check(study);
  check_memory(study);
}

void check_tasks(std::span<const Task> tasks) { check_memory(tasks); }

void check_memory(const Study& study, double memory) {
  const SystemSize size = system_entry(study).size(study);
  if (size.sites == 0) return;
  std::vector<MemoryNeed> needs = method_entry(study).needs(study, size);
  needs.push_back(size.need);
  check_memory(needs, memory);
}

void check_memory(std::span<const Task> tasks, double memory) {
  MemoryNeed all{0, fmt::format("the systems of {} tasks", tasks.size()), "the number of values under [grid]"};
  for (const Task& task : tasks) all.bytes += system_entry(task.study).size(task.study).need.bytes;
  check_memory(std::span(&all, 1), memory);
}

void check_memory_of_replicas(const Study& study, const System& system, double memory) {
  check_memory(method_entry(study).needs(study, {.sites = system.sites()}), memory);
}

}  // namespace gibbsite

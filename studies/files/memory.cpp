#include "studies/files/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// The number that a file of the kernel begins with; "max" and files that are not there are no limit.
double limit_in(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return read_number<double>(word).value_or(no_limit);
}

/// The number behind a name in a file of the kernel; 0 where there is none.
double number_of(const fs::path& file, const std::string& wanted) {
  std::ifstream in(file);
  double number = 0;
  for (std::string name; in >> name >> number;)
    if (name == wanted) return number;
  return 0;
}

/// Visits the control groups of memory that this process is in and those above them: each one's folder, and whether
/// it is of version 2.
template <class Visit>
void for_each_group(Visit visit) {
  std::ifstream in("/proc/self/cgroup");  // lines NUMBER:CONTROLLERS:/GROUP; version 2 has no controllers
  for (std::string line; std::getline(in, line);) {
    const auto parts = split(line, ':');
    if (parts.size() != 3 || !(parts[1].empty() || parts[1] == "memory")) continue;
    const bool version_2 = parts[1].empty();
    for (fs::path group = fs::path(parts[2]).relative_path();; group = group.parent_path()) {
      for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
        if (version_2) visit(mount / group, true);
      if (!version_2) visit("/sys/fs/cgroup/memory" / group, false);
      if (group.empty()) break;
    }
  }
}

double control_group_limit() {
  double least = no_limit;
  for_each_group([&](const fs::path& group, bool version_2) {
    least = std::min(least, limit_in(group / (version_2 ? "memory.max" : "memory.limit_in_bytes")));
  });
  return least;
}

}  // namespace

double memory_here() {
  static const double machine =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  double least = std::min(machine > 0 ? machine : no_limit, control_group_limit());
  if (rlimit limit; ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    least = std::min(least, static_cast<double>(limit.rlim_cur));
  return least;
}

namespace {

double control_group_free() {
  double least = no_limit;
  for_each_group([&](const fs::path& group, bool version_2) {
    const double limit = limit_in(group / (version_2 ? "memory.max" : "memory.limit_in_bytes"));
    const double used = limit_in(group / (version_2 ? "memory.current" : "memory.usage_in_bytes"));
    if (!std::isfinite(limit) || !std::isfinite(used)) return;
    const double given_back = number_of(group / "memory.stat", version_2 ? "inactive_file" : "total_inactive_file");
    least = std::min(least, std::max(0.0, limit - std::max(0.0, used - given_back)));
  });
  return least;
}

}  // namespace

double memory_used_now() {
  std::ifstream in("/proc/self/statm");
  double all = 0, here = 0;
  return in >> all >> here ? here * static_cast<double>(::sysconf(_SC_PAGE_SIZE)) : 0;
}

double memory_free_now() {
  double free = no_limit;
  std::ifstream in("/proc/meminfo");
  for (std::string name; in >> name;)
    if (name == "MemAvailable:" && in >> free) {
      free *= 1024;
      break;
    }
  return std::min({free, memory_here(), control_group_free()});
}

std::string bytes_text(double bytes) {
  constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(units)) bytes /= 1000, ++unit;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

std::size_t most_unpacked(std::size_t packed) {
  constexpr double harmless = 256 << 20, ratio = 200;
  return static_cast<std::size_t>(
      std::min(std::max(harmless, ratio * static_cast<double>(packed)), 0.75 * memory_free_now()));
}

void check_memory(std::span<const MemoryNeed> needs, double memory) {
  double sum = 0;
  for (const MemoryNeed& need : needs) sum += need.bytes;
  if (!(sum > memory)) return;
  const MemoryNeed& most = *std::ranges::max_element(needs, {}, &MemoryNeed::bytes);
  throw RequestError(fmt::format("this would take {} of memory or more ({}), and there are {} here; lower {}",
                                 bytes_text(sum), most.what, bytes_text(memory), most.keys));
}

}  // namespace gibbsite

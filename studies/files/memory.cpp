#include "studies/files/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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

/// The least limit of a control group and those above it.
double least_limit(const fs::path& mount, fs::path group, const char* file) {
  double least = no_limit;
  for (group = group.relative_path();; group = group.parent_path()) {
    least = std::min(least, limit_in(mount / group / file));
    if (group.empty()) return least;
  }
}

double control_group_limit() {
  std::ifstream in("/proc/self/cgroup");  // lines NUMBER:CONTROLLERS:/GROUP; version 2 has no controllers
  double least = no_limit;
  for (std::string line; std::getline(in, line);) {
    const auto parts = split(line, ':');
    if (parts.size() != 3) continue;
    const fs::path group(parts[2]);
    if (parts[1].empty()) {
      least = std::min({least, least_limit("/sys/fs/cgroup", group, "memory.max"),
                        least_limit("/sys/fs/cgroup/unified", group, "memory.max")});
    } else if (parts[1] == "memory") {
      least = std::min(least, least_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
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

double memory_free_now() {
  double free = no_limit;
  std::ifstream in("/proc/meminfo");
  for (std::string name; in >> name;)
    if (name == "MemAvailable:" && in >> free) {
      free *= 1024;
      break;
    }
  return std::min(free, memory_here());
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

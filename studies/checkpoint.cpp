#include "studies/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "studies/archive.hpp"
#include "studies/whole_file.hpp"

namespace gibbsite {
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t format = 1;  // of the files in the folder

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw std::runtime_error(path.string() + ": " + what);
}
[[noreturn]] void refuse_part(const fs::path& path) {
  refuse(path, "it does not fit the other parts of its run; start the run anew with --force");
}

// ---- Snapshots as records ----

template <class To, class From>
std::vector<To> same_bits(const std::vector<From>& from) {
  static_assert(sizeof(To) == sizeof(From));
  std::vector<To> to(from.size());
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size() * sizeof(From));
  return to;
}

Variable array(const std::string& name, Column data) {
  const std::size_t size = std::visit([](const auto& d) { return d.size(); }, data);
  return {name, {}, {size}, std::move(data), "1", ""};
}

Group to_group(const Snapshot& snapshot) {
  Group numbers{"numbers", {}, {}, {}}, counts{"counts", {}, {}, {}}, bytes{"bytes", {}, {}, {}};
  for (const auto& [name, data] : snapshot.numbers) numbers.variables.push_back(array(name, data));
  for (const auto& [name, data] : snapshot.counts)
    counts.variables.push_back(array(name, same_bits<std::int64_t>(data)));
  for (const auto& [name, data] : snapshot.bytes) bytes.variables.push_back(array(name, same_bits<std::int8_t>(data)));
  return {"snapshot", {}, {}, {std::move(numbers), std::move(counts), std::move(bytes)}};
}

/// Throws std::bad_variant_access or std::out_of_range for a group that to_group has not made.
Snapshot to_snapshot(const Group& group) {
  Snapshot snapshot;
  for (const Variable& v : group.groups.at(0).variables)
    snapshot.numbers[v.name] = std::get<std::vector<double>>(v.data);
  for (const Variable& v : group.groups.at(1).variables)
    snapshot.counts[v.name] = same_bits<std::uint64_t>(std::get<std::vector<std::int64_t>>(v.data));
  for (const Variable& v : group.groups.at(2).variables)
    snapshot.bytes[v.name] = same_bits<std::byte>(std::get<std::vector<std::int8_t>>(v.data));
  return snapshot;
}

template <class T>
T attribute(const Group& group, const std::string& name) {
  for (const auto& [key, value] : group.attributes)
    if (key == name) return std::get<T>(value);
  throw std::out_of_range(name);
}
std::size_t count(const Group& group, const std::string& name) {
  return static_cast<std::size_t>(attribute<std::int64_t>(group, name));
}

/// Runs `take` on the group of a file; what it does not find there means that the file is not one of ours.
template <class Take>
auto read_part(const fs::path& path, Take take) {
  const Group group = read_archive(path);
  try {
    if (attribute<std::int64_t>(group, "format") == format) return take(group);
  } catch (const std::bad_variant_access&) {
  } catch (const std::out_of_range&) {
  }
  refuse_part(path);
}

}  // namespace

// ---- The folder ----

Parts::Parts(const fs::path& out) : out_(out), folder_(out.string() + ".parts") {}

Parts::~Parts() {
  if (lock_ >= 0) ::close(lock_);
}

fs::path Parts::state_path(std::size_t task) const { return folder_ / fmt::format("task-{}.h5", task); }
fs::path Parts::segment_path(std::size_t task, std::size_t segment) const {
  return folder_ / fmt::format("task-{}-segment-{}.h5", task, segment);
}

bool Parts::exist() const {
  std::error_code none;
  return fs::exists(folder_ / "manifest.h5", none);
}

void Parts::lock() {
  if (lock_ >= 0) return;
  const fs::path path = folder_ / "lock";
  for (;;) {
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error)
      refuse(folder_, "the folder for checkpoints cannot be made: " + error.message() +
                          "; make or open the folder of the result, or name another output with -o");
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 && errno == ENOENT) continue;  // its last owner has just removed the folder
    if (file < 0) refuse(path, std::generic_category().message(errno));
    // Where there are no locks, as on some network file systems, there is no protection either, but there is work.
    if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(file);
      refuse(out_, "another process is at work on it; wait until it is done, or name another output with -o");
    }
    struct stat ours, there;
    if (::fstat(file, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino) {
      lock_ = file;
      break;
    }
    ::close(file);  // a lock on a file that its last owner has just removed holds nobody back
  }
  // Who was killed at work may have left temporary files; now that the lock is ours, no one else's are here.
  remove_leftovers(out_);
  for (const auto& entry : fs::directory_iterator(folder_))
    if (entry.path().filename().string().starts_with(".")) fs::remove(entry.path());
}

/// Removes our files and no other, should the folder be someone else's. The manifest goes first: without it, what a
/// killed removal leaves is no run.
void Parts::drop_files() {
  fs::remove(folder_ / "manifest.h5");
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("task-") && name.ends_with(".h5")) fs::remove(entry.path());
  }
  saved_.clear();
}

void Parts::begin(const Manifest& manifest) {
  lock();
  drop_files();
  Group group{"", {{"format", format}}, {}, {}};
  group.attributes.emplace_back("study", manifest.study);
  group.attributes.emplace_back("version", manifest.version);
  group.attributes.emplace_back("git_commit", manifest.git_commit);
  write_archive(folder_ / "manifest.h5", group, Packing::plain);
}

Manifest Parts::resume() {
  if (!exist()) refuse(out_, "there is no unfinished run to go on with; start it without --resume");
  lock();
  return read_part(folder_ / "manifest.h5", [](const Group& group) {
    return Manifest{attribute<std::string>(group, "study"), attribute<std::string>(group, "version"),
                    attribute<std::string>(group, "git_commit")};
  });
}

void Parts::remove() {
  lock();
  drop_files();
  std::error_code none;
  fs::remove(folder_ / "lock", none);
  fs::remove(folder_, none);  // fails, as it should, if someone keeps other files in it
  ::close(lock_);
  lock_ = -1;
}

// ---- Tasks ----

void Parts::save(std::size_t task, const Snapshot& snapshot, const Trace& trace, Standing standing) {
  if (lock_ < 0) throw std::logic_error("Parts::save before begin or resume");
  Saved saved;
  {
    const std::lock_guard guard(mutex_);
    const auto known = saved_.find(task);
    if (known != saved_.end())
      saved = known->second;
    else if (fs::exists(state_path(task)))
      throw std::logic_error(fmt::format("task {}: saved before it was loaded", task));
  }
  if (trace.draws() < saved.draws || (saved.draws > 0 && trace.width != saved.width))
    throw std::logic_error(fmt::format("task {}: the trace does not continue what was saved of it", task));

  if (trace.draws() > saved.draws) {
    const auto from = trace.rows.begin() + static_cast<std::ptrdiff_t>(saved.draws * trace.width);
    Group segment{"", {{"format", format}}, {}, {}};
    segment.attributes.emplace_back("first", static_cast<std::int64_t>(saved.draws));
    segment.variables.push_back(
        {"rows", {}, {trace.draws() - saved.draws, trace.width}, std::vector<double>(from, trace.rows.end()), "1", ""});
    write_archive(segment_path(task, saved.segments), segment, Packing::plain);
    saved.segments += 1;
  }
  saved.draws = trace.draws();
  saved.width = trace.width;

  Group state{"", {{"format", format}}, {}, {to_group(snapshot)}};
  state.attributes.emplace_back("segments", static_cast<std::int64_t>(saved.segments));
  state.attributes.emplace_back("draws", static_cast<std::int64_t>(saved.draws));
  state.attributes.emplace_back("width", static_cast<std::int64_t>(saved.width));
  state.attributes.emplace_back("done", std::int64_t{standing.done});
  state.attributes.emplace_back("seconds", standing.seconds);
  write_archive(state_path(task), state, Packing::plain);
  const std::lock_guard guard(mutex_);
  saved_[task] = saved;
}

std::optional<TaskState> Parts::load(std::size_t task) {
  if (lock_ < 0) throw std::logic_error("Parts::load before begin or resume");
  std::error_code none;
  TaskState state;
  Saved saved;
  const bool found = fs::exists(state_path(task), none);
  if (found)
    read_part(state_path(task), [&](const Group& group) {
      saved = {count(group, "segments"), count(group, "draws"), count(group, "width")};
      state.snapshot = to_snapshot(group.groups.at(0));
      state.standing = {attribute<std::int64_t>(group, "done") != 0, attribute<double>(group, "seconds")};
      return true;
    });
  state.trace.width = saved.width;
  for (std::size_t s = 0; s < saved.segments; ++s)
    read_part(segment_path(task, s), [&](const Group& group) {
      const auto& rows = std::get<std::vector<double>>(group.variables.at(0).data);
      if (count(group, "first") != state.trace.draws() || group.variables[0].shape.at(1) != saved.width)
        refuse_part(segment_path(task, s));
      state.trace.rows.insert(state.trace.rows.end(), rows.begin(), rows.end());
      return true;
    });
  if (state.trace.draws() != saved.draws) refuse_part(state_path(task));
  fs::remove(segment_path(task, saved.segments), none);  // the orphan of a save that was killed
  const std::lock_guard guard(mutex_);
  saved_[task] = saved;
  if (!found) return std::nullopt;
  return state;
}

}  // namespace gibbsite

// The folder of checkpoints: whose it is, who works on it, what is ours in it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "studies/files/retry.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/runs/checkpoint_files.hpp"

namespace gibbsite {
using namespace parts;

CheckpointFolder::CheckpointFolder(const fs::path& out) : out_(out), folder_(out.string() + ".parts") {}

CheckpointFolder::~CheckpointFolder() { unlock(); }

fs::path CheckpointFolder::state_path(std::size_t task) const { return folder_ / fmt::format("task-{}.h5", task); }
fs::path CheckpointFolder::copy_path(std::size_t task) const { return folder_ / fmt::format("task-{}-copy.h5", task); }
fs::path CheckpointFolder::segment_path(std::size_t task, std::size_t segment) const {
  return folder_ / fmt::format("task-{}-segment-{}.h5", task, segment);
}
fs::path CheckpointFolder::result_path(std::size_t task) const {
  return folder_ / fmt::format("task-{}-result.h5", task);
}

namespace {

const std::string lock_text = "gibbsite\n";  // of a lock that is ours; older ones are empty

/// Takes a number as we write it off the front of a name.
std::optional<std::size_t> take_number(std::string_view& name) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const auto length = static_cast<std::size_t>(end - name.data());
  if (error != std::errc() || (name[0] == '0' && length > 1)) return std::nullopt;
  name.remove_prefix(length);
  return number;
}

bool take(std::string_view& name, std::string_view front) {
  if (!name.starts_with(front)) return false;
  name.remove_prefix(front.size());
  return true;
}

Manifest read_manifest(const fs::path& path) {
  return read_part(path, [](const Group& group) {
    Manifest manifest{attribute<std::string>(group, "study"), attribute<std::string>(group, "version"),
                      attribute<std::string>(group, "git_commit")};
    for (const auto& [key, value] : group.attributes) {
      if (key == "tasks") manifest.tasks = count(group, "tasks");
      if (key == "extends") manifest.extends = count(group, "extends") != 0;
      if (key == "sweeps_per_draw") manifest.sweeps_per_draw = attribute<std::int64_t>(group, "sweeps_per_draw");
    }
    return manifest;
  });
}

}  // namespace

/// Whether a run of so many tasks makes files of this name.
bool CheckpointFolder::owns(const std::string& name, std::size_t tasks) const {
  if (const std::string behind = name_behind_temporary(name); !behind.empty())
    return behind == "manifest.h5" || owns(behind, tasks);
  std::string_view rest = name;
  if (!take(rest, "task-")) return false;
  const auto task = take_number(rest);
  if (!task || *task >= tasks) return false;
  if (take(rest, "-segment-")) return take_number(rest) && rest == ".h5";
  return rest == ".h5" || rest == "-copy.h5" || rest == "-result.h5";
}

bool CheckpointFolder::exist() const {
  std::error_code none;
  return fs::exists(folder_ / "manifest.h5", none);
}

std::optional<Manifest> CheckpointFolder::look() const {
  if (!exist()) return std::nullopt;
  return read_manifest(folder_ / "manifest.h5");
}

bool CheckpointFolder::gone() const {
  struct stat ours, there;
  const bool held = lock_ >= 0 && ::fstat(lock_, &ours) == 0 && ::lstat((folder_ / "lock").c_str(), &there) == 0 &&
                    ours.st_ino == there.st_ino;
  return lock_ >= 0 && !(held && exist());
}

void CheckpointFolder::lock() {
  if (lock_ >= 0) return;
  const fs::path path = folder_ / "lock";
  for (;;) {
    std::error_code error;
    if (fs::is_symlink(folder_, error))
      refuse(folder_,
             "it is a symbolic link, and checkpoints go to a folder of their own; remove the link, or name "
             "another output with -o");
    fs::create_directory(folder_, error);
    if (error)
      refuse(folder_, "the folder for checkpoints cannot be made: " + error.message() +
                          "; make or open the folder of the result, or name another output with -o");
    const int file =
        again([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666); });
    if (file < 0 && errno == ENOENT) continue;  // its last owner has just removed the folder
    struct stat ours, there;
    std::string text(lock_text.size() + 1, '\0');
    if ((file < 0 && errno == ELOOP) || (file >= 0 && (::fstat(file, &ours) != 0 || !S_ISREG(ours.st_mode)))) {
      if (file >= 0) close_once(file);
      refuse(path, "it is no file of gibbsite; remove it, or name another output with -o");
    }
    if (file < 0) refuse(path, std::generic_category().message(errno));
    // Where there are no locks, as on some network file systems, there is no protection either, but there is work.
    if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      close_once(file);
      refuse(out_, "another process is at work on it; wait until it is done, or name another output with -o");
    }
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::pread(file, text.data(), text.size(), 0))));
    if (!text.empty() && text != lock_text) {
      close_once(file);
      refuse(path, "it is no file of gibbsite; move it away, or name another output with -o");
    }
    if (::fstat(file, &ours) == 0 && ::lstat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino) {
      if (text.empty()) (void)!::pwrite(file, lock_text.data(), lock_text.size(), 0);  // on a full disk it stays empty
      lock_ = file;
      break;
    }
    close_once(file);  // a lock on a file that its last owner has just removed holds nobody back
  }
  remove_leftovers(out_);
}

void CheckpointFolder::unlock() noexcept {
  if (lock_ >= 0) close_once(lock_);
  lock_ = -1;
}

/// Removes what a run of so many tasks made, and no other file. Whether all of it went.
bool CheckpointFolder::drop_files(std::size_t tasks) noexcept try {
  bool all = true;
  for (const fs::path& entry : entries_of(folder_)) {
    if (!owns(entry.filename().string(), tasks)) continue;
    std::error_code kept;
    fs::remove(entry, kept);
    all = all && !kept;
  }
  saved_.clear();
  return all;
} catch (const std::exception&) {
  return false;
}

/// The manifest goes out of its place first, so that what a kill leaves is no run, and is gone last, so that it is
/// known as ours.
void CheckpointFolder::drop_older_run() {
  const fs::path manifest = folder_ / "manifest.h5", over = folder_ / "over.h5";
  std::error_code none, error;
  for (const fs::path& path : {manifest, over}) {
    if (!fs::exists(path, none)) continue;
    Manifest older;
    try {
      older = read_manifest(path);
    } catch (const std::runtime_error&) {
      refuse(path,
             "it should tell which files here are the program's, and is damaged or another's; if none of them is "
             "yours, delete the folder");
    }
    if (path == manifest) fs::rename(manifest, over, error);
    if (error) refuse(path, error.message());
    drop_files(older.tasks);
    fs::remove(over, none);
  }
}

void CheckpointFolder::tidy() noexcept try {
  std::error_code none;
  remove_leftovers(out_);
  if (exist() || fs::is_symlink(folder_, none)) return;
  if (!fs::exists(folder_ / "over.h5", none) && !fs::exists(folder_ / "lock", none)) {
    if (fs::is_empty(folder_, none) && !none) fs::remove(folder_, none);  // killed before its very last call
    return;
  }
  lock();
  if (!exist()) {
    drop_older_run();
    remove();
  }
  unlock();
} catch (const std::exception&) {  // someone is at work there, or it is not ours
  unlock();
}

void CheckpointFolder::begin(const Manifest& manifest) {
  if (gone()) unlock();
  lock();
  try {
    drop_older_run();
    for (const fs::path& entry : entries_of(folder_)) {
      const std::string name = entry.filename().string();
      if (!owns(name, manifest.tasks)) continue;
      if (!name_behind_temporary(name).empty())
        remove_temporary(entry);
      else
        refuse(entry,
               "it stands where a checkpoint would go, and no run that is known here has made it; move it "
               "away, or name another output with -o");
    }
  } catch (...) {
    std::error_code none;
    fs::remove(folder_ / "lock", none);
    fs::remove(folder_, none);
    unlock();
    throw;
  }
  saved_.clear();
  tasks_ = manifest.tasks;
  Group group{"", {{"format", format}}, {}, {}};
  group.attributes.emplace_back("study", manifest.study);
  group.attributes.emplace_back("version", manifest.version);
  group.attributes.emplace_back("git_commit", manifest.git_commit);
  if (manifest.tasks != Manifest().tasks)
    group.attributes.emplace_back("tasks", static_cast<std::int64_t>(manifest.tasks));
  if (manifest.extends) group.attributes.emplace_back("extends", std::int64_t{1});
  if (manifest.sweeps_per_draw > 0) group.attributes.emplace_back("sweeps_per_draw", manifest.sweeps_per_draw);
  write_archive(folder_ / "manifest.h5", group, Packing::plain);
}

Manifest CheckpointFolder::resume() {
  if (!exist()) refuse(out_, "there is no unfinished run to go on with; start it without --resume");
  lock();
  Manifest manifest = read_manifest(folder_ / "manifest.h5");
  for (const fs::path& entry : entries_of(folder_)) {  // of who was killed as it wrote
    const std::string name = entry.filename().string();
    if (!name_behind_temporary(name).empty() && owns(name, manifest.tasks)) remove_temporary(entry);
  }
  tasks_ = manifest.tasks;
  return manifest;
}

bool CheckpointFolder::remove() noexcept try {
  if (gone() && exist()) {  // what stands there now is another run's
    unlock();
    return true;
  }
  lock();
  const fs::path manifest = folder_ / "manifest.h5", over = folder_ / "over.h5";
  std::error_code none, error;
  bool all = true;
  if (exist()) {
    fs::rename(manifest, over, error);
    all = !error && drop_files(tasks_);
    if (all) all = fs::remove(over, error) && !error;
  }
  if (all) fs::remove(folder_ / "lock", none);
  fs::remove(folder_, none);  // fails, as it should, if someone keeps other files in it
  unlock();
  return all;
} catch (const std::exception&) {
  unlock();
  return false;
}

}  // namespace gibbsite

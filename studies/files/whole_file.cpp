#include "studies/files/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>

#include "studies/files/retry.hpp"

namespace gibbsite {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void cannot_write(const fs::path& path, const std::string& cause) {
  throw std::runtime_error("cannot write " + path.string() + ": " + cause);
}
[[noreturn]] void cannot_write(const fs::path& path, int error) {
  cannot_write(path, std::generic_category().message(error));
}

/// An open file, closed at the end whatever happens.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  int close() {
    const int number = number_;
    number_ = -1;
    return number < 0 ? 0 : close_once(number);
  }

 private:
  int number_;
};

/// A file that vanishes unless it is renamed.
class Temporary {
 public:
  explicit Temporary(fs::path path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  int rename(const fs::path& to) {
    if (::rename(path_.c_str(), to.c_str()) != 0) return errno;
    path_.clear();
    return 0;
  }

 private:
  fs::path path_;
};

/// Where a chain of symbolic links ends, whether or not anything is there. (weakly_canonical stops at a link to none.)
fs::path follow(fs::path path) {
  std::error_code none;
  for (int links = 0; links < 40 && fs::is_symlink(path, none); ++links) {
    const fs::path target = fs::read_symlink(path, none);
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view mark = ".tmp-";  // temporary names: .NAME.tmp-PROCESS-SERIAL
/// A file's name in those of its temporaries: cut, so that a long one stays within a file system's 255 bytes.
std::string short_name(const fs::path& path) { return path.filename().string().substr(0, 200); }

/// Some network file systems know no fsync and say so by EINVAL; there is nothing better to do there.
int sync(int number) {
  return again([&] { return ::fsync(number); }) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

/// A new file of a temporary name, and locked, so that nobody takes it for a leftover.
Descriptor make_temporary(const fs::path& target, fs::path& name) {
  static std::atomic<unsigned> serial = 0;
  for (;;) {  // a name may be taken: a killed process with our id, or another machine's process in a shared folder
    name = folder_of(target) / fmt::format(".{}{}{}-{}", short_name(target), mark, ::getpid(), serial++);
    const int number =
        again([&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666); });
    if (number < 0 && errno == EEXIST) continue;
    if (number < 0 || ::flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
      struct stat made;
      if (number < 0 || ::fstat(number, &made) != 0 || made.st_nlink > 0) return Descriptor(number);
    }
    close_once(number);  // who cleans up was faster than our lock
  }
}

/// fill(file, name): puts the bytes into a file that is open for writing.
template <class Fill>
void put_in_place(const fs::path& path, Link link, Fill fill) {
  const fs::path target = link == Link::followed ? follow(path) : path;
  mode_t mode = 0;
  if (struct stat before; ::lstat(target.c_str(), &before) == 0 && S_ISLNK(before.st_mode)) {
    if (link == Link::followed) cannot_write(path, ELOOP);  // follow() gave up
  } else if (::stat(target.c_str(), &before) == 0) {
    // A rename would put a file in place of a device, for root even of /dev/null.
    if (S_ISDIR(before.st_mode)) cannot_write(path, "it is a folder; name a file in it");
    if (!S_ISREG(before.st_mode)) cannot_write(path, "it is not a regular file");
    if (::access(target.c_str(), W_OK) != 0) cannot_write(path, errno);
    mode = before.st_mode & 07777;
  } else if (errno != ENOENT) {
    cannot_write(path, errno);
  }
  if (!target.has_filename()) cannot_write(path, "it names a folder; name a file in it");

  fs::path name;
  Descriptor file = make_temporary(target, name);
  const int number = file.number();
  if (number < 0) cannot_write(path, errno);
  Temporary temporary(name);
  if (mode != 0 && ::fchmod(number, mode) != 0) cannot_write(path, errno);

  fill(number, name);
  if (const int error = sync(number)) cannot_write(path, error);
  if (file.close() != 0) cannot_write(path, errno);  // network file systems report a full disk here
  if (const int error = temporary.rename(target)) cannot_write(path, error);

  // The rename itself is on disk once the folder is.
  const Descriptor folder(again([&] { return ::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (folder.number() < 0) return;  // a folder that may be written but not listed cannot be opened, nor synced
  if (const int error = sync(folder.number())) cannot_write(path, error);
}

}  // namespace

void write_whole_file(const fs::path& path, std::span<const std::byte> bytes, Link link) {
  put_in_place(path, link, [&](int number, const fs::path&) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) cannot_write(path, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  });
}

void write_whole_file(const fs::path& path, const std::function<void(const fs::path&)>& make, Link link) {
  put_in_place(path, link, [&](int, const fs::path& name) { make(name); });
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  for (;;) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      found.push_back(at->path());
    if (error != std::errc::interrupted) return found;
  }
}

std::string name_behind_temporary(const std::string& name) {
  const std::size_t at = name.rfind(mark);
  if (at == name.npos || at < 2 || name.front() != '.') return "";
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  const std::string_view tail = std::string_view(name).substr(at + mark.size());
  const std::size_t dash = tail.find('-');
  if (dash == tail.npos || !digits(tail.substr(0, dash)) || !digits(tail.substr(dash + 1))) return "";
  return name.substr(1, at - 1);
}

void remove_temporary(const fs::path& path) noexcept try {
  if (name_behind_temporary(path.filename().string()).empty()) return;  // never anything but what we name so
  const Descriptor file(again([&] { return ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  struct stat found;
  if (file.number() < 0 || ::fstat(file.number(), &found) != 0 || !S_ISREG(found.st_mode)) return;
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return;
    // There are no locks here; then a writer on this machine is known by its process.
    const std::string name = path.filename().string();
    const auto process = static_cast<pid_t>(std::stol(name.substr(name.rfind(mark) + mark.size())));
    if (::kill(process, 0) == 0 || errno != ESRCH) return;
  }
  ::unlink(path.c_str());
} catch (const std::exception&) {  // it stays, and hurts nobody
}

void remove_leftovers(const fs::path& path) noexcept try {
  if (path.filename().empty()) return;  // no output, no leftovers
  const fs::path target = follow(path);
  for (const fs::path& entry : entries_of(folder_of(target))) {
    const std::string behind = name_behind_temporary(entry.filename().string());
    if (!behind.empty() && behind == short_name(target)) remove_temporary(entry);
  }
} catch (const std::exception&) {
}

void check_readable_file(const fs::path& path) {
  const auto refuse = [&](const std::string& what) { throw std::runtime_error(path.string() + ": " + what); };
  std::error_code none;
  const fs::file_status status = fs::status(path, none);
  if (!fs::exists(status)) refuse("there is no such file; check its name");
  if (fs::is_directory(status)) refuse("it is a folder; name a file in it");
  if (!fs::is_regular_file(status)) refuse("it is not a regular file; copy it into one");
  if (fs::file_size(path, none) == 0) refuse("the file is empty; restore it from a copy, or make it again");
  const Descriptor file(again([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (file.number() < 0)
    refuse("it cannot be read: " + std::generic_category().message(errno) + "; check its permissions");
}

}  // namespace gibbsite

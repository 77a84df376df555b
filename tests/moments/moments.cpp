/// Chosen moments of a program's life. Loaded before the C library (LD_PRELOAD), it counts the program's calls, and at
/// the n-th of a kind sends it a signal or lets the call fail, so that tests need no clock to find a moment again.
///
///   MOMENTS="rename:3:s9"        SIGKILL just before the third rename
///   MOMENTS="clock:500:s15"      SIGTERM at the 500th look at the clock, that is, after so many steps of a run
///   MOMENTS="fsync:2:e5"         the second fsync fails with EIO; "E5": all from the second on; "i4": every other one
///   MOMENTS="file:7:s9"          at the seventh call of any kind but clock; several moments stand behind commas
///   MOMENTS_STEP=0.001           the monotonic clock goes on by a millisecond at each look, and at no other time
///   MOMENTS_COUNTS=FILE          calls of each kind are counted into FILE as the program exits
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Kind { clock_, open_, write_, fsync_, close_, rename_, unlink_, mkdir_, rmdir_, flock_, link_, file_, kinds };
constexpr const char* names[kinds] = {"clock",  "open",  "write", "fsync", "close", "rename",
                                      "unlink", "mkdir", "rmdir", "flock", "link",  "file"};

struct Moment {
  int kind;
  long at;
  char act;  // s: signal; e, E, i: errors
  int number;
};

std::atomic<long> counts[kinds];
Moment moments[16];
int many = 0;
double step = 0;

__attribute__((constructor)) void read_environment() {
  if (const char* text = std::getenv("MOMENTS_STEP")) step = std::atof(text);
  for (const char* text = std::getenv("MOMENTS"); text != nullptr && *text != 0 && many < 16;) {
    char kind[16];
    Moment& m = moments[many];
    if (std::sscanf(text, "%15[a-z]:%ld:%c%d", kind, &m.at, &m.act, &m.number) != 4) std::abort();
    for (m.kind = 0; m.kind < kinds && std::strcmp(kind, names[m.kind]) != 0;) ++m.kind;
    if (m.kind == kinds) std::abort();
    ++many;
    text = std::strchr(text, ',');
    if (text != nullptr) ++text;
  }
}

__attribute__((destructor)) void write_counts() {
  const char* path = std::getenv("MOMENTS_COUNTS");
  if (path == nullptr) return;
  if (std::FILE* out = std::fopen(path, "w")) {
    for (int k = 0; k < kinds; ++k) std::fprintf(out, "%s %ld\n", names[k], counts[k].load());
    std::fclose(out);
  }
}

/// Counts a call of a kind; the error that it is to fail with, or 0.
int error_of(Kind kind) {
  int error = 0;
  for (const int k : {static_cast<int>(kind), static_cast<int>(file_)}) {
    if (k == file_ && kind == clock_) continue;
    const long n = ++counts[k];
    for (int m = 0; m < many; ++m) {
      if (moments[m].kind != k) continue;
      const long past = n - moments[m].at;
      if (moments[m].act == 's' && past == 0) ::raise(moments[m].number);
      if ((moments[m].act == 'e' && past == 0) || (moments[m].act == 'E' && past >= 0) ||
          (moments[m].act == 'i' && past >= 0 && past % 2 == 0))
        error = moments[m].number;
    }
  }
  return error;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <class Call>
int fail_or(Kind kind, Call call) {
  if (const int error = error_of(kind)) {
    errno = error;
    return -1;
  }
  return call();
}

}  // namespace

#define MOMENTS_NEXT(name) static const auto real = next<decltype(&::name)>(#name)

extern "C" {

int clock_gettime(clockid_t clock, timespec* t) {
  (void)error_of(clock_);
  if (step <= 0 || clock != CLOCK_MONOTONIC) return static_cast<int>(::syscall(SYS_clock_gettime, clock, t));
  const double seconds = 1000 + step * static_cast<double>(counts[clock_].load());
  t->tv_sec = static_cast<time_t>(seconds);
  t->tv_nsec = static_cast<long>(1e9 * (seconds - static_cast<double>(t->tv_sec)));
  return 0;
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return fail_or(open_, [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); });
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return fail_or(open_, [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); });
}
int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return fail_or(open_, [&] { return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode)); });
}
ssize_t write(int file, const void* bytes, size_t size) {
  if (const int error = error_of(write_)) {
    errno = error;
    return -1;
  }
  return ::syscall(SYS_write, file, bytes, size);
}
int fsync(int file) {
  return fail_or(fsync_, [&] { return static_cast<int>(::syscall(SYS_fsync, file)); });
}
int close(int file) {
  if (const int error = error_of(close_)) {  // as on Linux, the file is closed all the same
    ::syscall(SYS_close, file);
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_close, file));
}
int rename(const char* from, const char* to) noexcept {
  MOMENTS_NEXT(rename);
  return fail_or(rename_, [&] { return real(from, to); });
}
int unlink(const char* path) noexcept {
  MOMENTS_NEXT(unlink);
  return fail_or(unlink_, [&] { return real(path); });
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  MOMENTS_NEXT(unlinkat);
  return fail_or(unlink_, [&] { return real(folder, path, flags); });
}
int remove(const char* path) noexcept {
  MOMENTS_NEXT(remove);
  return fail_or(unlink_, [&] { return real(path); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  MOMENTS_NEXT(mkdir);
  return fail_or(mkdir_, [&] { return real(path, mode); });
}
int rmdir(const char* path) noexcept {
  MOMENTS_NEXT(rmdir);
  return fail_or(rmdir_, [&] { return real(path); });
}
int flock(int file, int operation) noexcept {
  MOMENTS_NEXT(flock);
  return fail_or(flock_, [&] { return real(file, operation); });
}
int link(const char* from, const char* to) noexcept {
  MOMENTS_NEXT(link);
  return fail_or(link_, [&] { return real(from, to); });
}

}  // extern "C"

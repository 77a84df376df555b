#include "studies/files/child_reader.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>
#include <system_error>

#include "studies/files/memory.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t block = std::size_t{1} << 20;
constexpr std::uint64_t good = 0x6762616400000001, bad = 0x6762616400000002, end_mark = 0x6762616400000003;

/// Numbers and texts into a pipe, as they lie in memory.
class Sender {
 public:
  explicit Sender(int pipe) : pipe_(pipe) { held_.reserve(block); }

  void bytes(const void* from, std::size_t count) {
    const char* at = static_cast<const char*>(from);
    if (held_.size() + count > block) flush();
    if (count > block) return write_all(at, count);
    held_.append(at, count);
  }
  void number(std::uint64_t n) { bytes(&n, sizeof n); }
  void text(const std::string& t) {
    number(t.size());
    bytes(t.data(), t.size());
  }
  void flush() {
    write_all(held_.data(), held_.size());
    held_.clear();
  }

  void send(const Variable& v) {
    text(v.name), text(v.units), text(v.long_name);
    number(v.dims.size());
    for (const std::string& dim : v.dims) text(dim);
    number(v.shape.size());
    for (const std::size_t length : v.shape) number(length);
    number(v.data.index());
    std::visit([&](const auto& data) { send_all(data); }, v.data);
  }
  void send(const Group& group) {
    text(group.name);
    number(group.attributes.size());
    for (const auto& [name, value] : group.attributes) {
      text(name);
      number(value.index());
      if (const auto* words = std::get_if<std::string>(&value))
        text(*words);
      else
        std::visit([&](const auto& one) { bytes(&one, sizeof(std::int64_t)); }, value);
    }
    number(group.variables.size());
    for (const Variable& v : group.variables) send(v);
    number(group.groups.size());
    for (const Group& child : group.groups) send(child);
  }

 private:
  template <class T>
  void send_all(const std::vector<T>& data) {
    number(data.size());
    bytes(data.data(), data.size() * sizeof(T));
  }
  void send_all(const std::vector<std::string>& data) {
    number(data.size());
    for (const std::string& one : data) text(one);
  }
  void write_all(const char* at, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(pipe_, at, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) ::_exit(1);  // nobody listens any more
      at += written, count -= static_cast<std::size_t>(written);
    }
  }

  int pipe_;
  std::string held_;
};

struct Broken {};  // the child's words end too early, or make no sense

class Receiver {
 public:
  explicit Receiver(int pipe) : pipe_(pipe) {}

  void bytes(void* to, std::size_t count) {
    for (char* at = static_cast<char*>(to); count > 0;) {
      if (next_ == held_.size()) fill();
      const std::size_t take = std::min(count, held_.size() - next_);
      std::memcpy(at, held_.data() + next_, take);
      at += take, count -= take, next_ += take;
    }
  }
  std::uint64_t number() {
    std::uint64_t n = 0;
    bytes(&n, sizeof n);
    return n;
  }
  std::string text() { return all<std::string>(); }

  Variable variable() {
    Variable v;
    v.name = text(), v.units = text(), v.long_name = text();
    for (std::uint64_t left = number(); left > 0; --left) v.dims.push_back(text());
    for (std::uint64_t left = number(); left > 0; --left) v.shape.push_back(number());
    switch (number()) {
      case 0:
        v.data = all<std::vector<double>>();
        break;
      case 1:
        v.data = all<std::vector<std::int64_t>>();
        break;
      case 2:
        v.data = all<std::vector<std::int8_t>>();
        break;
      case 3: {
        std::vector<std::string> texts;
        for (std::uint64_t left = number(); left > 0; --left) texts.push_back(text());
        v.data = std::move(texts);
        break;
      }
      default:
        throw Broken{};
    }
    return v;
  }
  Group group(int depth = 0) {
    if (depth > 1000) throw Broken{};
    Group group{text(), {}, {}, {}};
    for (std::uint64_t left = number(); left > 0; --left) {
      std::string name = text();
      const std::uint64_t kind = number();
      if (kind == 0) {
        group.attributes.emplace_back(std::move(name), text());
        continue;
      }
      const std::uint64_t bits = number();
      double real = 0;
      std::memcpy(&real, &bits, sizeof real);
      if (kind == 1)
        group.attributes.emplace_back(std::move(name), real);
      else
        group.attributes.emplace_back(std::move(name), static_cast<std::int64_t>(bits));
    }
    for (std::uint64_t left = number(); left > 0; --left) group.variables.push_back(variable());
    for (std::uint64_t left = number(); left > 0; --left) group.groups.push_back(this->group(depth + 1));
    return group;
  }

 private:
  /// Grows as bytes come, so that a false length costs nothing.
  template <class Text>
  Text all() {
    Text out;
    for (std::uint64_t left = number(); left > 0;) {
      const std::size_t had = out.size(), take = std::min<std::uint64_t>(left, block);
      out.resize(had + take);
      bytes(out.data() + had, take * sizeof(typename Text::value_type));
      left -= take;
    }
    return out;
  }
  void fill() {
    held_.resize(block);
    ssize_t got = 0;
    do got = ::read(pipe_, held_.data(), held_.size());
    while (got < 0 && errno == EINTR);
    if (got <= 0) throw Broken{};
    held_.resize(static_cast<std::size_t>(got));
    next_ = 0;
  }

  int pipe_;
  std::string held_;
  std::size_t next_ = 0;
};

void limit(int what, double most) {
  rlimit both{};
  if (::getrlimit(static_cast<__rlimit_resource>(what), &both) != 0) return;
  if (most < static_cast<double>(both.rlim_max)) both.rlim_cur = both.rlim_max = static_cast<rlim_t>(most);
  ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

/// Pages of address space that the process has now (under AddressSanitizer: terabytes, that are not used).
double address_space() {
  double pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
}

void be_harmless(std::size_t bytes, double memory) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int stop : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGQUIT}) ::signal(stop, SIG_IGN);  // the parent hears them
  for (const int crash : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGPIPE}) ::signal(crash, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int file : {0, 1, 2}) ::dup2(nothing, file);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CPU, 3 + static_cast<double>(bytes) / 1e6);  // damaged trees of HDF5 may go in circles
  if (const double now = address_space(); now > 0) limit(RLIMIT_AS, now + memory);
}

[[noreturn]] void work(const std::function<ReadApart()>& read, int pipe) {
  Sender sender(pipe);
  try {
    const ReadApart found = read();
    sender.number(good);
    sender.send(found.root);
    sender.number(found.unread.size());
    for (const Unread& one : found.unread) sender.text(one.name), sender.text(one.why);
  } catch (const std::bad_alloc&) {
    sender.number(bad);
    sender.text("it does not fit into memory; use a larger machine");
  } catch (const std::exception& error) {
    sender.number(bad);
    sender.text(error.what());
  }
  sender.number(end_mark);
  sender.flush();
  ::_exit(0);
}

/// How a child ended that did not say so itself.
std::string ending(int status) {
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
    return "reading it took too much time or memory";
  if (WIFSIGNALED(status)) return std::string("the HDF5 library broke on it: ") + ::strsignal(WTERMSIG(status));
  return "the HDF5 library broke on it";
}

}  // namespace

ReadApart read_apart(const std::function<ReadApart()>& read, std::size_t bytes) {
  const double memory = memory_free_now();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "no pipe to read it by");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_harmless(bytes, memory);
    work(read, ends[1]);
  }
  const int error = errno;
  ::close(ends[1]);
  ReadApart found;
  std::string refused;
  bool broken = false;
  if (child > 0) try {
      Receiver receiver(ends[0]);
      const std::uint64_t how = receiver.number();
      if (how == good) {
        found.root = receiver.group();
        for (std::uint64_t left = receiver.number(); left > 0; --left) {
          std::string name = receiver.text();
          found.unread.push_back({std::move(name), receiver.text()});
        }
      } else if (how == bad) {
        refused = receiver.text();
      } else {
        throw Broken{};
      }
      if (receiver.number() != end_mark) throw Broken{};
    } catch (const Broken&) {
      broken = true;
    } catch (const std::bad_alloc&) {
      refused = "it does not fit into memory; use a larger machine";
    }
  ::close(ends[0]);  // a child still at work ends now, at its next word
  if (child < 0) throw std::system_error(error, std::generic_category(), "no process could be started to read it in");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!refused.empty()) throw std::runtime_error(refused);
  if (broken)
    throw std::runtime_error("the file is damaged (" + ending(status) + "); restore it from a copy, or make it again");
  return found;
}

}  // namespace gibbsite

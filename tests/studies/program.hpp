/// The program as a user meets it: words in, exit code and texts out; and children that can be stopped at any moment.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "studies/files/archive.hpp"
#include "tests/studies/sample_record.hpp"
#include "tests/studies/scratch.hpp"

namespace gibbsite::test {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// How the program ended: its exit code, or 128 + the signal that killed it; what it said on stdout and stderr, there
/// what it told people (err) apart from the lines of its log.
struct Ended {
  int code = -1;
  std::string out, err, log;
};

/// Whether a line is one of a run's log: a time, one of its events, and NAME=VALUE all the way.
inline bool is_log_line(const std::string& line) {
  const std::string form = "0000-00-00T00:00:00Z ";
  for (std::size_t k = 0; k < form.size(); ++k) {
    const bool digit = k < line.size() && line[k] >= '0' && line[k] <= '9';
    if (form[k] == '0' ? !digit : k >= line.size() || line[k] != form[k]) return false;
  }
  std::size_t at = line.find(' ', form.size());
  static const std::set<std::string> events = {"start", "task", "checkpoint", "progress", "end"};
  if (at == line.npos || !events.contains(line.substr(form.size(), at - form.size()))) return false;
  while (at < line.size()) {
    const std::size_t name = at + 1, value = line.find('=', name) + 1;
    if (line[at] != ' ' || value == 0 || value == name + 1 || value == line.size()) return false;
    if (line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", name) != value - 1) return false;
    const bool quoted = line[value] == '"';
    at = value + (quoted ? 1 : 0);
    while (at < line.size() && (quoted ? line[at] != '"' : line[at] != ' ' && line[at] != '=' && line[at] != '"'))
      at += quoted && line[at] == '\\' ? 2 : 1;
    if (quoted && at++ >= line.size()) return false;
  }
  return true;
}

inline Ended ended_with(int code, const std::string& out, const std::string& said) {
  Ended all{code, out, "", ""};
  for (std::size_t at = 0; at < said.size();) {
    const std::size_t end = std::min(said.find('\n', at), said.size());
    const std::string line = said.substr(at, end - at);
    (is_log_line(line) ? all.log : all.err) += line + (end < said.size() ? "\n" : "");
    at = end + 1;
  }
  return all;
}

/// The program at work in `folder`; killed with this object.
class Child {
 public:
  /// `environment`: "NAME=VALUE" of more variables; `prepare` is called in the child before the program begins.
  Child(const Words& words, const fs::path& folder, const Words& environment = {},
        const std::function<void()>& prepare = {})
      : texts_{text_file(), text_file()} {
    Words all = {GIBBSITE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    Words variables = environment;
    pid_ = ::fork();
    if (pid_ == 0) {
      for (std::string& variable : variables) ::putenv(variable.data());
      const int nothing = ::open("/dev/null", O_RDONLY);
      if (::chdir(folder.c_str()) == 0 && ::dup2(nothing, 0) == 0 && ::dup2(texts_[0], 1) == 1 &&
          ::dup2(texts_[1], 2) == 2) {
        if (prepare) prepare();
        ::execv(argv[0], argv.data());
      }
      ::_exit(127);
    }
    REQUIRE(pid_ > 0);
  }
  ~Child() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      (void)wait();
    }
    ::close(texts_[0]);
    ::close(texts_[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const {
    if (!ended_) ::kill(pid_, signal);
  }
  bool running() {
    if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
    return !ended_;
  }
  /// Whether it was stopped, as by SIGSTOP.
  bool stopped() { return !ended_ && ::waitpid(pid_, &status_, WNOHANG | WUNTRACED) == pid_ && WIFSTOPPED(status_); }
  Ended wait() {
    if (!ended_ && ::waitpid(pid_, &status_, 0) == pid_) ended_ = true;
    return ended_with(WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_), said(texts_[0]),
                      said(texts_[1]));
  }

 private:
  static int text_file() {
    std::string name = (fs::temp_directory_path() / "gibbsite-said-XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    ::unlink(name.c_str());
    return file;
  }
  static std::string said(int file) {
    std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    const ssize_t read = ::pread(file, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(read, 0)));
    return text;
  }

  pid_t pid_ = -1;
  int texts_[2], status_ = 0;
  bool ended_ = false;
};

inline Ended run(const Words& words, const fs::path& folder, const Words& environment = {},
                 const std::function<void()>& prepare = {}) {
  return Child(words, folder, environment, prepare).wait();
}

/// The environment in which chosen moments of the program are found (tests/moments/moments.cpp says how).
inline Words at_moments(const std::string& moments, const Words& more = {}) {
  Words all = {"LD_PRELOAD=" GIBBSITE_MOMENTS, "ASAN_OPTIONS=verify_asan_link_order=0", "MOMENTS=" + moments};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
/// How often the program made each kind of call.
inline std::map<std::string, long> calls_counted(const fs::path& file) {
  std::map<std::string, long> counts;
  std::ifstream in(file);
  std::string kind;
  for (long count; in >> kind >> count;) counts[kind] = count;
  return counts;
}

inline Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// Waits until `ready` says so; false if that takes longer than a test may, on whatever machine.
inline bool wait_until(const std::function<bool()>& ready) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(4);
  for (; !ready(); std::this_thread::sleep_for(std::chrono::milliseconds(1)))
    if (std::chrono::steady_clock::now() > end) return false;
  return true;
}

/// Whether the program, as this process, listens for a signal by what the system knows of it.
inline bool listens(pid_t process, int signal) {
  std::error_code none;
  const std::string place = "/proc/" + std::to_string(process);
  if (!fs::equivalent(place + "/exe", GIBBSITE_PROGRAM, none)) return false;  // not yet the program
  std::ifstream in(place + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("SigCgt:")) return ((std::stoull(line.substr(7), nullptr, 16) >> (signal - 1)) & 1) != 0;
  return false;
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What a user is told when something is wrong: one line.
inline bool is_one_message(const std::string& err) {
  return err.starts_with("gibbsite: ") && err.find('\n') == err.size() - 1 && err.size() > 20;
}

/// The study of a result, without the keys of [run] that say how, not what.
inline std::string without_run_keys(const std::string& study) {
  std::string kept;
  for (std::size_t at = 0; at < study.size();) {
    const std::size_t end = std::min(study.find('\n', at), study.size() - 1) + 1;
    const std::string line = study.substr(at, end - at);
    if (!line.starts_with("threads =") && !line.starts_with("checkpoint =") && !line.starts_with("max_time ="))
      kept += line;
    at = end;
  }
  return kept;
}

/// Where two results differ: paths of variables and attributes, but for those that tell of the moment, not of the
/// study.
inline void collect_differences(const Group& a, const Group& b, const std::string& path, Words& found) {
  static const Words moments = {"created_at", "wall_seconds", "command", "threads"};
  const auto attributes = [](const Group& group) {
    std::map<std::string, decltype(group.attributes)::value_type::second_type> all;
    for (auto [name, value] : group.attributes) {
      if (std::ranges::find(moments, name) != moments.end()) continue;
      if (name == "study") value = without_run_keys(std::get<std::string>(value));
      all[name] = value;
    }
    return all;
  };
  const auto left = attributes(a), right = attributes(b);
  for (const auto& [name, value] : left)
    if (!right.contains(name) || !same(value, right.at(name))) found.push_back(path + "@" + name);
  for (const auto& [name, value] : right)
    if (!left.contains(name)) found.push_back(path + "@" + name);
  for (const Variable& v : a.variables)
    if (const Variable* other = b.find(v.name); other == nullptr || !same(v, *other)) found.push_back(path + v.name);
  for (const Variable& v : b.variables)
    if (a.find(v.name) == nullptr) found.push_back(path + v.name);
  for (const Group& g : a.groups) {
    if (const Group* other = b.child(g.name))
      collect_differences(g, *other, path + g.name + "/", found);
    else
      found.push_back(path + g.name + "/");
  }
  for (const Group& g : b.groups)
    if (a.child(g.name) == nullptr) found.push_back(path + g.name + "/");
}

inline Words differences(const Group& a, const Group& b) {
  Words found;
  collect_differences(a, b, "/", found);
  return found;
}
inline Words differences(const fs::path& a, const fs::path& b) { return differences(read_archive(a), read_archive(b)); }

/// An attribute of the root as text; empty if there is none.
inline std::string attribute_of(const Group& group, const std::string& name) {
  for (const auto& [key, value] : group.attributes)
    if (const auto* text = std::get_if<std::string>(&value); key == name && text != nullptr) return *text;
  return "";
}

}  // namespace gibbsite::test

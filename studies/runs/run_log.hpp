/// What happens in a run, one line an event: for people and batch systems on stderr or in a file, for programs as JSON
/// on stdout. There is one list of events, and three ways to write it down:
///
///     2026-11-28T14:40:04Z start study=onsager.toml version=0.1.0 host=node17 threads=16 tasks=12 file=onsager.h5
///     2026-11-28T14:41:04Z progress done=12.3% task=3/12 at="size=16 field=0.03" phase=sampling rate=1.2e+09 left=7:08
///     {"event":"progress","time":"2026-11-28T14:41:04Z","done":0.123,...}
///
/// A line of text is a time (UTC, ISO 8601), the event, and NAME=VALUE; a value with blanks stands in double quotes, as
/// in JSON. Nothing of a run depends on what is written, nor on whether it can be.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "studies/files/json.hpp"

namespace gibbsite {

/// A part of an event. words: how lines of text have it, where they do not have it as JSON does.
struct Told {
  std::string name;
  Json value;
  std::string words = "";
};

class RunLog {
 public:
  /// Lines go to stderr where that is no terminal and neither `quiet` nor `json` is asked, to `file` where it has a
  /// name, and as JSON to stdout with `json`. Throws RequestError where the file is a folder, cannot be opened, or
  /// holds something else than such lines.
  RunLog(const std::filesystem::path& file, bool quiet, bool json);
  /// One that writes nothing.
  RunLog() = default;
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// Whether anybody reads it.
  bool wanted() const noexcept { return to_stderr_ || file_ >= 0 || json_; }
  /// Any thread may call it.
  void tell(const std::string& event, const std::vector<Told>& parts);
  /// What people are told anyhow (say.hpp), and readers of the log too.
  void note(const std::string& text);

 private:
  void write(const std::string& event, const std::vector<Told>& parts, bool to_stderr);

  bool to_stderr_ = false, json_ = false;
  int file_ = -1;
};

/// The same as text: `2026-11-28T14:40:04Z start study=onsager.toml ...`, without an end of line.
std::string log_line(const std::string& time, const std::string& event, const std::vector<Told>& parts);

}  // namespace gibbsite

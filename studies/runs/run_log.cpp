#include "studies/runs/run_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "studies/files/retry.hpp"
#include "studies/files/version.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

/// Whether a line begins with a time as ours do: "2026-11-28T14:40:04Z ".
bool begins_with_a_time(const std::string& line) {
  const std::string form = "0000-00-00T00:00:00Z ";
  if (line.size() < form.size()) return false;
  for (std::size_t k = 0; k < form.size(); ++k)
    if (form[k] == '0' ? std::isdigit(static_cast<unsigned char>(line[k])) == 0 : line[k] != form[k]) return false;
  return true;
}

/// Whether something stands there that is no log: a study, whose name was given by mistake.
bool holds_something_else(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) return false;
  std::ifstream in(file);
  std::string line;
  return std::getline(in, line) && !begins_with_a_time(line);
}

std::string in_words(const Told& part) {
  if (!part.words.empty()) return part.words;
  const std::string text = part.value.text();
  const bool plain = !text.empty() && std::ranges::none_of(text, [](unsigned char c) {
    return c <= ' ' || c == 0x7F || c == '"' || c == '=' || c == '\\';
  });
  return plain ? text : part.value.line();
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = again([&] { return ::write(file, text.data(), text.size()); });
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string log_line(const std::string& time, const std::string& event, const std::vector<Told>& parts) {
  std::string line = time + ' ' + event;
  for (const Told& part : parts) line += fmt::format(" {}={}", part.name, in_words(part));
  return line;
}

RunLog::RunLog(const std::filesystem::path& file, bool quiet, bool json)
    : to_stderr_(!quiet && !json && isatty(STDERR_FILENO) == 0), json_(json) {
  if (file.empty()) return;
  std::error_code none;
  if (std::filesystem::is_directory(file, none))
    throw RequestError(fmt::format("--log {} is a folder; name a file in it", file.string()));
  if (holds_something_else(file))
    throw RequestError(fmt::format("--log {} exists and is no log of a run; name another file", file.string()));
  file_ = again([&] { return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666); });
  if (file_ < 0)
    throw RequestError(fmt::format("--log {} cannot be written: {}; name another file", file.string(),
                                   std::generic_category().message(errno)));
}

RunLog::~RunLog() {
  if (file_ >= 0) close_once(file_);
}

void RunLog::tell(const std::string& event, const std::vector<Told>& parts) { write(event, parts, to_stderr_); }

void RunLog::note(const std::string& text) {
  say(text);
  write("note", {{"text", text}}, false);
}

void RunLog::write(const std::string& event, const std::vector<Told>& parts, bool to_stderr) {
  if (!to_stderr && file_ < 0 && !json_) return;
#pragma omp critical(gibbsite_log)
  {
    const std::string time = now_as_text(), line = log_line(time, event, parts) + '\n';
    if (to_stderr) say_plainly(line);
    if (file_ >= 0 && !write_all(file_, line)) {
      say(fmt::format("the log can no longer be written ({}); the run goes on without",
                      std::generic_category().message(errno)));
      close_once(file_);
      file_ = -1;
    }
    if (json_) {
      Json object = {{"event", event}, {"time", time}};
      for (const Told& part : parts) object[part.name] = part.value;
      fmt::print("{}\n", object.line());
      std::fflush(stdout);  // who reads it waits for it; whether it could be written is told at the end
    }
  }
}

}  // namespace gibbsite

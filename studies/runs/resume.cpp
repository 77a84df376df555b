/// `gibbsite resume`: the result file or its checkpoints know their study.
#include <fmt/format.h>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/runs/extend.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// The study of a result that is not complete, with all its keys; "" where there is none.
std::string study_of_result(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return "";
  std::vector<Unread> unread;
  const Group root = read_archive(path, unread, [](const std::string&) { return false; });
  return text_attribute(root, "state") == "complete" ? "" : text_attribute(root, "study");
}

/// That of checkpoints: all keys but those on which results do not depend, and behind them the checksums of files.
std::string study_of_parts(const std::string& path) {
  const auto manifest = CheckpointFolder(path).look();
  if (!manifest) return "";
  std::string study;
  for (std::size_t at = 0; at < manifest->study.size();) {
    const std::size_t end = std::min(manifest->study.find('\n', at), manifest->study.size());
    const std::string line = manifest->study.substr(at, end - at);
    if (line.find(" sealed ") == line.npos) study += line + '\n';
    at = end + 1;
  }
  return study;
}

void refuse_training(const std::string& path, const std::string& study) {
  if (!study.starts_with("[training]\n") && study.find("\n[training]\n") == study.npos) return;
  throw RequestError(
      fmt::format("{} is of `gibbsite train`, which goes on by the command that began it, with --resume", path));
}

Request read_unfinished(const std::string& path, const Settings& keys) {
  try {
    const std::string of_parts = study_of_parts(path);
    std::error_code none;
    if (of_parts.empty() && !std::filesystem::exists(path, none))
      throw RequestError(fmt::format("{} is not there, and no unfinished run stands beside it", path));
    if (of_parts.empty()) {
      std::vector<Unread> unread;
      const Group root = read_archive(path, unread, [](const std::string&) { return false; });
      refuse_training(path, text_attribute(root, "study"));
      if (text_attribute(root, "state") == "complete") return longer_study(path, root, keys);
    }
    std::string study = study_of_result(path);
    if (study.empty()) study = of_parts;
    refuse_training(path, study);
    if (of_parts.empty())
      throw RequestError(
          fmt::format("{} is no run that was stopped, or its checkpoints are gone: there is nothing to "
                      "resume",
                      path));
    const Schema& schema = study_schema();
    return assemble(entries_of_text(study, path, schema), entries_of(keys, schema), path, schema);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
}

}  // namespace

const Command& resume_command() {
  static const Command command{
      .name = "resume",
      .arguments = "FILE.h5",
      .summary = "go on with a stopped run, or make a finished one longer, without its study file",
      .details =
          "The file, or the checkpoints beside it, know the study with every key that was given, so that none is "
          "typed again; the result has the same bits as if the run had never stopped. Keys on which no result "
          "depends may be given anew: run.threads, run.checkpoint, run.max_time. A finished run of mcmc or tempering "
          "is "
          "made longer by --method.sweeps with more than it has: its final states are in the file (unless "
          "run.keep_states was false), and its draws are those of one long run, to the bit; snapshots stay those of "
          "the "
          "first one. The file is replaced once the longer result is whole.",
      .least = 1,
      .most = 1,
      .options = {{"quiet", 0, "", "no progress, no log on stderr, no tables"},
                  strict_option,
                  {"log", 0, "FILE", "write what happens to this file, a line each, behind what it holds"},
                  {"json", 0, "", "print what happens as JSON, an object a line, instead of tables"},
                  help_option},
      .examples = {"gibbsite resume onsager.h5", "gibbsite resume onsager.h5 --run.max_time 3600",
                   "gibbsite resume onsager.h5 --method.sweeps 100000"},
      .schema = study_schema,
      .read = read_unfinished,
      .complete =
          [](Request& request) {
            request.out = request.arguments.front();
            request.resume = true;
            request.arguments.clear();
          },
      .run = run_study};
  return command;
}

}  // namespace gibbsite

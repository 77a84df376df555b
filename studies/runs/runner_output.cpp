// What stands where a run is to write: nothing, its own checkpoints, another's result, or one that becomes longer.
#include <fmt/format.h>

#include "studies/files/archive.hpp"
#include "studies/files/version.hpp"
#include "studies/runs/extend.hpp"
#include "studies/runs/runner.hpp"
#include "studies/runs/study_fingerprint.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace fs = std::filesystem;

/// Refuses to take what stands at the output for the complete result of this study unless it is.
void Runner::check_complete() const {
  const std::string out = request_.out.string();
  Group root;
  try {
    root = read_archive(request_.out);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
  if (text_attribute(root, "program") != "gibbsite")
    throw RequestError(fmt::format("{} is no result of gibbsite; choose another name with -o", out));
  note_format(root, out);
  const std::string before = fingerprint(text_attribute(root, "study")), now = fingerprint(request_.resolved);
  if (before != now && !begun_by_version_1(before, now))
    throw RequestError(
        fmt::format("{} holds another study: {}; choose another name with -o, replace it with --force, or, for more "
                    "sweeps alone, make it longer with `gibbsite resume {} --method.sweeps N`",
                    out, difference(before, now), out));
  if (text_attribute(root, "state") != "complete")
    throw RequestError(fmt::format(
        "{0} holds a run that was stopped, but its checkpoints in {0}.parts are gone; start anew with --force", out));
}

/// Makes checkpoints of the longer run out of the complete result, which stays as it is until the longer one is whole.
void Runner::extend() {
  const ResultToExtend before(request_.out);
  const std::int64_t every = before.sweeps_per_draw();
  const auto chosen = chosen_sweeps_per_draw();
  settle_sweeps_per_draw(every);
  manifest_.extends = true;
  manifest_.sweeps_per_draw = every;
  parts_.begin(manifest_);
  try {
    for (std::size_t k = 0; k < tasks_.size(); ++k) tasks_[k]->extend(before.task(k), before.draws_wanted(k), parts_);
  } catch (...) {
    parts_.remove();
    throw;
  }
  if (chosen && *chosen != every)
    log_.note(
        fmt::format("note: a draw stands for {} sweeps, as in {}; a run of this length from its beginning would "
                    "have chosen {}",
                    every, request_.out.string(), *chosen));
}

/// Whether there is anything to do. Never touches what is there without --force or --resume.
bool Runner::claim_output() {
  const fs::path& out = request_.out;
  if (fs::is_directory(out))
    throw RequestError(fmt::format("{} is a folder; give the result a file name with -o", out.string()));
  parts_.tidy();
  const Manifest& manifest = manifest_ = {.study = fingerprint(request_.resolved) + checksums_of_files(request_),
                                          .version = version(),
                                          .git_commit = git_commit(),
                                          .tasks = tasks_.size()};
  if (request_.extend) {
    extend();
    return true;
  }
  if (request_.resume && parts_.exist()) {
    const Manifest before = parts_.resume();
    manifest_.extends = before.extends;
    manifest_.sweeps_per_draw = before.sweeps_per_draw;
    if (before.sweeps_per_draw > 0) settle_sweeps_per_draw(before.sweeps_per_draw);
    const bool older = begun_by_version_1(before.study, manifest.study);
    if (older) settle_sweeps_per_draw(1);
    if (before.study != manifest.study && !older)
      throw RequestError(fmt::format("{} was begun by another study: {}; undo the change, or start anew with --force",
                                     out.string(), difference(before.study, manifest.study)));
    if (before.git_commit != manifest.git_commit || before.version != manifest.version)
      log_.note(
          fmt::format("note: this run was begun by version {} ({}); the same bits are promised only within one version",
                      before.version, before.git_commit));
    return true;
  }
  if (request_.resume) {
    if (!fs::exists(out))
      throw RequestError(
          fmt::format("{}: there is no unfinished run to continue; start it without --resume", out.string()));
    check_complete();
    log_.note(out.string() + " is complete; there is nothing to resume");
    return false;
  }
  if (!request_.force && parts_.exist())
    throw RequestError(fmt::format(
        "an unfinished run stands in {}.parts; continue it with --resume, or start anew with --force", out.string()));
  if (!request_.force && fs::exists(out))
    throw RequestError(fmt::format("{} exists; choose another name with -o, or replace it with --force", out.string()));
  parts_.begin(manifest);
  return true;
}

}  // namespace gibbsite

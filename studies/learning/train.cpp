// `gibbsite train`: tasks one after the other, checkpoints, and a model file for each.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/version.hpp"
#include "studies/learning/command.hpp"
#include "studies/learning/training.hpp"
#include "studies/runs/run.hpp"
#include "studies/runs/run_log.hpp"
#include "studies/runs/study_fingerprint.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class TrainRunner {
 public:
  TrainRunner(const Request& request, std::string command)
      : request_(request),
        run_(request.tasks.front().study.run),
        command_(std::move(command)),
        parts_(request.out),
        log_(request.log, request.quiet, false) {}

  int run();

 private:
  void check_tasks();
  bool claim();
  bool learn(Training& task, double& seconds);
  void tell(const Training& task, std::size_t evaluations);
  void tell_of_end(const std::string& state, const std::vector<Told>& more = {});
  void write(std::size_t index, const Training& task) const;
  fs::path file_of(std::size_t task) const;
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool stopping() const { return stop_asked() || (run_.max_time > 0 && elapsed() > run_.max_time); }

  const Request& request_;
  const Study::Run& run_;
  std::string command_;
  CheckpointFolder parts_;
  RunLog log_;
  std::unique_ptr<Training> first_;  // task 0, until it is its turn; of a grid one task is held at a time
  Clock::time_point begin_ = Clock::now(), saved_ = begin_;
};

/// OUT.h5; of a grid OUT-000.h5, OUT-001.h5, ...
fs::path TrainRunner::file_of(std::size_t task) const {
  if (request_.tasks.size() == 1) return request_.out;
  fs::path file = request_.out;
  return file.replace_filename(fmt::format("{}-{:03}{}", file.stem().string(), task, file.extension().string()));
}

/// Builds every task once, so that what cannot be is said before any of them learns.
void TrainRunner::check_tasks() {
  for (std::size_t k = request_.tasks.size(); k-- > 0;) {
    first_.reset();
    first_ = std::make_unique<Training>(request_.tasks[k], k);
  }
}

bool TrainRunner::claim() {
  parts_.tidy();
  const Manifest manifest = {fingerprint(request_.resolved) + checksums_of_files(request_), version(), git_commit(),
                             request_.tasks.size()};
  const std::string out = request_.out.string();
  if (request_.resume) {
    if (!parts_.exist()) {
      if (!fs::exists(file_of(0)))
        throw RequestError(
            fmt::format("{}: there is no unfinished training to continue; start it without --resume", out));
      log_.note(out + " is complete; there is nothing to resume");
      return false;
    }
    const Manifest before = parts_.resume();
    if (before.study != manifest.study)
      throw RequestError(fmt::format("{} was begun by another study: {}; undo the change, or start anew with --force",
                                     out, difference(before.study, manifest.study)));
    return true;
  }
  if (!request_.force && parts_.exist())
    throw RequestError(fmt::format(
        "an unfinished training stands in {}.parts; continue it with --resume, or start anew with --force", out));
  for (std::size_t k = 0; k < request_.tasks.size(); ++k)
    if (!request_.force && fs::exists(file_of(k)))
      throw RequestError(
          fmt::format("{} exists; choose another name with -o, or replace it with --force", file_of(k).string()));
  parts_.begin(manifest);
  return true;
}

void TrainRunner::tell(const Training& task, std::size_t evaluations) {
  if (task.evaluations() == evaluations) return;
  const std::string line = (task.name().empty() ? "" : task.name() + ": ") + task.line();
  if (!request_.quiet && isatty(2) == 1) say_plainly(line + '\n');
  std::vector<Told> parts;
  if (!task.name().empty()) parts.push_back({"task", task.name()});
  const auto add = [&](const char* name, Recorded what) {
    if (!std::isnan(task.last(what))) parts.push_back({name, task.last(what), fmt::format("{:.7g}", task.last(what))});
  };
  add("epoch", Recorded::epoch);
  add("log_likelihood", Recorded::log_likelihood);
  add("validation", Recorded::validation_log_likelihood);
  add("reconstruction_error", Recorded::reconstruction_error);
  add("coupling_error", Recorded::coupling_error);
  add("accuracy", Recorded::accuracy);
  add("validation_accuracy", Recorded::validation_accuracy);
  add("energy_gap", Recorded::energy_gap);
  log_.tell("evaluation", parts);
}

void TrainRunner::tell_of_end(const std::string& state, const std::vector<Told>& more) {
  std::vector<Told> parts = {
      {"state", state}, {"file", request_.out.string()}, {"seconds", elapsed(), fmt::format("{:.2f}", elapsed())}};
  parts.insert(parts.end(), more.begin(), more.end());
  log_.tell("end", parts);
}

/// Whether it came to its end. seconds: at work on it so far.
bool TrainRunner::learn(Training& task, double& seconds) {
  const auto begin = Clock::now();
  const auto spent = [before = seconds, begin] {
    return before + std::chrono::duration<double>(Clock::now() - begin).count();
  };
  while (!task.done()) {
    if (stopping()) {
      task.save(parts_, spent());
      return false;
    }
    if (Clock::now() - saved_ > std::chrono::duration<double>(run_.checkpoint)) {
      task.save(parts_, spent());
      saved_ = Clock::now();
      log_.tell("checkpoint", {{"done", task.share()}});
    }
    const std::size_t evaluations = task.evaluations();
    task.advance(spent());
    tell(task, evaluations);
  }
  seconds = spent();
  return true;
}

void TrainRunner::write(std::size_t index, const Training& task) const {
  Group root = task.record();
  auto attributes = run_attributes(command_, request_, task.last(Recorded::seconds), "complete");
  for (auto& [key, value] : attributes)
    if (key == "format_version") value = model_format;
  root.attributes.insert(root.attributes.begin(), attributes.begin(), attributes.end());
  write_archive(file_of(index), root);
}

int TrainRunner::run() {
  use_threads(run_.threads);
  if (fs::is_directory(request_.out))
    throw RequestError(fmt::format("{} is a folder; give the model a file name with -o", request_.out.string()));
  check_tasks();
  stops_mean(Stop::at_checkpoint);
  if (!claim()) return 0;
  log_.tell("start", {{"study", request_.arguments.front()},
                      {"file", request_.out.string()},
                      {"version", version()},
                      {"commit", git_commit()},
                      {"process", static_cast<std::int64_t>(::getpid())},
                      {"tasks", static_cast<std::int64_t>(request_.tasks.size())}});
  std::vector<Trained> trained;
  for (std::size_t k = 0; k < request_.tasks.size(); ++k) {
    std::unique_ptr<Training> task = std::move(first_);
    double seconds = 0;
    bool before = false, done = false;  // before: it was stopped
    try {
      if (task == nullptr) task = std::make_unique<Training>(request_.tasks[k], k);
      if (request_.resume) seconds = task->resume(parts_);
      before = task->done();
      done = before || learn(*task, seconds);
    } catch (const RequestError& error) {
      tell_of_end("failed", {{"error", error.what()}});
      if (!request_.resume) parts_.remove();
      if (task == nullptr || task->name().empty()) throw;
      throw RequestError(fmt::format("{}: {}", task->name(), error.what()));
    }
    if (done) {  // the file first: what a checkpoint calls done is in place
      if (!before || !fs::exists(file_of(k))) write(k, *task);
      if (!before) task->save(parts_, seconds);
      trained.push_back(task->outcome());
      continue;
    }
    const std::string why = stop_asked() ? stop_reason() : fmt::format("run.max_time = {} s", run_.max_time);
    log_.note(fmt::format("stopped by {} at a checkpoint; the same command with --resume continues it", why));
    tell_of_end("stopped", {{"by", why}});
    return 75;
  }
  stops_mean(Stop::all_saved);
  stops_mean(Stop::soon_done);
  if (!parts_.remove())
    log_.note(
        fmt::format("the model is in place, but {}.parts could not be removed; delete it", request_.out.string()));
  std::vector<fs::path> files;
  for (std::size_t k = 0; k < request_.tasks.size(); ++k) files.push_back(file_of(k));
  print_trainings(request_, trained, files);
  tell_of_end("complete");
  return 0;
}

int train(const Request& request, const std::string& command) { return TrainRunner(request, command).run(); }

}  // namespace

const Command& train_command() {
  static const Command command{
      .name = "train",
      .arguments = "STUDY.toml -o MODEL.h5",
      .summary = "learn a Boltzmann machine, an energy or a net from data, judged along the way",
      .details =
          "cd and pcd take the model's expectation from chains that begin at the data, or go on while parameters move; "
          "tempering lets such chains exchange with others, on the way to independent units; "
          "trajectory lets them exchange with samples of a checkpoint of the training, and knows ln Z along the way; "
          "jarzynski gives such chains weights that correct for the moving parameters, and ln Z for nothing; exact "
          "sums it. "
          "pseudo-likelihood, ratio-matching, flow, lyu and nce need no samples of the model. ln p of training and "
          "validation "
          "data stands in the file and on stderr all along, exactly where ln Z can be summed, else by annealing there "
          "and "
          "back. A classifier learns energies of answers (gibbsite help answers); kmeans, sparse-coding "
          "and ebt energies with latent variables, and answers by descent (gibbsite help latents). A grid gives a "
          "model for each task: "
          "MODEL-000.h5, MODEL-001.h5, ... Checkpoints as `run` does.",
      .least = 1,
      .most = 1,
      .options = {{"out", 'o', "FILE",
                   "model file to write (default: the study's name with .h5, in the current folder)"},
                  {"force", 0, "", "overwrite model files that are there"},
                  {"resume", 0, "", "continue where it stopped"},
                  {"log", 0, "FILE", "also write the lines of the log to that file"},
                  {"quiet", 0, "", "no progress, no table"},
                  json_option,
                  help_option},
      .examples = {"gibbsite train studies/bars_and_stripes.toml -o bars.h5",
                   "gibbsite train digits.toml --training.method cd --training.steps 10 -o digits.h5"},
      .schema = training_schema,
      .explains_keys = true,
      .read = [](const std::string& file, const Settings& keys) { return read_study(file, keys, training_schema()); },
      .complete =
          [](Request& request) {
            if (request.out.empty())
              request.out = fs::path(request.arguments.front()).filename().replace_extension(".h5");
          },
      .run = train};
  return command;
}

}  // namespace gibbsite

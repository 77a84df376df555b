// `gibbsite run` as the command line knows it, and what every result says of its making.
#include <omp.h>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/version.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/study_file.hpp"

namespace gibbsite {
namespace {

/// HDF5's numbers are read as signed ones: from 2^63 on a seed is written in digits.
std::variant<std::string, double, std::int64_t> seed_attribute(std::uint64_t seed) {
  if (seed >> 63 != 0) return std::to_string(seed);
  return static_cast<std::int64_t>(seed);
}

}  // namespace

std::vector<std::pair<std::string, std::variant<std::string, double, std::int64_t>>> run_attributes(
    const std::string& command, const Request& request, double seconds, const std::string& state) {
  return {{"program", std::string("gibbsite")},
          {"version", version()},
          {"git_commit", git_commit()},
          {"format_version", result_format},
          {"created_at", now_as_text()},
          {"command", command},
          {"study", request.resolved},
          {"seed", seed_attribute(request.tasks.front().study.run.seed)},
          {"threads", std::int64_t{omp_get_max_threads()}},
          {"wall_seconds", seconds},
          {"state", state}};
}

const Command& run_command() {
  static const Command command{
      .name = "run",
      .arguments = "STUDY.toml",
      .summary = "run a study and write its result file",
      .details =
          "Runs every task of the study, writes draws, estimates with errors, free energies and exact values "
          "where there are any, and prints a table of them. Checkpoints on a timer and when asked to stop. On a "
          "terminal a line shows progress; elsewhere stderr gets a line with a time for the start, each task, each "
          "checkpoint, the end, and a minute's progress.",
      .least = 1,
      .most = 1,
      .options = {{"out", 'o', "FILE", "result file (default: the study's name with .h5, in the current folder)"},
                  {"force", 0, "", "overwrite the result file if there is one"},
                  {"resume", 0, "", "continue the result file where it stopped"},
                  {"dry-run", 0, "", "try it for a second or two, and say what the whole will take"},
                  {"quiet", 0, "", "no progress, no log on stderr, no tables"},
                  strict_option,
                  {"log", 0, "FILE", "write what happens to this file, a line each, behind what it holds"},
                  {"json", 0, "", "print what happens as JSON, an object a line, instead of tables"},
                  help_option},
      .examples = {"gibbsite run onsager.toml", "gibbsite run onsager.toml --model.size 64 -o onsager_64.h5",
                   "gibbsite run onsager.toml --method.beta 0.40:0.48:17 --grid.model.size '[16, 32, 64]'"},
      .schema = study_schema,
      .explains_keys = true,
      .read = [](const std::string& file, const Settings& keys) { return read_study(file, keys, study_schema()); },
      .complete =
          [](Request& request) {
            if (request.out.empty())
              request.out = std::filesystem::path(request.arguments.front()).filename().replace_extension(".h5");
          },
      .run = run_study};
  return command;
}

}  // namespace gibbsite

/// From words to a typed study: one schema of keys (studies/schema.hpp) serves the study file (TOML), the command line,
/// the help and the record. options.cpp is the one place that knows Boost.Program_options and toml++.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "studies/study.hpp"

namespace gibbsite {

/// The request is wrong (exit 2): usage, study file, model file, data. The text says what, where, and what to do.
struct RequestError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One point of the grid: its study, and the values of the grid's keys as they stand in files ("32", "32x64").
struct Task {
  Study study;
  std::vector<std::pair<std::string, std::string>> coordinates;  ///< key ("model.size") -> value
};

/// A parsed command line.
struct Request {
  std::string command;  ///< "run", "show", ..., "help", "version"; `run --help` is "help" with argument "run"
  std::vector<std::string> arguments;  ///< the command's positional arguments (files, names)
  std::filesystem::path out;  ///< -o; for run without it, the study file's name with .h5, in the current folder
  bool force = false, resume = false, json = false, help = false, quiet = false, quick = false;
  std::vector<double> beta;                                   ///< reweight: where to
  std::vector<std::pair<std::string, std::string>> settings;  ///< import: its keys, as given
  // for run, exact and loglik:
  std::vector<Task> tasks;  ///< in order, last grid key fastest; one task if there is no grid
  std::vector<std::pair<std::string, std::vector<std::string>>> grid;  ///< keys and their values, in order
  std::string resolved;  ///< the study with every key, as TOML that reads back to the same tasks
};

/// Parses a whole command line (argv[1] ... ); no words at all give "help". Throws RequestError.
Request parse(const std::vector<std::string>& words);

/// Reads a study file and overrides ("model.size" -> "64", "grid.model.size" -> "[16, 32]"). Throws RequestError with
/// file, line and column.
Request read_study(const std::filesystem::path& file,
                   const std::vector<std::pair<std::string, std::string>>& overrides);

/// The keys of `gibbsite loglik` for a model file. Throws RequestError.
Request read_likelihood(const std::filesystem::path& model,
                        const std::vector<std::pair<std::string, std::string>>& overrides);

/// Refuses -o where it is a folder (`what` needs a file name), or exists and there is no --force. Throws RequestError.
void check_writable(const Request& request, const std::string& what);

/// Refuses what shows only in several keys together; every task of a Request has passed. Throws RequestError naming the
/// keys.
void validate(const Study& study);

/// Text of `gibbsite help [COMMAND]`, aligned, at most 100 columns wide. Throws RequestError for an unknown command.
std::string help_text(const std::string& command);
/// What else `gibbsite help` explains: "errors".
std::vector<std::string> help_topics();

}  // namespace gibbsite

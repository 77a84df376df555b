/// What is to be done: a command with its tasks, understood and checked.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "studies/study/study.hpp"

namespace gibbsite {

/// One point of the grid: its study, and the values of the grid's keys as they stand in files ("32", "32x64").
struct Task {
  Study study;
  std::vector<std::pair<std::string, std::string>> coordinates;  ///< key ("model.size") -> value
};

/// The same for people: "size=16 field=0.03", keys by their last part where that tells them apart; "" without a grid.
std::string grid_point(const Task& task);

/// A parsed command line.
struct Request {
  std::string command;  ///< "run", "show", ..., "help", "version"; `run --help` is "help" with argument "run"
  std::vector<std::string> arguments;  ///< the command's positional arguments (files, names)
  std::filesystem::path out;  ///< -o; for run without it, the study file's name with .h5, in the current folder
  bool extend = false;  ///< resume: the complete result becomes longer
  std::filesystem::path log;  ///< --log; run and resume: where to write down what happens
  bool force = false, resume = false, json = false, help = false, quiet = false, quick = false, dry_run = false;
  bool strict = false;       ///< what is to be doubted is said by the exit code, too: exit_doubted
  std::vector<double> beta;  ///< reweight: where to
  std::vector<std::pair<std::string, std::string>> settings;  ///< import: its keys, as given
  // for run, exact and loglik:
  std::vector<Task> tasks;  ///< in order, last grid key fastest; one task if there is no grid
  std::vector<std::pair<std::string, std::vector<std::string>>> grid;  ///< keys and their values, in order
  std::vector<std::string> inputs;                                     ///< files that the tasks read, each once
  std::string resolved;  ///< the study with every key, as TOML that reads back to the same tasks
};

/// What the program ends with where it was --strict and there is something to doubt.
inline constexpr int exit_doubted = 3;

/// Refuses -o where it is a folder (`what` needs a file name), or exists and there is no --force. Throws RequestError.
void check_writable(const Request& request, const std::string& what);

}  // namespace gibbsite

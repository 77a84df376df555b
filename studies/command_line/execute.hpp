/// The commands of the program, each a function of the request.
#pragma once

#include <string>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// Parses and carries out a command line (argv[1] ...); returns the exit code. Throws RequestError (exit 2) or any
/// other exception (exit 1).
int execute(const std::vector<std::string>& words);

/// `gibbsite show FILE.h5`: what a result file holds.
int show(const Request& request);
/// `gibbsite exact STUDY.toml`: the exact answers, or why there are none.
int exact(const Request& request);
/// `gibbsite list [TOPIC]`.
int list(const Request& request);
/// `gibbsite bench [NAME ...]`: speed of the kernels on this machine.
int bench(const Request& request);
/// `gibbsite reweight FILE.h5 ... --beta GRID`.
int reweight(const Request& request);
/// `gibbsite loglik MODEL.h5 --data FILE`; `command`: the command line, for the record.
int loglik(const Request& request, const std::string& command);
/// `gibbsite import WEIGHTS -o MODEL.h5 [--KEY VALUE ...]`; `command`: the whole line, for the record.
int import_weights(const Request& request, const std::string& command);

/// A result as `gibbsite show --json` prints it. Throws std::logic_error or std::bad_variant_access for a record that
/// has not the shape of a result.
std::string shown_as_json(const Group& root);

}  // namespace gibbsite

/// Reading done in a child process, so that a library that crashes on a damaged file, or runs for ever, or takes all
/// memory, is an error message here and nothing more.
#pragma once

#include <functional>

#include "studies/files/archive.hpp"

namespace gibbsite {

struct ReadApart {
  Group root;
  std::vector<Unread> unread;
};

/// What `read` returns, run in a child process with limits (memory: what is free now; three seconds of computing and
/// one for every MB of `bytes`; no files written, no core dumped, nothing said) and passed back through a pipe. Throws
/// std::runtime_error with the child's own message, or one that says how the child ended.
ReadApart read_apart(const std::function<ReadApart()>& read, std::size_t bytes);

}  // namespace gibbsite

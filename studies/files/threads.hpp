/// How many threads there are to be, and whether the system grants them.
#pragma once

#include <cstdint>

namespace gibbsite {

/// Takes so many threads (0: one per core) for all that follows, or as many as can be started, and says so where they
/// are fewer. Results do not depend on it. (OpenMP's own answer to a thread that it cannot have is to end the program.)
void use_threads(std::int64_t asked);

}  // namespace gibbsite

#include "studies/version.hpp"

#include "version.inc"

namespace gibbsite {

std::string version() { return GIBBSITE_VERSION; }
std::string git_commit() { return GIBBSITE_GIT_COMMIT; }

}  // namespace gibbsite

/// Which Gibbsite this is.
#pragma once

#include <string>

namespace gibbsite {

std::string version();
std::string git_commit();

}  // namespace gibbsite

/// Which Gibbsite this is and when it ran, as files say of who wrote them.
#pragma once

#include <string>

namespace gibbsite {

std::string version();
std::string git_commit();
/// The time in UTC: "2026-11-21T20:13:55Z".
std::string now_as_text();

}  // namespace gibbsite

/// Which Gibbsite this is and when it ran, as files say of who wrote them.
#pragma once

#include <cstdint>
#include <string>

#include "studies/files/record.hpp"

namespace gibbsite {

/// Of results: what their groups and variables mean.
constexpr std::int64_t result_format = 2;
/// Says that a result of another format may hold what this version does not know. `name`: of its file.
void note_format(const Group& root, const std::string& name);

std::string version();
std::string git_commit();
/// The time in UTC: "2026-11-21T20:13:55Z".
std::string now_as_text();

}  // namespace gibbsite

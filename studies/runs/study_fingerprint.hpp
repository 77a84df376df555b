/// When two resolved studies are the same run, so that one may go on where the other stopped.
#pragma once

#include <string>

#include "studies/study/request.hpp"

namespace gibbsite {

/// The lines of a resolved study that its results depend on: all but threads, checkpoint, max_time and what
/// says how they are kept.
std::string fingerprint(const std::string& resolved);

/// What the couplings files of a request hold, as further lines of its fingerprint.
std::string checksums_of_files(const Request& request);

/// The first line in which two fingerprints differ, for people.
/// Whether `before` is what version 1 made of the study that is `now`: without keys that it had not, and a draw of
/// every sweep where that is left open now. Its run can go on so.
bool begun_by_version_1(const std::string& before, const std::string& now);
std::string difference(const std::string& before, const std::string& now);

}  // namespace gibbsite

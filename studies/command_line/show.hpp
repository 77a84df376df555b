/// `gibbsite show FILE.h5`: what a result or model file holds.
#pragma once

#include <string>

#include "studies/files/record.hpp"

namespace gibbsite {

/// A result as `gibbsite show --json` prints it. Throws std::logic_error or std::bad_variant_access for a record that
/// has not the shape of a result.
std::string shown_as_json(const Group& root);

}  // namespace gibbsite

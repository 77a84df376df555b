/// A configuration to start from, out of a file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "samplers/ensemble.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// The canonical state: of a result file the configuration of lowest energy, else the numbers of the file's only array
/// (text, .npy, ...), one per unit, each of those in `allowed`. Throws RequestError where it does not fit the system.
std::vector<std::byte> read_state(const std::string& file, const Layout& layout, const UnitStates& allowed);

}  // namespace gibbsite

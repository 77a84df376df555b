/// Commands that take results apart.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& diff_command();
const Command& export_command();

}  // namespace gibbsite

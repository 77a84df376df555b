#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& scaling_command();

}  // namespace gibbsite

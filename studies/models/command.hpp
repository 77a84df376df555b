/// `gibbsite import WEIGHTS -o MODEL.h5 [--KEY VALUE ...]`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& import_command();

}  // namespace gibbsite

/// `gibbsite reweight FILE.h5 ... --beta GRID`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& reweight_command();

}  // namespace gibbsite

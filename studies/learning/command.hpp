/// `gibbsite train STUDY.toml -o MODEL.h5`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& train_command();

}  // namespace gibbsite

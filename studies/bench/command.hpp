/// `gibbsite bench [NAME ...]`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& bench_command();

}  // namespace gibbsite

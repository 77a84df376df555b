/// `gibbsite report FILE.h5 ... -o OUT.html`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& report_command();

}  // namespace gibbsite

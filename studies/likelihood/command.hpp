/// `gibbsite loglik MODEL.h5 --data FILE` and `gibbsite predict MODEL.h5 --data FILE`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& loglik_command();
const Command& predict_command();

}  // namespace gibbsite

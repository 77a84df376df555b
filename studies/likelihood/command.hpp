/// `gibbsite loglik`, `predict` and `embed`, each MODEL.h5 --data FILE.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& loglik_command();
const Command& predict_command();
const Command& embed_command();

}  // namespace gibbsite

/// `gibbsite sample MODEL.h5|STUDY.toml -n N -o SAMPLES.npy [--KEY VALUE ...]`.
#pragma once

#include "studies/study/command.hpp"

namespace gibbsite {

const Command& sample_command();

}  // namespace gibbsite

/// `gibbsite sample MODEL.h5|STUDY.toml -n N -o SAMPLES.npy [--KEY VALUE ...]`.
#pragma once

#include <string>

#include "studies/files/record.hpp"
#include "studies/study/command.hpp"

namespace gibbsite {

const Command& sample_command();

/// Whether a record holds samples, and what `gibbsite show` says of it.
bool is_samples(const Group& root);
void print_samples(const Group& root, const std::string& path);
std::string samples_as_json(const Group& root);

}  // namespace gibbsite

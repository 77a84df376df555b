/// The commands of the program: one array, from which parser, help and main are made.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "studies/study/command.hpp"

namespace gibbsite {

std::span<const Command* const> commands();
/// Throws RequestError: unknown (with the nearest name, also among `topics`, which are as good here), or not in this
/// version.
const Command& find_command(std::string_view name, const std::vector<std::string>& topics = {});

// Those that are written down here.
const Command& show_command();
const Command& exact_command();
const Command& init_command();
const Command& list_command();
const Command& help_command();
const Command& completion_command();
const Command& schema_command();
const Command& manual_command();

}  // namespace gibbsite

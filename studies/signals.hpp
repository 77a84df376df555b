/// A request to stop, from the keyboard or the batch system.
#pragma once

#include <string>

namespace gibbsite {

/// From now on SIGINT, SIGTERM and SIGUSR1 ask the run to stop at its next checkpoint; a second SIGINT ends it at once.
void listen_for_stop();
/// Whether someone has asked; any thread may look.
bool stop_asked() noexcept;
/// "SIGINT" and so on; empty if nobody has asked.
std::string stop_reason();

}  // namespace gibbsite

/// A request to stop, from the keyboard or the batch system, and what it means at the moment.
#pragma once

#include <string>

namespace gibbsite {

/// What SIGINT, SIGTERM and SIGUSR1 do. Ends of the program are exit 75 with one message.
enum class Stop {
  nothing_written,  ///< end it at once: nobody loses anything
  at_checkpoint,    ///< are remembered for stop_asked(); a second one ends it at once, where the last checkpoint stands
  all_saved,        ///< end it at once: the checkpoint holds all there is
  soon_done,        ///< are put off, for a moment in which a file goes to its place; a second one is not
};

/// From now on stops are heard, as Stop::nothing_written. The first thing that main does.
void listen_for_stop();
/// What they mean from now on.
void stops_mean(Stop meaning) noexcept;
/// After so many seconds the program ends by exit 75 if stops still mean Stop::nothing_written: its time, run.max_time,
/// counts while systems are built too.
void stop_building_after(double seconds) noexcept;
/// Whether one has been remembered; any thread may look.
bool stop_asked() noexcept;
/// "SIGINT" and so on; empty if nobody has asked.
std::string stop_reason();

}  // namespace gibbsite

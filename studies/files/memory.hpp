/// How much memory there is, and what asks for more.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gibbsite {

/// Bytes that this process may have at most: the machine's, or fewer where a control group or a limit says so.
double memory_here();

/// Bytes of it that nobody uses now, in the machine or in the control groups that this process is in.
double memory_free_now();
/// Bytes that this process holds now.
double memory_used_now();

/// Part of what a study asks for: "125 GB for 1000000 replicas of 1000000 sites", and the keys that make it so.
struct MemoryNeed {
  double bytes = 0;
  std::string what, keys;
};

/// Throws RequestError, saying how much it is and which keys to lower, where the needs together exceed `memory`.
void check_memory(std::span<const MemoryNeed> needs, double memory = memory_here());

/// "1.5 GB".
std::string bytes_text(double bytes);

/// How many bytes a packed file may unpack to: 200 times its own and no less than 256 MiB, as far as there is memory.
/// Deflate packs zeros 1032 to 1, data people have hardly 100 to 1.
std::size_t most_unpacked(std::size_t packed);

}  // namespace gibbsite

/// Chains that teach, and chains that bear witness to them. Parameters learn from what chains do, and so lean away from
/// them: ln Z by the weights of those is too small by about 1 / chains an update. Witnesses are chains that follow the
/// parameters and teach them nothing: given the way that these go, <exp A> = Z / Z_0 of theirs without a bias.
#pragma once

#include <cstdint>
#include <string>

#include "physics/random.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

/// Of random numbers that those who teach do not have.
inline Key key_of_witnesses(Key teachers) {
  constexpr std::uint64_t task = 2000;
  return Key(teachers.value(), task);
}

/// What witnesses keep, beside what those keep who teach.
inline void save_witnesses(Snapshot& of_teachers, const Snapshot& theirs) {
  const std::string prefix = "witness_";
  for (const auto& [name, value] : theirs.numbers) of_teachers.numbers[prefix + name] = value;
  for (const auto& [name, value] : theirs.counts) of_teachers.counts[prefix + name] = value;
  for (const auto& [name, value] : theirs.bytes) of_teachers.bytes[prefix + name] = value;
}
/// And back, under its own names.
inline Snapshot witnesses_of(const Snapshot& both) {
  const std::string prefix = "witness_";
  Snapshot theirs;
  const auto take = [&](const auto& from, auto& to) {
    for (const auto& [name, value] : from)
      if (name.starts_with(prefix)) to[name.substr(prefix.size())] = value;
  };
  take(both.numbers, theirs.numbers), take(both.counts, theirs.counts), take(both.bytes, theirs.bytes);
  return theirs;
}

}  // namespace gibbsite

/// A run to save and load, of which everything follows from the number of draws.
#pragma once

#include <cmath>

#include "studies/runs/checkpoint.hpp"
#include "tests/studies/sample_record.hpp"

namespace gibbsite::test {

inline const Manifest manifest{"[model]\nname = \"Größe\"\n", "0.1.0", "abc"};

inline Trace trace_at(std::size_t draws) {
  Trace trace{3, {}};
  for (std::size_t i = 0; i < 3 * draws; ++i) trace.rows.push_back(std::sin(static_cast<double>(i)));
  return trace;
}
inline Snapshot snapshot_at(std::size_t draws) {
  Snapshot snapshot;
  snapshot.numbers["draws"] = {static_cast<double>(draws), -0.0, std::nan("1"), INFINITY};
  snapshot.numbers["nothing"] = {};
  snapshot.counts["time"] = {draws, ~std::uint64_t{0} - draws};
  snapshot.counts["none"] = {};
  snapshot.bytes["state"] = std::vector<std::byte>(1 + draws % 7, static_cast<std::byte>(draws * 37));
  snapshot.bytes["empty"] = {};
  return snapshot;
}
inline bool is_at(const TaskState& state, std::size_t draws) {
  const Snapshot expected = snapshot_at(draws);
  return same(state.snapshot.numbers, expected.numbers) && same(state.snapshot.counts, expected.counts) &&
         same(state.snapshot.bytes, expected.bytes) && state.trace.width == 3 &&
         same(state.trace.rows, trace_at(draws).rows);
}
inline void save_at(CheckpointFolder& parts, std::size_t task, std::size_t draws, Standing standing = {}) {
  parts.save(task, snapshot_at(draws), trace_at(draws), standing);
}

}  // namespace gibbsite::test

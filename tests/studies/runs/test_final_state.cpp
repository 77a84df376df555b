/// Final states: packed and unpacked to the bit, small for spins, and refused when damaged.
#include <catch2/catch.hpp>

#include "studies/files/record.hpp"
#include "studies/runs/final_state.hpp"

using namespace gibbsite;

namespace {

Snapshot some_snapshot() {
  Snapshot snapshot;
  snapshot.numbers["setting"] = {0.25, -0.0, 1e-300};
  snapshot.numbers["empty"] = {};
  snapshot.counts["time"] = {1, ~std::uint64_t{0}};
  for (std::size_t k = 0; k < 1001; ++k) {
    snapshot.bytes["spins"].push_back(k % 3 == 0 ? std::byte{1} : std::byte{0xff});
    snapshot.bytes["potts"].push_back(static_cast<std::byte>(k * k % 3));
    snapshot.bytes["clock"].push_back(static_cast<std::byte>(k * k % 11));
    snapshot.bytes["doubles"].push_back(static_cast<std::byte>(k * 37 % 251));
  }
  snapshot.bytes["one value"].assign(77, std::byte{1});
  snapshot.bytes["none"] = {};
  return snapshot;
}

bool alike(const Snapshot& a, const Snapshot& b) {
  return a.numbers == b.numbers && a.counts == b.counts && a.bytes == b.bytes;
}

}  // namespace

TEST_CASE("final states come back, and spins take a bit") {
  const Snapshot snapshot = some_snapshot();
  const std::vector<std::byte> bytes = packed(snapshot);
  CHECK(alike(unpacked(bytes), snapshot));
  Snapshot spins;
  spins.bytes["spins"] = snapshot.bytes.at("spins");
  CHECK(packed(spins).size() < 1001 / 8 + 60);
  for (std::size_t cut = 1; cut < bytes.size(); cut += 7) {
    INFO(cut);
    CHECK_THROWS_AS(unpacked(std::span(bytes).first(bytes.size() - cut)), std::invalid_argument);
  }
}

TEST_CASE("final states of several tasks stand in one group, each by its length") {
  Snapshot other;
  other.counts["time"] = {42};
  const Group group = final_state_group(std::vector{packed(some_snapshot()), packed(other)});
  check_arrays(group);
  check_dimensions(group);
  CHECK(alike(final_state_in(&group, 0).value(), some_snapshot()));
  CHECK(alike(final_state_in(&group, 1).value(), other));
  CHECK_FALSE(final_state_in(&group, 2));
  CHECK_FALSE(final_state_in(nullptr, 0));
  CHECK(final_state_group(std::vector<std::vector<std::byte>>()).variables.empty());
  Group damaged = group;
  std::get<std::vector<std::int64_t>>(damaged.variables[3].data)[0] += 3;
  CHECK_FALSE(final_state_in(&damaged, 1));
}

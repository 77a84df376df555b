/// The keys of sweeps that all methods share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct SweepKeys {
  static constexpr std::int64_t automatic = 0;

  std::int64_t thermalization = 1000;
  std::int64_t every = automatic;
};

/// Which series go to the file.
struct StoreKeys {
  std::vector<std::string> names = {"all"};  ///< or "estimates": none; or their names

  bool none() const { return names == std::vector<std::string>{"estimates"}; }
  bool all() const { return names == std::vector<std::string>{"all"}; }
  bool has(const std::string& name) const { return std::find(names.begin(), names.end(), name) != names.end(); }
};
void add_store_key(KeyTable& table);
/// Throws RequestError for a name that is none of `series`.
void check_stored(const StoreKeys& keys, std::vector<std::string> series);

inline void add_thermalization_key(KeyTable& table) {
  Section<SweepKeys>(table, "method").integer("thermalization", &SweepKeys::thermalization, {0}, "sweeps thrown away");
}
inline void add_every_key(KeyTable& table) {
  constexpr std::int64_t most = 1'000'000;
  StudyKey& key =
      Section<SweepKeys>(table, "method")
          .add(
              "every", fmt::format("auto, or an integer from 1 to {}", most),
              "sweeps that a draw stands for, with means over all; annealing: sweeps at each temperature",
              [](SweepKeys& keys, const Value& value) {
                const auto* word = std::get_if<std::string>(&value.data);
                keys.every = word != nullptr && *word == "auto" ? SweepKeys::automatic : read_integer(value, 1, most);
              },
              [](const SweepKeys& keys) {
                return std::optional(keys.every == SweepKeys::automatic ? Value{std::string("auto")}
                                                                        : Value{keys.every});
              });
  key.choices = {"auto"};
}

}  // namespace gibbsite

#include "studies/methods/sweep_keys.hpp"

#include <fmt/format.h>

#include "studies/text/errors.hpp"

namespace gibbsite {

void add_store_key(KeyTable& table) {
  StudyKey& key = Section<StoreKeys>(table, "method")
                      .add(
                          "store", "all, estimates, or a list of observables", "series of draws that go to the file",
                          [](StoreKeys& keys, const Value& value) {
                            keys.names.clear();
                            if (const Value::List* list = value.list())
                              for (const Value& name : *list) keys.names.push_back(read_text(name));
                            else
                              keys.names.push_back(read_text(value));
                            if (keys.names.empty()) throw BadValue{value, "is empty; \"estimates\" keeps no series"};
                          },
                          [](const StoreKeys& keys) { return std::optional(one_or_list(keys.names)); });
  key.text = key.list = true;
  key.choices = {"all", "estimates"};
}

void check_stored(const StoreKeys& keys, std::vector<std::string> series) {
  if (keys.all() || keys.none()) return;
  for (const std::string& name : keys.names)
    if (std::find(series.begin(), series.end(), name) == series.end())
      throw RequestError(fmt::format(
          "method.store = \"{}\" names no series{}", name,
          and_then(did_you_mean(name, series), "allowed: all, estimates, or some of " + join(series, ", "))));
}

}  // namespace gibbsite

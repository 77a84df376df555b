#include "studies/study/schema_builder.hpp"

namespace gibbsite {

StudyKey& KeyTable::add(StudyKey key, const std::optional<Condition>& condition, const std::string& before) {
  const auto named = [&](const std::string& name) {
    return std::find_if(keys_.begin(), keys_.end(), [&](const StudyKey& k) { return k.name == name; });
  };
  auto place = named(key.name);
  if (place == keys_.end()) {
    key.named_by = named_by_;
    place = keys_.insert(before.empty() ? keys_.end() : named(before), std::move(key));
  }
  if (named_by_ != NamedBy::nobody || condition) place->owners.push_back({entry_, condition});
  return *place;
}

}  // namespace gibbsite

#include "studies/study/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// The name of the entry that decides about the key.
const std::string& chosen(const StudyKey& key, const Study& study) {
  static const std::string everybody;
  return key.named_by == NamedBy::model    ? study.model.name
         : key.named_by == NamedBy::method ? study.method.name
                                           : everybody;
}

}  // namespace

bool StudyKey::applies(const Study& study) const {
  const std::string& name_of_entry = chosen(*this, study);
  return owners.empty() || std::any_of(owners.begin(), owners.end(), [&](const Owner& owner) {
           return owner.name == name_of_entry && (!owner.condition || owner.condition->holds(study));
         });
}

std::string StudyKey::goes_with(const Study& study) const {
  const std::string& name_of_entry = chosen(*this, study);
  for (const Owner& owner : owners)
    if (owner.name == name_of_entry && owner.condition) return owner.condition->goes_with;
  const auto& first = owners.front().condition;
  if (first && std::all_of(owners.begin(), owners.end(), [&](const Owner& owner) {
        return owner.condition && owner.condition->goes_with == first->goes_with;
      }))
    return first->goes_with;
  std::string names;
  for (std::size_t k = 0; k < owners.size(); ++k)
    names += fmt::format("{}\"{}\"", k == 0 ? "" : k + 1 < owners.size() ? ", " : " or ", owners[k].name);
  return fmt::format("{}.name = {}", named_by == NamedBy::model ? "model" : "method", names);
}

std::vector<std::string> StudyKey::selectors() const {
  std::vector<std::string> all;
  if (named_by != NamedBy::nobody) all.emplace_back(named_by == NamedBy::model ? "model.name" : "method.name");
  for (const Owner& owner : owners)
    if (owner.condition) all.insert(all.end(), owner.condition->selectors.begin(), owner.condition->selectors.end());
  return all;
}

const StudyKey* Schema::find(std::string_view name) const {
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const StudyKey& k) { return k.name == name; });
  return key == keys.end() ? nullptr : &*key;
}

void store(const StudyKey& key, Study& study, const Value& value) {
  try {
    key.set(study, value);
  } catch (const BadValue& bad) {
    const std::string hint = bad.value.text() ? did_you_mean(*bad.value.text(), key.choices) : "";
    throw RequestError(fmt::format("`{}` = {} ({}) {}; allowed: {}{}", key.name, to_toml(bad.value), bad.value.place,
                                   bad.reason, key.allowed, hint));
  }
}

std::vector<std::string> files_of(const Schema& schema, const Study& study) {
  std::vector<std::string> files;
  for (const StudyKey& key : schema.keys) {
    if (!key.file || !key.applies(study)) continue;
    const auto value = key.get(study);
    if (!value || value->text() == nullptr) continue;
    const std::string& path = *value->text();
    if (std::find(key.choices.begin(), key.choices.end(), path) == key.choices.end()) files.push_back(path);
  }
  return files;
}

}  // namespace gibbsite

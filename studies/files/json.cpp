#include "studies/files/json.hpp"

#include <nlohmann/json.hpp>

namespace gibbsite {

/// From and to the library's values.
struct JsonLibrary {
  static nlohmann::json to(const Json& ours) {
    if (const auto* list = std::get_if<Json::List>(&ours.value_)) {
      nlohmann::json out = nlohmann::json::array();
      for (const Json& item : *list) out.push_back(to(item));
      return out;
    }
    if (const auto* object = std::get_if<Json::Object>(&ours.value_)) {
      nlohmann::json out = nlohmann::json::object();
      for (const auto& [key, value] : *object) out[key] = to(value);
      return out;
    }
    nlohmann::json out;
    std::visit(
        [&](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (!std::is_same_v<Value, Json::List> && !std::is_same_v<Value, Json::Object>) out = value;
        },
        ours.value_);
    return out;
  }
  static Json from(const nlohmann::json& theirs) {
    Json ours;
    if (theirs.is_array()) {
      ours = Json::list();
      for (const auto& item : theirs) ours.push_back(from(item));
    } else if (theirs.is_object()) {
      ours = Json::Object{};
      for (const auto& [key, value] : theirs.items()) ours[key] = from(value);
    } else if (theirs.is_string()) {
      ours = theirs.get<std::string>();
    } else if (theirs.is_boolean()) {
      ours = theirs.get<bool>();
    } else if (theirs.is_number_unsigned()) {
      ours = theirs.get<std::uint64_t>();
    } else if (theirs.is_number_integer()) {
      ours = theirs.get<std::int64_t>();
    } else if (theirs.is_number()) {
      ours = theirs.get<double>();
    }
    return ours;
  }
};

Json::Json(std::initializer_list<JsonMember> members) : value_(Object{}) { update(members); }

Json Json::of_words(const std::string& text) {
  const auto read = nlohmann::json::parse(text, nullptr, false);
  return read.is_discarded() ? Json(text) : JsonLibrary::from(read);
}

std::size_t Json::size() const { return std::get<List>(value_).size(); }

const Json& Json::front() const { return std::get<List>(value_).at(0); }

void Json::push_back(Json item) {
  if (null()) value_ = List{};
  std::get<List>(value_).push_back(std::move(item));
}

bool Json::contains(const std::string& key) const { return std::get<Object>(value_).contains(key); }

Json& Json::operator[](const std::string& key) {
  if (null()) value_ = Object{};
  return std::get<Object>(value_)[key];
}

void Json::update(std::initializer_list<JsonMember> more) {
  for (const JsonMember& member : more) (*this)[member.key] = member.value;
}

std::string Json::dump() const {
  return JsonLibrary::to(*this).dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Json::line() const {
  return JsonLibrary::to(*this).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Json::text() const {
  const auto* words = std::get_if<std::string>(&value_);
  return words == nullptr ? line() : *words;
}

}  // namespace gibbsite

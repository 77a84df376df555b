/// A JSON value to be printed, and the only door to the library that prints it: what asks for it need not parse that
/// library, which takes longer than most files of ours.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gibbsite {

struct JsonMember;

/// null, a truth value, a number, a text, a list or an object. Numbers that are not finite are printed as null: they
/// are not known. The keys of an object are printed in alphabetical order.
class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::map<std::string, Json>;

  Json(std::nullptr_t = nullptr) {}
  Json(std::initializer_list<JsonMember> members);
  Json(const char* text) : value_(std::string(text)) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(std::same_as<bool> auto truth) : value_(truth) {}
  Json(std::floating_point auto number) : value_(double{number}) {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Json(Number number) {
    if constexpr (std::signed_integral<Number>)
      value_ = std::int64_t{number};
    else
      value_ = std::uint64_t{number};
  }
  template <class Item>
  Json(const std::vector<Item>& items) : value_(List(items.begin(), items.end())) {}
  template <class Item>
  Json(const std::map<std::string, Item>& items) : value_(Object(items.begin(), items.end())) {}

  static Json list() { return List{}; }
  /// What the text says if it is JSON itself ("0.5", "[4, 4]"), else the text.
  static Json of_words(const std::string& text);

  bool null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  std::size_t size() const;                             ///< of a list
  const Json& front() const;                            ///< of a list
  void push_back(Json item);                            ///< to a list, or to null, which becomes one
  bool contains(const std::string& key) const;          ///< of an object
  Json& operator[](const std::string& key);             ///< of an object, or of null, which becomes one
  void update(std::initializer_list<JsonMember> more);  ///< of an object: these members too, or in place of old ones

  /// One space for each level; bytes that are not UTF-8 are replaced.
  std::string dump() const;
  /// The same on one line.
  std::string line() const;
  /// A text as it is, without quotes; anything else as line() has it.
  std::string text() const;

 private:
  friend struct JsonLibrary;
  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, List, Object> value_;
};

struct JsonMember {
  std::string key;
  Json value;
};

}  // namespace gibbsite

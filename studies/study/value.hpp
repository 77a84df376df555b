/// A value as a person wrote it, in a study file or on the command line, before it belongs to any key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gibbsite {

struct Value {
  using List = std::vector<Value>;
  struct Foreign {  ///< something no key takes (a date, a table)
    std::string kind;
  };
  std::variant<bool, std::int64_t, double, std::string, List, Foreign, std::uint64_t> data =
      false;                          ///< uint64: 2^63 on
  std::string place = {};             ///< "onsager.toml:3:8" or "on the command line"
  std::filesystem::path folder = {};  ///< what a relative path in it is relative to

  const List* list() const noexcept { return std::get_if<List>(&data); }
  const std::string* text() const noexcept { return std::get_if<std::string>(&data); }
};

/// What kind of value it is: "an integer", "text", ...
std::string kind(const Value& value);
/// The value as TOML; reals in the fewest digits that read back to the same bits.
std::string to_toml(const Value& value);
/// The value as a coordinate: 32, 32x64, wolff.
std::string to_text(const Value& value);

/// What words on the command line may be: numbers, true, false, lists and text; text and lists of text; text alone.
enum class Reading { typed, list_of_text, text };
/// A number without the underscores that TOML allows between two digits ("10_000"); other words as they are.
std::string plain_digits(std::string_view words);
/// A value from the command line, written as in TOML but that text needs no quotes.
Value read_words(const std::string& words, Reading reading);

}  // namespace gibbsite

/// Words: cutting them up, reading numbers from them, and guessing what a mistyped one was meant to be.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gibbsite {

std::string_view trim(std::string_view words);

/// Cuts at each `mark` that stands outside brackets and quotes.
std::vector<std::string_view> split(std::string_view words, char mark);

std::string join(const std::vector<std::string>& words, std::string_view between);

/// The number that all of `words` is, or nothing.
template <class Number>
std::optional<Number> read_number(std::string_view words) {
  words = trim(words);
  if (words.starts_with('+') && !words.starts_with("+-")) words.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), number);
  if (error != std::errc() || end != words.data() + words.size()) return std::nullopt;
  return number;
}

/// "; did you mean `model.size`?" if a candidate is near enough to be a slip of the fingers, or ends in the word's last
/// dotted part; else nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// What follows such a hint, set off from it.
std::string and_then(const std::string& hint, std::string_view words);

/// "1 update", "2 updates".
std::string counted(std::uint64_t count, std::string_view noun);

/// Breaks at blanks into lines of at most `width` characters.
std::vector<std::string> wrap(std::string_view words, std::size_t width);

}  // namespace gibbsite

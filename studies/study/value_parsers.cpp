#include "studies/study/value_parsers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::int64_t most_points = 100'000;  // of one range

std::vector<double> spread(const Value& value, std::string_view words) {
  const auto parts = split(words, ':');
  const BadValue malformed{value, "is not a range start:stop:count"};
  if (parts.size() != 3) throw malformed;
  const auto start = read_number<double>(plain_digits(parts[0])), stop = read_number<double>(plain_digits(parts[1]));
  const auto count = read_number<std::int64_t>(plain_digits(parts[2]));
  if (!start || !stop || !count) throw malformed;
  if (!std::isfinite(*start) || !std::isfinite(*stop)) throw BadValue{value, "has an end that is not a finite number"};
  if (*count < 2 || *count > most_points)
    throw BadValue{value, fmt::format("has a count outside 2 to {}", most_points)};
  std::vector<double> points(static_cast<std::size_t>(*count));
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = *start + (*stop - *start) * static_cast<double>(i) / static_cast<double>(points.size() - 1);
  points.back() = *stop;
  return points;
}
/// Real numbers: one, a list, or "start:stop:count".
std::vector<double> read_reals(const Value& value) {
  if (const auto* range = value.text()) return spread(value, *range);
  if (value.list() == nullptr) return {read_real(value)};
  if (value.list()->empty()) throw BadValue{value, "is an empty list"};
  std::vector<double> numbers;
  for (const Value& element : *value.list()) numbers.push_back(read_real(element));
  return numbers;
}

void check_ascending(const Value& value, const std::vector<double>& betas) {
  for (std::size_t i = 1; i < betas.size(); ++i) {
    if (betas[i] == betas[i - 1]) throw BadValue{value, fmt::format("has {} twice", betas[i])};
    if (betas[i] < betas[i - 1])
      throw BadValue{value, fmt::format("is descending ({} follows {})", betas[i], betas[i - 1])};
  }
}

}  // namespace

std::int64_t read_integer(const Value& value, std::int64_t low, std::int64_t high) {
  std::int64_t integer = 0;
  if (const auto* i = std::get_if<std::int64_t>(&value.data)) {
    integer = *i;
  } else if (const auto* x = std::get_if<double>(&value.data)) {
    constexpr double exact = 9007199254740992;  // 2^53
    if (!std::isfinite(*x)) throw BadValue{value, "is not a finite number"};
    if (std::trunc(*x) != *x) throw BadValue{value, "is not an integer"};
    if (std::abs(*x) > exact) throw BadValue{value, "is too large to be an exact integer"};
    integer = static_cast<std::int64_t>(*x);
  } else if (std::holds_alternative<std::uint64_t>(value.data)) {
    throw BadValue{value, "is out of range"};
  } else {
    throw BadValue{value, "is " + kind(value) + ", not an integer"};
  }
  if (integer < low || integer > high) throw BadValue{value, "is out of range"};
  return integer;
}

std::uint64_t read_seed(const Value& value) {
  if (const auto* large = std::get_if<std::uint64_t>(&value.data)) return *large;
  if (value.text() != nullptr)
    if (const auto large = read_number<std::uint64_t>(*value.text()); large && *large >> 63 != 0) return *large;
  return static_cast<std::uint64_t>(read_integer(value, 0, std::numeric_limits<std::int64_t>::max()));
}

double read_real(const Value& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value.data)) return static_cast<double>(*i);
  if (const auto* large = std::get_if<std::uint64_t>(&value.data)) return static_cast<double>(*large);
  const auto* x = std::get_if<double>(&value.data);
  if (x == nullptr) throw BadValue{value, "is " + kind(value) + ", not a number"};
  if (!std::isfinite(*x)) throw BadValue{value, "is not a finite number"};
  return *x;
}

const std::string& read_text(const Value& value) {
  if (value.text() == nullptr) throw BadValue{value, "is " + kind(value) + ", not text"};
  if (value.text()->empty()) throw BadValue{value, "is empty"};
  return *value.text();
}

std::string read_path(const Value& value) {
  return std::filesystem::absolute(value.folder / read_text(value)).lexically_normal().string();
}

std::string read_start(const Value& value) {
  const std::string& text = read_text(value);
  if (text == "hot" || text == "cold" || text == "mixed") return text;
  if (text.empty()) throw BadValue{value, "is empty"};
  std::string path = read_path(value);
  if (!std::filesystem::exists(path))
    throw BadValue{value, "is none of the words it may be, and no file that is there"};
  return path;
}

bool may_be_set(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 1 && colon + 1 < text.size() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == colon &&
         text.find_first_not_of("0123456789.:", colon + 1) == std::string_view::npos;
}

std::string read_path_or_set(const Value& value) {
  const std::string& text = read_text(value);
  return may_be_set(text) ? text : read_path(value);
}

std::vector<double> read_numbers(const Value& value) {
  if (value.list() == nullptr) return {read_real(value)};
  if (value.list()->empty()) throw BadValue{value, "is an empty list"};
  std::vector<double> numbers;
  std::size_t length = 0;
  for (const Value& element : *value.list()) {
    const std::vector<double> some = read_numbers(element);
    if (length != 0 && some.size() != length) throw BadValue{value, "has rows of different lengths"};
    length = some.size();
    numbers.insert(numbers.end(), some.begin(), some.end());
  }
  return numbers;
}

std::vector<std::int64_t> read_sides(const Value& value) {
  constexpr std::size_t most_sides = 16;
  constexpr std::int64_t longest = 1'000'000'000;
  if (value.list() == nullptr) return {read_integer(value, 1, longest)};
  if (value.list()->empty()) throw BadValue{value, "is an empty list"};
  if (value.list()->size() > most_sides) throw BadValue{value, fmt::format("has more than {} sides", most_sides)};
  std::vector<std::int64_t> sides;
  for (const Value& side : *value.list()) sides.push_back(read_integer(side, 1, longest));
  return sides;
}

std::vector<double> read_betas(const Value& value) {
  const std::vector<double> betas = read_reals(value);
  for (const double beta : betas)
    if (beta < 0) throw BadValue{value, fmt::format("has a negative beta ({})", beta)};
  check_ascending(value, betas);
  return betas;
}

std::vector<double> read_temperatures_themselves(const Value& value) {
  std::vector<double> temperatures = read_reals(value);
  std::sort(temperatures.begin(), temperatures.end(), std::greater<>());
  return temperatures;
}

std::vector<double> read_temperatures(const Value& value) {
  std::vector<double> betas;
  for (const double t : read_reals(value)) {
    if (t <= 0) throw BadValue{value, fmt::format("has a temperature that is not positive ({})", t)};
    if (!std::isfinite(1 / t)) throw BadValue{value, fmt::format("has a temperature too small to invert ({})", t)};
    betas.push_back(1 / t);
  }
  std::sort(betas.begin(), betas.end());
  const auto twin = std::adjacent_find(betas.begin(), betas.end());
  if (twin != betas.end()) throw BadValue{value, fmt::format("has the temperature {} twice", 1 / *twin)};
  return betas;
}

std::vector<double> read_schedule(const Value& value) {
  constexpr std::int64_t most = 100'000'000;
  if (value.list() == nullptr && value.text() == nullptr) return {static_cast<double>(read_integer(value, 1, most))};
  const std::vector<double> betas = read_reals(value);
  if (betas.size() < 2) throw BadValue{value, "is a schedule of only one beta"};
  if (betas.front() != 0) throw BadValue{value, "does not start at beta = 0"};
  check_ascending(value, betas);
  return betas;
}

Value::List read_grid(const Value& value) {
  if (value.list() != nullptr) {
    if (value.list()->empty()) throw BadValue{value, "is an empty list"};
    return *value.list();
  }
  if (value.text() == nullptr) throw BadValue{value, "is " + kind(value) + ", not several values"};
  Value::List list;
  const auto add = [&](auto number) { list.push_back({number, value.place, value.folder}); };
  const auto parts = split(*value.text(), ':');
  if (parts.size() == 3) {
    for (const double x : spread(value, *value.text())) add(x);
    return list;
  }
  const auto start = read_number<std::int64_t>(plain_digits(parts.front()));
  const auto stop = read_number<std::int64_t>(plain_digits(parts.back()));
  if (parts.size() != 2 || !start || !stop) throw BadValue{value, "is not a range"};
  if (*start > *stop) throw BadValue{value, "is a descending range"};
  if (static_cast<double>(*stop) - static_cast<double>(*start) >= static_cast<double>(most_points))
    throw BadValue{value, fmt::format("is a range of more than {} values", most_points)};
  for (std::int64_t i = *start; i < *stop; ++i) add(i);
  add(*stop);
  return list;
}

}  // namespace gibbsite

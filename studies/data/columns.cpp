#include "studies/data/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string_view without_quotes(std::string_view word) {
  word = trim(word);
  return word.size() >= 2 && word.front() == '"' && word.back() == '"' ? word.substr(1, word.size() - 2) : word;
}

/// From one place to before another, as written; nothing where it is a name.
struct Range {
  std::optional<std::int64_t> begin, end;
};

std::optional<Range> range_of(std::string_view part) {
  const std::size_t middle = part.find(':');
  if (middle == part.npos) {
    const auto place = read_number<std::int64_t>(part);
    return place ? std::optional(Range{place, *place == -1 ? std::nullopt : std::optional(*place + 1)}) : std::nullopt;
  }
  Range range;
  const std::string_view first = trim(part.substr(0, middle)), last = trim(part.substr(middle + 1));
  range.begin = first.empty() ? std::optional<std::int64_t>(0) : read_number<std::int64_t>(first);
  range.end = read_number<std::int64_t>(last);
  if (!range.begin || (!last.empty() && !range.end)) return std::nullopt;
  return range;
}

}  // namespace

bool names_columns(const std::string& words) {
  const auto parts = split(words, ',');
  return std::any_of(parts.begin(), parts.end(), [](std::string_view part) { return !range_of(trim(part)); });
}

std::vector<std::size_t> columns_of(const std::string& words, const std::vector<std::string>& names,
                                    std::size_t columns, const std::string& where) {
  std::vector<std::size_t> out;
  const auto count = static_cast<std::int64_t>(columns);
  for (const std::string_view part : split(words, ',')) {
    if (const auto range = range_of(trim(part))) {
      const auto place = [&](std::int64_t at) { return at < 0 ? at + count : at; };
      const std::int64_t begin = place(*range->begin), end = range->end ? place(*range->end) : count;
      if (begin < 0 || end > count || begin >= end)
        throw RequestError(
            fmt::format("{}: columns = {}: `{}` is none of its columns, 0 to {}; give places from 0 "
                        "(0:784, 1:, :-1) or names",
                        where, words, trim(part), columns - 1));
      for (std::int64_t c = begin; c < end; ++c) out.push_back(static_cast<std::size_t>(c));
      continue;
    }
    const auto found = std::find(names.begin(), names.end(), without_quotes(part));
    if (found == names.end())
      throw RequestError(fmt::format(
          "{}: columns = {}: it has no column `{}`{}", where, words, trim(part),
          names.empty()
              ? "; its columns have no names, give places from 0 (0:784, 1:, :-1)"
              : and_then(
                    did_you_mean(without_quotes(part), names),
                    "its first line is " +
                        join(names.size() > 12 ? std::vector<std::string>(names.begin(), names.begin() + 12) : names,
                             ", ") +
                        (names.size() > 12 ? ", ..." : ""))));
    out.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  std::vector<std::size_t> sorted = out;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twin = std::adjacent_find(sorted.begin(), sorted.end()); twin != sorted.end())
    throw RequestError(fmt::format("{}: columns = {}: column {} is given twice", where, words, *twin));
  return out;
}

void keep_columns(NumberArray& array, const std::string& words, const std::string& where) {
  if (array.shape.empty() || array.values.empty()) return;
  const std::size_t rows = array.shape.front(), width = array.values.size() / rows;
  const std::vector<std::size_t> chosen = columns_of(words, {}, width, where);
  std::vector<double> values;
  values.reserve(rows * chosen.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (const std::size_t c : chosen) values.push_back(array.values[r * width + c]);
  array.values = std::move(values);
  array.shape = {rows, chosen.size()};
}

}  // namespace gibbsite

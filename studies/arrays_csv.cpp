#include <fmt/format.h>

#include <algorithm>

#include "studies/arrays.hpp"
#include "studies/options.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

/// What stands between the fields: the first of these that a line holds.
char separator_of(std::string_view line) {
  for (const char mark : {';', ',', '\t'})
    if (line.find(mark) != line.npos) return mark;
  return ' ';
}

std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(separator, at), line.size());
    const std::string_view field = trim(line.substr(at, end - at));
    if (separator != ' ' || !field.empty()) fields.push_back(field);  // blanks may be many
    at = end + 1;
  }
  return fields;
}

std::optional<double> read_field(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
  return read_number<double>(field);
}

/// What messages show of a field.
std::string shown(std::string_view field) {
  constexpr std::size_t longest = 24;
  return field.size() <= longest ? std::string(field) : std::string(field.substr(0, longest)) + "...";
}

}  // namespace

NumberArray read_csv(std::string_view bytes, const std::string& where) {
  const auto foreign = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && std::string_view("\t\r\n").find(c) == std::string_view::npos;
  };
  if (std::any_of(bytes.begin(), bytes.end(), foreign))
    throw RequestError(fmt::format(
        "{}: it is neither text nor IDX, .npy, .npz or HDF5; give the data in one of these formats", where));
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  NumberArray array;
  std::size_t number = 0, rows = 0, columns = 0;
  char separator = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    ++number;
    line = line.substr(0, line.find('#'));
    if (trim(line).empty()) continue;
    const bool first = separator == 0;
    if (first) separator = separator_of(trim(line));
    const auto fields = fields_of(line.substr(0, line.find_last_not_of(" \r") + 1), separator);
    if (first && std::none_of(fields.begin(), fields.end(), [](auto field) { return read_field(field).has_value(); }))
      continue;  // a header
    if (rows == 0) columns = fields.size();
    if (fields.size() != columns)
      throw RequestError(fmt::format("{}: line {} has {} numbers, those before it {}; make all lines alike", where,
                                     number, fields.size(), columns));
    for (std::size_t c = 0; c < columns; ++c) {
      const auto value = read_field(fields[c]);
      if (!value)
        throw RequestError(
            fmt::format("{}: `{}` (line {}, column {}) is not a number; separate numbers by commas, "
                        "semicolons, tabs or blanks, with a point as decimal mark",
                        where, shown(fields[c]), number, c + 1));
      array.values.push_back(*value);
    }
    ++rows;
  }
  if (rows == 0) throw RequestError(fmt::format("{}: it holds no numbers; check the file's name", where));
  array.shape = {rows, columns};
  return array;
}

}  // namespace gibbsite

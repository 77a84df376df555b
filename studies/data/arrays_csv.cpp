#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

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

/// Whether a field is a number, but one that a double cannot tell from 0 or infinity (1e-400, 1e400).
bool is_beyond_doubles(std::string_view field) {
  double number = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  return error == std::errc::result_out_of_range && end == field.data() + field.size();
}

/// What messages show of a field.
std::string shown(std::string_view field) {
  constexpr std::size_t longest = 24;
  return valid_utf8(std::string(field.substr(0, longest))) + (field.size() <= longest ? "" : "...");
}

/// Whether a line's fields are 0, 1, ..., n - 1 in plain digits, as pandas names the columns of an array.
bool counts_up(std::span<const std::string_view> fields) {
  for (std::size_t c = 0; c < fields.size(); ++c)
    if (fields[c] != std::to_string(c) && fields[c] != '"' + std::to_string(c) + '"') return false;
  return true;
}

/// pandas puts its index into the first column, under an empty name: numbers that are no data.
void refuse_index(std::span<const std::string_view> fields, const std::string& where) {
  const bool unnamed = fields.size() >= 2 && (fields[0].empty() || fields[0] == "\"\"");
  const auto names = fields.subspan(unnamed ? 1 : 0);
  const auto is_word = [](std::string_view field) { return !field.empty() && !read_field(field); };
  if (unnamed && (counts_up(names) || std::all_of(names.begin(), names.end(), is_word)))
    throw RequestError(
        fmt::format("{}: its first line begins with an empty name, as pandas writes above its index, which is no data; "
                    "write it with to_csv(FILE, index=False)",
                    where));
}

/// A first row of 0, 1, ..., n - 1 is pandas' header where no other number is as large as n - 1; else it may be.
/// `sample`: of two numbers it is none.
void drop_header(NumberArray& array, std::size_t line, bool sample, const std::string& where) {
  const std::size_t columns = array.shape[1];
  if (array.shape[0] < 2 || columns < 2 || (columns == 2 && sample)) return;
  const auto second = array.values.begin() + static_cast<std::ptrdiff_t>(columns);
  const double largest = *std::max_element(second, array.values.end()), last = static_cast<double>(columns - 1);
  if (columns == 2 || !(largest < last))
    throw RequestError(
        fmt::format("{}: line {} is 0 to {}: names of columns, as pandas writes them, or numbers like the rest? Delete "
                    "the line (to_csv(FILE, index=False, header=False)), or put one with other names above it",
                    where, line, columns - 1));
  array.values.erase(array.values.begin(), second);
  --array.shape[0];
  array.note = fmt::format("line {} (0 to {}) was taken for names of columns", line, columns - 1);
}

}  // namespace

NumberArray read_csv(std::string_view bytes, const std::string& where) {
  const auto foreign = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && std::string_view("\t\r\n").find(c) == std::string_view::npos;
  };
  if (std::any_of(bytes.begin(), bytes.end(), foreign))
    throw RequestError(
        fmt::format("{}: it is neither text nor IDX, .npy, .npz or HDF5, nor .safetensors; give its numbers in one of "
                    "these formats",
                    where));
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  NumberArray array;
  std::size_t number = 0, rows = 0, columns = 0, counting_line = 0;
  bool all_with_points = true;  // but for a first line that counts up
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
    if (first) refuse_index(fields, where);
    if (first && counts_up(fields)) counting_line = number;
    if (first && std::none_of(fields.begin(), fields.end(), [](auto field) { return read_field(field).has_value(); }))
      continue;  // a header
    if (rows == 0) columns = fields.size();
    if (fields.size() != columns)
      throw RequestError(fmt::format("{}: line {} has {} numbers, those before it {}; make all lines alike", where,
                                     number, fields.size(), columns));
    for (std::size_t c = 0; c < columns; ++c) {
      const auto value = read_field(fields[c]);
      if (!value && is_beyond_doubles(fields[c]))
        throw RequestError(
            fmt::format("{}: `{}` (line {}, column {}) is too small or too large to be held; give 0, or "
                        "a size from 1e-307 to 1e308",
                        where, shown(fields[c]), number, c + 1));
      if (!value)
        throw RequestError(
            fmt::format("{}: `{}` (line {}, column {}) is not a number; separate numbers by commas, "
                        "semicolons, tabs or blanks, with a point as decimal mark",
                        where, shown(fields[c]), number, c + 1));
      array.values.push_back(*value);
      if (number != counting_line) all_with_points = all_with_points && fields[c].find('.') != std::string_view::npos;
    }
    ++rows;
  }
  if (rows == 0) throw RequestError(fmt::format("{}: it holds no numbers; check the file's name", where));
  array.shape = {rows, columns};
  if (counting_line != 0) drop_header(array, counting_line, separator == ' ' && !all_with_points, where);
  return array;
}

}  // namespace gibbsite

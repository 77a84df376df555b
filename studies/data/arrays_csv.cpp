#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "studies/data/arrays.hpp"
#include "studies/data/columns.hpp"
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

/// Lines that hold something, without comments and ends.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : text_(text) {}

  bool next(std::string_view& line) {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++number_;
      line = line.substr(0, line.find('#'));
      if (trim(line).empty()) continue;
      line = line.substr(0, line.find_last_not_of(" \r") + 1);
      return true;
    }
    return false;
  }
  std::size_t number() const { return number_; }  ///< of the last line, from 1

 private:
  std::string_view text_;
  std::size_t at_ = 0, number_ = 0;
};

/// The columns asked for, and whether the first line names them.
struct ChosenColumns {
  std::vector<std::size_t> places;
  bool header = false;
};

ChosenColumns choose_columns(std::string_view bytes, const std::string& words, const std::string& where) {
  TextLines lines(bytes);
  std::string_view line;
  if (!lines.next(line)) return {};
  const char separator = separator_of(trim(line));
  const auto first = fields_of(line, separator);
  const auto second = lines.next(line) ? fields_of(line, separator) : std::vector<std::string_view>();
  ChosenColumns chosen;
  chosen.header = names_columns(words);
  constexpr std::size_t fewest_counted = 10;  // 0, 1, ..., 9 is a row of data once in a long while
  if (counts_up(first) && first.size() >= fewest_counted) chosen.header = true;
  for (std::size_t c = 0; c < std::min(first.size(), second.size()); ++c)
    chosen.header = chosen.header || (!read_field(first[c]) && read_field(second[c]));
  std::vector<std::string> names;
  if (chosen.header)
    for (const std::string_view name : first)
      names.emplace_back(name.size() >= 2 && name.front() == '"' && name.back() == '"' ? name.substr(1, name.size() - 2)
                                                                                       : name);
  chosen.places = columns_of(words, names, first.size(), where);
  return chosen;
}

double value_of_field(std::string_view field, std::size_t line, std::size_t column, const std::string& where) {
  const auto value = read_field(field);
  if (!value && is_beyond_doubles(field))
    throw RequestError(
        fmt::format("{}: `{}` (line {}, column {}) is too small or too large to be held; give 0, or "
                    "a size from 1e-307 to 1e308",
                    where, shown(field), line, column));
  if (!value)
    throw RequestError(
        fmt::format("{}: `{}` (line {}, column {}) is not a number; separate numbers by commas, "
                    "semicolons, tabs or blanks, with a point as decimal mark; columns of words can be left out by "
                    "columns (0:784, 1:, or names)",
                    where, shown(field), line, column));
  return *value;
}

}  // namespace

NumberArray read_csv(std::string_view bytes, const std::string& where, const std::string& columns_asked) {
  const auto foreign = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && std::string_view("\t\r\n").find(c) == std::string_view::npos;
  };
  if (std::any_of(bytes.begin(), bytes.end(), foreign))
    throw RequestError(
        fmt::format("{}: it is neither text nor IDX, .npy, .npz or HDF5, nor .safetensors; give its numbers in one of "
                    "these formats",
                    where));
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const bool choose = !columns_asked.empty();
  const ChosenColumns chosen = choose ? choose_columns(bytes, columns_asked, where) : ChosenColumns{};
  NumberArray array;
  array.by_columns = choose;
  std::size_t rows = 0, columns = 0, counting_line = 0;
  bool all_with_points = true;  // but for a first line that counts up
  char separator = 0;
  TextLines lines(bytes);
  for (std::string_view line; lines.next(line);) {
    const bool first = separator == 0;
    if (first) separator = separator_of(trim(line));
    const auto fields = fields_of(line, separator);
    if (first && choose) columns = fields.size();
    if (first && choose && chosen.header) continue;
    if (first && !choose) {
      refuse_index(fields, where);
      if (counts_up(fields)) counting_line = lines.number();
      if (std::none_of(fields.begin(), fields.end(), [](auto field) { return read_field(field).has_value(); }))
        continue;  // a header
    }
    if (rows == 0 && !choose) columns = fields.size();
    if (fields.size() != columns)
      throw RequestError(fmt::format("{}: line {} has {} numbers, those before it {}; make all lines alike", where,
                                     lines.number(), fields.size(), columns));
    for (std::size_t k = 0; k < (choose ? chosen.places.size() : columns); ++k) {
      const std::size_t c = choose ? chosen.places[k] : k;
      array.values.push_back(value_of_field(fields[c], lines.number(), c + 1, where));
      if (lines.number() != counting_line)
        all_with_points = all_with_points && fields[c].find('.') != std::string_view::npos;
    }
    ++rows;
  }
  if (rows == 0) throw RequestError(fmt::format("{}: it holds no numbers; check the file's name", where));
  array.shape = {rows, choose ? chosen.places.size() : columns};
  if (counting_line != 0) drop_header(array, counting_line, separator == ' ' && !all_with_points, where);
  return array;
}

}  // namespace gibbsite

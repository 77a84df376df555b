/// Hugging Face's safetensors: the length of the header in 8 bytes, low byte first; the header,
///   {"NAME": {"dtype": "F32", "shape": [784, 500], "data_offsets": [BEGIN, END]}, ..., "__metadata__": {"KEY":
///   "TEXT"}}
/// in JSON; then the arrays, row-major, low byte first, one behind the other without gaps, at these offsets behind the
/// header. (https://huggingface.co/docs/safetensors)
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "studies/data/arrays.hpp"
#include "studies/data/number_types.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t length_digits = 8;

/// The little of JSON that such a header is made of, read without recursion: nothing in it can be nested deeper.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw RequestError(
        fmt::format("{}: {}; the safetensors file is cut short or damaged, save it again", where_, what));
  }
  void expect(char mark) {
    if (!next_is(mark)) fail(fmt::format("its header has no `{}` at byte {}", mark, at_));
  }
  bool next_is(char mark) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != mark) return false;
    ++at_;
    return true;
  }
  std::string text() {
    expect('"');
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) c = escaped();
      out += c;
    }
    expect('"');
    return valid_utf8(out);
  }
  std::size_t number() {
    skip_blanks();
    const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    const auto value = read_number<std::size_t>(text_.substr(at_, end - at_));
    if (!value) fail(fmt::format("its header has no whole number at byte {}", at_));
    at_ = end;
    return *value;
  }
  std::vector<std::size_t> numbers() {
    std::vector<std::size_t> out;
    expect('[');
    if (next_is(']')) return out;
    do out.push_back(number());
    while (next_is(','));
    expect(']');
    return out;
  }
  void end() {
    skip_blanks();
    if (at_ != text_.size()) fail(fmt::format("its header goes on behind its end, at byte {}", at_));
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  /// Of names all that matters is that they stay different: \u1234 stays as it is.
  char escaped() {
    const char c = text_[at_];
    if (c == 'u') return '\\';
    ++at_;
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
};

struct TensorEntry {
  std::string name, type;
  std::vector<std::size_t> shape, offsets;
};

/// The texts of "__metadata__", which say nothing about arrays.
void skip_metadata(HeaderReader& header) {
  header.expect('{');
  if (header.next_is('}')) return;
  do {
    (void)header.text();
    header.expect(':');
    (void)header.text();
  } while (header.next_is(','));
  header.expect('}');
}

TensorEntry read_entry(HeaderReader& header, std::string name) {
  TensorEntry entry{.name = std::move(name), .type = {}, .shape = {}, .offsets = {}};
  std::set<std::string> seen;
  header.expect('{');
  do {
    const std::string key = header.text();
    header.expect(':');
    if (!seen.insert(key).second) header.fail(fmt::format("its header says {} of {} twice", key, entry.name));
    if (key == "dtype")
      entry.type = header.text();
    else if (key == "shape")
      entry.shape = header.numbers();
    else if (key == "data_offsets")
      entry.offsets = header.numbers();
    else
      header.fail(fmt::format("its header has an unknown `{}` of {}", key, entry.name));
  } while (header.next_is(','));
  header.expect('}');
  if (seen.size() != 3 || entry.offsets.size() != 2)
    header.fail(fmt::format("its header lacks dtype, shape or the two data_offsets of {}", entry.name));
  if (entry.shape.size() > 32) header.fail(fmt::format("{} has more than 32 axes", entry.name));
  return entry;
}

std::vector<TensorEntry> read_entries(HeaderReader& header) {
  std::vector<TensorEntry> entries;
  std::set<std::string> names;
  header.expect('{');
  if (!header.next_is('}')) {
    do {
      std::string name = header.text();
      header.expect(':');
      if (!names.insert(name).second) header.fail(fmt::format("its header names {} twice", name));
      if (name == "__metadata__")
        skip_metadata(header);
      else
        entries.push_back(read_entry(header, std::move(name)));
    } while (header.next_is(','));
    header.expect('}');
  }
  header.end();
  return entries;
}

/// Every byte behind the header belongs to one array.
void check_offsets(const HeaderReader& header, const std::vector<TensorEntry>& entries, std::size_t bytes) {
  std::vector<const TensorEntry*> ordered;
  for (const TensorEntry& entry : entries) ordered.push_back(&entry);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->offsets < b->offsets; });
  std::size_t end = 0;
  for (const TensorEntry* entry : ordered) {
    if (entry->offsets[1] < entry->offsets[0] || entry->offsets[1] > bytes)
      header.fail(
          fmt::format("{} stands at bytes {} to {} of {}", entry->name, entry->offsets[0], entry->offsets[1], bytes));
    if (entry->offsets[0] != end)
      header.fail(fmt::format("{} begins at byte {}, where the array before it ends at {}", entry->name,
                              entry->offsets[0], end));
    end = entry->offsets[1];
  }
  if (end != bytes) header.fail(fmt::format("its arrays end at byte {} of {}", end, bytes));
}

std::string_view numpy_code(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> codes[] = {
      {"F64", "f8"}, {"F32", "f4"}, {"F16", "f2"}, {"BF16", "bf"}, {"I64", "i8"}, {"I32", "i4"}, {"I16", "i2"},
      {"I8", "i1"},  {"U64", "u8"}, {"U32", "u4"}, {"U16", "u2"},  {"U8", "u1"},  {"BOOL", "b1"}};
  const auto found =
      std::find_if(std::begin(codes), std::end(codes), [&](const auto& one) { return one.first == type; });
  return found == std::end(codes) ? std::string_view() : found->second;
}

}  // namespace

bool is_safetensors(std::string_view bytes) {
  return bytes.size() > length_digits && bytes[length_digits] == '{' &&
         low_byte_first(bytes.substr(0, length_digits)) <= std::numeric_limits<std::uint32_t>::max();
}

std::vector<NumberArray> read_safetensors(std::string_view bytes, const std::string& where) {
  const std::uint64_t length = low_byte_first(bytes.substr(0, length_digits));
  bytes.remove_prefix(std::min(length_digits, bytes.size()));
  HeaderReader header(bytes.substr(0, static_cast<std::size_t>(length)), where);
  if (length > bytes.size())
    header.fail(fmt::format("its header should have {} bytes, but {} follow", length, bytes.size()));
  const std::vector<TensorEntry> entries = read_entries(header);
  bytes.remove_prefix(static_cast<std::size_t>(length));
  check_offsets(header, entries, bytes.size());
  std::vector<NumberArray> arrays;
  for (const TensorEntry& entry : entries) {
    arrays.push_back({.name = entry.name, .shape = entry.shape});
    const std::string_view code = numpy_code(entry.type);
    if (code.empty()) {
      arrays.back().unread = fmt::format(
          "has the type {}, not one of F64 F32 F16 BF16, I64 to I8, U64 to U8, BOOL; save it as one of these",
          entry.type.substr(0, 16));
      continue;
    }
    const std::size_t size = code == "bf" ? 2 : static_cast<std::size_t>(code[1] - '0');
    const std::string_view data = bytes.substr(entry.offsets[0], entry.offsets[1] - entry.offsets[0]);
    const std::size_t room = data.size() / size, count = count_within(entry.shape, room);
    if (count > room || count * size != data.size())
      header.fail(fmt::format("{} should have {} values of {} bytes, but {} bytes are its own", entry.name,
                              shape_text(entry.shape), size, data.size()));
    const NumberReader read = number_reader(code);
    arrays.back().values.reserve(count);
    for (std::size_t k = 0; k < count; ++k)
      arrays.back().values.push_back(read(low_byte_first(data.substr(k * size, size))));
  }
  return arrays;
}

}  // namespace gibbsite

#include <fmt/format.h>

#include "studies/data/arrays.hpp"
#include "studies/data/number_types.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] void damaged(const std::string& where, const std::string& what) {
  throw RequestError(fmt::format("{}: {}; the file is cut short or damaged, save it again", where, what));
}

/// What stands behind 'key': in the header, which is a dict in Python's notation.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& where) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = header.find(quoted);
  if (at == header.npos) damaged(where, fmt::format("the header of the array has no {}", quoted));
  return trim(header.substr(at + quoted.size()));
}

std::vector<std::size_t> read_shape(std::string_view words, const std::string& where) {
  const std::size_t end = words.find(')');
  if (!words.starts_with('(') || end == words.npos) damaged(where, "the shape in the array's header is no tuple");
  std::vector<std::size_t> shape;
  for (const std::string_view part : split(words.substr(1, end - 1), ',')) {
    if (trim(part).empty()) continue;  // (5,) and ()
    const auto length = read_number<std::size_t>(part);
    if (!length) damaged(where, fmt::format("the shape in the array's header holds `{}`", trim(part)));
    shape.push_back(*length);
  }
  if (shape.size() > 32) damaged(where, "the array has more than 32 axes");
  return shape;
}

/// From the first axis fastest to the last axis fastest.
std::vector<double> to_c_order(const std::vector<double>& values, const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> at(shape.size(), 0), stride(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  std::vector<double> out;
  out.reserve(values.size());
  for (std::size_t from = 0; out.size() < values.size();) {
    out.push_back(values[from]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from += stride[axis];
      if (++at[axis] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return out;
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(magic); }

NumberArray read_npy(std::string_view bytes, const std::string& where) {
  if (bytes.size() < 12) damaged(where, "the header of the array is cut short");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    throw RequestError(fmt::format("{}: version {} of .npy is not known; save it with numpy.save", where, version));
  const std::size_t digits = version == 1 ? 2 : 4, length = low_byte_first(bytes.substr(8, digits));
  if (length > bytes.size() - 8 - digits) damaged(where, "the header of the array is cut short");
  const std::string_view header = bytes.substr(8 + digits, length), data = bytes.substr(8 + digits + length);

  NumberArray array;
  const std::string_view type = value_of(header, "descr", where), order = value_of(header, "fortran_order", where);
  array.shape = read_shape(value_of(header, "shape", where), where);
  const std::size_t type_end = type.starts_with('\'') ? type.find('\'', 1) : type.npos;
  const std::string_view descr = type_end == type.npos ? "of records" : type.substr(1, type_end - 1);
  const NumberReader read = descr.size() == 3 ? number_reader(descr.substr(1)) : nullptr;
  if (read == nullptr) {
    array.unread =
        fmt::format("has numpy's type {}, not one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 bool; save it as numbers", descr);
    return array;
  }
  const std::size_t size = static_cast<std::size_t>(descr[2] - '0'), room = data.size() / size;
  const std::size_t count = count_within(array.shape, room);
  if (count > room || count * size != data.size())
    damaged(where, fmt::format("the header of the array promises {} values of {} bytes, but {} bytes follow it",
                               shape_text(array.shape), size, data.size()));
  array.values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t bits = 0;
    for (std::size_t b = 0; b < size; ++b) {
      const std::size_t place = descr[0] == '>' ? b : size - 1 - b;
      bits = bits << 8 | static_cast<unsigned char>(data[i * size + place]);
    }
    array.values.push_back(read(bits));
  }
  if (order.starts_with("True"))
    array.values = to_c_order(array.values, array.shape);
  else if (!order.starts_with("False"))
    damaged(where, "the array's header does not say whether its order is Fortran's");
  return array;
}

}  // namespace gibbsite

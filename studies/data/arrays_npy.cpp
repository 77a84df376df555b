#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] void damaged(const std::string& where, const std::string& what) {
  throw RequestError(fmt::format("{}: {}; the file is cut short or damaged, save it again", where, what));
}

std::uint64_t low_byte_first(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
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

using Reader = double (*)(std::uint64_t);

template <class Integer>
double as_integer(std::uint64_t bits) {
  return static_cast<double>(static_cast<Integer>(bits));
}

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
double as_half(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 0x1F);
  const double fraction = static_cast<double>(bits & 0x3FF) * 0x1p-10, sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(fraction, -14);
  if (exponent == 31)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return sign * std::ldexp(1 + fraction, exponent - 15);
}

/// Of numpy's type codes ("f8"); nullptr for what is not a number of these sizes.
Reader reader_of(std::string_view code) {
  if (code == "f2") return as_half;
  if (code == "f4")
    return
        [](std::uint64_t bits) { return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))); };
  if (code == "f8") return [](std::uint64_t bits) { return std::bit_cast<double>(bits); };
  if (code == "i1") return as_integer<std::int8_t>;
  if (code == "i2") return as_integer<std::int16_t>;
  if (code == "i4") return as_integer<std::int32_t>;
  if (code == "i8") return as_integer<std::int64_t>;
  if (code == "u1" || code == "b1") return as_integer<std::uint8_t>;
  if (code == "u2") return as_integer<std::uint16_t>;
  if (code == "u4") return as_integer<std::uint32_t>;
  if (code == "u8") return as_integer<std::uint64_t>;
  return nullptr;
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
  const Reader read = descr.size() == 3 ? reader_of(descr.substr(1)) : nullptr;
  if (read == nullptr) {
    array.unread =
        fmt::format("has numpy's type {}, not one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 bool; save it as numbers", descr);
    return array;
  }
  const std::size_t size = static_cast<std::size_t>(descr[2] - '0'), room = data.size() / size;
  std::size_t count = 1;
  for (const std::size_t axis : array.shape) count = axis != 0 && count > room / axis ? room + 1 : count * axis;
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

#include "studies/data/number_types.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace gibbsite {
namespace {

template <class Integer>
double as_integer(std::uint64_t bits) {
  return static_cast<double>(static_cast<Integer>(bits));
}

double as_float(std::uint64_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
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

}  // namespace

NumberReader number_reader(std::string_view code) {
  if (code == "f2") return as_half;
  if (code == "bf") return [](std::uint64_t bits) { return as_float(bits << 16); };  // the upper half of a float
  if (code == "f4") return as_float;
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

std::uint64_t low_byte_first(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::size_t count_within(std::span<const std::size_t> shape, std::size_t room) {
  std::size_t count = 1;
  for (const std::size_t axis : shape) count = axis != 0 && count > room / axis ? room + 1 : count * axis;
  return count;
}

}  // namespace gibbsite

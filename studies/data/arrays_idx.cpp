#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct Kind {
  unsigned char code;
  std::size_t bytes;
  double (*read)(std::uint64_t);
};

constexpr Kind kinds[] = {
    {0x08, 1, [](std::uint64_t bits) { return static_cast<double>(static_cast<std::uint8_t>(bits)); }},
    {0x09, 1, [](std::uint64_t bits) { return static_cast<double>(static_cast<std::int8_t>(bits)); }},
    {0x0B, 2, [](std::uint64_t bits) { return static_cast<double>(static_cast<std::int16_t>(bits)); }},
    {0x0C, 4, [](std::uint64_t bits) { return static_cast<double>(static_cast<std::int32_t>(bits)); }},
    {0x0D, 4,
     [](std::uint64_t bits) { return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))); }},
    {0x0E, 8, [](std::uint64_t bits) { return std::bit_cast<double>(bits); }}};

const Kind* kind_of(char code) {
  for (const Kind& kind : kinds)
    if (kind.code == static_cast<unsigned char>(code)) return &kind;
  return nullptr;
}

std::uint64_t high_byte_first(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

bool is_idx(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[0] == 0 && bytes[1] == 0 && kind_of(bytes[2]) != nullptr && bytes[3] != 0;
}

NumberArray read_idx(std::string_view bytes, const std::string& where) {
  const Kind& kind = *kind_of(bytes[2]);
  const std::size_t axes = static_cast<unsigned char>(bytes[3]), header = 4 + 4 * axes;
  if (bytes.size() < header)
    throw RequestError(fmt::format("{}: the IDX header is cut short; get the file anew", where));
  NumberArray array;
  std::size_t count = 1, room = (bytes.size() - header) / kind.bytes;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    array.shape.push_back(high_byte_first(bytes.substr(4 + 4 * axis, 4)));
    const std::size_t length = array.shape.back();
    count = length != 0 && count > room / length ? room + 1 : count * length;
  }
  if (count > room || header + count * kind.bytes != bytes.size())
    throw RequestError(
        fmt::format("{}: the IDX header promises {} values of {} bytes, but {} bytes follow it; the "
                    "file is cut short or damaged, get it anew",
                    where, shape_text(array.shape), kind.bytes, bytes.size() - header));
  array.values.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    array.values.push_back(kind.read(high_byte_first(bytes.substr(header + i * kind.bytes, kind.bytes))));
  return array;
}

}  // namespace gibbsite

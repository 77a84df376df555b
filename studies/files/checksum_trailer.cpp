#include "studies/files/checksum_trailer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace gibbsite {
namespace {

std::string checksum_trailer(const boost::crc_32_type& checksum) {
  return fmt::format("GIBBSITE{:08x}", checksum.checksum());
}

}  // namespace

std::string checksum_trailer(const std::filesystem::path& path, std::size_t length) {
  std::ifstream in(path, std::ios::binary);
  boost::crc_32_type checksum;
  std::vector<char> block(1 << 18);
  while (length > 0 && in.read(block.data(), static_cast<std::streamsize>(std::min(length, block.size())))) {
    checksum.process_bytes(block.data(), static_cast<std::size_t>(in.gcount()));
    length -= static_cast<std::size_t>(in.gcount());
  }
  if (length > 0) throw std::runtime_error(path.string() + ": it cannot be read back");
  return checksum_trailer(checksum);
}

std::string checksum_trailer(std::span<const std::byte> bytes) {
  boost::crc_32_type checksum;
  checksum.process_bytes(bytes.data(), bytes.size());
  return checksum_trailer(checksum);
}

Trailer trailer_in(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  constexpr auto length = static_cast<std::streamoff>(trailer_length);
  std::string found(trailer_length, '\0');
  if (!in.seekg(-length, std::ios::end)) return Trailer::none;
  std::streamoff left = in.tellg();
  if (!in.read(found.data(), length) || !found.starts_with("GIBBSITE")) return Trailer::none;

  boost::crc_32_type checksum;
  std::vector<char> block(1 << 18);
  for (in.seekg(0); left > 0 && in; left -= in.gcount()) {
    in.read(block.data(), std::min(left, static_cast<std::streamoff>(block.size())));
    checksum.process_bytes(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  return found == checksum_trailer(checksum) ? Trailer::right : Trailer::wrong;
}

}  // namespace gibbsite

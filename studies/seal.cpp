#include "studies/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <fstream>
#include <vector>

namespace gibbsite {
namespace {

std::string seal_of(const boost::crc_32_type& checksum) { return fmt::format("GIBBSITE{:08x}", checksum.checksum()); }

}  // namespace

std::string seal_of(std::span<const std::byte> bytes) {
  boost::crc_32_type checksum;
  checksum.process_bytes(bytes.data(), bytes.size());
  return seal_of(checksum);
}

Seal seal_in(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  constexpr auto length = static_cast<std::streamoff>(seal_length);
  std::string found(seal_length, '\0');
  if (!in.seekg(-length, std::ios::end)) return Seal::none;
  std::streamoff left = in.tellg();
  if (!in.read(found.data(), length) || !found.starts_with("GIBBSITE")) return Seal::none;

  boost::crc_32_type checksum;
  std::vector<char> block(1 << 18);
  for (in.seekg(0); left > 0 && in; left -= in.gcount()) {
    in.read(block.data(), std::min(left, static_cast<std::streamoff>(block.size())));
    checksum.process_bytes(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  return found == seal_of(checksum) ? Seal::right : Seal::wrong;
}

}  // namespace gibbsite

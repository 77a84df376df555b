/// A checksum over a whole file, in 16 bytes after its end: "GIBBSITE" and the CRC-32 of all before, in hexadecimal.
///
/// HDF5 checksums most of a file but not the global heap, where strings and dimension lists lie, and release 1.10
/// crashes on a damaged one. Readers of HDF5 pass over bytes behind the file's end, and whatever changes a file cuts
/// them off when it closes it, so that a file has no seal or a right one. It tells of damage, not of malice.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace gibbsite {

inline constexpr std::size_t trailer_length = 16;

std::string checksum_trailer(std::span<const std::byte> bytes);

/// The same of the first `length` bytes of a file. Throws std::runtime_error where they cannot be read.
std::string checksum_trailer(const std::filesystem::path& path, std::size_t length);

enum class Trailer { none, right, wrong };

/// The seal of a file; those of others have none.
Trailer trailer_in(const std::filesystem::path& path);

}  // namespace gibbsite

/// Records as HDF5 files. The one place that knows HDF5 (archive.cpp includes it).
#pragma once

#include <filesystem>

#include "studies/record.hpp"

namespace gibbsite {

/// Whether numeric chunks are compressed (shuffle + deflate + fletcher32): results are, checkpoint segments need not be.
enum class Packing { compressed, plain };

/// Writes the whole record to a temporary file beside `path`, syncs it and its folder to disk, and renames it into place:
/// at every instant `path` is either what it was or all new. Throws std::runtime_error with path and cause
/// (unwritable folder, disk full); the temporary file is then removed and `path` untouched.
void write_archive(const std::filesystem::path& path, const Group& root, Packing packing = Packing::compressed);

/// Reads a whole file back. Throws std::runtime_error naming the path if it is missing, unreadable, not HDF5, or cut short.
Group read_archive(const std::filesystem::path& path);

}  // namespace gibbsite

/// Records as HDF5 files. The one place that knows HDF5 (archive.cpp writes, archive_read.cpp
/// reads by archive_values.hpp, all by hdf5.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "studies/files/record.hpp"

namespace gibbsite {

/// What becomes of a record's arrays. compressed: a result, whose groups are datasets for xarray (dimension scales,
/// units, long_name; shuffle + deflate + fletcher32). plain: arrays as they are, for checkpoints: no dimension names,
/// units or long_name, and lengths of 0 are fine. Either way a checksum over the whole file tells when it is damaged.
enum class Packing { compressed, plain };

/// Where a file is made before it goes to its place: in memory, which holds it all for a moment, or on disk, which is
/// for large ones.
enum class Made { in_memory, on_disk };

/// Writes the whole record to a temporary file beside `path`, syncs it and its folder to disk, and renames it into
/// place: at every instant `path` is either what it was or all new. The same record gives the same bytes. Throws
/// std::runtime_error with path and cause (unwritable folder, disk full); the temporary file is then removed and `path`
/// untouched. Throws std::logic_error for a record that breaks its own rules (record.hpp). Any thread may call it.
void write_archive(const std::filesystem::path& path, const Group& root, Packing packing = Packing::compressed,
                   Made made = Made::in_memory);

/// How many bytes such a file has.
std::size_t archive_size(const Group& root, Packing packing = Packing::compressed);

/// Reads a whole file back. Of files written by others, numbers, strings and groups are read and the rest is passed
/// over; an axis without a name is "" (no names at all: `dims` is empty). Throws std::runtime_error ("PATH: what is
/// wrong; what to do") if it is missing, unreadable, not HDF5, cut short, damaged, or promises more than it can hold or
/// memory can. Files without our seal are read in a child process (child_reader.hpp), whose end is a message and not
/// ours. No other file is ever opened: external storage and virtual datasets are told, links passed over, plugins
/// switched off. Any thread may call it.
Group read_archive(const std::filesystem::path& path);

/// An array of a file that cannot be read, by its path in it, and why: "is packed by the HDF5 filter lzf, ...".
struct Unread {
  std::string name, why;
};
/// Which arrays are wanted, by their paths in the file.
using Wanted = std::function<bool(const std::string& name)>;
inline constexpr const char* not_wanted = "was not asked for";

/// The same, but that such arrays, and those that are not wanted, are left out and told.
Group read_archive(const std::filesystem::path& path, std::vector<Unread>& unread, const Wanted& wanted = {});

}  // namespace gibbsite

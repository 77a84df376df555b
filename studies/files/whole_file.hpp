/// Files that are whole at every instant: written beside their place, synced to disk, renamed into it. And what the
/// operating system has against a file, in words for people.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gibbsite {

/// What becomes of a symbolic link that stands at a file's place.
enum class Link { followed, replaced };

/// Makes `path` a file of these bytes. Whoever looks, and whenever the program or the machine dies, `path` is either
/// what it was or all new. A symbolic link stays one and its target is replaced, or it is replaced itself; permissions
/// of an existing file are kept. Throws std::runtime_error ("cannot write PATH: cause"); nothing is left behind and,
/// unless the very last sync of the folder failed, `path` is untouched.
void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes, Link link = Link::followed);

/// The same of what `make` puts into a file of a temporary name, which is there and empty when it is called. What it
/// throws is passed on.
void write_whole_file(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& make,
                      Link link = Link::followed);

/// What stands in a folder; nothing where it cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Removes the temporary files of writers of `path` that were killed, and no file of a writer at work.
void remove_leftovers(const std::filesystem::path& path) noexcept;

/// The name that a temporary file of this name was to get (its first 200 bytes); empty if it is no temporary of ours.
std::string name_behind_temporary(const std::string& name);
/// Removes a temporary file unless its writer is still at work.
void remove_temporary(const std::filesystem::path& path) noexcept;

/// Throws std::runtime_error ("PATH: what is wrong; what to do") unless `path` is a file that holds something and may
/// be read.
void check_readable_file(const std::filesystem::path& path);

}  // namespace gibbsite

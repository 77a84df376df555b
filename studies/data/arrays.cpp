/// Which format a file is in, and gzip around it (by zlib).
#include "studies/data/arrays.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <new>

#include "studies/data/columns.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/memory.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hdf5_start = "\x89HDF\r\n\x1A\n";

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(fs::file_size(file)), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(in.gcount()) != bytes.size())
    throw RequestError(fmt::format("{}: it cannot be read to its end; copy it to this machine", file.string()));
  return bytes;
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

/// All members of a gzip file, checksums included.
std::string unzip(std::string_view packed, const std::string& where) {
  z_stream stream = {};
  constexpr int gzip_only = 15 + 16;  // zlib's words for: the largest window, a gzip header
  if (inflateInit2(&stream, gzip_only) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  std::size_t left = packed.size();
  const std::size_t most = most_unpacked(packed.size());
  std::string bytes;
  for (constexpr std::size_t step = 1 << 20;;) {
    const std::size_t before = bytes.size();
    if (before > most)
      throw RequestError(
          fmt::format("{}: its {} unpack to more than {}, which no data do, or there is no memory for "
                      "them; unpack it with gunzip",
                      where, bytes_text(static_cast<double>(packed.size())), bytes_text(static_cast<double>(most))));
    bytes.resize(before + step);
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + before);
    stream.avail_out = step;
    const auto offered = static_cast<uInt>(std::min(left, step));
    stream.avail_in = offered;
    const int state = inflate(&stream, Z_NO_FLUSH);
    left -= offered - stream.avail_in;
    bytes.resize(before + step - stream.avail_out);
    if (state == Z_STREAM_END && left == 0) return bytes;
    if (state == Z_STREAM_END)
      inflateReset(&stream);
    else if (state == Z_BUF_ERROR && left == 0)
      throw RequestError(fmt::format("{}: the gzip file is cut short; get it anew", where));
    else if (state != Z_OK)
      throw RequestError(fmt::format("{}: the gzip file is damaged ({}); get it anew", where,
                                     stream.msg == nullptr ? "it does not unpack" : stream.msg));
  }
}

/// The arrays of an HDF5 file, by their paths.
void collect(const Group& group, const std::string& path, std::vector<NumberArray>& out) {
  for (const Variable& v : group.variables) {
    NumberArray array{.name = path + v.name, .shape = v.shape};
    if (const auto* texts = std::get_if<std::vector<std::string>>(&v.data))
      array.unread = std::string(texts->size() == 1 ? "is a text" : "holds texts") + "; save it as numbers";
    else
      std::visit(
          [&](const auto& data) {
            if constexpr (!std::is_same_v<decltype(data), const std::vector<std::string>&>)
              array.values.assign(data.begin(), data.end());
          },
          v.data);
    out.push_back(std::move(array));
  }
  for (const Group& child : group.groups) collect(child, path + child.name + '/', out);
}

std::vector<NumberArray> read_hdf5(const fs::path& file, const Wanted& wanted = {}) {
  std::vector<NumberArray> arrays;
  try {
    std::vector<Unread> unread;
    collect(read_archive(file, unread, wanted), "", arrays);
    for (const Unread& one : unread) arrays.push_back({.name = one.name, .unread = one.why});
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
  return arrays;
}

/// What people take for arrays and is none, told by its first bytes.
void refuse_foreign(std::string_view bytes, const std::string& where) {
  struct Foreign {
    std::string_view start, what;
  };
  constexpr std::string_view sequences =
      "it is a FASTA file of sequences, not of numbers; as data say which letters: alphabet = protein, rna or dna";
  constexpr std::string_view picture = "it is one picture; give many as the rows of one array, by numpy.save";
  constexpr std::string_view utf16 = "it is text in UTF-16; save it as UTF-8";
  constexpr Foreign all[] = {{"\xFF\xFE", utf16},
                             {"\xFE\xFF", utf16},
                             {">", sequences},
                             {"\xEF\xBB\xBF>", sequences},
                             {"\x89PNG", picture},
                             {"\xFF\xD8\xFF", picture},
                             {"MATLAB 5.0", "it is a MATLAB file older than 7.3; save it with `save -v7.3`"},
                             {"PAR1", "it is a Parquet file; save its numbers by numpy.save"}};
  for (const Foreign& one : all)
    if (bytes.starts_with(one.start)) throw RequestError(fmt::format("{}: {}", where, one.what));
  if (bytes.size() >= 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
    throw RequestError(
        fmt::format("{}: it is a Python pickle (pickle, joblib, old torch.save), which is a program and not only "
                    "numbers; in Python, of a torch.save: {}; of a dict of arrays: import pickle, numpy; "
                    "numpy.savez(\"weights.npz\", **pickle.load(open(\"{}\", \"rb\")))",
                    where, torch_to_numpy(where), where));
}

std::string names_of(const std::vector<NumberArray>& arrays) {
  std::vector<std::string> names;
  for (const NumberArray& array : arrays) names.push_back(array.name);
  constexpr std::size_t most = 20;
  if (names.size() > most) {
    names.resize(most);
    names.emplace_back("...");
  }
  return join(names, ", ");
}

}  // namespace

std::string shape_text(const std::vector<std::size_t>& shape) {
  if (shape.empty()) return "a single number";
  return fmt::format("{}", fmt::join(shape, " x "));
}

bool is_hdf5(const fs::path& file) {
  std::error_code none;
  if (!fs::is_regular_file(file, none)) return false;  // a pipe would be waited for
  std::ifstream in(file, std::ios::binary);
  for (std::streamoff at = 0; in; at = at == 0 ? 512 : 2 * at) {  // behind a user block of any length (MATLAB 7.3: 512)
    char start[hdf5_start.size()] = {};
    in.seekg(at);
    if (in.read(start, sizeof start) && std::string_view(start, sizeof start) == hdf5_start) return true;
  }
  return false;
}

namespace {

void check_file(const fs::path& file) {
  try {
    check_readable_file(file);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
}

[[noreturn]] void too_large(const std::string& where) {
  throw RequestError(fmt::format("{}: it does not fit into memory; use a larger machine", where));
}

/// Every array; of an HDF5 file those that are wanted, and the names of the others.
std::vector<NumberArray> read_wanted(const fs::path& file, const Wanted& wanted, const std::string& columns = {}) {
  const std::string where = file.string();
  check_file(file);
  try {
    if (is_hdf5(file)) return read_hdf5(file, wanted);
    const std::string bytes = read_unpacked(file);
    if (bytes.starts_with(hdf5_start))
      throw RequestError(fmt::format("{}: it is an HDF5 file in gzip; unpack it with gunzip", where));
    if (is_zip(bytes)) return read_npz(bytes, where);
    if (is_npy(bytes)) return {read_npy(bytes, where)};
    if (is_safetensors(bytes)) return read_safetensors(bytes, where);
    if (is_idx(bytes)) return {read_idx(bytes, where)};
    refuse_foreign(bytes, where);
    return {read_csv(bytes, where, columns)};
  } catch (const std::bad_alloc&) {
    too_large(where);
  } catch (const std::length_error&) {
    too_large(where);
  }
}

}  // namespace

std::string read_unpacked(const fs::path& file) {
  check_file(file);
  try {
    std::string bytes = read_bytes(file);
    return is_gzip(bytes) ? unzip(bytes, file.string()) : bytes;
  } catch (const std::bad_alloc&) {
    too_large(file.string());
  } catch (const std::length_error&) {
    too_large(file.string());
  }
}

std::vector<std::string> names_in(const fs::path& file) {
  std::vector<std::string> names;
  for (const NumberArray& array : read_wanted(file, [](const std::string&) { return false; }))
    names.push_back(array.name);
  return names;
}

std::vector<NumberArray> read_arrays(const fs::path& file) { return read_wanted(file, {}); }

NumberArray read_array(const fs::path& file, const std::string& name, const std::string& columns) {
  std::vector<NumberArray> arrays = read_wanted(
      file, [](const std::string&) { return false; }, columns);
  const std::string where = file.string(), wanted = name.starts_with('/') ? name.substr(1) : name;
  if (arrays.empty()) throw RequestError(fmt::format("{}: it holds no arrays; check the file's name", where));
  auto found = std::find_if(arrays.begin(), arrays.end(), [&](const NumberArray& array) {
    return array.name == (wanted.empty() ? "samples" : wanted);
  });
  if (!wanted.empty() && arrays.front().name.empty())
    throw RequestError(
        fmt::format("{}: it holds one array, without a name; leave out the dataset `{}`", where, wanted));
  if (wanted.empty() && found == arrays.end() && arrays.size() == 1) found = arrays.begin();
  if (found == arrays.end())
    throw RequestError(wanted.empty()
                           ? fmt::format("{}: it holds several arrays and none is called samples; name one as the "
                                         "dataset: {}",
                                         where, names_of(arrays))
                           : fmt::format("{}: it holds no array `{}`; there are: {}", where, wanted, names_of(arrays)));
  if (found->unread == not_wanted) {
    const std::string chosen = found->name;
    arrays = read_wanted(file, [&](const std::string& one) { return one == chosen; });
    found = std::ranges::find(arrays, chosen, &NumberArray::name);
    if (found == arrays.end())
      throw RequestError(fmt::format("{}: array `{}` is not of numbers; save it as numbers", where, chosen));
  }
  if (!found->unread.empty())
    throw RequestError(fmt::format(
        "{}: {} {}", where, found->name.empty() ? "its array" : fmt::format("array `{}`", found->name), found->unread));
  if (!columns.empty() && !found->by_columns) keep_columns(*found, columns, where);
  return std::move(*found);
}

}  // namespace gibbsite

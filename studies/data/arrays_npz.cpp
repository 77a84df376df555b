/// ZIP archives by libzip, from memory.
#include <fmt/format.h>
#include <zip.h>

#include <memory>

#include "studies/data/arrays.hpp"
#include "studies/files/memory.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

[[noreturn]] void damaged_archive(const std::string& where, const std::string& what) {
  throw RequestError(fmt::format("{}: {}; the archive is cut short or damaged, save it again", where, what));
}

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Entry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

Archive open(std::string_view bytes, const std::string& where) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  const std::string cause = archive == nullptr ? zip_error_strerror(&error) : "";
  if (archive == nullptr && source != nullptr) zip_source_free(source);
  zip_error_fini(&error);
  if (archive == nullptr) damaged_archive(where, fmt::format("it begins like a ZIP archive but is none ({})", cause));
  return {archive, zip_discard};
}

/// One file of the archive, checked against its checksum. It grows as it is read, so that a false length costs nothing;
/// `room` is what all files may take, less what those before took.
std::string unpack(zip_t* archive, zip_uint64_t index, std::size_t& room, const std::string& where) {
  const Entry entry(zip_fopen_index(archive, index, 0), zip_fclose);
  if (entry == nullptr) damaged_archive(where, fmt::format("it cannot be unpacked ({})", zip_strerror(archive)));
  std::string bytes;
  for (constexpr std::size_t step = 1 << 20;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + step);
    const zip_int64_t read = zip_fread(entry.get(), bytes.data() + before, step);
    if (read < 0) damaged_archive(where, fmt::format("it cannot be unpacked ({})", zip_file_strerror(entry.get())));
    bytes.resize(before + static_cast<std::size_t>(read));
    if (bytes.size() > room)
      throw RequestError(
          fmt::format("{}: the archive unpacks to far more than data do, or than there is memory for; "
                      "save it unpacked, with numpy.savez",
                      where));
    if (read > 0) continue;
    room -= bytes.size();
    return bytes;
  }
}

}  // namespace

std::string torch_to_numpy(const std::string& file) {
  return fmt::format(
      "import torch, numpy; numpy.savez(\"weights.npz\", **{{k: v.float().numpy() for k, v in torch.load(\"{}\", "
      "map_location=\"cpu\").items()}}) (of a whole module: .state_dict().items())",
      file);
}

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06"); }

std::vector<NumberArray> read_npz(std::string_view bytes, const std::string& where) {
  const Archive archive = open(bytes, where);
  std::vector<NumberArray> arrays;
  bool pickled = false;
  std::size_t room = most_unpacked(bytes.size());
  const auto entries = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t k = 0; k < entries; ++k) {
    const char* stored = zip_get_name(archive.get(), k, 0);
    std::string name = stored == nullptr ? "" : stored;
    pickled = pickled || name.ends_with("data.pkl");
    if (!name.ends_with(".npy")) continue;
    name.resize(name.size() - 4);
    const std::string place = fmt::format("{}: array `{}`", where, name);
    const std::string unpacked = unpack(archive.get(), k, room, place);
    if (!is_npy(unpacked)) damaged_archive(place, "it is no .npy file");
    arrays.push_back(read_npy(unpacked, place));
    arrays.back().name = name;
  }
  if (arrays.empty() && pickled)
    throw RequestError(fmt::format("{}: it is a PyTorch file, a program and not only numbers; in Python: {}", where,
                                   torch_to_numpy(where)));
  if (arrays.empty())
    throw RequestError(fmt::format("{}: this ZIP archive holds no .npy files; save it with numpy.savez", where));
  return arrays;
}

}  // namespace gibbsite

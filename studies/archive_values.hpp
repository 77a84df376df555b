/// Values of HDF5's datasets and attributes as columns of a record; for archive_read.cpp alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "studies/hdf5.hpp"
#include "studies/record.hpp"

namespace gibbsite::archive {

/// A dataset or an attribute, which HDF5 reads by different functions.
struct Source {
  hid_t id;
  bool attribute;

  hdf5::Space space() const { return hdf5::Space(attribute ? H5Aget_space(id) : H5Dget_space(id)); }
  hdf5::Type type() const { return hdf5::Type(attribute ? H5Aget_type(id) : H5Dget_type(id)); }
  void read(hid_t memory_type, void* out) const {
    hdf5::need(attribute ? H5Aread(id, memory_type, out)
                         : H5Dread(id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out));
  }
};

template <class T>
std::vector<T> read_numbers(const Source& source, std::size_t count, hid_t memory_type) {
  std::vector<T> numbers(count);
  if (count > 0) source.read(memory_type, numbers.data());
  return numbers;
}

inline std::vector<std::string> read_pointed_texts(const Source& source, std::size_t count, hid_t type) {
  std::vector<char*> starts(count, nullptr);
  if (count > 0) source.read(type, starts.data());
  std::vector<std::string> texts;
  for (const char* start : starts) texts.emplace_back(start == nullptr ? "" : start);  // HDF5's empty string is null
  H5Dvlen_reclaim(type, source.space(), H5P_DEFAULT, starts.data());
  return texts;
}

inline std::vector<std::string> read_padded_texts(const Source& source, std::size_t count, hid_t type) {
  const std::size_t width = H5Tget_size(type);
  std::string all(count * width, '\0');
  if (count > 0) source.read(type, all.data());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = all.substr(i * width, width);
    text.resize(std::min(text.size(), text.find('\0')));
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
    texts.push_back(std::move(text));
  }
  return texts;
}

/// Throws Error where a header promises far more than is stored (deflate packs 1032 to 1 at best), so that a damaged or
/// malicious one does not fill the memory.
inline void check_promise(const Source& source, std::size_t count, std::size_t bytes) {
  constexpr std::size_t harmless = std::size_t{1} << 26, best_packing = 1100;
  if (source.attribute || count <= harmless / bytes) return;
  if (count / best_packing > H5Dget_storage_size(source.id) / bytes)
    throw hdf5::Error("an array is promised that is larger than the file can hold");
}

/// The values of a source, if they are of a kind that a record can hold.
inline std::optional<Column> read_column(const Source& source, std::size_t count) {
  const hdf5::Type type = source.type();
  const std::size_t bytes = H5Tget_size(type);
  check_promise(source, count, std::max<std::size_t>(bytes, 1));
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return read_numbers<double>(source, count, H5T_NATIVE_DOUBLE);
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
      if (is_signed && bytes == 1) return read_numbers<std::int8_t>(source, count, H5T_NATIVE_INT8);
      if (bytes > 8) return std::nullopt;
      auto numbers = read_numbers<std::int64_t>(source, count, H5T_NATIVE_INT64);
      // HDF5 turns unsigned numbers that do not fit into the largest that does.
      if (!is_signed && bytes == 8 && std::ranges::count(numbers, std::numeric_limits<std::int64_t>::max()) > 0)
        return std::nullopt;
      return numbers;
    }
    case H5T_ENUM: {  // h5py's bool
      const hdf5::Type base(H5Tget_super(type));
      if (H5Tget_size(base) != 1) return std::nullopt;
      const hdf5::Type native(H5Tget_native_type(type, H5T_DIR_DEFAULT));
      return read_numbers<std::int8_t>(source, count, native);
    }
    case H5T_STRING:
      return hdf5::need(H5Tis_variable_str(type)) > 0 ? read_pointed_texts(source, count, type)
                                                      : read_padded_texts(source, count, type);
    default:
      return std::nullopt;
  }
}

}  // namespace gibbsite::archive

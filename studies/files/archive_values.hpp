/// Values of HDF5's datasets and attributes as columns of a record; for archive_read.cpp alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "studies/files/hdf5.hpp"
#include "studies/files/record.hpp"

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

/// `memory`: what the texts may take, whose headers do not say how long they are.
inline std::vector<std::string> read_pointed_texts(const Source& source, std::size_t count, hid_t type, double memory) {
  hsize_t bytes = 0;
  if (!source.attribute && count > 1000) {
    hdf5::need(H5Dvlen_get_buf_size(source.id, type, source.space(), &bytes));
    if (static_cast<double>(bytes) > memory / 2) throw std::bad_alloc();
  }
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

/// What a file may still promise: 64 MiB, and what the bytes stored in it can hold (deflate packs 1032 to 1 at best),
/// each of them counted once; and no more than memory has. So neither damage nor malice fills the memory.
class Allowance {
 public:
  Allowance(std::size_t file_bytes, double memory) : in_file_(static_cast<double>(file_bytes)), memory_(memory) {}

  /// Throws Error unless `count` values of `bytes` in the file, `in_memory` here, can be.
  void take(hid_t dataset, std::size_t count, std::size_t bytes, std::size_t in_memory) {
    check_promise(dataset, static_cast<double>(count) * static_cast<double>(bytes));
    memory_ -= static_cast<double>(count) * static_cast<double>(in_memory);
    if (memory_ < 0) throw std::bad_alloc();
  }

  double memory() const { return memory_; }

 private:
  void check_promise(hid_t dataset, double unbacked) {
    constexpr double best_packing = 1100;
    if (unbacked <= small_) {  // the common case asks nothing
      small_ -= unbacked;
      return;
    }
    H5O_info_t about;
    hdf5::need(H5Oget_info2(dataset, &about, H5O_INFO_BASIC));
    if (seen_.insert(about.addr).second) {
      const double stored = std::min(static_cast<double>(H5Dget_storage_size(dataset)), in_file_);
      in_file_ -= stored;
      unbacked -= best_packing * stored;
    }
    unbacked_ -= std::max(unbacked, 0.0);
    if (unbacked_ < 0) throw hdf5::Error("arrays are promised that are larger than the file can hold");
  }

  double in_file_, memory_, small_ = 1 << 20, unbacked_ = 1 << 26;
  std::set<haddr_t> seen_;
};

/// The values of a source, if they are of a kind that a record can hold.
inline std::optional<Column> read_column(const Source& source, std::size_t count, Allowance* allowance = nullptr) {
  const hdf5::Type type = source.type();
  const std::size_t bytes = H5Tget_size(type);
  const bool texts = H5Tget_class(type) == H5T_STRING;
  if (allowance != nullptr)
    allowance->take(source.id, count, std::max<std::size_t>(bytes, 1), texts ? bytes + 2 * sizeof(std::string) : 16);
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
      return hdf5::need(H5Tis_variable_str(type)) > 0
                 ? read_pointed_texts(source, count, type, allowance == nullptr ? 1e9 : allowance->memory())
                 : read_padded_texts(source, count, type);
    default:
      return std::nullopt;
  }
}

}  // namespace gibbsite::archive

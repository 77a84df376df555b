/// HDF5's C library with owners for its handles, exceptions for its errors, and files made in memory. The one file that
/// includes it.
#pragma once

#include <hdf5.h>
#include <hdf5_hl.h>

#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "studies/files/checksum_trailer.hpp"

namespace gibbsite::hdf5 {

/// What the library says went wrong, in the words of the innermost of its calls.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::string innermost_message() {
  std::string message = "unknown HDF5 error";
  const H5E_walk2_t take = [](unsigned level, const H5E_error2_t* error, void* out) -> herr_t {
    if (level == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &message);
  return message;
}

/// Passes a good result of the library on; throws Error for a bad one.
template <class Result>
Result need(Result result) {
  if (result < 0) throw Error(innermost_message());
  return result;
}

/// Held while the library is used: one thread at a time, as Debian's build is not made for more, and nothing printed.
class Session {
 public:
  Session() : lock_(mutex()) {
    // At the program's end the library would close what failed to close, and crash on it; it has nothing left to write.
    [[maybe_unused]] static const herr_t no_farewell = H5dont_atexit();
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Session() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  /// Recursive: a part of a record may be read from another file as it is written.
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex one;
    return one;
  }
  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  explicit Handle(hid_t id) : id_(need(id)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }
  operator hid_t() const { return id_; }

  /// Closes now, for who must know whether it worked.
  void close() { need(Close(std::exchange(id_, H5I_INVALID_HID))); }

 private:
  hid_t id_;
};

using File = Handle<H5Fclose>;
using Object = Handle<H5Oclose>;  // group or dataset
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;

/// Where the file ends for the library: bytes 28 to 35 of a version 3 superblock, low byte first.
inline std::size_t end_of_file(std::span<const std::byte, 36> superblock) {
  std::size_t end = 0;
  for (std::size_t i = 8; i-- > 0;) end = end << 8 | std::to_integer<std::size_t>(superblock[28 + i]);
  return end;
}

/// The bytes of a file that was made in memory, there once the library has closed it.
class Image {
 public:
  std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

  /// Puts the seal in place of the driver's padding.
  void seal() {
    const std::size_t end = end_of_file(std::span<const std::byte, 36>(data_.get(), 36));
    assert(end <= size_);
    resize(end + trailer_length);
    std::memcpy(data_.get() + end, checksum_trailer({data_.get(), end}).data(), trailer_length);
  }

 private:
  friend Properties in_memory(Image& image);

  void resize(std::size_t size) {
    void* data = std::realloc(data_.get(), size);
    if (data == nullptr) throw std::bad_alloc();
    static_cast<void>(data_.release());
    data_.reset(static_cast<std::byte*>(data));
    size_ = size;
  }

  std::unique_ptr<std::byte, decltype(&std::free)> data_{nullptr, &std::free};
  std::size_t size_ = 0;
};

/// Access properties by which H5Fcreate makes a file in memory, in the format of HDF5 1.10, whose bytes go to `image`.
///
/// HDF5 1.10 cannot close a file whose disk is full: the handle stays open, the name stays taken, and the library
/// complains at exit. In memory only memory can run out. The bytes are taken by a callback when the file is closed,
/// because H5Fget_file_image leaves a wrong checksum in a version 3 superblock, in all releases before 2.0.
inline Properties in_memory(Image& image) {
  H5FD_file_image_callbacks_t calls = {};
  calls.image_malloc = [](size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); };
  calls.image_memcpy = [](void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
  };
  calls.image_realloc = [](void* data, size_t size, H5FD_file_image_op_t, void* out) {
    static_cast<Image*>(out)->size_ = size;
    return std::realloc(data, size);
  };
  calls.image_free = [](void* data, H5FD_file_image_op_t when, void* out) -> herr_t {
    if (when == H5FD_FILE_IMAGE_OP_FILE_CLOSE)
      static_cast<Image*>(out)->data_.reset(static_cast<std::byte*>(data));
    else
      std::free(data);
    return 0;
  };
  calls.udata_copy = [](void* out) { return out; };
  calls.udata_free = [](void*) -> herr_t { return 0; };
  calls.udata = &image;
  Properties access(H5Pcreate(H5P_FILE_ACCESS));
  need(H5Pset_file_image_callbacks(access, &calls));
  need(H5Pset_fapl_core(access, /*increment=*/1 << 16, /*backing_store=*/false));
  need(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110));
  return access;
}

}  // namespace gibbsite::hdf5

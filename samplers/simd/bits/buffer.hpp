/// Memory that registers of any width can be loaded from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace gibbsite::simd {

/// A fixed number of zeros to begin with, aligned to a cache line.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      : data_(static_cast<T*>(::operator new(std::max<std::size_t>(size, 1) * sizeof(T), alignment))), size_(size) {
    std::uninitialized_fill_n(data_.get(), size, T{});
  }
  T* data() noexcept { return data_.get(); }
  const T* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(T* data) const noexcept { ::operator delete(data, alignment); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace gibbsite::simd

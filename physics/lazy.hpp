/// A value made when it is first asked for, by whichever thread asks first; the others wait for it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace gibbsite {

/// Copies share the value, made or not: `make` must give the same for all of them.
template <class T>
class Lazy {
 public:
  Lazy() = default;
  /// Made from the start.
  explicit Lazy(T value) {
    shared_->value.emplace(std::move(value));
    shared_->made.store(&*shared_->value, std::memory_order_release);
  }

  template <class Make>
  const T& get(Make&& make) const {
    if (const T* made = shared_->made.load(std::memory_order_acquire)) [[likely]]
      return *made;
    std::call_once(shared_->once, [&] {
      shared_->value.emplace(make());
      shared_->made.store(&*shared_->value, std::memory_order_release);
    });
    return *shared_->value;
  }
  bool made() const noexcept { return shared_->made.load(std::memory_order_acquire) != nullptr; }

 private:
  struct Shared {
    std::once_flag once;
    std::optional<T> value;
    std::atomic<const T*> made = nullptr;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace gibbsite

/// Room for the numbers between layers, kept from one call to the next: a fresh page of memory costs as much as the
/// products that fill it. What is kept is room alone and no number that is read again.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace gibbsite {

/// Room for one tile. Addresses are those of cache lines, so that they are the same for every tile's arithmetic.
template <class Real>
class Workspace {
 public:
  /// From here on room is taken anew.
  void begin() {
    if (blocks_.size() > 1) {  // in one piece from now on
      std::size_t all = 0;
      for (const Block& block : blocks_) all += block.size;
      blocks_.clear();
      blocks_.push_back(make(all));
    }
    used_ = 0;
  }
  /// For `count` numbers, which may be anything.
  Real* take(std::size_t count) {
    constexpr std::size_t line = 64 / sizeof(Real);
    count = (count + line - 1) / line * line;
    if (blocks_.empty() || used_ + count > blocks_.back().size) {
      blocks_.push_back(make(count + 4096));
      used_ = 0;
    }
    Real* at = blocks_.back().numbers.get() + used_;
    used_ += count;
    return at;
  }
  /// What a tile says of the parameters.
  Real* gradient() { return gradient_.data(); }
  void make_gradient(std::size_t parameters) {
    if (gradient_.size() < parameters) gradient_.resize(parameters);
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(Real* numbers) const { ::operator delete[](numbers, alignment); }
  };
  struct Block {
    std::unique_ptr<Real[], Free> numbers;
    std::size_t size = 0;
  };
  static Block make(std::size_t count) {
    return Block{std::unique_ptr<Real[], Free>(static_cast<Real*>(::operator new[](count * sizeof(Real), alignment))),
                 count};
  }
  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::vector<Real> gradient_;
};

/// Workspaces that nobody uses at the moment.
template <class Real>
class WorkspacePool {
 public:
  using Held = std::unique_ptr<Workspace<Real>>;
  /// Gives its workspaces back when it goes.
  class Lease {
   public:
    Lease(WorkspacePool& pool, std::vector<Held> held) : pool_(pool), held_(std::move(held)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      const std::lock_guard lock(pool_.mutex_);
      for (Held& one : held_) pool_.free_.push_back(std::move(one));
    }
    Workspace<Real>* operator[](std::size_t t) const { return held_[t].get(); }

   private:
    WorkspacePool& pool_;
    std::vector<Held> held_;
  };
  Lease take(std::size_t count, std::size_t parameters) {
    std::vector<Held> held;
    {
      const std::lock_guard lock(mutex_);
      while (held.size() < count && !free_.empty()) {
        held.push_back(std::move(free_.back()));
        free_.pop_back();
      }
    }
    while (held.size() < count) held.push_back(std::make_unique<Workspace<Real>>());
    for (Held& one : held) one->make_gradient(parameters);
    return Lease(*this, std::move(held));
  }

 private:
  std::mutex mutex_;
  std::vector<Held> free_;
};

}  // namespace gibbsite

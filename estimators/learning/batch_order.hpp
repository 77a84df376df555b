/// Which samples an update learns from: a permutation of them for each epoch, a pure function of key and epoch (Fisher
/// & Yates), cut into batches; what is left of it beyond whole batches is passed over.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/random.hpp"

namespace gibbsite {

class BatchOrder {
 public:
  /// batch: at most `samples` of each; both at least 1.
  BatchOrder(Key key, std::size_t samples, std::size_t batch);

  std::uint64_t batches() const noexcept { return batches_; }  ///< of an epoch
  /// The samples of that update; they stand until the next call.
  std::span<const std::uint32_t> of(std::uint64_t update);

 private:
  Key key_;
  std::size_t batch_;
  std::uint64_t batches_, epoch_ = 0;
  std::vector<std::uint32_t> order_;  // of that epoch, once it is asked for
  bool begun_ = false;
};

}  // namespace gibbsite

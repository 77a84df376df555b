#include "estimators/learning/batch_order.hpp"

#include <algorithm>
#include <numeric>

#include "physics/chance.hpp"

namespace gibbsite {

BatchOrder::BatchOrder(Key key, std::size_t samples, std::size_t batch)
    : key_(key), batch_(batch), batches_(std::max<std::size_t>(samples / batch, 1)), order_(samples) {}

std::span<const std::uint32_t> BatchOrder::of(std::uint64_t update) {
  if (const std::uint64_t epoch = update / batches_; !begun_ || epoch != epoch_) {
    begun_ = true;
    epoch_ = epoch;
    std::iota(order_.begin(), order_.end(), 0U);
    Chance chance(Stream(key_, Purpose::batch, epoch, 0));
    for (std::size_t k = order_.size(); k > 1; --k) std::swap(order_[k - 1], order_[chance.pick(k)]);
  }
  return std::span(order_).subspan(update % batches_ * batch_, batch_);
}

}  // namespace gibbsite

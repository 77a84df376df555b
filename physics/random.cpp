#include "physics/random.hpp"

#include <Random123/philox.h>

namespace gibbsite {

/// The first block alone, since many streams need no more. Then four at a time: they do not wait for each other, so the
/// processor works on all of them at once.
void Stream::refill() noexcept {
  const r123::Philox4x32::key_type key{{key_[0], key_[1]}};
  r123::Philox4x32::ctr_type counter{{counter_[0], counter_[1], counter_[2], counter_[3]}};
  const auto block = [&](std::uint32_t* to) {
    const r123::Philox4x32::ctr_type out = r123::Philox4x32{}(counter, key);
    for (std::size_t k = 0; k < 4; ++k) to[k] = out[k];
    ++counter[0];
  };
  if (counter[0] == 0) {
    used_ = words_.size() - 4;
    block(words_.data() + used_);
  } else {
    used_ = 0;
    for (std::size_t first = 0; first < words_.size(); first += 4) block(words_.data() + first);
  }
  counter_[0] = counter[0];
}

}  // namespace gibbsite

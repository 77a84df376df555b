/// Which part of the work a thread takes: that numbered `index`, of `of` equal ones.
#pragma once

#include <cstddef>

namespace gibbsite {

struct Share {
  std::size_t index = 0, of = 1;

  /// Where part of `count` things begins; that of the next one is where it ends.
  std::size_t begin(std::size_t count) const noexcept { return count * index / of; }
  std::size_t end(std::size_t count) const noexcept { return count * (index + 1) / of; }
};

}  // namespace gibbsite

/// A loop whose turns do not depend on each other, by several threads or by one.
///
/// To open a parallel region costs half a microsecond even where one thread is all of it, as long as some sweeps of a
/// small system.
#pragma once

#include <cstddef>

namespace gibbsite {

/// act(k) for all k < count: by several threads and in any order where `parallel`.
template <class Act>
void for_each(std::size_t count, bool parallel, Act&& act) {
  if (!parallel) {
    for (std::size_t k = 0; k < count; ++k) act(k);
    return;
  }
#pragma omp parallel for schedule(dynamic)
  for (std::size_t k = 0; k < count; ++k) act(k);
}

}  // namespace gibbsite

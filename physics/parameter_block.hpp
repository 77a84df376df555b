/// Parameters that belong together, among all of a machine that learns.
#pragma once

#include <cstddef>
#include <string>

namespace gibbsite {

struct ParameterBlock {
  std::string name;  ///< "visible_bias", "hidden_bias", "weights", "lateral_weights", "log_variance"
  std::size_t offset = 0, rows = 0, columns = 1;
  bool bias = false;  ///< no penalty on weights acts on it

  std::size_t size() const noexcept { return rows * columns; }
};

}  // namespace gibbsite

/// What is wrong with what people ask for.
#pragma once

#include <stdexcept>

namespace gibbsite {

/// The request is wrong (exit 2): usage, study file, model file, data. The text says what, where, and what to do.
struct RequestError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace gibbsite

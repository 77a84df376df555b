/// The keys of tempering besides those of chains.
#pragma once

#include <string>

namespace gibbsite {

struct TemperingKeys {
  std::string ladder = "fixed";  ///< fixed | adaptive
};

}  // namespace gibbsite

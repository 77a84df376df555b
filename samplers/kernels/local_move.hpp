/// How one unit at a time is moved, whatever the layout: the rules of heat_bath.hpp and metropolis.hpp.
#pragma once

namespace gibbsite {

enum class LocalMove { heat_bath, metropolis };

}  // namespace gibbsite

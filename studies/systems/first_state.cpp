#include "studies/systems/first_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

std::vector<std::byte> read_state(const std::string& file, const Layout& layout, const UnitStates& allowed) {
  const NumberArray array = [&] {
    try {
      return read_array(file, is_hdf5(file) ? "configurations/lowest_energy_configuration" : "");
    } catch (const std::runtime_error& error) {
      throw RequestError(fmt::format(
          "method.start may be hot, cold, mixed, or a file of a configuration, which this is not: {}", error.what()));
    }
  }();
  if (array.values.size() != layout.units)
    throw RequestError(fmt::format("method.start = {}: it holds {} numbers, but a configuration of this system has {}",
                                   file, array.values.size(), layout.units));
  std::vector<std::byte> state(layout.state_bytes());
  for (std::size_t i = 0; i < layout.units; ++i) {
    const double x = array.values[i];
    if (layout.unit_type == UnitType::float64) {
      if (!std::isfinite(x)) throw RequestError(fmt::format("method.start = {}: unit {} is {}", file, i, x));
      std::memcpy(state.data() + i * sizeof(double), &x, sizeof(double));
    } else {
      if (std::find(allowed.values.begin(), allowed.values.end(), x) == allowed.values.end())
        throw RequestError(fmt::format("method.start = {}: unit {} is {}; allowed: {}", file, i, x, allowed.words));
      state[i] = static_cast<std::byte>(static_cast<std::int8_t>(x));
    }
  }
  return state;
}

}  // namespace gibbsite

/// The generated sets.
#include <algorithm>

#include "studies/data/data.hpp"

namespace gibbsite {

Data bars_and_stripes(std::size_t side) {
  Data data{0, side * side, {}, "bars-and-stripes", 0};
  const std::size_t masks = std::size_t{1} << side;
  const auto add = [&](std::size_t mask, bool rows) {
    for (std::size_t i = 0; i < side; ++i)
      for (std::size_t j = 0; j < side; ++j) data.values.push_back(mask >> (rows ? i : j) & 1);
    ++data.samples;
  };
  for (std::size_t mask = 0; mask < masks; ++mask) add(mask, true);
  if (side > 1)
    for (std::size_t mask = 1; mask + 1 < masks; ++mask) add(mask, false);  // all off and all on are there already
  return data;
}

Data shifter(std::size_t bits) {
  Data data{0, 2 * bits + 3, {}, "shifter", 0};
  for (std::size_t mask = 0; mask < std::size_t{1} << bits; ++mask)
    for (std::size_t direction = 0; direction < 3; ++direction) {  // left, none, right
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back(mask >> i & 1);
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back(mask >> (i + bits + 1 - direction) % bits & 1);
      for (std::size_t k = 0; k < 3; ++k) data.values.push_back(k == direction ? 1 : 0);
      ++data.samples;
    }
  return data;
}

Data two_clusters(std::size_t bits) {
  Data data{0, bits, {}, "two-clusters", 0};
  constexpr std::size_t copies = 4, on_copies = 1;
  for (std::size_t copy = 0; copy < copies; ++copy)
    for (std::size_t k = 0; k < 2 * bits; ++k, ++data.samples)  // half of them with one bit that is not as the rest
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back((copy < on_copies) != (i == k) ? 1 : 0);
  return data;
}

}  // namespace gibbsite

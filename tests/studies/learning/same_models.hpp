/// Whether two model files hold the same.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <variant>
#include <vector>

#include "studies/files/record.hpp"

namespace gibbsite {

/// All numbers but the time that it took.
inline void check_same(const Group& a, const Group& b) {
  REQUIRE(a.variables.size() == b.variables.size());
  for (std::size_t k = 0; k < a.variables.size(); ++k) {
    INFO(a.name << '/' << a.variables[k].name);
    CHECK(a.variables[k].name == b.variables[k].name);
    const auto* x = std::get_if<std::vector<double>>(&a.variables[k].data);
    const auto* y = std::get_if<std::vector<double>>(&b.variables[k].data);
    if (x == nullptr || y == nullptr || a.variables[k].name == "seconds") continue;
    CHECK(std::equal(x->begin(), x->end(), y->begin(), y->end(),
                     [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); }));
  }
  REQUIRE(a.groups.size() == b.groups.size());
  for (std::size_t k = 0; k < a.groups.size(); ++k) check_same(a.groups[k], b.groups[k]);
}

}  // namespace gibbsite

/// A record with one of everything that a result can hold, and equality of records to the bit.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "studies/files/record.hpp"

namespace gibbsite::test {

inline Group sample_record() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const Variable beta{"beta", {"beta"}, {3}, std::vector<double>{0.0, 0.25, 0.5}, "1", "inverse temperature"};
  const Variable estimator{"estimator", {"estimator"},         {2}, std::vector<std::string>{"stepping_stone", "bar"},
                           "1",         "how it was estimated"};
  std::vector<std::int64_t> chain = {0, 1}, draw(1000), replica(6000);
  std::vector<double> energy(6000);
  for (std::size_t i = 0; i < 1000; ++i) draw[i] = static_cast<std::int64_t>(i) * 10;
  for (std::size_t i = 0; i < 6000; ++i) {
    replica[i] = static_cast<std::int64_t>(i % 3);
    energy[i] = std::sin(static_cast<double>(i));
  }
  energy[1] = nan, energy[2] = inf, energy[3] = -inf, energy[4] = -0.0, energy[5] = 5e-324;

  Group root;
  root.attributes = {{"program", "gibbsite"},
                     {"study", "[model]\nname = \"Größe μ\"\n"},
                     {"empty", ""},
                     {"wall_seconds", 12.5},
                     {"blank", nan},
                     {"seed", std::int64_t{-1}},
                     {"command", "a b\tc ✓ 𝛽"},
                     {"long", std::string(100000, 'x')}};
  root.groups = {
      {"series",
       {{"state", "complete"}},
       {{"chain", {"chain"}, {2}, chain, "1", "independent chain"},
        {"draw", {"draw"}, {1000}, draw, "sweeps", "sweeps since thermalization"},
        {"energy", {"chain", "draw", "beta"}, {2, 1000, 3}, energy, "J", "total energy"},
        {"replica", {"chain", "draw", "beta"}, {2, 1000, 3}, replica, "1", "which replica was here"},
        beta},  // a coordinate may stand after what lies on it
       {}},
      {"configurations",
       {},
       {{"snapshot", {"snapshot"}, {2}, std::vector<std::int64_t>{5, 9}, "1", "draw"},
        {"site", {"site"}, {4}, std::vector<std::int64_t>{0, 1, 2, 3}, "1", "site"},
        {"spin", {"snapshot", "site"}, {2, 4}, std::vector<std::int8_t>{1, -1, 1, 1, -1, -1, -128, 127}, "1", "spin"}},
       {}},
      {"free_energy",
       {},
       {estimator,
        beta,
        {"log_z", {"estimator", "beta"}, {2, 3}, std::vector<double>{1, 2, 3, nan, 5, 6}, "1", "ln Z"},
        {"name", {"beta"}, {3}, std::vector<std::string>{"", "β = ¼", "\xF0\x9D\x9B\xBD"}, "1", "text"},
        {"comment", {}, {}, std::vector<std::string>{"a single text"}, "1", "comment"},
        {"nothing", {}, {}, std::vector<std::string>{""}, "1", "an empty text"},
        {"lambda", {}, {}, std::vector<double>{-0.0}, "1", "global barrier"},
        {"wall_seconds", {}, {}, std::vector<double>{3.5}, "s", "time"},
        {"count", {}, {}, std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min()}, "1", "a number"}},
       {}},
      {"tasks",
       {},
       {},
       {{"000", {{"model.size", std::int64_t{16}}}, {beta}, {{"deeper", {}, {beta}, {}}}}, {"001", {}, {}, {}}}}};
  return root;
}

/// Equality to the bit: NaN is NaN, and -0.0 is not 0.0.
struct Same {
  bool operator()(double a, double b) const {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  }
  bool operator()(const Variable& a, const Variable& b) const {
    return a.name == b.name && a.dims == b.dims && a.shape == b.shape && (*this)(a.data, b.data) &&
           a.units == b.units && a.long_name == b.long_name;
  }
  bool operator()(const Group& a, const Group& b) const {
    return a.name == b.name && (*this)(a.attributes, b.attributes) && (*this)(a.variables, b.variables) &&
           (*this)(a.groups, b.groups);
  }
  template <class T>
  bool operator()(const std::vector<T>& a, const std::vector<T>& b) const {
    return std::ranges::equal(a, b, *this);
  }
  template <class... T>
  bool operator()(const std::variant<T...>& a, const std::variant<T...>& b) const {
    return a.index() == b.index() &&
           std::visit([&](const auto& value) { return (*this)(value, std::get<std::decay_t<decltype(value)>>(b)); }, a);
  }
  template <class A, class B>
  bool operator()(const std::pair<A, B>& a, const std::pair<A, B>& b) const {
    return (*this)(a.first, b.first) && (*this)(a.second, b.second);
  }
  template <class A, class B>
  bool operator()(const std::map<A, B>& a, const std::map<A, B>& b) const {
    return std::ranges::equal(a, b, *this);
  }
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
};
inline constexpr Same same;

}  // namespace gibbsite::test

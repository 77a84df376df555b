#include "estimators/chain_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace gibbsite {

void require_valid(const ChainSeries& x, std::string_view who) {
  const auto fail = [&](const std::string& what) { throw std::invalid_argument(std::string(who) + ": " + what); };
  if (x.values.empty() || x.chains == 0) fail("there are no draws; record at least one");
  if (x.values.size() % x.chains != 0)
    fail(std::to_string(x.values.size()) + " draws do not make " + std::to_string(x.chains) +
         " chains of equal length; cut them to the shortest");
  const auto bad = std::find_if_not(x.values.begin(), x.values.end(), [](double v) { return std::isfinite(v); });
  if (bad != x.values.end()) {
    const auto at = static_cast<std::size_t>(bad - x.values.begin());
    fail("a value is not finite (chain " + std::to_string(at / x.draws()) + ", draw " + std::to_string(at % x.draws()) +
         "); look for an overflow where it was measured");
  }
}

double mean(std::span<const double> x) {
  if (x.empty()) return std::numeric_limits<double>::quiet_NaN();
  double centre = x.front();
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0;
    for (const double v : x) sum += v - centre;
    centre += sum / static_cast<double>(x.size());
  }
  return centre;
}

}  // namespace gibbsite

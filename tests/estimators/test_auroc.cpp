/// Areas under curves: by hand, and their errors against the spread of many samples.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/auroc.hpp"
#include "physics/chance.hpp"

namespace gibbsite::test {

TEST_CASE("an area under a curve is the share of pairs in order, ties by halves") {
  const std::vector<double> below = {1, 2, 3}, above = {2, 3, 4, 5};
  // Of twelve pairs nine are in order, two are ties, one is not.
  CHECK(area_under_curve(below, above).value == Approx((9 + 2 * .5) / 12));
  CHECK(area_under_curve(above, below).value == Approx(1 - (9 + 2 * .5) / 12));
  const std::vector<double> far = {10, 11, 12};
  CHECK(area_under_curve(below, far).value == 1);
  CHECK(area_under_curve(below, far).error == Approx(.5 / 3));
}

TEST_CASE("errors of areas under curves are the spread over samples; half of them are not") {
  // Normal numbers a deviation apart: the area is Phi(1 / sqrt 2). 1024 samples of 60 and 90: z-scores have a variance
  // of 1 +- 0.044; 4 deviations, false alarm 1e-4. The mutant's errors are half as large.
  const double exact = 0.5 * std::erfc(-0.5);
  double squares = 0, sum = 0;
  constexpr int trials = 1024;
  for (std::uint64_t t = 0; t < trials; ++t) {
    Chance chance(Stream(Key(11), Purpose::test, t, 0));
    std::vector<double> low(60), high(90);
    for (double& x : low) x = chance.normal();
    for (double& x : high) x = 1 + chance.normal();
    const Estimate found = area_under_curve(low, high);
    const double z = (found.value - exact) / found.error;
    sum += z / trials, squares += z * z / trials;
  }
  CHECK(std::abs(sum) < 4 / std::sqrt(double{trials}));
  CHECK(std::abs(squares - 1) < 0.18);
  CHECK_FALSE(std::abs(4 * squares - 1) < 0.18);
}

}  // namespace gibbsite::test

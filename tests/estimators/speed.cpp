#include <catch2/catch.hpp>
#include <chrono>

#include "estimators/autocorrelation.hpp"
#include "estimators/thermodynamics.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

TEST_CASE("a typical result is estimated in seconds: 84 temperatures, 20000 draws, 9 observables", "[.][timing]") {
  for (const double tau : {2.0, 100.0}) {
    Normal normal(801, 0);
    const auto x = ar1(normal, tau, 4, 5000);
    const auto begin = std::chrono::steady_clock::now();
    double sum = 0;
    for (int beta = 0; beta < 84; ++beta) {
      for (int observable = 0; observable < 5; ++observable) sum += estimate_mean({x, 4}).error;
      sum += specific_heat({x, 4}, {1, 1}).error + susceptibility({x, 4}, {1, 1}).error;
      sum += susceptibility_abs({x, 4}, {1, 1}).error + binder_cumulant({x, 4}).error;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    WARN("tau " << tau << ": " << seconds << " s");
    CHECK(sum > 0);
  }
}

// Averages over disorder: their errors, and what is said of few samples.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/combined_tasks.hpp"
#include "studies/study/request.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

/// A grid of n samples of one number at one beta, with these errors within samples.
std::vector<Group> combined(const std::vector<double>& values, double within) {
  Request request;
  request.grid = {{"model.disorder_seed", {}}};
  std::vector<Group> tasks;
  for (std::size_t k = 0; k < values.size(); ++k) {
    request.grid[0].second.push_back(std::to_string(k + 1));
    Group estimates{.name = "estimates"};
    add_beta(estimates, std::vector<double>{0.5});
    const Estimate e{.value = values[k], .error = within};
    add_estimates(estimates, "overlap", {"beta"}, {1}, std::span(&e, 1), "1", "overlap");
    tasks.push_back({.name = std::to_string(k)});
    tasks.back().groups.push_back(std::move(estimates));
  }
  return combine(request, tasks);
}
Estimate average(const std::vector<Group>& groups) {
  const auto one = [&](const char* name) {
    const auto v = doubles(groups.front(), name);
    REQUIRE(v.size() == 1);
    return v[0];
  };
  return {.value = one("overlap_disorder_average"),
          .error = one("overlap_disorder_average_error"),
          .degrees = one("overlap_disorder_average_degrees")};
}
std::string warning(const std::vector<Group>& groups) {
  for (const Group& g : groups)
    if (const Variable* v = g.find("warnings")) return std::get<std::vector<std::string>>(v->data).front();
  return "";
}

}  // namespace

TEST_CASE("averages over few samples of disorder have Student's errors", "[calibration][mutant]") {
  for (const std::size_t n : {4, 6, 16}) {
    double plain = 0;  // the mutant: sd / sqrt(n) as if it were known
    const Calibration z = calibrate([&](std::uint64_t run) {
      Normal normal(1950 + n, run);
      std::vector<double> x(n);
      for (double& v : x) v = 3 + normal();
      const Estimate e = average(combined(x, 0));
      CHECK(e.degrees == static_cast<double>(n - 1));
      plain += std::pow((e.value - 3) / e.error * widening(e.degrees), 2) / 1024;
      return normal_z(e, 3);
    });
    INFO(n << " samples: " << z << "; plain errors: " << plain);
    CHECK(z.honest());
    if (n == 4) CHECK(plain > 1.5);
  }
}

TEST_CASE("the noise within samples is a floor of the error of their average") {
  const Estimate e = average(combined({1, 1, 1, 1}, 0.2));
  CHECK(e.value == 1);
  CHECK(e.error == Approx(0.1 * widening(3)));
}

TEST_CASE("few samples of disorder are said to be few") {
  CHECK(std::isnan(average(combined({1, 2, 3}, 0.1)).error));
  CHECK(warning(combined({1, 2, 3}, 0.1)).find("have no errors") != std::string::npos);
  CHECK(warning(combined({1, 2, 3, 4}, 0.1)).find("4 samples only") != std::string::npos);
  CHECK(warning(combined(std::vector<double>(8, 1.0), 0.1)).empty());
}

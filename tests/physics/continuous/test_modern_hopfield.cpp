/// The Hopfield network whose update is attention: numpy's energies and updates, its slope, and that updates lower E.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/continuous/modern_hopfield.hpp"

using namespace gibbsite;

namespace {

/// s sin(p + q i + r j + i j), row by row.
std::vector<double> sine_patterns(std::size_t count, std::size_t d) {
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < d; ++j) {
      const auto a = static_cast<double>(i), b = static_cast<double>(j);
      out.push_back(std::sin(1 + 2 * a + 3 * b + a * b));
    }
  return out;
}
double energy_at(const ModernHopfield& network, const std::vector<double>& xi) {
  std::vector<double> e(1);
  network.evaluate(xi, e, {});
  return e[0];
}

}  // namespace

TEST_CASE("a modern Hopfield network has numpy's energies, updates and slopes") {
  const ModernHopfield network(sine_patterns(4, 3), 2, {.4, -.3, .6});
  std::vector<double> xi(3), e(1), slope(3);
  network.set_ordered(xi);
  network.evaluate(xi, e, slope);
  const double energies[] = {0.703251173039, 0.653922396826, 0.639718242707, 0.636421480009},
               first[] = {0.543568653478, -0.509490290453, 0.53853833326},
               third[] = {0.70609172533, -0.62131694208, 0.593895866686},
               slopes[] = {-0.143568653478, 0.209490290453, 0.0614616667395};
  CHECK(e[0] == Approx(energies[0]).epsilon(1e-10));
  for (std::size_t i = 0; i < 3; ++i) CHECK(slope[i] == Approx(slopes[i]).epsilon(1e-10));
  for (std::size_t k = 1; k <= 3; ++k) {
    network.update(xi);
    CHECK(energy_at(network, xi) == Approx(energies[k]).epsilon(1e-10));
    for (std::size_t i = 0; i < 3 && k != 2; ++i) CHECK(xi[i] == Approx(k == 1 ? first[i] : third[i]).epsilon(1e-10));
  }
}

TEST_CASE("slopes of a modern Hopfield network are differences, each state by itself, and its overlaps what they say") {
  const ModernHopfield network(sine_patterns(30, 7), 1.5, std::vector<double>(7, 0));
  std::vector<double> x(14), e(2), slope(14);
  for (std::size_t i = 0; i < 14; ++i) x[i] = std::cos(1.3 * static_cast<double>(i));
  network.evaluate(x, e, slope);
  constexpr double h = 1e-6;
  for (std::size_t i = 0; i < 14; ++i) {
    const std::size_t s = i / 7;
    std::vector<double> up(x.begin() + static_cast<std::ptrdiff_t>(7 * s),
                           x.begin() + static_cast<std::ptrdiff_t>(7 * s + 7)),
        down = up;
    up[i % 7] += h, down[i % 7] -= h;
    CHECK(slope[i] == Approx((energy_at(network, up) - energy_at(network, down)) / (2 * h)).epsilon(1e-7).margin(1e-9));
  }
  const auto all = network.observables();
  std::vector<double> out(all.size()), first = sine_patterns(30, 7);
  first.resize(7);
  network.observe(first, energy_at(network, first), out);
  CHECK(all[2].name == "pattern_overlap");
  CHECK(out[2] == Approx(1).epsilon(1e-12));
  CHECK(out[3] >= out[2]);
}

TEST_CASE("modern Hopfield networks that cannot be are refused") {
  CHECK_THROWS_AS(ModernHopfield({}, 1, {1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(ModernHopfield({1, 2, 3}, 1, {1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(ModernHopfield({1, 2}, 0, {1, 2}), std::invalid_argument);
}

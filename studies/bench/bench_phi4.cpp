// Hamiltonian trajectories of phi^4 on a square lattice, beside what a user writes as plain loops (-O3).
#include <cmath>

#include "physics/continuous/phi4.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/continuous_ensemble.hpp"
#include "studies/bench/bench_case.hpp"

namespace gibbsite {
namespace {

constexpr std::uint32_t phi4_steps = 10;  // of a trajectory, on average
constexpr double phi4_mass_squared = -2, phi4_quartic = 0.5, phi4_step = 0.05;

/// One replica after the other: neighbours by a table, gradients, kicks and drifts in loops of their own, momenta from
/// the generator of the house one by one.
class PlainTrajectories {
 public:
  PlainTrajectories(std::size_t side, std::size_t replicas) : side_(side), x_(replicas, Row(side * side, 0.5)) {
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 0; x < side; ++x)
        for (const std::size_t other : {y * side + (x + 1) % side, y * side + (x + side - 1) % side,
                                        (y + 1) % side * side + x, (y + side - 1) % side * side + x})
          neighbour_.push_back(other);
  }
  double sweep(std::uint64_t time) {
    for (std::size_t r = 0; r < x_.size(); ++r) move(x_[r], Chance(Stream(Key(1), Purpose::test, time, r)));
    return static_cast<double>(x_.size() * side_ * side_ * phi4_steps);
  }

 private:
  using Row = std::vector<double>;

  double energy(const Row& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double right = x[i] - x[neighbour_[4 * i]], down = x[i] - x[neighbour_[4 * i + 2]], square = x[i] * x[i];
      sum += 0.5 * (right * right + down * down) + (0.5 * phi4_mass_squared + phi4_quartic * square) * square;
    }
    return sum;
  }
  void kick(const Row& x, Row& p, double by) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t* n = neighbour_.data() + 4 * i;
      p[i] -= by * ((4 + phi4_mass_squared + 4 * phi4_quartic * x[i] * x[i]) * x[i] -
                    (x[n[0]] + x[n[1]] + x[n[2]] + x[n[3]]));
    }
  }
  void move(Row& x, Chance chance) const {
    Row p(x.size()), q = x;
    double before = energy(x), after = 0;
    for (double& value : p) value = chance.normal();
    for (const double value : p) before += 0.5 * value * value;
    kick(q, p, 0.5 * phi4_step);
    for (std::uint32_t k = 1; k <= phi4_steps; ++k) {
      for (std::size_t i = 0; i < q.size(); ++i) q[i] += phi4_step * p[i];
      kick(q, p, k < phi4_steps ? phi4_step : 0.5 * phi4_step);
    }
    for (const double value : p) after += 0.5 * value * value;
    after += energy(q);
    if (chance.uniform() < std::exp(before - after)) x = q;
  }

  std::size_t side_;
  std::vector<Row> x_;
  std::vector<std::size_t> neighbour_;
};

}  // namespace

std::vector<BenchCase> bench_phi4(bool quick) {
  constexpr double operations = 9;  // multiplications with an addition, or additions, of a site and step
  const double limit = large_product_allows() / 2 / 2 / operations;  // of double numbers, two of them in one
  std::vector<BenchCase> cases;
  for (const std::size_t side : quick ? std::vector<std::size_t>{8} : std::vector<std::size_t>{16, 32, 64}) {
    BenchCase c;
    c.move = "hmc";
    c.size = side;
    c.replicas = quick ? 16 : 64;
    c.unit = "steps/ns";
    c.layout = "plain loops";
    c.work = [plain = std::make_shared<PlainTrajectories>(side, c.replicas),
              time = std::uint64_t{0}](std::uint32_t count) mutable {
      double worth = 0;
      for (std::uint32_t k = 0; k < count; ++k) worth += plain->sweep(time++);
      return worth;
    };
    cases.push_back(c);
    const auto model = std::make_shared<const Phi4>(build({.geometry = Geometry::square, .size = {side, side}}),
                                                    phi4_mass_squared, phi4_quartic);
    for (const int threads : {1, 2}) {
      c.layout = "eight side by side";
      c.threads = threads;
      c.limit = limit * threads;
      const double shrink = std::pow(static_cast<double>(model->units()), -0.25);
      const std::vector<Setting> setting(c.replicas, Setting{1, phi4_step / shrink});
      const double worth = static_cast<double>(c.replicas * model->units() * phi4_steps);
      c.work = [ensemble = std::shared_ptr<Ensemble>(make_continuous_ensemble(
                    model, ContinuousReference::gaussian(0, 1), {phi4_steps, 1, 0, 0.5}, Key(1), c.replicas)),
                setting, worth, time = std::uint64_t{0}](std::uint32_t count) mutable {
        std::vector<Tally> tally(setting.size());
        ensemble->sweep(setting, {time, count}, tally);
        time += count;
        return worth * count;
      };
      cases.push_back(c);
    }
  }
  return cases;
}

}  // namespace gibbsite

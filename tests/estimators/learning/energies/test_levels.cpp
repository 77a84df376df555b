/// Energies under noise of any size: jets and gradients against differences; scores, samples and the flow's likelihood
/// of a mixture whose blurred densities are known.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "estimators/learning/energies/levels.hpp"
#include "physics/continuous/families.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

/// w N(-a, v) + (1 - w) N(b, u), blurred, as what a net of (x, ln sigma) has to learn beside the blurred gaussian of
/// its moments.
class BlurredMixture final : public FormulaFamily {
 public:
  BlurredMixture(double w, double a, double v, double b, double u)
      : FormulaFamily(2), w_(w), a_(a), v_(v), b_(b), u_(u) {
    add_block("none", 1, 1, false);
    const double mean = -w * a + (1 - w) * b;
    moments_ = {{mean}, {std::sqrt(w * (v + a * a) + (1 - w) * (u + b * b) - mean * mean)}};
  }
  const IndependentNormals& moments() const noexcept { return moments_; }
  RecordedNumber energy(std::span<const RecordedNumber> x, std::span<const RecordedNumber>) const override {
    const RecordedNumber square = exp(2.0 * x[1]);
    const auto part = [&](double weight, double at, double variance) {
      const RecordedNumber y = x[0] - at, inverse = exp(-1.0 * log(variance + square));
      return weight * exp(-0.5 * y * y * inverse + 0.5 * log(inverse));
    };
    const RecordedNumber y = x[0] - moments_.mean[0];
    const double s = moments_.deviation[0];
    return -log(part(w_, -a_, v_) + part(1 - w_, b_, u_)) - 0.5 * y * y * exp(-1.0 * log(s * s + square));
  }
  double log_p(double x, double sigma) const {
    const auto part = [&](double weight, double at, double variance) {
      const double total = variance + sigma * sigma;
      return weight * std::exp(-(x - at) * (x - at) / (2 * total)) / std::sqrt(2 * std::numbers::pi * total);
    };
    return std::log(part(w_, -a_, v_) + part(1 - w_, b_, u_));
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double>) const override { return nullptr; }
  std::vector<double> first(const Matrix&, Key) const override { return {0}; }

 private:
  double w_, a_, v_, b_, u_;
  IndependentNormals moments_;
};

struct Blurred {
  std::shared_ptr<const BlurredMixture> family;
  FamilyEnergy net;
};
Blurred blurred(double w, double a, double v, double b, double u) {
  auto family = std::make_shared<const BlurredMixture>(w, a, v, b, u);
  FamilyEnergy net(family, std::vector<double>{0});
  return {std::move(family), std::move(net)};
}

}  // namespace

TEST_CASE("an energy under noise is a net and a blurred gaussian, with jets that differences bear out") {
  const auto plain = net_of("3", {"dense 5", "swish", "dense 4", "softplus", "dense 1"});
  const NeuralEnergy<double> net(plain, plain.initial(Key(1)));
  const EnergyUnderNoise<double> energy(net, {{.3, -.2}, {1.5, .8}}, .7);
  const auto x = sines(1.3, 1, 2, 3, 5, 2), v = sines(1, 2, 1, 2, 5, 2);
  std::vector<double> e(5), g(10), jet(15), hv(10), up(10), down(10), e_up(5), e_down(5), g_up(10), g_down(10);
  energy.energy_and_gradient(x, e, g);
  energy.along(x, v, jet);
  energy.hessian_times(x, v, hv);
  const double h = 1e-5;
  for (std::size_t i = 0; i < 10; ++i) up[i] = x[i] + h * v[i], down[i] = x[i] - h * v[i];
  energy.energy_and_gradient(up, e_up, g_up);
  energy.energy_and_gradient(down, e_down, g_down);
  for (std::size_t r = 0; r < 5; ++r) {
    CHECK(jet[r] == Approx(e[r]));
    CHECK(jet[5 + r] == Approx((e_up[r] - e_down[r]) / (2 * h)).margin(1e-8));
    CHECK(2 * jet[10 + r] == Approx(hv[2 * r] * v[2 * r] + hv[2 * r + 1] * v[2 * r + 1]).margin(1e-10));
  }
  for (std::size_t i = 0; i < 10; ++i) CHECK(hv[i] == Approx((g_up[i] - g_down[i]) / (2 * h)).margin(1e-8));
}

TEST_CASE("learning at many levels of noise has the slope of its value, and the least one that scores leave") {
  const auto plain = net_of("3", {"dense 5", "swish", "dense 1"});
  std::vector<double> theta = plain.initial(Key(1));
  const auto x = sines(1.3, 1, 2, 3, 6, 2);
  const auto rule = make_levels_objective<double>({2, .1, 5}, {{0, 0}, {1, 1}}, Key(3));
  NeuralEnergy<double> net(plain, theta);
  std::vector<double> gradient(theta.size(), 0), scratch(theta.size());
  rule->add_gradient(net, {}, x, 1, gradient);
  for (std::size_t k = 0; k < theta.size(); k += 3) {
    const auto value = [&](double by) {
      std::vector<double> there = theta;
      there[k] += by;
      net.set_parameters(there);
      return rule->add_gradient(net, {}, x, 1, scratch);
    };
    CHECK(gradient[k] == Approx((value(1e-5) - value(-1e-5)) / 2e-5).margin(1e-7));
  }
  // .3 N(-2, .25) + .7 N(1.5, .64) at sigma = .5: scores and the least value by numpy; 4 standard errors.
  auto [family, mixture] = blurred(.3, 2, .25, 1.5, .64);
  const EnergyUnderNoise<double> there(mixture, family->moments(), .5);
  const std::vector<double> at{-3, -.5, 0, 2};
  std::vector<double> e(4), slope(4);
  there.energy_and_gradient(at, e, slope);
  CHECK(largest_gap(slope, {-2.000166535, -0.3417730916, -1.482169043, 0.5617983036}) < 1e-9);
  constexpr std::size_t samples = 40'000;
  std::vector<double> data(samples), none(1);
  for (std::size_t r = 0; r < samples; ++r) {
    Chance chance(Stream(Key(4), Purpose::test, 0, r));
    data[r] = chance.uniform() < .3 ? -2 + .5 * chance.normal() : 1.5 + .8 * chance.normal();
  }
  const double least =
      make_levels_objective<double>({.5, .5, 1}, family->moments(), Key(5))->add_gradient(mixture, {}, data, 1, none) /
      .25;
  CHECK(least == Approx(1.467044837).margin(4 * 2.2 / std::sqrt(1. * samples)));
}

TEST_CASE("annealed Langevin sampling finds the weights of modes far apart, steps at one level do not") {
  auto [family, net] = blurred(.2, 5, 1, 5, 1);
  const NoiseLevels levels{10, .1, 12};
  const auto share = [&](bool annealed, bool predictor) {
    const auto x = sample_under_noise<double>(
        net, levels, family->moments(),
        {.states = 1'000, .corrections = 30, .snr = .1, .predictor = predictor, .annealed = annealed}, Key(6));
    double right = 0;
    for (const double one : x) right += one > 0 ? 1. / 1'000 : 0;
    return right;
  };
  CHECK(share(true, true) == Approx(.8).margin(.08));
  CHECK(share(true, false) == Approx(.8).margin(.08));
  CHECK(share(false, false) < .68);  // of a gaussian that begins about the mean
}

TEST_CASE("the flow of exact scores gives ln p of the blurred data") {
  auto [family, net] = blurred(.3, 2, .25, 1.5, .64);
  const NoiseLevels levels{40, .1, 10};
  const std::vector<double> x{-3, -2, -.5, 0, 1, 2, 4};
  const auto found = flow_log_likelihood<double>(net, levels, family->moments(), x, 120);
  for (std::size_t r = 0; r < x.size(); ++r) CHECK(found[r] == Approx(family->log_p(x[r], .1)).margin(2e-4));
  CHECK(flow_log_likelihood<double>(net, levels, family->moments(), x, 10)[3] !=
        Approx(family->log_p(0, .1)).margin(2e-4));
}

}  // namespace gibbsite::test

#include "estimators/learning/energies/levels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "physics/chance.hpp"

namespace gibbsite {
namespace {

/// With ln sigma behind the numbers of each state.
template <class Real>
std::vector<Real> with_last(std::span<const Real> x, std::size_t d, auto last) {
  std::vector<Real> out;
  if (x.empty()) return out;
  out.reserve(x.size() / d * (d + 1));
  for (std::size_t r = 0; r * d < x.size(); ++r) {
    const auto row = x.subspan(r * d, d);
    out.insert(out.end(), row.begin(), row.end());
    out.push_back(static_cast<Real>(last(r)));
  }
  return out;
}

template <class Real>
class LevelsObjective final : public EnergyObjective<Real> {
 public:
  LevelsObjective(NoiseLevels levels, IndependentNormals data, Key key)
      : levels_(levels), data_(std::move(data)), key_(key) {
    if (!(levels.last > 0) || !(levels.first >= levels.last))
      throw std::invalid_argument("levels of noise go from a larger sigma to a smaller one above 0");
  }

  double add_gradient(const JetEnergy<Real>& net, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t d = data_.mean.size(), n = batch.size() / d;
    std::vector<Real> noisy(batch.begin(), batch.end()), noise(batch.size());
    std::vector<double> sigma(n), e(n);
    for (std::size_t r = 0; r < n; ++r) {
      Chance chance(Stream(key_, Purpose::sweep, update, r));
      sigma[r] = levels_.last * std::pow(levels_.first / levels_.last, chance.uniform());
      for (std::size_t i = r * d; i < (r + 1) * d; ++i) {
        noise[i] = static_cast<Real>(chance.normal());
        noisy[i] += static_cast<Real>(sigma[r]) * noise[i];
      }
    }
    const std::vector<Real> x = with_last<Real>(noisy, d, [&](std::size_t r) { return std::log(sigma[r]); });
    std::vector<Real> v(x.size());
    net.energy_and_gradient(x, e, v);
    std::vector<double> ebar(2 * n, 0), e2(2 * n);
    double value = 0;
    for (std::size_t r = 0; r < n; ++r) {
      double squares = 0;
      for (std::size_t i = 0; i < d; ++i) {
        const double s = data_.deviation[i],
                     pull = (static_cast<double>(noisy[r * d + i]) - data_.mean[i]) / (s * s + sigma[r] * sigma[r]);
        Real& own = v[r * (d + 1) + i];
        own += static_cast<Real>(pull) - noise[r * d + i] / static_cast<Real>(sigma[r]);
        squares += static_cast<double>(own) * static_cast<double>(own);
      }
      v[r * (d + 1) + d] = 0;
      ebar[n + r] = sigma[r] * sigma[r] / static_cast<double>(n);
      value += ebar[n + r] * squares / 2;
    }
    net.run({.states = n, .coefficients = 2, .x = {x, v}, .e = e2, .ebar = ebar, .gradient = gradient});
    return value;
  }

 private:
  NoiseLevels levels_;
  IndependentNormals data_;
  Key key_;
};

}  // namespace

std::vector<double> NoiseLevels::sigmas() const {
  std::vector<double> out;
  for (std::size_t k = 0; k < count; ++k)
    out.push_back(count == 1 ? last
                             : first * std::pow(last / first, static_cast<double>(k) / static_cast<double>(count - 1)));
  return out;
}

template <class Real>
EnergyUnderNoise<Real>::EnergyUnderNoise(const JetEnergy<Real>& net, IndependentNormals data, double sigma)
    : net_(net), data_(std::move(data)), log_sigma_(std::log(sigma)) {
  if (net.units() != units() + 1)
    throw std::invalid_argument("a net that knows its level of noise takes one number more than the data have");
  for (const double s : data_.deviation) precision_.push_back(1 / (s * s + sigma * sigma));
}

template <class Real>
void EnergyUnderNoise<Real>::run(const NeuralPass<Real>& pass) const {
  const std::size_t d = units(), n = pass.states, most = pass.coefficients;
  const auto constant = [](double value) { return [value](std::size_t) { return value; }; };
  const std::vector<Real> x[3] = {with_last<Real>(pass.x[0], d, constant(log_sigma_)),
                                  with_last<Real>(pass.x[1], d, constant(0)),
                                  with_last<Real>(pass.x[2], d, constant(0))};
  std::vector<Real> bar[3];
  NeuralPass<Real> own = pass;
  for (std::size_t k = 0; k < 3; ++k) {
    own.x[k] = x[k];
    if (!pass.xbar[k].empty()) bar[k].resize(n * (d + 1));
    own.xbar[k] = bar[k];
  }
  const auto y = [&](std::size_t k, std::size_t r, std::size_t i) {
    return k < most && !pass.x[k].empty() ? static_cast<double>(pass.x[k][r * d + i]) - (k == 0 ? data_.mean[i] : 0)
                                          : 0.0;
  };
  // The gaussian's jet: y_0^2 / 2, y_0 y_1, y_0 y_2 + y_1^2 / 2. Adjoints must see the sum.
  const auto add_gaussian = [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r)
      for (std::size_t i = 0; i < d; ++i) {
        const double a = y(0, r, i), b = y(1, r, i), c = y(2, r, i), jet[3] = {a * a / 2, a * b, a * c + b * b / 2};
        for (std::size_t k = 0; k < most; ++k) pass.e[k * n + r] += precision_[i] * jet[k];
      }
  };
  if (!pass.ebar.empty())
    own.adjoint = [&](std::size_t begin, std::size_t end) {
      add_gaussian(begin, end);
      if (pass.adjoint) pass.adjoint(begin, end);
    };
  net_.run(own);
  if (pass.ebar.empty()) add_gaussian(0, n);
  for (std::size_t k = 0; k < most; ++k)
    if (!pass.xbar[k].empty())
      for (std::size_t r = 0; r < n; ++r)
        for (std::size_t i = 0; i < d; ++i) {
          double sum = static_cast<double>(bar[k][r * (d + 1) + i]);
          for (std::size_t m = k; m < most; ++m) sum += precision_[i] * pass.ebar[m * n + r] * y(m - k, r, i);
          pass.xbar[k][r * d + i] = static_cast<Real>(sum);
        }
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_levels_objective(NoiseLevels levels, IndependentNormals data, Key key) {
  return std::make_unique<LevelsObjective<Real>>(levels, std::move(data), key);
}

template <class Real>
std::vector<double> sample_under_noise(const JetEnergy<Real>& net, NoiseLevels levels, const IndependentNormals& data,
                                       SamplingUnderNoise plan, Key key) {
  const std::size_t d = data.mean.size();
  std::vector<double> x(plan.states * d);
  std::vector<Chance> chance;
  for (std::size_t r = 0; r < plan.states; ++r) {
    chance.emplace_back(Stream(key, Purpose::sweep, 0, r));
    for (std::size_t i = 0; i < d; ++i)
      x[r * d + i] = data.mean[i] + std::hypot(data.deviation[i], levels.first) * chance[r].normal();
  }
  std::vector<double> e(plan.states);
  std::vector<Real> slope(x.size());
  /// x' = x - by grad E + sqrt(noise) xi.
  const auto step = [&](double sigma, double by, double noise) {
    const EnergyUnderNoise<Real> energy(net, data, sigma);
    energy.energy_and_gradient(std::vector<Real>(x.begin(), x.end()), e, slope);
    for (std::size_t r = 0; r < plan.states; ++r)
      for (std::size_t i = r * d; i < (r + 1) * d; ++i)
        x[i] += -by * static_cast<double>(slope[i]) + std::sqrt(noise) * chance[r].normal();
  };
  const std::vector<double> sigmas = levels.sigmas();
  for (std::size_t k = 0; k < sigmas.size(); ++k) {
    const double sigma = plan.annealed ? sigmas[k] : levels.last, eps = plan.snr * sigma * sigma;
    if (plan.annealed && plan.predictor && k > 0) {
      const double gone = sigmas[k - 1] * sigmas[k - 1] - sigma * sigma;
      step(sigmas[k - 1], gone, gone);
    }
    for (std::size_t t = 0; t < plan.corrections; ++t) step(sigma, eps, 2 * eps);
  }
  return x;
}

template <class Real>
std::vector<double> flow_log_likelihood(const JetEnergy<Real>& net, NoiseLevels levels, const IndependentNormals& data,
                                        std::span<const double> x, std::size_t steps) {
  const std::size_t d = data.mean.size(), n = x.size() / d;
  std::vector<double> at(x.begin(), x.end()), log_p(n, 0);
  struct Slope {
    std::vector<double> x, trace;
  };
  /// In ln sigma: sigma^2 grad E and sigma^2 tr H.
  const auto slope_at = [&](const std::vector<double>& y, double log_sigma) {
    const double sigma = std::exp(log_sigma), square = sigma * sigma;
    const EnergyUnderNoise<Real> energy(net, data, sigma);
    const std::vector<Real> rounded(y.begin(), y.end());
    Slope out{std::vector<double>(y.size()), std::vector<double>(n, 0)};
    std::vector<Real> g(y.size());
    std::vector<double> e(n), jet(3 * n);
    energy.energy_and_gradient(rounded, e, g);
    for (std::size_t i = 0; i < g.size(); ++i) out.x[i] = square * static_cast<double>(g[i]);
    for (std::size_t i = 0; i < d; ++i) {
      std::vector<Real> unit(y.size(), 0);
      for (std::size_t r = 0; r < n; ++r) unit[r * d + i] = 1;
      energy.along(rounded, unit, jet);
      for (std::size_t r = 0; r < n; ++r) out.trace[r] += square * 2 * jet[2 * n + r];
    }
    return out;
  };
  const double begin = std::log(levels.last), h = std::log(levels.first / levels.last) / static_cast<double>(steps);
  for (std::size_t k = 0; k < steps; ++k) {
    const double t = begin + h * static_cast<double>(k);
    const auto moved = [&](const Slope& s, double by) {
      std::vector<double> out = at;
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += by * s.x[i];
      return out;
    };
    const Slope a = slope_at(at, t), b = slope_at(moved(a, h / 2), t + h / 2), c = slope_at(moved(b, h / 2), t + h / 2),
                f = slope_at(moved(c, h), t + h);
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += h / 6 * (a.x[i] + 2 * b.x[i] + 2 * c.x[i] + f.x[i]);
    for (std::size_t r = 0; r < n; ++r) log_p[r] += h / 6 * (a.trace[r] + 2 * b.trace[r] + 2 * c.trace[r] + f.trace[r]);
  }
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t i = 0; i < d; ++i) {
      const double s = std::hypot(data.deviation[i], levels.first), y = (at[r * d + i] - data.mean[i]) / s;
      log_p[r] -= y * y / 2 + std::log(s) + std::log(2 * std::numbers::pi) / 2;
    }
  return log_p;
}

#define GIBBSITE_LEVELS(Real)                                                                                      \
  template class EnergyUnderNoise<Real>;                                                                           \
  template std::unique_ptr<EnergyObjective<Real>> make_levels_objective(NoiseLevels, IndependentNormals, Key);     \
  template std::vector<double> sample_under_noise(const JetEnergy<Real>&, NoiseLevels, const IndependentNormals&,  \
                                                  SamplingUnderNoise, Key);                                        \
  template std::vector<double> flow_log_likelihood(const JetEnergy<Real>&, NoiseLevels, const IndependentNormals&, \
                                                   std::span<const double>, std::size_t);
GIBBSITE_LEVELS(float)
GIBBSITE_LEVELS(double)
#undef GIBBSITE_LEVELS

}  // namespace gibbsite

#include "physics/continuous/families.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "physics/chance.hpp"
#include "physics/continuous/gaussian.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/wells.hpp"

namespace gibbsite {
namespace {

using Vector = std::span<const Taylor>;

void need(std::size_t count, const char* what) {
  if (count == 0) throw std::invalid_argument(std::string("an energy that learns needs ") + what);
}

Taylor dot(Vector a, Vector b) {
  Taylor sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Mean and standard deviation of every number; those that never vary count as 1.
struct Spread {
  explicit Spread(const Matrix& data) : mean(data.rows(), 0), deviation(data.rows(), 0) {
    const double n = static_cast<double>(data.columns());
    for (std::size_t s = 0; s < data.columns(); ++s)
      for (std::size_t i = 0; i < data.rows(); ++i) mean[i] += data(i, s) / n;
    for (std::size_t s = 0; s < data.columns(); ++s)
      for (std::size_t i = 0; i < data.rows(); ++i) deviation[i] += std::pow(data(i, s) - mean[i], 2) / n;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      constexpr double rounding = 1e-24;  // of a square
      deviation[i] = deviation[i] > rounding * (1e-6 + mean[i] * mean[i]) ? std::sqrt(deviation[i]) : 1;
    }
  }
  std::vector<double> mean, deviation;
};

class QuarticFamily final : public EnergyFamily {
 public:
  QuarticFamily() : EnergyFamily(1) { add_block("well", 3, 1, false); }
  Taylor energy(Vector x, Vector t) const override { return ((t[0] * x[0] * x[0] + t[1]) * x[0] + t[2]) * x[0]; }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    return std::make_shared<const DoubleWell>(Quartic{t[0], t[1], t[2]});
  }
  std::vector<double> first(const Matrix& data, Key) const override {
    const Spread spread(data);  // a harmonic well of that width, and as much of a quartic one
    const double s = spread.deviation[0];
    return {1 / (4 * s * s * s * s), 1 / (2 * s * s), -spread.mean[0] / (s * s)};
  }
};

class GaussianFamily final : public EnergyFamily {
 public:
  explicit GaussianFamily(std::size_t units) : EnergyFamily(units) {
    need(units, "a unit at least");
    add_block("mean", units, 1, true);
    add_block("precision", units, units, false);
  }
  Taylor energy(Vector x, Vector t) const override {
    const std::size_t d = units();
    std::vector<Taylor> y(x.begin(), x.end());
    for (std::size_t i = 0; i < d; ++i) y[i] -= t[i];
    Taylor sum;
    for (std::size_t i = 0; i < d; ++i) sum += y[i] * dot(t.subspan(d + i * d, d), y);
    return 0.5 * sum;
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const std::size_t d = units();
    std::vector<double> precision(d * d);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) precision[i * d + j] = (t[d + i * d + j] + t[d + j * d + i]) / 2;
    return std::make_shared<const Gaussian>(std::vector<double>(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(d)),
                                            std::move(precision));
  }
  std::vector<double> first(const Matrix& data, Key) const override {
    const Spread spread(data);
    std::vector<double> t = spread.mean;
    t.resize(parameters(), 0);
    for (std::size_t i = 0; i < units(); ++i) t[units() + i * (units() + 1)] = std::pow(spread.deviation[i], -2);
    return t;
  }
};

class MixtureFamily final : public EnergyFamily {
 public:
  MixtureFamily(std::size_t units, std::size_t components) : EnergyFamily(units), components_(components) {
    need(units * components, "a unit and a component at least");
    add_block("log_weight", components, 1, true);
    add_block("mean", components, units, true);
    add_block("log_deviation", components, 1, true);
  }
  Taylor energy(Vector x, Vector t) const override {
    const double d = static_cast<double>(units());
    const Vector mean = t.subspan(components_), log_s = t.subspan(components_ * (1 + units()));
    std::vector<Taylor> joint(components_);
    for (std::size_t k = 0; k < components_; ++k) {
      Taylor squares;
      for (std::size_t i = 0; i < units(); ++i) {
        const Taylor y = x[i] - mean[k * units() + i];
        squares += y * y;
      }
      joint[k] = t[k] - d * log_s[k] - 0.5 * squares * exp(-2.0 * log_s[k]);
    }
    return 0.5 * d * std::log(2 * std::numbers::pi) + log_sum(t.first(components_)) - log_sum(joint);
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const auto part = [&](std::size_t begin, std::size_t count, auto of) {
      std::vector<double> out;
      for (const double number : t.subspan(begin, count)) out.push_back(of(number));
      return out;
    };
    const double most = *std::max_element(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(components_));
    return std::make_shared<const GaussianMixture>(
        part(components_, components_ * units(), [](double m) { return m; }),
        part(0, components_, [most](double l) { return std::exp(l - most); }),
        part(components_ * (1 + units()), components_, [](double l) { return std::exp(l); }));
  }
  /// Means are samples far from each other, each drawn by the square of its distance from those before (Arthur &
  /// Vassilvitskii, SODA 2007); widths those of the data over the number of components to each dimension.
  std::vector<double> first(const Matrix& data, Key key) const override {
    const Spread spread(data);
    std::vector<double> t(components_, 0), square(data.columns(), 1);
    for (std::size_t k = 0; k < components_; ++k) {
      Chance chance(Stream(key, Purpose::start, 0, k));
      double sum = 0;
      for (const double s : square) sum += s;
      double left = chance.uniform() * sum;
      std::size_t at = 0;
      while (at + 1 < square.size() && left >= square[at]) left -= square[at++];
      const auto mean = data.column(at);
      t.insert(t.end(), mean.begin(), mean.end());
      for (std::size_t n = 0; n < square.size(); ++n) {
        double own = 0;
        for (std::size_t i = 0; i < units(); ++i) own += std::pow(data(i, n) - mean[i], 2);
        square[n] = k == 0 ? own : std::min(square[n], own);
      }
    }
    double log_s = 0;
    for (const double s : spread.deviation) log_s += std::log(s) / static_cast<double>(units());
    log_s -= std::log(static_cast<double>(components_)) / static_cast<double>(units());
    t.resize(parameters(), log_s);
    return t;
  }

 private:
  static Taylor log_sum(Vector logs) {
    double most = logs[0].value();
    for (const Taylor& l : logs) most = std::max(most, l.value());
    Taylor sum;
    for (const Taylor& l : logs) sum += exp(l - most);
    return most + log(sum);
  }
  std::size_t components_;
};

class ExpertFamily final : public EnergyFamily {
 public:
  ExpertFamily(Experts::Kind kind, std::size_t units, std::size_t experts, double kappa)
      : EnergyFamily(units), kind_(kind), experts_(experts), kappa_(kappa) {
    need(units * experts, "a unit and an expert at least");
    add_block("directions", experts, units, false);
    add_block(kind == Experts::Kind::student ? "log_exponents" : "biases", experts, 1, true);
  }
  Taylor energy(Vector x, Vector t) const override {
    Taylor sum = 0.5 * kappa_ * dot(x, x);
    for (std::size_t j = 0; j < experts_; ++j) {
      const Taylor y = dot(t.subspan(j * units(), units()), x), number = t[experts_ * units() + j];
      if (kind_ == Experts::Kind::student)
        sum += exp(number) * log(1.0 + 0.5 * y * y);
      else
        sum -= softplus(y + number);
    }
    return sum;
  }
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> t) const override {
    const auto w = t.first(experts_ * units()), rest = t.subspan(experts_ * units());
    std::vector<double> numbers(rest.begin(), rest.end());
    if (kind_ == Experts::Kind::student)
      for (double& a : numbers) a = std::exp(a);
    return std::make_shared<const Experts>(kind_, std::vector<double>(w.begin(), w.end()), std::move(numbers), kappa_);
  }
  std::vector<double> first(const Matrix& data, Key key) const override {
    const Spread spread(data);
    std::vector<double> t;
    for (std::size_t j = 0; j < experts_; ++j) {
      Chance chance(Stream(key, Purpose::start, 0, j));
      for (std::size_t i = 0; i < units(); ++i)
        t.push_back(chance.normal() / (spread.deviation[i] * std::sqrt(static_cast<double>(units()))));
    }
    // Exponents that together are twice what a partition function needs.
    t.resize(parameters(), kind_ == Experts::Kind::unigauss
                               ? 0
                               : std::log(1 + static_cast<double>(units()) / static_cast<double>(experts_)));
    return t;
  }

 private:
  Experts::Kind kind_;
  std::size_t experts_;
  double kappa_;
};

}  // namespace

void EnergyFamily::add_block(const char* name, std::size_t rows, std::size_t columns, bool bias) {
  blocks_.push_back({name, blocks_.empty() ? 0 : parameters(), rows, columns, bias});
}

std::shared_ptr<const EnergyFamily> quartic_family() { return std::make_shared<const QuarticFamily>(); }
std::shared_ptr<const EnergyFamily> gaussian_family(std::size_t units) {
  return std::make_shared<const GaussianFamily>(units);
}
std::shared_ptr<const EnergyFamily> mixture_family(std::size_t units, std::size_t components) {
  return std::make_shared<const MixtureFamily>(units, components);
}
std::shared_ptr<const EnergyFamily> expert_family(Experts::Kind kind, std::size_t units, std::size_t experts,
                                                  double kappa) {
  return std::make_shared<const ExpertFamily>(kind, units, experts, kappa);
}

FamilyEnergy::FamilyEnergy(std::shared_ptr<const EnergyFamily> family, std::span<const double> theta)
    : family_(std::move(family)) {
  set_parameters(theta);
}

void FamilyEnergy::set_parameters(std::span<const double> theta) {
  if (theta.size() != parameters())
    throw std::invalid_argument("an energy of " + std::to_string(parameters()) + " parameters is given " +
                                std::to_string(theta.size()));
  theta_.assign(theta.begin(), theta.end());
}

void FamilyEnergy::run(const NeuralPass<double>& pass) const {
  constexpr std::size_t tile = 64;
  assert(pass.e.size() == pass.coefficients * pass.states && pass.x[0].size() == pass.states * units());
  const std::size_t d = units(), most = pass.coefficients, tiles = (pass.states + tile - 1) / tile;
  std::vector<double> parts(pass.gradient.empty() ? 0 : tiles * parameters(), 0);
#pragma omp parallel for schedule(static) if (pass.states * parameters() > 20'000)
  for (std::size_t t = 0; t < tiles; ++t) {
    const std::size_t begin = t * tile, end = std::min(pass.states, begin + tile);
    std::vector<Taylor> x(d), theta = theta_;
    const auto set_state = [&](std::size_t r) {
      for (std::size_t i = 0; i < d; ++i)
        for (std::size_t k = 0; k < 3; ++k) x[i].c[k][0] = k < most && !pass.x[k].empty() ? pass.x[k][r * d + i] : 0;
    };
    for (std::size_t r = begin; r < end; ++r) {
      set_state(r);
      const Taylor e = family_->energy(x, theta);
      for (std::size_t k = 0; k < most; ++k) pass.e[k * pass.states + r] = e.c[k][0];
    }
    if (pass.ebar.empty()) continue;
    if (pass.adjoint) pass.adjoint(begin, end);
    for (std::size_t r = begin; r < end; ++r) {
      set_state(r);
      const auto slope = [&](double& seed) {  // of the loss, in what stands there
        seed = 1;
        const Taylor e = family_->energy(x, theta);
        seed = 0;
        double sum = 0;
        for (std::size_t k = 0; k < most; ++k) sum += pass.ebar[k * pass.states + r] * e.c[k][1];
        return sum;
      };
      for (std::size_t k = 0; k < most; ++k)
        if (!pass.xbar[k].empty())
          for (std::size_t i = 0; i < d; ++i) pass.xbar[k][r * d + i] = slope(x[i].c[k][1]);
      if (!pass.gradient.empty())
        for (std::size_t j = 0; j < parameters(); ++j) parts[t * parameters() + j] += slope(theta[j].c[0][1]);
    }
  }
  for (std::size_t k = 0; k < parts.size(); ++k) pass.gradient[k % parameters()] += parts[k];
}

}  // namespace gibbsite

#include "estimators/learning/flips.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

/// One state of a unit other than its own: which numbers of v change, and by how much.
struct Flip {
  std::size_t at[2] = {0, 0};
  double by[2] = {0, 0};
  std::size_t numbers = 1;
};

/// All of unit i, the label being the last one, in `all`.
void list_flips(const Layer& layer, std::span<const double> v, std::size_t i, std::vector<Flip>& all) {
  all.clear();
  const bool label = i == layer.units;
  if (layer.kind != UnitKind::categorical && !label) {
    all.push_back({{i, 0}, {layer.kind == UnitKind::spin ? -2 * v[i] : 1 - 2 * v[i], 0}, 1});
    return;
  }
  const std::size_t q = label ? layer.labels : layer.states, first = label ? layer.own_width() : i * q;
  std::size_t own = first;
  while (v[own] != 1) ++own;
  for (std::size_t a = first; a < first + q; ++a)
    if (a != own) all.push_back({{own, a}, {-1, 1}, 2});
}

/// Of the costs D of a unit's other states: the objective, and its derivatives.
double of_costs(FlipRule rule, std::span<const double> cost, std::span<double> slope) {
  double value = 0;
  switch (rule) {
    case FlipRule::pseudo_likelihood: {
      double top = 0, sum = 0;
      for (const double d : cost) top = std::max(top, -d);
      for (const double d : cost) sum += std::exp(-d - top);
      const double all = top + std::log(std::exp(-top) + sum);
      for (std::size_t a = 0; a < cost.size(); ++a) slope[a] = std::exp(-cost[a] - all);
      return -all;
    }
    case FlipRule::ratio_matching: {
      const double s = logistic(-cost[0]);
      slope[0] = -s * s * (1 - s);
      return s * s / 2;
    }
    case FlipRule::flow:
      for (std::size_t a = 0; a < cost.size(); ++a) {
        const double e = std::exp(-cost[a] / 2);
        value += e;
        slope[a] = -e / 2;
      }
      return value;
    case FlipRule::lyu: {
      const double p = logistic(cost[0]), not_p = logistic(-cost[0]);
      slope[0] = (-2 / (p * p * p) + 2 / (p * p) - 2 / (not_p * not_p)) * p * not_p;
      return 1 / (p * p) - 2 * (1 / p + 1 / not_p);
    }
  }
  return value;
}

class FlipSum {
 public:
  FlipSum(FlipRule rule, const ParametricMachine& machine, std::span<const double> theta)
      : rule_(rule), machine_(machine), theta_(theta) {}

  /// Of one datum, times weight.
  double add(std::span<const double> v, double weight, std::span<double> out) const {
    const std::size_t hidden = machine_.hidden().units;
    const Matrix field = machine_.hidden_field(theta_, Matrix(v.size(), 1, v));
    const auto f = field.column(0);
    std::vector<double> mean(hidden), drift(hidden, 0), pull(v.size(), 0);
    std::vector<double> own(theta_.begin(), theta_.begin() + static_cast<std::ptrdiff_t>(v.size()));
    machine_.add_lateral_field(theta_, v, own);
    double at_v = 0;
    for (std::size_t j = 0; j < hidden; ++j) at_v += log_unit(kind(), f[j]), mean[j] = mean_of(f[j]);
    double value = 0;
    std::vector<Flip> flips;
    std::vector<double> cost, slope;
    for (std::size_t i = 0; i < machine_.visible().count(); ++i) {
      list_flips(machine_.visible(), v, i, flips);
      cost.clear();
      for (const Flip& flip : flips) {
        double d = at_v;
        for (std::size_t j = 0; j < hidden; ++j) {
          double field_moved = f[j];
          for (std::size_t k = 0; k < flip.numbers; ++k) field_moved += flip.by[k] * weight_of(flip.at[k], j);
          d -= log_unit(kind(), field_moved);
        }
        for (std::size_t k = 0; k < flip.numbers; ++k) d -= flip.by[k] * own[flip.at[k]];
        cost.push_back(d);
      }
      slope.assign(cost.size(), 0);
      value += of_costs(rule_, cost, slope);
      if (out.empty()) continue;
      for (std::size_t a = 0; a < flips.size(); ++a) {
        const double s = weight * slope[a];
        for (std::size_t k = 0; k < flips[a].numbers; ++k) pull[flips[a].at[k]] -= s * flips[a].by[k];
        add_flip(flips[a], f, mean, s, drift, out);
      }
    }
    if (out.empty()) return value;
    for (std::size_t i = 0; i < v.size(); ++i) out[i] += pull[i];
    machine_.add_lateral_pull(pull, v, out);
    if (hidden > 0) {
      const std::size_t c = machine_.block("hidden_bias")->offset, w = machine_.block("weights")->offset;
      for (std::size_t j = 0; j < hidden; ++j) out[c + j] -= drift[j];
      for (std::size_t i = 0; i < v.size(); ++i)
        if (v[i] != 0)
          for (std::size_t j = 0; j < hidden; ++j) out[w + i * hidden + j] -= v[i] * drift[j];
    }
    return value;
  }

 private:
  /// s d(F(v moved) - F(v))/dtheta, of weights to hidden units; what all flips share, s (<h> moved - <h>), is added up
  /// in `drift`.
  void add_flip(const Flip& flip, std::span<const double> f, std::span<const double> mean, double s,
                std::span<double> drift, std::span<double> out) const {
    const std::size_t hidden = mean.size();
    if (hidden == 0) return;
    const std::size_t w = machine_.block("weights")->offset;
    for (std::size_t j = 0; j < hidden; ++j) {
      double field_moved = f[j];
      for (std::size_t k = 0; k < flip.numbers; ++k) field_moved += flip.by[k] * weight_of(flip.at[k], j);
      const double moved = mean_of(field_moved);
      drift[j] += s * (moved - mean[j]);
      for (std::size_t k = 0; k < flip.numbers; ++k) out[w + flip.at[k] * hidden + j] -= s * flip.by[k] * moved;
    }
  }
  UnitKind kind() const { return machine_.hidden().kind; }
  double mean_of(double f) const { return kind() == UnitKind::spin ? std::tanh(f) : logistic(f); }
  double weight_of(std::size_t i, std::size_t j) const {
    return theta_[machine_.block("weights")->offset + i * machine_.hidden().units + j];
  }

  FlipRule rule_;
  const ParametricMachine& machine_;
  std::span<const double> theta_;
};

class FlipObjective final : public Objective {
 public:
  FlipObjective(FlipRule rule, std::shared_ptr<const ParametricMachine> machine)
      : rule_(rule), machine_(std::move(machine)) {}
  bool weighs() const override { return true; }
  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    if (rule_ == FlipRule::pseudo_likelihood) {
      flip_objective(rule_, *machine_, theta, batch, out, weight_);
      return;
    }
    std::vector<double> descent(machine_->parameters(), 0);
    flip_objective(rule_, *machine_, theta, batch, descent, weight_);
    for (std::size_t k = 0; k < descent.size(); ++k) out[k] -= descent[k];
  }

 private:
  FlipRule rule_;
  std::shared_ptr<const ParametricMachine> machine_;
};

}  // namespace

double flip_objective(FlipRule rule, const ParametricMachine& machine, std::span<const double> theta,
                      const Matrix& batch, std::span<double> out, std::span<const double> weight) {
  const UnitKind kind = machine.visible().kind;
  if (kind == UnitKind::gaussian) throw std::invalid_argument("gaussian units have no states to change to");
  if ((kind == UnitKind::categorical || machine.visible().labels > 0) &&
      (rule == FlipRule::ratio_matching || rule == FlipRule::lyu))
    throw std::invalid_argument("ratio matching and lyu are for units of two states");
  const std::size_t tile = machine.samples_a_tile(batch.columns(), 32);
  const std::size_t tiles = (batch.columns() + tile - 1) / tile;
  const double share = 1 / static_cast<double>(batch.columns());
  std::vector<std::vector<double>> parts(tiles);
  std::vector<double> values(tiles, 0);
  const FlipSum sum(rule, machine, theta);
  const double changes = machine.hidden().units > 0 ? static_cast<double>(machine.width()) : 40;
  const double work = static_cast<double>(machine.parameters()) * static_cast<double>(batch.columns()) * changes;
#pragma omp parallel for schedule(dynamic) if (work > 1e7)
  for (std::size_t t = 0; t < tiles; ++t) {
    if (!out.empty()) parts[t].assign(machine.parameters(), 0);
    for (std::size_t n = t * tile; n < std::min((t + 1) * tile, batch.columns()); ++n) {
      const double w = weight.empty() ? share : share * weight[n];
      values[t] += w * sum.add(batch.column(n), w, parts[t]);
    }
  }
  double value = 0;
  for (std::size_t t = 0; t < tiles; ++t) {
    value += values[t];
    for (std::size_t k = 0; k < parts[t].size(); ++k) out[k] += parts[t][k];
  }
  return value;
}

std::unique_ptr<Objective> make_flip_objective(FlipRule rule, std::shared_ptr<const ParametricMachine> machine) {
  return std::make_unique<FlipObjective>(rule, std::move(machine));
}

}  // namespace gibbsite

// The mean of a step of contrastive divergence over its chains, by all states of the machine: what CD-k does without
// its noise, and so where it comes to rest (Carreira-Perpinan & Hinton, AISTATS 2005, section 3).
//
//   p_0 = the batch,  p_{t+1}(v') = sum_{v,h} p_t(v) p(h | v) prod_i p(v'_i | v'_{<i}, v_{>i}, h),
//   direction = <d(-F)/dtheta>_{p_0} - <d(-F)/dtheta>_{p_k}
//
// Cost: k (n + 1) 2^(n + m) for n visible and m hidden units.
#include <cmath>
#include <stdexcept>

#include "estimators/learning/objective.hpp"
#include "estimators/log_sum_exp.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_units = 16;

class ExpectedCd final : public Objective {
 public:
  ExpectedCd(std::shared_ptr<const ParametricMachine> machine, std::size_t steps)
      : machine_(std::move(machine)),
        steps_(steps),
        visible_(machine_->visible().units),
        hidden_(machine_->hidden().units),
        states_(visible_, std::size_t{1} << visible_) {
    for (std::size_t s = 0; s < states_.columns(); ++s)
      for (std::size_t i = 0; i < visible_; ++i) states_(i, s) = s >> i & 1U ? 1 : low_of(machine_->visible());
  }

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    std::vector<double> p(states_.columns(), 0);
    for (std::size_t n = 0; n < batch.columns(); ++n) {
      std::size_t s = 0;
      for (std::size_t i = 0; i < visible_; ++i) s |= std::size_t{batch(i, n) > 0} << i;
      p[s] += 1 / static_cast<double>(batch.columns());
    }
    std::vector<double> weight = p;
    const std::vector<double> table = log_weights(theta);
    for (std::size_t k = 0; k < steps_; ++k) sweep(table, p);
    for (std::size_t s = 0; s < p.size(); ++s) weight[s] -= p[s];
    machine_->add_gradient(theta, states_, weight, out);
  }

 private:
  static double low_of(const Layer& layer) { return layer.kind == UnitKind::spin ? -1 : 0; }

  /// -E(v, h), [h][v].
  std::vector<double> log_weights(std::span<const double> theta) const {
    const std::size_t count = states_.columns();
    std::vector<double> out(count << hidden_);
    const Matrix field = hidden_ > 0 ? machine_->hidden_field(theta, states_) : Matrix();
    // ln p*(v) has the hidden units summed out; without them it is -E(v) itself.
    std::vector<double> base = machine_->log_weight(theta, states_);
    const double low = low_of(machine_->hidden());
    for (std::size_t s = 0; s < count; ++s)
      for (std::size_t j = 0; j < hidden_; ++j)
        base[s] -= log_sum_exp(std::vector<double>{field(j, s), low * field(j, s)});
    for (std::size_t h = 0; h < std::size_t{1} << hidden_; ++h)
      for (std::size_t s = 0; s < count; ++s) {
        double& sum = out[h * count + s];
        sum = base[s];
        for (std::size_t j = 0; j < hidden_; ++j) sum += field(j, s) * (h >> j & 1U ? 1 : low);
      }
    return out;
  }

  /// Hidden units given the visible ones, then each visible unit given the rest, in their order.
  void sweep(const std::vector<double>& table, std::vector<double>& p) const {
    const std::size_t count = p.size(), hidden_states = std::size_t{1} << hidden_;
    std::vector<double> joint(table.size());
    std::vector<double> column(hidden_states);
    for (std::size_t s = 0; s < count; ++s) {
      for (std::size_t h = 0; h < hidden_states; ++h) column[h] = table[h * count + s];
      const double total = log_sum_exp(column);
      for (std::size_t h = 0; h < hidden_states; ++h) joint[h * count + s] = p[s] * std::exp(column[h] - total);
    }
    for (std::size_t i = 0; i < visible_; ++i)
      for (std::size_t x = 0; x < joint.size(); ++x) {
        const std::size_t on = x | std::size_t{1} << i;
        if (x == on) continue;
        const double both = joint[x] + joint[on];
        joint[on] = both / (1 + std::exp(table[x] - table[on]));
        joint[x] = both - joint[on];
      }
    std::fill(p.begin(), p.end(), 0);
    for (std::size_t x = 0; x < joint.size(); ++x) p[x % count] += joint[x];
  }

  std::shared_ptr<const ParametricMachine> machine_;
  std::size_t steps_, visible_, hidden_;
  Matrix states_;  // all visible ones, unit i is bit i
};

bool has_two_states(UnitKind kind) { return kind == UnitKind::binary || kind == UnitKind::spin; }

}  // namespace

std::unique_ptr<Objective> make_expected_cd(std::shared_ptr<const ParametricMachine> machine, std::size_t steps) {
  if (!has_two_states(machine->visible().kind) || machine->visible().labels > 0 ||
      machine->visible().units + machine->hidden().units > most_units)
    throw std::invalid_argument(
        "expected-cd sums over all states: at most 16 units, visible and hidden, of two states");
  return std::make_unique<ExpectedCd>(std::move(machine), steps);
}

}  // namespace gibbsite

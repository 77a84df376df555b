#include "estimators/learning/energies/thinking.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/log_sum_exp.hpp"
#include "physics/chance.hpp"

namespace gibbsite {
namespace {

template <class Real>
class ThinkingObjective final : public EnergyObjective<Real> {
 public:
  ThinkingObjective(Thinking thinking, std::vector<std::size_t> right, Key key)
      : thinking_(thinking), right_(std::move(right)), key_(key) {
    if (thinking.steps == 0) throw std::invalid_argument("an answer that is thought of needs a step at least");
    if (std::any_of(right_.begin(), right_.end(), [&](std::size_t y) { return y >= thinking.symbols; }))
      throw std::invalid_argument("a right answer is none of the symbols");
  }

  void see(std::span<const std::uint32_t> samples) override { samples_.assign(samples.begin(), samples.end()); }
  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t n = samples_.size(), width = thinking_.units(), q = thinking_.symbols;
    std::vector<Real> x = states_to_answer(thinking_, batch);
    if (thinking_.start > 0)
      for (std::size_t s = 0; s < n; ++s) {
        Chance chance(Stream(key_, Purpose::sweep, update, s));
        for (std::size_t i = width - q; i < width; ++i)
          x[s * width + i] = static_cast<Real>(thinking_.start * chance.normal());
      }
    const Descent descent = thinking_.descent();
    const std::vector<Real> way = descend<Real>(energy, descent, x);
    std::vector<Real> bar(x.size(), Real(0));
    Descent step = descent;
    step.steps = 1;
    double value = 0;
    for (std::size_t k = descent.steps; k > 0; --k) {
      const auto there = std::span<const Real>(way).subspan((k - 1) * x.size(), 2 * x.size());
      if (k == descent.steps || thinking_.every) value += add_slopes(there.subspan(x.size()), bar);
      descend_reverse<Real>(energy, step, there, bar, gradient);
    }
    return value;
  }

 private:
  /// Of the cross entropy after one of the steps that are learned from, and its value.
  double add_slopes(std::span<const Real> states, std::span<Real> bar) const {
    const std::size_t n = samples_.size(), width = thinking_.units(), q = thinking_.symbols;
    const double weight = 1 / static_cast<double>(n * (thinking_.every ? thinking_.steps : 1));
    std::vector<double> y(q);
    double value = 0;
    for (std::size_t s = 0; s < n; ++s) {
      const std::size_t at = s * width + width - q, right = right_[samples_[s]];
      for (std::size_t i = 0; i < q; ++i) y[i] = static_cast<double>(states[at + i]);
      const double sum = log_sum_exp(y);
      value += weight * (sum - y[right]);
      for (std::size_t i = 0; i < q; ++i)
        bar[at + i] += static_cast<Real>(weight * (std::exp(y[i] - sum) - (i == right ? 1 : 0)));
    }
    return value;
  }

  Thinking thinking_;
  std::vector<std::size_t> right_;
  Key key_;
  std::vector<std::uint32_t> samples_;
};

}  // namespace

template <class Real>
std::vector<Real> states_to_answer(const Thinking& thinking, std::span<const Real> context) {
  const std::size_t tokens = thinking.context, width = thinking.features(), n = context.size() / tokens;
  const Real on = std::sqrt(static_cast<Real>(width) / 2);
  std::vector<Real> out(n * thinking.units(), Real(0));
  for (std::size_t s = 0; s < n; ++s)
    for (std::size_t t = 0; t <= tokens; ++t) {
      Real* token = out.data() + (s * (tokens + 1) + t) * width;
      token[t] = on;
      if (t == tokens) continue;
      const auto symbol = static_cast<std::size_t>(context[s * tokens + t]);
      if (symbol >= thinking.symbols) throw std::invalid_argument("a context has a symbol that there is not");
      token[tokens + 1 + symbol] = on;
    }
  return out;
}

template <class Real>
std::vector<double> think(const JetEnergy<Real>& energy, const Thinking& thinking, std::span<const Real> context) {
  const std::vector<Real> x = states_to_answer(thinking, context), way = descend<Real>(energy, thinking.descent(), x);
  const std::size_t width = thinking.units(), q = thinking.symbols, states = x.size() / width;
  std::vector<double> out;
  out.reserve((thinking.steps + 1) * states * q);
  for (std::size_t r = 0; r < (thinking.steps + 1) * states; ++r)
    for (std::size_t i = width - q; i < width; ++i) out.push_back(static_cast<double>(way[r * width + i]));
  return out;
}

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_thinking_objective(Thinking thinking, std::vector<std::size_t> right,
                                                               Key key) {
  return std::make_unique<ThinkingObjective<Real>>(thinking, std::move(right), key);
}

template std::vector<float> states_to_answer(const Thinking&, std::span<const float>);
template std::vector<double> states_to_answer(const Thinking&, std::span<const double>);
template std::vector<double> think(const JetEnergy<float>&, const Thinking&, std::span<const float>);
template std::vector<double> think(const JetEnergy<double>&, const Thinking&, std::span<const double>);
template std::unique_ptr<EnergyObjective<float>> make_thinking_objective(Thinking, std::vector<std::size_t>, Key);
template std::unique_ptr<EnergyObjective<double>> make_thinking_objective(Thinking, std::vector<std::size_t>, Key);

}  // namespace gibbsite

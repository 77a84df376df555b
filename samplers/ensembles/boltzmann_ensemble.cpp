#include "samplers/ensembles/boltzmann_ensemble.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <optional>

#include "physics/network.hpp"
#include "samplers/kernels/boltzmann_heat_bath.hpp"
#include "samplers/kernels/boltzmann_pairs.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {
namespace {

class BoltzmannEnsemble final : public Ensemble {
 public:
  BoltzmannEnsemble(BoltzmannHeatBath kernel, std::optional<LocallyBalanced> flips, Key key, Slice slice,
                    std::span<const double> start)
      : Ensemble(boltzmann_layout(kernel, slice)),
        kernel_(std::move(kernel)),
        flips_(flips),
        key_(key),
        width_(kernel_.machine().width()),
        x_(slice.count * width_),
        energy_(slice.count),
        reference_(slice.count) {
    for (std::size_t r = 0; r < slice.count; ++r) {
      std::copy(start.begin(), start.end(), state(r).begin());
      weigh(r);
    }
  }

  void draw_reference(std::uint64_t time) override {
    over_replicas(1, [&](std::size_t r) { move(r, 0, Purpose::reference, {time}); });
  }

  /// Tally: visits, and units that changed (flips proposed, and accepted); all of them where the reference is drawn
  /// anew.
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    over_replicas(step.count, [&](std::size_t r) {
      if (flips_ && setting[r].lambda != 0) return flip(r, setting[r].lambda, step, tally[r]);
      const double changed = move(r, setting[r].lambda, Purpose::sweep, step),
                   tried = static_cast<double>(kernel_.machine().units() * step.count);
      tally[r].accepted += setting[r].lambda == 0 ? tried : changed;
      tally[r].tried += tried;
    });
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = (1 - lambda[r]) * reference_[r] - lambda[r] * energy_[r];
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    over_replicas(1,
                  [&](std::size_t r) { kernel_.machine().observe(state(r), out.subspan(r * components, components)); });
  }

  void resample(std::span<const std::size_t> parent) override {
    const auto x = x_, energy = energy_, reference = reference_;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(parent[r] * width_), width_, state(r).begin());
      energy_[r] = energy[parent[r]];
      reference_[r] = reference[parent[r]];
    }
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    const auto bias = kernel_.machine().bias();
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      double of_bias = 0;
      for (std::size_t i = 0; i < width_; ++i) of_bias += bias[i] * state(r)[i];
      out[r] = -2 * (lambda[r] * of_bias + (1 - lambda[r]) * reference_[r]);
    }
  }
  void turn(std::span<const std::uint8_t> turned) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      if (turned[r] == 0) continue;
      for (double& unit : state(r)) unit = -unit;
      weigh(r);
    }
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    for (std::size_t i = 0; i < width_; ++i)
      bytes[i] = static_cast<std::byte>(static_cast<std::int8_t>(state(replica)[i]));
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    for (std::size_t i = 0; i < width_; ++i) state(replica)[i] = static_cast<std::int8_t>(bytes[i]);
    weigh(replica);
  }

  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const auto a = state(pairs[k].first), b = state(pairs[k].second);
      out[k] = likeness(a, b);
    }
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return likeness(x, y);
  }

 private:
  template <class Numbers>
  double likeness(const Numbers& a, const Numbers& b) const {
    const BoltzmannMachine& machine = kernel_.machine();
    const std::size_t one_hot = machine.kind() == UnitKind::categorical ? machine.visible() : 0, q = machine.states();
    std::size_t alike = 0, states_alike = 0;
    for (std::size_t i = one_hot * q; i < width_; ++i) alike += a[i] == b[i];
    if (one_hot == 0) return 2 * static_cast<double>(alike) / static_cast<double>(machine.units()) - 1;
    double sum = 2 * static_cast<double>(alike) - static_cast<double>(machine.units() - one_hot);
    for (std::size_t i = 0; i < one_hot * q; ++i)
      states_alike += a[i] == b[i] && a[i] != std::remove_cvref_t<decltype(a[i])>{};
    sum += (static_cast<double>(q * states_alike) - static_cast<double>(one_hot)) / static_cast<double>(q - 1);
    return sum / static_cast<double>(machine.units());
  }
  /// Returns how many units changed.
  double move(std::size_t r, double lambda, Purpose purpose, const Step& step) {
    std::size_t changed = 0;
    const std::uint32_t skipped = lambda == 0 ? step.count - 1 : 0;  // draws of the reference forget what was before
    for (std::uint32_t k = skipped; k < step.count; ++k) {
      Chance chance(Stream(key_, purpose, step.time + k, layout().first + r));
      changed += kernel_.sweep(lambda, state(r), step.order, chance);
    }
    weigh(r);
    return static_cast<double>(changed);
  }

  void flip(std::size_t r, double lambda, const Step& step, Tally& tally) {
    const BoltzmannPairs pairs(kernel_, lambda);
    LocallyBalanced::Workspace scratch;
    for (std::uint32_t k = 0; k < step.count; ++k) {
      Chance chance(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
      flips_->sweep(pairs, state(r), width_, chance, tally, scratch);
    }
    weigh(r);
  }

  void weigh(std::size_t r) {
    energy_[r] = kernel_.machine().energy(state(r));
    reference_[r] = kernel_.reference_weight(state(r));
  }

  template <class Do>
  void over_replicas(std::uint32_t sweeps, Do one) const {
    threads_.run(static_cast<double>(layout().replicas * width_ * width_) * sweeps / 8,
                 [&](bool parallel) { for_each(layout().replicas, parallel, one); });
  }

  std::span<double> state(std::size_t r) { return std::span(x_).subspan(r * width_, width_); }
  std::span<const double> state(std::size_t r) const { return std::span(x_).subspan(r * width_, width_); }

  BoltzmannHeatBath kernel_;
  std::optional<LocallyBalanced> flips_;  // instead of the heat bath, but at lambda = 0
  mutable AdaptiveThreads threads_;       // which way was faster changes no result
  Key key_;
  std::size_t width_;
  std::vector<double> x_;                   // [replica][unit]
  std::vector<double> energy_, reference_;  // E and a . x of the states, from scratch after every change
};

double log_sum_exp_of(std::span<const double> x) {
  const double most = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (const double one : x) sum += std::exp(one - most);
  return most + std::log(sum);
}

}  // namespace

std::vector<double> boltzmann_start(const BoltzmannMachine& machine, double noise, Key key) {
  if (!(noise >= 0 && noise <= 1))
    throw std::invalid_argument("noise " + std::to_string(noise) + " is no share of the units; give 0 to 1");
  if (noise > 0 && machine.kind() == UnitKind::categorical)
    throw std::invalid_argument("categorical units have no opposite state for noise to turn them to");
  const std::size_t n = machine.width();
  std::vector<double> x(n);
  machine.set_ordered(x);
  std::vector<std::size_t> unit(n);
  std::iota(unit.begin(), unit.end(), std::size_t{0});
  Chance chance(Stream(key, Purpose::start, 0, 0));
  const auto flips = static_cast<std::size_t>(std::llround(noise * static_cast<double>(n)));
  for (std::size_t k = 0; k < flips; ++k) {
    std::swap(unit[k], unit[k + chance.pick(n - k)]);
    double& flipped = x[unit[k]];
    flipped = machine.kind() == UnitKind::spin ? -flipped : 1 - flipped;
  }
  return x;
}

Layout boltzmann_layout(const BoltzmannHeatBath& kernel, Slice slice) {
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  const BoltzmannMachine& machine = kernel.machine();
  layout.units = machine.width();
  const std::size_t one_hot = machine.kind() == UnitKind::categorical ? machine.visible_width() : 0;
  for (std::size_t i = 0; i < one_hot; i += machine.states())
    layout.log_z_reference += log_sum_exp_of(kernel.reference().subspan(i, machine.states()));
  for (const double a : kernel.reference().subspan(one_hot))
    layout.log_z_reference += log_unit(machine.hidden_kind(), a);
  const auto acts = [](double field) { return field != 0; };
  const auto bias = kernel.machine().bias(), reference = kernel.reference();
  layout.turns = kernel.machine().kind() == UnitKind::spin &&
                 (std::any_of(bias.begin(), bias.end(), acts) || std::any_of(reference.begin(), reference.end(), acts));
  layout.observables = kernel.machine().observables();
  layout.name = "plain";
  return layout;
}

std::unique_ptr<Ensemble> make_boltzmann_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                  const IndependentUnits& visible_reference, Key key, Slice slice,
                                                  double noise) {
  const std::vector<double> start = boltzmann_start(*machine, noise, key);
  return std::make_unique<BoltzmannEnsemble>(BoltzmannHeatBath(std::move(machine), visible_reference), std::nullopt,
                                             key, slice, start);
}

std::unique_ptr<Ensemble> make_boltzmann_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                  const IndependentUnits& visible_reference, LocallyBalanced moves,
                                                  Key key, Slice slice, double noise) {
  if (machine->kind() == UnitKind::categorical)
    throw std::invalid_argument("categorical units have no opposite state to be flipped to; use the heat bath");
  const std::vector<double> start = boltzmann_start(*machine, noise, key);
  return std::make_unique<BoltzmannEnsemble>(BoltzmannHeatBath(std::move(machine), visible_reference), moves, key,
                                             slice, start);
}

}  // namespace gibbsite

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numbers>
#include <stdexcept>

#include "physics/tilted_layer.hpp"
#include "samplers/learnable.hpp"

namespace gibbsite {
namespace {

/// ln Z of a machine without bonds: its hidden units do not depend on the visible ones. Throws std::invalid_argument
/// for one with bonds.
double log_z_of_independent(const ParametricMachine& machine, std::span<const double> theta) {
  for (const char* name : {"weights", "lateral_weights"})
    if (const ParameterBlock* block = machine.block(name))
      for (const double w : theta.subspan(block->offset, block->size()))
        if (w != 0) throw std::invalid_argument("a reference has no bonds");
  Layer v = machine.visible();
  v.bias.assign(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(v.width()));
  const ParameterBlock* variance = machine.block("log_variance");
  for (std::size_t i = 0; variance != nullptr && i < v.units; ++i)
    v.variance.push_back(std::exp(theta[variance->offset + i]));
  const IndependentUnits unweighted{v.bias, v.variance};  // gaussian layers ask for a reference
  double sum = TiltedLayer(v, variance != nullptr ? &unweighted : nullptr, 1).log_z(v.bias);
  if (const ParameterBlock* c = machine.block("hidden_bias"))
    for (const double f : theta.subspan(c->offset, c->size())) sum += log_unit(machine.hidden().kind, f);
  return sum;
}

class LearnableMachine final : public Learnable {
 public:
  LearnableMachine(std::shared_ptr<const ParametricMachine> machine, Key key, Slice slice,
                   std::vector<double> reference)
      : Learnable(layout_of(*machine, slice, reference)),
        machine_(std::move(machine)),
        key_(key),
        reference_(std::move(reference)),
        theta_(machine_->parameters(), 0),
        v_(machine_->width(), slice.count) {
    const Layer& layer = machine_->visible();
    for (std::size_t r = 0; r < slice.count; ++r)
      for (std::size_t i = 0; i < layer.width(); ++i)
        v_(i, r) = i >= layer.own_width() ? (i == layer.own_width() ? 1 : 0)
                   : layer.kind == UnitKind::spin || (layer.kind == UnitKind::categorical && i % layer.states == 0) ? 1
                                                                                                                    : 0;
  }

  void set_parameters(std::span<const double> theta) override { theta_.assign(theta.begin(), theta.end()); }
  void add_gradient(std::span<const double> weight, std::span<double> out) const override {
    std::vector<std::size_t> some;
    std::vector<double> theirs;
    for (std::size_t r = 0; r < weight.size(); ++r)
      if (weight[r] != 0) some.push_back(r), theirs.push_back(weight[r]);
    if (some.size() < weight.size() / 2)
      machine_->add_gradient(theta_, gather(some), theirs, out);
    else
      machine_->add_gradient(theta_, v_, weight, out);
  }

  void draw_reference(std::uint64_t time) override { move(theta_at(0), Purpose::reference, time); }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    std::vector<double> lambda;
    for (const Setting& one : setting) lambda.push_back(one.lambda);
    const bool one = std::all_of(lambda.begin(), lambda.end(), [](double l) { return l == 1; });
    for (std::uint32_t k = 0; one && k < step.count; ++k) move(theta_, Purpose::sweep, step.time + k);
    if (!one)
      by_lambda(lambda, [&](std::span<const double> theta, std::span<const std::size_t> replicas) {
        Matrix v = gather(replicas);
        for (std::uint32_t k = 0; k < step.count; ++k) {
          std::vector<Chance> chance;
          for (const std::size_t r : replicas)
            chance.emplace_back(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
          machine_->sweep(theta, v, chance);
        }
        for (std::size_t n = 0; n < replicas.size(); ++n)
          std::copy(v.column(n).begin(), v.column(n).end(), v_.column(replicas[n]).begin());
      });
    for (Tally& t : tally) {
      t.tried += static_cast<double>(layout().units) * step.count;
      t.accepted += static_cast<double>(layout().units) * step.count;
    }
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    const bool one = std::all_of(lambda.begin(), lambda.end(), [](double l) { return l == 1; });
    if (one) {
      const auto all = machine_->log_weight(theta_, v_);
      std::copy(all.begin(), all.end(), out.begin());
      return;
    }
    by_lambda(lambda, [&](std::span<const double> theta, std::span<const std::size_t> replicas) {
      const std::vector<double> weight = machine_->log_weight(theta, gather(replicas));
      for (std::size_t n = 0; n < replicas.size(); ++n) out[replicas[n]] = weight[n];
    });
  }
  void observe(std::span<double> out) const override {
    const auto all = machine_->log_weight(theta_, v_);
    std::transform(all.begin(), all.end(), out.begin(), [](double w) { return -w; });
  }
  void resample(std::span<const std::size_t> parent) override {
    const Matrix before = v_;
    for (std::size_t r = 0; r < parent.size(); ++r)
      std::copy(before.column(parent[r]).begin(), before.column(parent[r]).end(), v_.column(r).begin());
  }
  void save(std::size_t replica, std::span<std::byte> state) const override {
    const auto v = v_.column(replica);
    if (layout().unit_type == UnitType::float64)
      std::memcpy(state.data(), v.data(), layout().state_bytes());
    else
      for (std::size_t i = 0; i < v.size(); ++i) state[i] = static_cast<std::byte>(static_cast<std::int8_t>(v[i]));
  }
  void load(std::size_t replica, std::span<const std::byte> state) override {
    const auto v = v_.column(replica);
    if (layout().unit_type == UnitType::float64)
      std::memcpy(v.data(), state.data(), layout().state_bytes());
    else
      for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<std::int8_t>(state[i]);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }

 private:
  static Layout layout_of(const ParametricMachine& machine, Slice slice, std::span<const double> reference) {
    if (!reference.empty() && reference.size() != machine.parameters())
      throw std::invalid_argument("the reference has other parameters than the machine");
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = machine.width();
    layout.unit_type = machine.visible().kind == UnitKind::gaussian ? UnitType::float64 : UnitType::int8;
    layout.log_z_reference = reference.empty() ? log_states(machine.visible()) + log_states(machine.hidden())
                                               : log_z_of_independent(machine, reference);
    layout.observables = {{"visible_free_energy", "1", "-ln of the sum over hidden states of exp(-E)", Role::other}};
    layout.name = "plain";
    return layout;
  }
  /// ln of the sum (integral) over all states without parameters.
  static double log_states(const Layer& layer) {
    const double one = layer.kind == UnitKind::gaussian      ? 0.5 * std::log(2 * std::numbers::pi)
                       : layer.kind == UnitKind::categorical ? std::log(static_cast<double>(layer.states))
                                                             : std::log(2.0);
    return static_cast<double>(layer.units) * one +
           (layer.labels > 0 ? std::log(static_cast<double>(layer.labels)) : 0);
  }

  std::vector<double> theta_at(double lambda) const {
    if (lambda == 1) return theta_;
    std::vector<double> theta = theta_;
    for (std::size_t k = 0; k < theta.size(); ++k)
      theta[k] = lambda * theta[k] + (reference_.empty() ? 0 : (1 - lambda) * reference_[k]);
    return theta;
  }

  Matrix gather(std::span<const std::size_t> replicas) const {
    Matrix v(layout().units, replicas.size());
    for (std::size_t n = 0; n < replicas.size(); ++n)
      std::copy(v_.column(replicas[n]).begin(), v_.column(replicas[n]).end(), v.column(n).begin());
    return v;
  }

  /// work(theta at a lambda, replicas that stand there), tile by tile.
  template <class Work>
  void by_lambda(std::span<const double> lambda, Work&& work) const {
    std::map<double, std::vector<std::size_t>> standing;
    for (std::size_t r = 0; r < lambda.size(); ++r) standing[lambda[r]].push_back(r);
    struct Tile {
      double lambda;
      std::span<const std::size_t> replicas;
    };
    std::vector<Tile> tiles;
    for (const auto& [at, replicas] : standing)
      for (std::size_t n = 0; n < replicas.size(); n += tile)
        tiles.push_back({at, std::span(replicas).subspan(n, std::min(tile, replicas.size() - n))});
#pragma omp parallel for schedule(dynamic) if (theta_.size() * lambda.size() > 1000000)
    for (std::size_t t = 0; t < tiles.size(); ++t) work(theta_at(tiles[t].lambda), tiles[t].replicas);
  }

  /// Products always have so many columns, so that the bits of a chain do not depend on threads.
  static constexpr std::size_t tile = 32;

  void move(std::span<const double> theta, Purpose purpose, std::uint64_t time) {
    const std::size_t replicas = layout().replicas;
#pragma omp parallel for schedule(dynamic) if (theta.size() * replicas > 1000000)
    for (std::size_t r = 0; r < replicas; r += tile) move_tile(theta, r, std::min(r + tile, replicas), purpose, time);
  }
  void move_tile(std::span<const double> theta, std::size_t begin, std::size_t end, Purpose purpose,
                 std::uint64_t time) {
    std::vector<Chance> chance;
    for (std::size_t r = begin; r < end; ++r) chance.emplace_back(Stream(key_, purpose, time, layout().first + r));
    const auto numbers = v_.numbers().subspan(begin * layout().units, (end - begin) * layout().units);
    Matrix v(layout().units, end - begin, numbers);
    machine_->sweep(theta, v, chance);
    std::copy(v.numbers().begin(), v.numbers().end(), numbers.begin());
  }

  std::shared_ptr<const ParametricMachine> machine_;
  Key key_;
  std::vector<double> reference_;  // empty: all 0
  std::vector<double> theta_;
  Matrix v_;  // [width][replica]
};

}  // namespace

std::unique_ptr<Learnable> make_learnable(std::shared_ptr<const ParametricMachine> machine, Key key, Slice slice,
                                          std::vector<double> reference) {
  return std::make_unique<LearnableMachine>(std::move(machine), key, slice, std::move(reference));
}

}  // namespace gibbsite

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "samplers/learnable.hpp"

namespace gibbsite {
namespace {

class LearnableMachine final : public Learnable {
 public:
  LearnableMachine(std::shared_ptr<const ParametricMachine> machine, Key key, Slice slice)
      : Learnable(layout_of(*machine, slice)),
        machine_(std::move(machine)),
        key_(key),
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
    machine_->add_gradient(theta_, v_, weight, out);
  }

  void draw_reference(std::uint64_t time) override { move(theta_at(0), Purpose::reference, time); }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    const bool one = std::all_of(setting.begin(), setting.end(), [](const Setting& s) { return s.lambda == 1; });
    if (!one && machine_->visible().kind == UnitKind::gaussian)
      throw std::invalid_argument("machines with gaussian units move at lambda = 1 alone while they learn");
    for (std::uint32_t k = 0; k < step.count; ++k) {
      if (one) {
        move(theta_, Purpose::sweep, step.time + k);
        continue;
      }
      for (std::size_t r = 0; r < layout().replicas; ++r)
        move_tile(theta_at(setting[r].lambda), r, r + 1, Purpose::sweep, step.time + k);
    }
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
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = machine_->log_weight(theta_at(lambda[r]), Matrix(layout().units, 1, v_.column(r)))[0];
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
  static Layout layout_of(const ParametricMachine& machine, Slice slice) {
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = machine.width();
    layout.unit_type = machine.visible().kind == UnitKind::gaussian ? UnitType::float64 : UnitType::int8;
    layout.log_z_reference = log_states(machine.visible()) + log_states(machine.hidden());
    layout.observables = {{"visible_free_energy", "1", "-ln of the sum over hidden states of exp(-E)", Role::other}};
    layout.name = "plain";
    return layout;
  }
  /// ln of the sum (integral) over all states without parameters.
  static double log_states(const Layer& layer) {
    const double one = layer.kind == UnitKind::gaussian      ? 0.5 * std::log(2 * 3.14159265358979323846)
                       : layer.kind == UnitKind::categorical ? std::log(static_cast<double>(layer.states))
                                                             : std::log(2.0);
    return static_cast<double>(layer.units) * one +
           (layer.labels > 0 ? std::log(static_cast<double>(layer.labels)) : 0);
  }

  /// A discrete machine's energy is linear in its parameters.
  std::vector<double> theta_at(double lambda) const {
    std::vector<double> theta = theta_;
    const std::size_t scaled =
        machine_->visible().kind == UnitKind::gaussian ? machine_->block("log_variance")->offset : theta.size();
    for (std::size_t k = 0; k < scaled; ++k) theta[k] *= lambda;
    return theta;
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
  std::vector<double> theta_;
  Matrix v_;  // [width][replica]
};

}  // namespace

std::unique_ptr<Learnable> make_learnable(std::shared_ptr<const ParametricMachine> machine, Key key, Slice slice) {
  return std::make_unique<LearnableMachine>(std::move(machine), key, slice);
}

}  // namespace gibbsite

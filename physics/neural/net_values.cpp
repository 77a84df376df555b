#include "physics/neural/net_values.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <type_traits>

#include "physics/matrices/float_products.hpp"
#include "physics/neural/confining.hpp"
#include "physics/neural/stages.hpp"
#include "physics/neural/workspace.hpp"

namespace gibbsite {
namespace {

/// Products of fewer rows are made in another way: in single precision a small tile is filled up with zeros, so that
/// what a state gives does not depend on how many there are.
template <class Real>
constexpr std::size_t fewest_rows = std::is_same_v<Real, float> ? 16 : 1;

}  // namespace

template <class Real>
struct NetValues<Real>::Parts {
  explicit Parts(NeuralNet of)
      : net(std::move(of)), stages(stages_of<Real>(net)), confining(net.confinement(), net.units()) {
    for (const NeuralStage<Real>& stage : stages) widest = std::max({widest, stage.width, stage.width_after});
  }
  void run_tile(const NeuralPass<Real>& pass, std::size_t begin, std::size_t end, Workspace<Real>& room) const;
  double kappa() const {
    return net.confinement().learned ? static_cast<double>(theta.back()) : net.confinement().kappa;
  }

  NeuralNet net;
  std::vector<NeuralStage<Real>> stages;
  std::size_t widest = 0;
  std::vector<Real> theta, prepared;
  Confining<Real> confining;
  mutable WorkspacePool<Real> pool;
};

template <class Real>
void NetValues<Real>::Parts::run_tile(const NeuralPass<Real>& pass, std::size_t begin, std::size_t end,
                                      Workspace<Real>& room) const {
  const std::size_t real = end - begin, states = std::max(real, fewest_rows<Real>);
  const std::size_t most = pass.coefficients, n = net.units();
  const bool in_place = most == 1 && real == states;
  room.begin();
  const auto jets = [&](std::size_t width) {
    return Jets<Real>{most, states, width, room.take(most * states * width)};
  };
  std::vector<Jets<const Real>> at;  // what comes to each stage, and what leaves the last one
  std::vector<Real*> kept;
  if (in_place) {
    at.push_back({1, states, n, pass.x[0].data() + begin * n});
  } else {
    const Jets<Real> x = jets(n);
    for (std::size_t k = 0; k < most; ++k) {
      const std::size_t given = pass.x[k].empty() ? 0 : real * n;
      if (given > 0) std::copy_n(pass.x[k].data() + begin * n, given, x.coefficient(k));
      std::fill_n(x.coefficient(k) + given, states * n - given, Real(0));
    }
    at.push_back(x);
  }
  for (const NeuralStage<Real>& stage : stages) {
    const Jets<Real> y = jets(stage.width_after);
    kept.push_back(room.take(stage.layer->kept(states, most)));
    stage.layer->forward(theta.data() + stage.begin, prepared.data() + stage.prepared, at.back(), y, kept.back());
    at.push_back(y);
  }
  const std::size_t outputs = net.outputs();
  for (std::size_t k = 0; k < most; ++k)
    std::copy_n(at.back().coefficient(k), real * outputs, pass.e.data() + (k * pass.states + begin) * outputs);
  confining.add(kappa(), pass, begin, end);
  if (pass.ebar.empty()) return;

  if (pass.adjoint) pass.adjoint(begin, end);
  const bool wants_x = std::any_of(pass.xbar.begin(), pass.xbar.end(), [](const auto& bar) { return !bar.empty(); });
  Real* const buffers[2] = {room.take(most * states * widest), room.take(most * states * widest)};
  Jets<Real> bar{most, states, outputs, buffers[0]};
  for (std::size_t k = 0; k < most; ++k) {
    const double* from = pass.ebar.data() + (k * pass.states + begin) * outputs;
    for (std::size_t i = 0; i < states * outputs; ++i)
      bar.coefficient(k)[i] = i < real * outputs ? static_cast<Real>(from[i]) : Real(0);
  }
  for (std::size_t s = stages.size(); s-- > 0;) {
    const bool whole = s == 0 && in_place && wants_x;  // straight to where it is wanted
    Jets<Real> next{most, states, stages[s].width, bar.numbers == buffers[0] ? buffers[1] : buffers[0]};
    if (whole) next.numbers = pass.xbar[0].data() + begin * n;
    if (s == 0 && !wants_x) next.numbers = nullptr;
    stages[s].layer->reverse(theta.data() + stages[s].begin, at[s], kept[s], bar, next,
                             pass.gradient.empty() ? nullptr : room.gradient() + stages[s].begin);
    bar = next;
  }
  if (!in_place)
    for (std::size_t k = 0; k < most; ++k)
      if (!pass.xbar[k].empty()) std::copy_n(bar.coefficient(k), real * n, pass.xbar[k].data() + begin * n);
  const double kappa_bar = confining.reverse(kappa(), pass, begin, end);
  if (net.confinement().learned && !pass.gradient.empty())
    room.gradient()[net.parameters() - 1] = static_cast<Real>(kappa_bar);
}

template <class Real>
NetValues<Real>::NetValues(NeuralNet net, std::span<const double> theta)
    : parts_(std::make_unique<Parts>(std::move(net))) {
  if (std::is_same_v<Real, float> && !float_products_available())
    throw std::runtime_error("oneDNN, by which layers of nets are multiplied, is missing: apt-get install libdnnl2");
  set_parameters(theta);
}
template <class Real>
NetValues<Real>::~NetValues() = default;
template <class Real>
NetValues<Real>::NetValues(NetValues&&) noexcept = default;
template <class Real>
NetValues<Real>& NetValues<Real>::operator=(NetValues&&) noexcept = default;
template <class Real>
const NeuralNet& NetValues<Real>::net() const noexcept {
  return parts_->net;
}
template <class Real>
std::span<const Real> NetValues<Real>::theta() const noexcept {
  return parts_->theta;
}

template <class Real>
void NetValues<Real>::set_parameters(std::span<const double> theta) {
  if (theta.size() != parameters())
    throw std::invalid_argument("a net of " + std::to_string(parameters()) + " parameters is given " +
                                std::to_string(theta.size()) + ": give it as many as its layers have");
  parts_->theta.assign(theta.begin(), theta.end());
  const auto& stages = parts_->stages;
  parts_->prepared.resize(stages.back().prepared + stages.back().layer->prepared());
  for (const NeuralStage<Real>& stage : stages)
    stage.layer->prepare(parts_->theta.data() + stage.begin, parts_->prepared.data() + stage.prepared);
}

template <class Real>
void NetValues<Real>::run(const NeuralPass<Real>& pass) const {
  assert(pass.coefficients >= 1 && pass.coefficients <= 3 &&
         pass.e.size() == pass.coefficients * pass.states * outputs());
  assert(pass.x[0].size() == pass.states * units() && (pass.ebar.empty() || pass.ebar.size() == pass.e.size()));
  if (pass.states == 0) return;
  const std::size_t tiles = (pass.states + tile - 1) / tile;
  // A second thread has to be woken, and waits at the end: small passes are done sooner by one.
  constexpr double worth_threads = 4e6;
  const double cost = static_cast<double>(pass.states * pass.coefficients) * static_cast<double>(parameters());
  const std::size_t threads =
      omp_in_parallel() || cost < worth_threads ? 1 : std::min(tiles, static_cast<std::size_t>(omp_get_max_threads()));
  const auto rooms = parts_->pool.take(threads, pass.gradient.empty() ? 0 : parameters());
  for (std::size_t wave = 0; wave < tiles; wave += threads) {
    const std::size_t count = std::min(threads, tiles - wave);
    const auto work = [&](std::size_t t) {
      const std::size_t begin = (wave + t) * tile, end = std::min(pass.states, begin + tile);
      parts_->run_tile(pass, begin, end, *rooms[t]);
    };
    if (count == 1) {
      work(0);
    } else {
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(count))
      for (std::size_t t = 0; t < count; ++t) work(t);
    }
    for (std::size_t t = 0; t < count && !pass.gradient.empty(); ++t) {
      const Real* from = rooms[t]->gradient();
      for (std::size_t i = 0; i < pass.gradient.size(); ++i) pass.gradient[i] += from[i];
    }
  }
}

template <class Real>
std::string NetValues<Real>::kinks() const {
  for (std::size_t l = 0; l < net().layers().size(); ++l)
    if (net().layers()[l].kind == LayerKind::relu) return "\"relu\" (layer_" + std::to_string(l) + ")";
  return "";
}

template <class Real>
std::vector<double> NetValues<Real>::values(std::span<const Real> x) const {
  std::vector<double> f(x.size() / units() * outputs());
  run({.states = x.size() / units(), .x = {x}, .e = f});
  return f;
}

template <class Real>
void NetValues<Real>::add_gradient(std::span<const Real> x, std::span<const double> fbar, std::span<Real> gradient,
                                   std::span<Real> xbar) const {
  std::vector<double> f(fbar.size()), bar(fbar.begin(), fbar.end());
  run({.states = x.size() / units(), .x = {x}, .e = f, .ebar = bar, .xbar = {xbar}, .gradient = gradient});
}

template class NetValues<float>;
template class NetValues<double>;

}  // namespace gibbsite

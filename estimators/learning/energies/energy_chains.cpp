#include "estimators/learning/energies/energy_chains.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "physics/chance.hpp"
#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "samplers/kernels/hamiltonian.hpp"

namespace gibbsite {
namespace {

/// -ln of independent normal densities, but for their constant, and ln of that.
double energy_of(const IndependentNormals& normals, const double* x) {
  double sum = 0;
  for (std::size_t i = 0; i < normals.mean.size(); ++i) {
    const double y = (x[i] - normals.mean[i]) / normals.deviation[i];
    sum += y * y / 2;
  }
  return sum;
}
double log_z_of(const IndependentNormals& normals) {
  double sum = 0;
  for (const double s : normals.deviation) sum += std::log(s) + std::log(2 * std::numbers::pi) / 2;
  return sum;
}

/// The energy as kernels move it, (1 - lambda) E_normals + lambda E, in deviations y = (x - m) / s from the normals'
/// means, so that steps suit every coordinate.
template <class Real>
class MovedEnergy final : public ContinuousEnergy {
 public:
  MovedEnergy(const JetEnergy<Real>& energy, const IndependentNormals& normals, double lambda)
      : ContinuousEnergy(energy.units()), energy_(energy), normals_(normals), lambda_(lambda) {}
  void evaluate(std::span<const double> y, std::span<double> e, std::span<double> gradient) const override {
    const std::size_t d = units();
    std::vector<Real> x(y.size()), slope(y.size());
    for (std::size_t k = 0; k < y.size(); ++k)
      x[k] = static_cast<Real>(normals_.mean[k % d] + normals_.deviation[k % d] * y[k]);
    energy_.energy_and_gradient(x, e, slope);
    for (std::size_t k = 0; k < y.size(); ++k)
      gradient[k] = lambda_ * static_cast<double>(slope[k]) * normals_.deviation[k % d] + (1 - lambda_) * y[k];
    for (std::size_t r = 0; r < e.size(); ++r) {
      double squares = 0;
      for (const double one : y.subspan(r * d, d)) squares += one * one;
      e[r] = std::isnan(e[r]) ? std::numeric_limits<double>::infinity() : lambda_ * e[r] + (1 - lambda_) * squares / 2;
    }
  }
  void set_ordered(std::span<double> y) const override { std::fill(y.begin(), y.end(), 0.0); }

 private:
  const JetEnergy<Real>& energy_;
  const IndependentNormals& normals_;
  double lambda_;
};

std::vector<Chance> chances(Key key, std::uint64_t time, std::size_t first, std::size_t count) {
  std::vector<Chance> out;
  out.reserve(count);
  for (std::size_t r = 0; r < count; ++r) out.emplace_back(Stream(key, Purpose::sweep, time, first + r));
  return out;
}

}  // namespace

template <class Real>
EnergyChains<Real>::EnergyChains(std::size_t chains, IndependentNormals start, EnergyMoves moves, Key key)
    : chains_(chains), start_(std::move(start)), moves_(moves), key_(key), x_(chains * start_.mean.size()) {
  if (chains == 0 || moves.sweeps == 0) throw std::invalid_argument("learning by chains needs a chain and a sweep");
  if (!(moves.step > 0) || !(moves.temperature >= 0))
    throw std::invalid_argument("chains need a step above 0 and a temperature of 0 or more");
  for (std::size_t r = 0; r < chains; ++r) begin_anew(r, 0);
}

template <class Real>
std::vector<Real> EnergyChains<Real>::rounded(std::size_t first, std::size_t count) const {
  const auto part = states().subspan(first * units(), count * units());
  return {part.begin(), part.end()};
}

template <class Real>
void EnergyChains<Real>::begin_anew(std::size_t chain, std::uint64_t time) {
  Chance chance(Stream(key_, Purpose::reference, time, chain));
  for (std::size_t i = 0; i < units(); ++i)
    x_[chain * units() + i] = start_.mean[i] + start_.deviation[i] * chance.normal();
}

template <class Real>
void EnergyChains<Real>::place(std::size_t chain, std::span<const double> state) {
  std::copy(state.begin(), state.end(), x_.begin() + static_cast<std::ptrdiff_t>(chain * units()));
}

template <class Real>
void EnergyChains<Real>::move(const JetEnergy<Real>& energy, std::size_t first, std::size_t count, std::uint64_t time,
                              std::span<double> change) {
  if (moves_.kind == MoveKind::unadjusted)
    unadjusted(energy, first, count, time, change, {});
  else
    metropolised(MovedEnergy<Real>(energy, start_, 1), moves_.kind == MoveKind::langevin, first, count, time);
}

template <class Real>
void EnergyChains<Real>::anneal(const JetEnergy<Real>& energy, std::size_t steps, std::uint64_t time,
                                std::span<double> log_weight) {
  for (std::size_t r = 0; r < chains_; ++r) begin_anew(r, time);
  std::fill(log_weight.begin(), log_weight.end(), log_z_of(start_));
  std::vector<double> e(chains_);
  for (std::size_t k = 1; k <= steps; ++k) {
    energy.energy(rounded(0, chains_), e);
    for (std::size_t r = 0; r < chains_; ++r)
      log_weight[r] -= (e[r] - energy_of(start_, x_.data() + r * units())) / static_cast<double>(steps);
    metropolised(MovedEnergy<Real>(energy, start_, static_cast<double>(k) / static_cast<double>(steps)), true, 0,
                 chains_, time + k);
  }
  // Steps of the moves that follow, which are not those of annealing, come to their length before anything is weighed.
  constexpr std::size_t tuning = 50;
  if (moves_.kind == MoveKind::unadjusted) return;
  for (std::size_t k = 1; k <= tuning; ++k)
    metropolised(MovedEnergy<Real>(energy, start_, 1), moves_.kind == MoveKind::langevin, 0, chains_, time + steps + k);
}

template <class Real>
void EnergyChains<Real>::move_pulled(const JetEnergy<Real>& energy, std::span<const Real> centres, double pull,
                                     std::uint64_t time) {
  unadjusted(energy, 0, centres.size() / units(), time, {}, {centres, 1 / (pull * pull)});
}

template <class Real>
void EnergyChains<Real>::unadjusted(const JetEnergy<Real>& energy, std::size_t first, std::size_t count,
                                    std::uint64_t time, std::span<double> change, Pull pull) {
  const std::size_t d = units(), size = count * d;
  constexpr double far = 1e5;  // deviations
  const double eps = moves_.step, noise = std::sqrt(2 * eps * moves_.temperature);
  double* const x = x_.data() + first * d;
  std::vector<Real> at(x, x + size), slope(size), slope_before;
  std::vector<double> e(count), e_before;
  auto chance = chances(key_, time, first, count);
  const auto look = [&] {
    energy.energy_and_gradient(at, e, slope);
    for (std::size_t i = 0; i < pull.centres.size(); ++i)
      slope[i] += static_cast<Real>(pull.precision) * (at[i] - pull.centres[i]);
  };
  look();
  for (std::size_t sweep = 0; sweep < moves_.sweeps; ++sweep) {
    const std::vector<Real> before = at;
    for (std::size_t r = 0; r < count; ++r)
      for (std::size_t i = r * d; i < (r + 1) * d; ++i) {
        x[i] += -eps * static_cast<double>(slope[i]) + noise * chance[r].normal();
        at[i] = static_cast<Real>(x[i]);
        if (!(std::abs(x[i] - start_.mean[i % d]) < far * start_.deviation[i % d]))
          throw std::runtime_error("chains ran away by unadjusted steps of " + std::to_string(eps) +
                                   ": lower training.step, or take training.moves = \"hmc\"");
      }
    if (change.empty() && sweep + 1 == moves_.sweeps) break;
    e_before = e;
    slope_before = slope;
    look();
    if (change.empty()) continue;
    for (std::size_t r = 0; r < count; ++r) {
      double here = e_before[r], there = e[r];  // a(x, x') and a(x', x)
      for (std::size_t i = r * d; i < (r + 1) * d; ++i) {
        const double way = static_cast<double>(at[i]) - static_cast<double>(before[i]),
                     g = static_cast<double>(slope_before[i]), g_there = static_cast<double>(slope[i]);
        here += g * (way / 2 + eps * g / 4);
        there += g_there * (-way / 2 + eps * g_there / 4);
      }
      change[r] += here - there;
    }
  }
}

template <class Real>
void EnergyChains<Real>::metropolised(const ContinuousEnergy& moved, bool langevin, std::size_t first,
                                      std::size_t count, std::uint64_t time) {
  constexpr double gain = 0.1;  // of ln stride, per sweep
  const double target = langevin ? 0.574 : 0.8;
  const std::size_t d = units();
  const ContinuousReference reference = ContinuousReference::gaussian(0, 1);
  const Hamiltonian<> kernel(langevin
                                 ? HamiltonianOptions{.steps = 1, .least = 0}
                                 : HamiltonianOptions{.steps = static_cast<std::uint32_t>(moves_.steps), .least = 0.5});
  Hamiltonian<>::Workspace room;
  const std::span<double> own(x_.data() + first * d, count * d);
  std::vector<double> y(own.size());
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = (own[k] - start_.mean[k % d]) / start_.deviation[k % d];
  std::vector<double> e(count), gradient(count * d);
  moved.evaluate(y, e, gradient);
  auto chance = chances(key_, time, first, count);
  for (std::size_t sweep = 0; sweep < moves_.sweeps; ++sweep) {
    const std::vector<Setting> setting(count, {1, stride_});
    std::vector<Tally> tally(count);
    kernel.sweep({moved, reference, y, e, gradient, setting, tally}, chance, room);
    double tried = 0, accepted = 0;
    for (const Tally& t : tally) tried += t.tried, accepted += t.accepted;
    stride_ *= std::exp(gain * (accepted / std::max(tried, 1.0) - target));
  }
  for (std::size_t k = 0; k < y.size(); ++k) own[k] = start_.mean[k % d] + start_.deviation[k % d] * y[k];
}

template <class Real>
void EnergyChains<Real>::resample(std::span<const std::size_t> parent) {
  const std::vector<double> before = x_;
  for (std::size_t r = 0; r < parent.size(); ++r) place(r, std::span(before).subspan(parent[r] * units(), units()));
}

template <class Real>
void EnergyChains<Real>::save(Snapshot& snapshot) const {
  snapshot.numbers["chains_states"] = x_;
  snapshot.numbers["chains_stride"] = {stride_};
}
template <class Real>
void EnergyChains<Real>::load(const Snapshot& snapshot) {
  x_ = snapshot.numbers.at("chains_states");
  stride_ = snapshot.numbers.at("chains_stride").at(0);
}

template class EnergyChains<float>;
template class EnergyChains<double>;

}  // namespace gibbsite

// Particles that begin elsewhere while the others settle at the target: what an annealing's two ways cannot tell.
#include <algorithm>
#include <numeric>

#include "samplers/methods/annealing.hpp"

namespace gibbsite {
namespace {

/// Whether the units of this drawn state are -1 and 1.
bool of_spins(std::span<const std::byte> state) {
  bool down = false;
  for (const std::byte unit : state) {
    const auto value = static_cast<std::int8_t>(unit);
    if (value != 1 && value != -1) return false;
    down = down || value == -1;
  }
  return down;
}

constexpr std::size_t fewest_particles = 32;
constexpr std::uint64_t looks = 32;  // at the witnesses

}  // namespace

void Annealing::keep_ordered() {
  if (!options_.reverse || options_.thermalization < looks || ensemble_.layout().replicas < fewest_particles ||
      ensemble_.layout().unit_type != UnitType::int8)
    return;
  ordered_.resize(ensemble_.layout().state_bytes());
  ensemble_.save(0, ordered_);  // a new ensemble holds ordered states
}

void Annealing::keep_spins() {
  if (ordered_.empty()) return;
  std::vector<std::byte> drawn(ordered_.size());
  constexpr std::size_t tries = 8;  // a small system may draw no -1 at first
  for (std::size_t r = 0; r < tries; ++r) {
    ensemble_.save(r, drawn);
    if (of_spins(drawn)) return;
  }
  ordered_.clear();
}

void Annealing::begin_witnesses() {
  if (ordered_.empty() || options_.thermalization == 0) return;
  std::vector<std::byte> state = ordered_;
  for (std::size_t k = 1; k <= witnesses_run; ++k) {
    ensemble_.load(log_w_.size() - k, state);
    for (std::byte& unit : state)
      unit = static_cast<std::byte>(static_cast<std::int8_t>(-static_cast<std::int8_t>(unit)));
  }
}

void Annealing::end_witnesses() {
  if (ordered_.empty()) return;
  std::vector<std::size_t> parent(log_w_.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const std::size_t last = parent.size() - witnesses_run - 1;
  for (std::size_t r = last; r < parent.size(); ++r) {
    parent[r] = last;
    ancestor_[r] = ancestor_[last];
  }
  ensemble_.resample(parent);
}

std::vector<Witness> Annealing::witnesses() const {
  std::vector<Witness> all;
  if (witness_.size() < looks * witnesses_run) return all;
  for (std::size_t k = 0; k < witnesses_run; ++k) {
    Witness& w = all.emplace_back(Witness{k == 0 ? StartKind::ordered : StartKind::turned, {}});
    for (std::size_t at = witness_.size() / 4 * witnesses_run + k; at < witness_.size(); at += witnesses_run)
      w.energy.push_back(witness_[at]);
  }
  return all;
}

void Annealing::settle() {
  const std::uint64_t total = options_.thermalization, look = std::max<std::uint64_t>(total / looks, 1),
                      next = std::min(total, (swept_ / look + 1) * look);
  const std::uint64_t count = std::min<std::uint64_t>(next - swept_, sweeps_per_advance(ensemble_.layout()));
  // Witnesses first fall to where their state leads, at a tenth of the temperature.
  sweep(schedule_.back(), stride_at(schedule_.back()), count, Direction::forward, swept_ < look ? 10 : 1);
  swept_ += count;
  const std::size_t particles = log_w_.size(), components = ensemble_.layout().observables.size();
  const std::size_t energy = energy_component(ensemble_.layout());
  if (!ordered_.empty() && energy < components && (swept_ == next)) {
    std::vector<double> observed(particles * components);
    ensemble_.observe(observed);
    for (std::size_t k = 1; k <= witnesses_run; ++k)
      witness_.push_back(observed[(particles - k) * components + energy]);
    if (swept_ == total)
      for (std::size_t r = 0; r + witnesses_run < particles; ++r) settled_.push_back(observed[r * components + energy]);
  }
  if (swept_ < total) return;
  swept_ = 0;
  end_witnesses();
  phase_ = Phase::reverse;
}

}  // namespace gibbsite

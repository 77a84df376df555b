#include "samplers/methods/method_support.hpp"

#include <algorithm>
#include <stdexcept>

namespace gibbsite {

std::size_t energy_component(const Layout& layout) {
  const auto& all = layout.observables;
  const auto found = std::find_if(all.begin(), all.end(), [](const Observable& o) { return o.role == Role::energy; });
  return static_cast<std::size_t>(found - all.begin());
}

Lowest::Lowest(const Ensemble& ensemble) : components_(ensemble.layout().observables.size()) {
  component_ = energy_component(ensemble.layout());
}

void Lowest::look(const Ensemble& ensemble, std::span<const double> observed) {
  if (component_ == components_) return;
  std::size_t best = ensemble.layout().replicas;
  for (std::size_t r = 0; r < ensemble.layout().replicas; ++r) {
    const double energy = observed[r * components_ + component_];
    if (energy >= energy_) continue;
    energy_ = energy;
    best = r;
  }
  if (best == ensemble.layout().replicas) return;
  ensemble.copy(best, copied_);
}

std::vector<std::byte> Lowest::state(const Ensemble& ensemble) const {
  if (copied_.empty()) return loaded_;
  std::vector<std::byte> state(ensemble.layout().state_bytes());
  ensemble.canonical(copied_, state);
  return state;
}

void Lowest::save(const Ensemble& ensemble, Snapshot& snapshot) const {
  snapshot.numbers["lowest_energy"] = {energy_};
  snapshot.bytes["lowest_state"] = state(ensemble);
}
void Lowest::load(const Snapshot& snapshot) {
  energy_ = numbers(snapshot, "lowest_energy", 1)[0];
  loaded_ = bytes(snapshot, "lowest_state");
  copied_.clear();
}

Tally tally_at(std::span<const Tally> tally, std::size_t b, std::size_t betas) {
  Tally sum;
  for (std::size_t slot = b; slot < tally.size(); slot += betas) {
    sum.tried += tally[slot].tried;
    sum.accepted += tally[slot].accepted;
  }
  return sum;
}

double first_stride(Stride kind) { return kind == Stride::clusters ? 0 : 1; }

double tuned_stride(const Layout& layout, double stride, const Tally& tally, Tuning window) {
  const Stride kind = layout.stride;
  if (kind == Stride::unused || tally.tried <= 0) return stride;
  if (kind == Stride::step_size) return stride * std::exp(tally.accepted / tally.tried - layout.acceptance);
  if (window == Tuning::ongoing) return 0;
  constexpr double most = 1000;  // fields hold nearly all clusters: more would cost more than they move
  return std::clamp(tally.tried / std::max(tally.accepted, tally.tried / most), 1.0, most);
}

std::uint32_t sweeps_per_advance(const Layout& layout) {
  const double work =
      static_cast<double>(layout.replicas) * static_cast<double>(std::max<std::size_t>(layout.units, 1));
  return static_cast<std::uint32_t>(std::clamp(0x1p24 / work, 1.0, 1024.0));
}

namespace {
template <class Map>
const typename Map::mapped_type& entry(const Map& map, const std::string& name) {
  const auto found = map.find(name);
  if (found == map.end())
    throw std::invalid_argument("the checkpoint holds no '" + name + "': it belongs to another study");
  return found->second;
}
template <class V>
const V& of_length(const V& values, const std::string& name, std::size_t length) {
  if (values.size() != length) throw std::invalid_argument("'" + name + "' in the checkpoint does not fit this study");
  return values;
}
}  // namespace

const std::vector<double>& numbers(const Snapshot& snapshot, const std::string& name) {
  return entry(snapshot.numbers, name);
}
const std::vector<double>& numbers(const Snapshot& snapshot, const std::string& name, std::size_t length) {
  return of_length(numbers(snapshot, name), name, length);
}
const std::vector<std::uint64_t>& counts(const Snapshot& snapshot, const std::string& name, std::size_t length) {
  return of_length(entry(snapshot.counts, name), name, length);
}
const std::vector<std::byte>& bytes(const Snapshot& snapshot, const std::string& name) {
  return entry(snapshot.bytes, name);
}

std::vector<double> flat(std::span<const Tally> tally) {
  std::vector<double> out;
  for (const Tally& t : tally) out.insert(out.end(), {t.tried, t.accepted});
  return out;
}
std::vector<double> flat(std::span<const Setting> setting) {
  std::vector<double> out;
  for (const Setting& s : setting) out.insert(out.end(), {s.lambda, s.stride});
  return out;
}
std::vector<Tally> tallies(std::span<const double> flat) {
  std::vector<Tally> out;
  for (std::size_t k = 0; k + 1 < flat.size(); k += 2) out.push_back({flat[k], flat[k + 1]});
  return out;
}
std::vector<Setting> settings(std::span<const double> flat) {
  std::vector<Setting> out;
  for (std::size_t k = 0; k + 1 < flat.size(); k += 2) out.push_back({flat[k], flat[k + 1]});
  return out;
}

}  // namespace gibbsite

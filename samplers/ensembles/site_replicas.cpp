#include "samplers/ensembles/site_replicas.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace gibbsite {

SiteReplicas::SiteReplicas(SitePlaces places, std::size_t first, std::size_t count, std::int8_t down)
    : places_(std::move(places)), first_(first), down_(down) {
  for (std::size_t r = 0; r < count; ++r) {
    replicas_.push_back(empty());
    weigh(replicas_[r]);
  }
}

SiteReplicas::Replica SiteReplicas::empty() const {
  Replica replica{simd::Buffer<std::int32_t>(places_.size()),
                  simd::Buffer<std::int32_t>(places_.is_dense() ? places_.size() : 0),
                  {}};
  replica.state.up = replica.up.data();
  replica.state.fields = replica.fields.data();
  return replica;
}

void SiteReplicas::weigh(Replica& replica) const {
  simd::Buffer<std::int32_t> made(places_.is_dense() ? 0 : places_.size());
  std::int32_t* const fields = places_.is_dense() ? replica.fields.data() : made.data();
  places_.find_fields(replica.up.data(), fields);
  simd::SiteState& s = replica.state;
  s.sum = s.field_sum = s.ups = 0;
  places_.each([&](std::size_t p, std::size_t) {
    const bool up = replica.up[p] != 0;
    const std::int64_t spin = up ? 1 : -1, h = places_.h(p);
    s.sum += spin * (fields[p] + h);
    s.field_sum += spin * h;
    s.ups += up;
  });
}

void SiteReplicas::sweep_one(std::size_t r, const SiteMove& move, Key key, Purpose purpose, const Step& step) {
  const simd::SiteCouplings couplings = places_.couplings();
  simd::SiteSweep sweep;
  sweep.replica = first_ + r;
  sweep.reversed = step.order == Direction::reversed;
  sweep.scale = move.scale;
  sweep.reference = move.reference;
  sweep.tilt = move.tilt;
  for (std::uint32_t t = move.forgets ? step.count - 1 : 0; t < step.count; ++t) {
    const simd::Cipher cipher = simd::cipher_of(key, purpose, step.time + t, 0);
    sweep.cipher = &cipher;
    move.kernel(couplings, sweep, replicas_[r].state);
  }
}

void SiteReplicas::draw(Key key, std::uint64_t time, const SiteMove& move) {
  over_replicas(1, [&](std::size_t r) { sweep_one(r, move, key, Purpose::reference, {.time = time}); });
}

void SiteReplicas::turn(std::size_t r) {
  Replica& replica = replicas_[r];
  places_.each([&](std::size_t p, std::size_t) {
    replica.up[p] = ~replica.up[p];
    if (places_.is_dense())  // f - h changes its sign
      replica.fields[p] = static_cast<std::int32_t>(2 * std::int64_t{places_.h(p)} - replica.fields[p]);
  });
  simd::SiteState& s = replica.state;
  s.sum -= 4 * s.field_sum;  // s (f + h) = s (f - h) + 2 s h
  s.field_sum = -s.field_sum;
  s.ups = static_cast<std::int64_t>(places_.sites()) - s.ups;
}

void SiteReplicas::resample(std::span<const std::size_t> parent) {
  std::vector<Replica> after;
  for (const std::size_t from : parent) {
    const Replica& before = replicas_[from];
    after.push_back(empty());
    std::copy_n(before.up.data(), before.up.size(), after.back().up.data());
    std::copy_n(before.fields.data(), before.fields.size(), after.back().fields.data());
    simd::SiteState& s = after.back().state;
    s.sum = before.state.sum;
    s.field_sum = before.state.field_sum;
    s.ups = before.state.ups;
  }
  replicas_ = std::move(after);
}

void SiteReplicas::save(std::size_t r, std::span<std::byte> bytes) const {
  const simd::Buffer<std::int32_t>& up = replicas_[r].up;
  places_.each([&](std::size_t p, std::size_t i) { bytes[i] = static_cast<std::byte>(up[p] != 0 ? 1 : down_); });
}

void SiteReplicas::load(std::size_t r, std::span<const std::byte> bytes) {
  simd::Buffer<std::int32_t>& up = replicas_[r].up;
  places_.each([&](std::size_t p, std::size_t i) { up[p] = static_cast<std::int8_t>(bytes[i]) > 0 ? -1 : 0; });
  weigh(replicas_[r]);
}

std::size_t SiteReplicas::different(std::size_t a, std::size_t b) const {
  const std::int32_t *x = replicas_[a].up.data(), *y = replicas_[b].up.data();
  std::int32_t different = 0;
  for (std::size_t p = 0; p < places_.size(); ++p) different -= x[p] ^ y[p];
  return static_cast<std::size_t>(different);
}

std::size_t SiteReplicas::different(std::size_t r, const std::vector<std::uint64_t>& kept, std::size_t k) const {
  const std::size_t pairs = places_.size() / 2;
  std::uint64_t sums = 0;  // of either place of a pair
  for (std::size_t p = 0; p < pairs; ++p) {
    std::uint64_t two = 0;
    std::memcpy(&two, replicas_[r].up.data() + 2 * p, sizeof two);
    sums += (two ^ kept[k * pairs + p]) & 0x100000001U;
  }
  return static_cast<std::size_t>((sums & 0xFFFFFFFFU) + (sums >> 32));
}

std::vector<std::uint64_t> SiteReplicas::kept_states(std::span<const std::byte> states) const {
  const std::size_t each = places_.sites(), pairs = places_.size() / 2;  // bytes of a state; sixteen places and more
  std::vector<std::uint64_t> kept(states.size() / each * pairs);
  std::vector<std::int32_t> up(places_.size());
  for (std::size_t k = 0; k < states.size() / each; ++k) {
    places_.each(
        [&](std::size_t p, std::size_t i) { up[p] = static_cast<std::int8_t>(states[k * each + i]) > 0 ? -1 : 0; });
    std::memcpy(kept.data() + k * pairs, up.data(), pairs * sizeof(std::uint64_t));
  }
  return kept;
}

void SiteEnsemble::sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) {
  assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
  replicas_.sweep(key_, setting, step, tally, [this](double lambda) { return move_of(lambda); });
}

void SiteEnsemble::turn(std::span<const std::uint8_t> turned) {
  for (std::size_t r = 0; r < layout().replicas; ++r)
    if (turned[r] != 0) replicas_.turn(r);
}

void SiteEnsemble::load_everywhere(std::span<const std::int8_t> state) {
  for (std::size_t r = 0; r < replicas_.count(); ++r) load(r, std::as_bytes(state));
}

}  // namespace gibbsite

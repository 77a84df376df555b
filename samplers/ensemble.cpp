#include "samplers/ensemble.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace gibbsite {

double spin_overlap(std::span<const std::byte> x, std::span<const std::byte> y) noexcept {
  constexpr std::size_t together = 127;  // words whose bytes count without a carry
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::int64_t different = 0;
  std::size_t i = 0;
  while (i + 8 <= x.size()) {
    std::uint64_t counts = 0;  // of eight bytes each: +1 and -1 differ in the second bit
    for (std::size_t k = 0; k < together && i + 8 <= x.size(); ++k, i += 8) {
      std::uint64_t a = 0, b = 0;
      std::memcpy(&a, x.data() + i, 8);
      std::memcpy(&b, y.data() + i, 8);
      counts += (a ^ b) >> 1 & ones;
    }
    for (std::size_t byte = 0; byte < 8; ++byte) different += static_cast<std::int64_t>(counts >> (8 * byte) & 0xFF);
  }
  for (; i < x.size(); ++i) different += x[i] != y[i];
  const auto n = static_cast<std::int64_t>(x.size());
  return static_cast<double>(n - 2 * different) / static_cast<double>(n);
}

void Ensemble::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const {
  std::vector<std::byte> a(layout_.state_bytes()), b(layout_.state_bytes());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    save(pairs[k].first, a);
    save(pairs[k].second, b);
    out[k] = overlap_of(a, b);
  }
}

void Ensemble::overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                            std::vector<std::uint64_t>& memory, std::span<double> out) const {
  const std::size_t bytes = layout_.state_bytes(), all = bytes * layout_.replicas;
  memory.resize((all + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));  // where states of now find room
  const std::span<std::byte> now = std::as_writable_bytes(std::span(memory)).first(all);
  save_each(now);
  for (std::size_t r = 0; r < layout_.replicas; ++r)
    out[r] = overlap_of(now.subspan(r * bytes, bytes), states.subspan(which[r] * bytes, bytes));
}

void Ensemble::turning(std::span<const double>, std::span<double>) const {
  throw std::logic_error("this ensemble (" + layout_.name + ") cannot weigh its units turned over");
}
void Ensemble::turn(std::span<const std::uint8_t>) {
  throw std::logic_error("this ensemble (" + layout_.name + ") cannot turn its units over");
}

void Ensemble::save_each(std::span<std::byte> states) const {
  const std::size_t bytes = layout_.state_bytes();
  for (std::size_t r = 0; r < layout_.replicas; ++r) save(r, states.subspan(r * bytes, bytes));
}

void Ensemble::copy(std::size_t replica, std::vector<std::byte>& copied) const {
  copied.resize(layout_.state_bytes());
  save(replica, copied);
}
void Ensemble::canonical(std::span<const std::byte> copied, std::span<std::byte> state) const {
  std::copy(copied.begin(), copied.end(), state.begin());
}

std::vector<std::byte> save_all(const Ensemble& ensemble) {
  std::vector<std::byte> states(ensemble.layout().state_bytes() * ensemble.layout().replicas);
  ensemble.save_each(states);
  return states;
}

void load_all(Ensemble& ensemble, std::span<const std::byte> states) {
  const std::size_t bytes = ensemble.layout().state_bytes(), replicas = ensemble.layout().replicas;
  if (states.size() != bytes * replicas)
    throw std::invalid_argument("saved states of " + std::to_string(states.size()) + " bytes do not fit " +
                                std::to_string(replicas) + " replicas of " + std::to_string(bytes) + " bytes");
  for (std::size_t r = 0; r < replicas; ++r) ensemble.load(r, states.subspan(r * bytes, bytes));
}

}  // namespace gibbsite

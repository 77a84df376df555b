#include "samplers/ensemble.hpp"

#include <stdexcept>

namespace gibbsite {

double spin_overlap(std::span<const std::byte> x, std::span<const std::byte> y) noexcept {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<std::int8_t>(x[i]) * static_cast<std::int8_t>(y[i]);
  return static_cast<double>(sum) / static_cast<double>(x.size());
}

void Ensemble::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const {
  std::vector<std::byte> a(layout_.state_bytes()), b(layout_.state_bytes());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    save(pairs[k].first, a);
    save(pairs[k].second, b);
    out[k] = overlap_of(a, b);
  }
}

void Ensemble::turning(std::span<const double>, std::span<double>) const {
  throw std::logic_error("this ensemble (" + layout_.name + ") cannot weigh its units turned over");
}
void Ensemble::turn(std::span<const std::uint8_t>) {
  throw std::logic_error("this ensemble (" + layout_.name + ") cannot turn its units over");
}

std::vector<std::byte> save_all(const Ensemble& ensemble) {
  const std::size_t bytes = ensemble.layout().state_bytes(), replicas = ensemble.layout().replicas;
  std::vector<std::byte> states(bytes * replicas);
  for (std::size_t r = 0; r < replicas; ++r) ensemble.save(r, std::span(states).subspan(r * bytes, bytes));
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

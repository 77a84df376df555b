#include "samplers/ensemble.hpp"

#include <cstring>
#include <stdexcept>

namespace gibbsite {
namespace {

template <class Unit>
double dot(std::span<const std::byte> a, std::span<const std::byte> b, std::size_t units) {
  double sum = 0;
  for (std::size_t i = 0; i < units; ++i) {
    Unit x, y;
    std::memcpy(&x, a.data() + i * sizeof(Unit), sizeof(Unit));
    std::memcpy(&y, b.data() + i * sizeof(Unit), sizeof(Unit));
    sum += static_cast<double>(x) * static_cast<double>(y);
  }
  return sum / static_cast<double>(units);
}

}  // namespace

double overlap_of(const Layout& layout, std::span<const std::byte> x, std::span<const std::byte> y) {
  return layout.unit_type == UnitType::int8 ? dot<std::int8_t>(x, y, layout.units) : dot<double>(x, y, layout.units);
}

void Ensemble::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const {
  std::vector<std::byte> a(layout_.state_bytes()), b(layout_.state_bytes());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    save(pairs[k].first, a);
    save(pairs[k].second, b);
    out[k] = overlap_of(layout_, a, b);
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

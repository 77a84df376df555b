#include "samplers/metropolis.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace gibbsite {
namespace {

constexpr std::size_t decided_exactly = 16;  // spins

/// Whether some arrangement of the neighbours gives site i a local field of exactly zero; also true if too many to try.
bool can_be_tied(const Graph& graph, std::size_t i) {
  constexpr std::size_t most = 20;
  const std::size_t degree = graph.degree(i);
  const double h = graph.fields()[i];
  if (degree == 0) return h == 0;
  const double* J = graph.coupling().data() + graph.first()[i];
  bool same = true;
  for (std::size_t e = 1; e < degree; ++e) same = same && std::abs(J[e]) == std::abs(J[0]);
  if (same) {  // h + |J| k = 0 for some k = -degree, -degree + 2, ..., degree
    if (J[0] == 0) return h == 0;
    const double k = std::abs(h / J[0]);
    return k == std::floor(k) && k <= static_cast<double>(degree) && std::fmod(k, 2) == static_cast<double>(degree % 2);
  }
  if (degree > most) return true;
  for (std::uint32_t signs = 0; signs < (1U << degree); ++signs) {
    double field = h;
    for (std::size_t e = 0; e < degree; ++e) field += (signs >> e & 1U) != 0 ? J[e] : -J[e];
    if (field == 0) return true;
  }
  return false;
}

/// The possible outcomes of sweeps as sets of states; bit i of a state's number is spin i.
class Reach {
 public:
  Reach(const Graph& graph, const Scan& scan) : n_(graph.sites()) {
    struct NoChance {
      bool coin(const Coin&) { return false; }
      std::size_t pick(std::size_t) { return 0; }
    } none;
    scan.sweep(Order::forward, none, [&](std::size_t i) { order_.push_back(i); });
    rise_.resize(n_ << n_);
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t s = 0; s < states(); ++s) {
        double field = graph.fields()[i];
        for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e)
          field += graph.coupling()[e] * spin(s, graph.neighbour()[e]);
        rise_[i * states() + s] = field * spin(s, i) > 0;  // flipping costs energy, so staying is possible too
      }
  }
  std::size_t states() const { return std::size_t{1} << n_; }
  /// States that can follow a sweep from a state of `set` or, backwards, that a sweep can bring into `set`.
  std::vector<bool> step(std::vector<bool> set, bool backwards) const {
    for (std::size_t k = 0; k < n_; ++k) {
      const std::size_t i = order_[backwards ? n_ - 1 - k : k], bit = std::size_t{1} << i;
      for (std::size_t low = 0; low < states(); ++low) {
        if ((low & bit) != 0) continue;
        const bool a = set[low], b = set[low | bit];
        const bool a_may_stay = rise_[i * states() + low], b_may_stay = rise_[i * states() + (low | bit)];
        set[low] = b || (a && a_may_stay);
        set[low | bit] = a || (b && b_may_stay);
      }
    }
    return set;
  }
  /// Whether k sweeps from one state can end anywhere, for some k (or, backwards, start anywhere).
  bool fills(bool backwards) const {
    std::vector<bool> set(states(), false), seen;
    set[0] = true;
    for (std::size_t k = 1;; ++k) {
      set = step(std::move(set), backwards);
      std::size_t count = 0;
      for (const bool inside : set) count += inside;
      if (count == states()) return true;
      if (set == seen) return false;       // it goes in circles
      if ((k & (k - 1)) == 0) seen = set;  // Brent's cycle detection
    }
  }

 private:
  static int spin(std::size_t state, std::size_t i) { return (state >> i & 1U) != 0 ? 1 : -1; }
  std::size_t n_;
  std::vector<std::size_t> order_;
  std::vector<bool> rise_;  // [site][state]
};

}  // namespace

std::optional<std::string> why_not_ergodic(const Graph& graph, ScanOrder order, bool extended) {
  bool alive = false;
  for (const Bond& bond : graph.bonds()) alive = alive || bond.J != 0;
  for (const double h : graph.fields()) alive = alive || h != 0;
  if (!alive) return "with neither couplings nor fields every flip is accepted, and a sweep only negates the state";
  if (order == ScanOrder::random) return std::nullopt;
  bool tied = false;
  for (std::size_t i = 0; i < graph.sites() && !tied; ++i) tied = can_be_tied(graph, i);
  if (!tied) return std::nullopt;
  if (graph.sites() <= decided_exactly) {
    const Reach reach(graph, Scan(order, graph));
    if (reach.fills(false) && reach.fills(true)) return std::nullopt;
    return "flips that cost no energy are always accepted, and in a fixed order they march in circles: "
           "some states of this system are never reached from others";
  }
  constexpr std::size_t large = 32;
  if (extended && graph.sites() >= large) return std::nullopt;
  return "flips that cost no energy are always accepted, and in a fixed order they can march in circles for ever "
         "(on a periodic chain they do)";
}

}  // namespace gibbsite

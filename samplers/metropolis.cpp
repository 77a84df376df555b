#include "samplers/metropolis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace gibbsite {
namespace {

constexpr std::size_t decided_exactly = 16;  // spins

/// A sum that is this small against its terms is zero but for rounding (0.1 + 0.2 - 0.3): a flip that costs as little
/// is refused less than once in any run, so the proof for sites that are never tied says nothing about it.
constexpr double rounding = 1e-9;

/// The same energy with one bond for each pair of sites: parallel bonds are added up, and left out where they cancel.
Graph merged(const Graph& graph) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  for (Bond& bond : bonds)
    if (bond.i > bond.j) std::swap(bond.i, bond.j);
  std::stable_sort(bonds.begin(), bonds.end(),
                   [](const Bond& a, const Bond& b) { return std::pair(a.i, a.j) < std::pair(b.i, b.j); });
  std::vector<Bond> kept;
  for (std::size_t k = 0; k < bonds.size();) {
    Bond sum{bonds[k].i, bonds[k].j, 0};
    double terms = 0;
    for (; k < bonds.size() && bonds[k].i == sum.i && bonds[k].j == sum.j; ++k) {
      sum.J += bonds[k].J;
      terms += std::abs(bonds[k].J);
    }
    if (std::abs(sum.J) > rounding * terms) kept.push_back(sum);
  }
  return Graph(std::move(kept), {graph.fields().begin(), graph.fields().end()});
}

/// |h_i| + sum_j |J_ij|, the largest local field that site i can have.
double largest_field(const Graph& graph, std::size_t i) {
  double sum = std::abs(graph.fields()[i]);
  for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) sum += std::abs(graph.coupling()[e]);
  return sum;
}

/// Whether some arrangement of the neighbours gives site i a local field of zero; also true if too many to try.
bool can_be_tied(const Graph& graph, std::size_t i) {
  constexpr std::size_t most = 20;
  const std::size_t degree = graph.degree(i);
  const double h = graph.fields()[i];
  if (degree == 0) return h == 0;
  const double* J = graph.coupling().data() + graph.first()[i];
  bool same = true;
  for (std::size_t e = 1; e < degree; ++e) same = same && std::abs(J[e]) == std::abs(J[0]);
  if (same) {  // h + |J| k = 0 for some k = -degree, -degree + 2, ..., degree
    const double k = std::abs(h / J[0]), whole = std::round(k), n = static_cast<double>(degree);
    return std::abs(k - whole) <= rounding * (k + n) && whole <= n && std::fmod(whole, 2) == std::fmod(n, 2);
  }
  if (degree > most) return true;
  const double zero = rounding * largest_field(graph, i);
  for (std::uint32_t signs = 0; signs < (1U << degree); ++signs) {
    double field = h;
    for (std::size_t e = 0; e < degree; ++e) field += (signs >> e & 1U) != 0 ? J[e] : -J[e];
    if (std::abs(field) <= zero) return true;
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
    for (std::size_t i = 0; i < n_; ++i) {
      const double zero = rounding * largest_field(graph, i);
      for (std::size_t s = 0; s < states(); ++s) {
        double field = graph.fields()[i];
        for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e)
          field += graph.coupling()[e] * spin(s, graph.neighbour()[e]);
        rise_[i * states() + s] = field * spin(s, i) > zero;  // flipping costs energy: may stay
      }
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

std::optional<std::string> why_not_ergodic(const Graph& given, ScanOrder order, bool extended) {
  const Graph graph = merged(given);
  const auto fields = graph.fields();
  const bool alive =
      !graph.bonds().empty() || std::any_of(fields.begin(), fields.end(), [](double h) { return h != 0; });
  if (!alive) return "with neither couplings nor fields every flip is accepted, and a sweep only negates the state";
  if (order == ScanOrder::random) return std::nullopt;
  bool tied = false;
  for (std::size_t i = 0; i < graph.sites() && !tied; ++i) tied = can_be_tied(graph, i);
  if (!tied) return std::nullopt;
  if (graph.sites() <= decided_exactly) {
    const Reach reach(graph, Scan(order, given));  // colours as the kernel sees them
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

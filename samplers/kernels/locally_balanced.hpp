/// Locally balanced flips of two-state units: unit i is chosen by what its flip does to p, with probability
///   q(i|x) = g(t_i) / W(x),   t_i = p(x^i) / p(x),   W(x) = sum_k g(t_k),
/// flipped, and kept with min(1, p(x^i) q(i|x^i) / (p(x) q(i|x))) (Zanella, JASA 115, 852 (2020)). Where
/// g(t) = t g(1/t) that is min(1, W(x) / W(x^i)). root: g = sqrt(t), Gibbs with gradients (Grathwohl, Swersky,
/// Hashemi, Duvenaud & Maddison, arXiv:2102.04509, eq. 4), of which the gradient is exact where energies are sums over
/// pairs; barker: g = t / (1 + t), which is never above 1 and so heeds large gains less.
///
/// A sweep is N such proposals, or N - 1 with probability 1/2: where nothing acts on the units W is the same
/// everywhere, every proposal is accepted, and after N of them the number of flips would be even for ever. Each
/// proposal is reversible, so a sweep is its own time reversal.
///
/// ln t is kept up to date as units flip, and their g in a tree of sums: a proposal costs the degree of the unit, and
/// log2 N for the choice and for each neighbour. Both are made from scratch at the beginning of a sweep. ln t beyond
/// +-600 counts as that in g, and in full in what is kept: valid for any g.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "samplers/kernels/kernel.hpp"
#include "samplers/kernels/sum_tree.hpp"

namespace gibbsite {

enum class Balance { root, barker };

/// Units that each act on others in pairs, at one lambda: with x_i the numbers of a state, ln p changes by
/// step(x, i) fields[i] where unit i flips, and fields[j] then by c step(x, i) of each neighbour (j, c).
template <class P, class Unit>
concept PairFields = requires(const P& pairs, std::span<Unit> x, std::span<double> fields, std::size_t i) {
  pairs.make_fields(x, fields);  // from scratch
  { pairs.step(x, i) } -> std::convertible_to<double>;
  pairs.flip(x, i);
  pairs.for_neighbours(i, [](std::size_t, double) {});
};

class LocallyBalanced {
 public:
  struct Workspace {
    SumTree tree;
    std::vector<double> fields;
    struct Before {
      double field, weight;
    };
    std::vector<std::size_t> touched;
    std::vector<Before> before;  // of what was touched
  };
  static constexpr Stride stride = Stride::unused;

  explicit LocallyBalanced(Balance balance) : balance_(balance) {}

  template <class M>
  auto prepare(const M& model, double lambda) const requires requires {
    model.pair_fields(lambda);
  }
  { return model.pair_fields(lambda); }
  /// Tally: proposals, and those accepted.
  template <class M, class P, class C>
  void sweep(const M&, const P& pairs, std::span<typename M::Unit> x, double, Direction, C& chance, Tally& tally,
             Workspace& w) const {
    sweep(pairs, x, x.size(), chance, tally, w);
  }
  /// `units` numbers of x, the first ones, each a unit.
  template <class Unit, PairFields<Unit> P, class C>
  void sweep(const P& pairs, std::span<Unit> x, std::size_t units, C& chance, Tally& tally, Workspace& w) const {
    begin(pairs, x, units, w);
    const std::size_t proposals = units - (chance.coin(Coin(0.5)) ? 1 : 0);
    std::size_t accepted = 0;
    for (std::size_t k = 0; k < proposals; ++k) accepted += propose(pairs, x, chance, w);
    tally.tried += static_cast<double>(proposals);
    tally.accepted += static_cast<double>(accepted);
  }

  /// What proposals from x on need to know.
  template <class Unit, PairFields<Unit> P>
  void begin(const P& pairs, std::span<Unit> x, std::size_t units, Workspace& w) const {
    w.fields.resize(units);
    w.tree.resize(units);
    pairs.make_fields(x, std::span(w.fields));
    for (std::size_t i = 0; i < units; ++i) w.tree.put(i, weight(pairs.step(x, i) * w.fields[i]));
    w.tree.add_all();
  }
  /// One proposal; returns whether it was accepted.
  template <class Unit, PairFields<Unit> P, class C>
  bool propose(const P& pairs, std::span<Unit> x, C& chance, Workspace& w) const {
    const std::size_t i = w.tree.choose(chance);
    const double gain = pairs.step(x, i) * w.fields[i], before = w.tree.total();
    flip(pairs, x, i, w);
    const double keep = before / w.tree.total() * std::exp(gain - clamped(gain));
    if (chance.coin(Coin(std::min(1.0, keep)))) return true;
    undo(pairs, x, i, w);
    return false;
  }

 private:
  static double clamped(double gain) noexcept { return std::clamp(gain, -600.0, 600.0); }
  double weight(double gain) const noexcept {
    gain = clamped(gain);
    return balance_ == Balance::root ? std::exp(gain / 2) : 1 / (1 + std::exp(-gain));
  }

  template <class Unit, class P>
  void flip(const P& pairs, std::span<Unit> x, std::size_t i, Workspace& w) const {
    const double step = pairs.step(x, i);
    w.touched.clear();
    w.before.clear();
    const auto touch = [&](std::size_t j) {
      w.touched.push_back(j);
      w.before.push_back({w.fields[j], w.tree.weight(j)});
    };
    touch(i);
    pairs.flip(x, i);
    pairs.for_neighbours(i, [&](std::size_t j, double coupling) {
      touch(j);
      w.fields[j] += coupling * step;
    });
    for (const std::size_t j : w.touched) w.tree.put(j, weight(pairs.step(x, j) * w.fields[j]));
    w.tree.add(w.touched);
  }
  template <class Unit, class P>
  void undo(const P& pairs, std::span<Unit> x, std::size_t i, Workspace& w) const {
    pairs.flip(x, i);
    for (std::size_t k = w.touched.size(); k-- > 0;) {  // a neighbour by several bonds was touched several times
      w.fields[w.touched[k]] = w.before[k].field;
      w.tree.put(w.touched[k], w.before[k].weight);
    }
    w.tree.add(w.touched);
  }

  Balance balance_;
};

}  // namespace gibbsite

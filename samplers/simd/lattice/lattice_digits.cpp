#include <cmath>
#include <cstdlib>

#include "physics/chance.hpp"
#include "samplers/simd/lattice/lattice_kernels.hpp"

namespace gibbsite::simd {
namespace {

/// sum_j s_j of class q where all z neighbours are there.
int pull_inside(Move move, int z, int q) {
  if (in_field(move)) return 2 * q - z;
  return z % 2 == 0 ? 2 * q + 2 : 2 * q + 1;
}
int pull_at_edge(Move move, int z, int q) {
  if (in_field(move)) return q <= z ? 2 * q - z : 2 * (q - z - 1) - (z - 1);
  return q + 1;
}

}  // namespace

LatticeDigits digits_of(Move move, const BlockLattice& lattice, double coupling, double field) {
  const auto z = static_cast<int>(lattice.neighbours);
  const auto fill = [&](auto& digits, auto& pulls, auto pull) {
    for (std::size_t q = 0; q < digits.classes; ++q) {
      const double f = pull(move, z, static_cast<int>(q));
      const double local = in_field(move) ? coupling * f + field : std::abs(coupling) * f;
      const double against = std::exp(-2 * std::abs(local));
      const bool free = std::abs(local) <= 1e-13 * (std::abs(coupling) * z + std::abs(field));
      double p = free ? 0.5 : against;
      if (move == Move::heat_bath) p = against / (1 + against);
      if (move == Move::heat_bath_in_field) p = 1 / (1 + std::exp(-2 * local));
      digits.set(q, Coin(p).threshold);
      pulls.favoured[q] = local > 0 ? ~std::uint64_t{0} : 0;
      pulls.free[q] = free ? ~std::uint64_t{0} : 0;
    }
  };
  LatticeDigits all;
  if (!lattice.spots.empty()) all.edge = std::make_unique<LatticeDigits::Edge>();
  const auto inside = [&]<std::size_t count>() {
    fill(all.digits.template emplace<UniformDigits<count>>(), all, pull_inside);
  };
  const auto at_edge = [&]<std::size_t count>() {
    if (all.edge) fill(all.edge->digits.template emplace<UniformDigits<count>>(), *all.edge, pull_at_edge);
  };
  const bool field_too = in_field(move);
  if (z == 3) {
    field_too ? inside.operator()<4>() : inside.operator()<2>();
    field_too ? at_edge.operator()<7>() : at_edge.operator()<3>();
  } else if (z == 4) {
    field_too ? inside.operator()<5>() : inside.operator()<2>();
    field_too ? at_edge.operator()<9>() : at_edge.operator()<4>();
  } else {
    field_too ? inside.operator()<7>() : inside.operator()<3>();
    field_too ? at_edge.operator()<13>() : at_edge.operator()<6>();
  }
  return all;
}

}  // namespace gibbsite::simd

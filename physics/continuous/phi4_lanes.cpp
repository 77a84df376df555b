#include "physics/continuous/phi4_lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "physics/continuous/phi4_lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace gibbsite::phi4::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, Lanes::count>;
using Register = hn::Vec<Doubles>;
constexpr std::size_t lanes_of_register = hn::MaxLanes(Doubles()), registers = Lanes::count / lanes_of_register;

HWY_INLINE Register load(const Lanes& lanes, std::size_t r) {
  return hn::Load(Doubles(), lanes.of + r * lanes_of_register);
}
HWY_INLINE void store(Register value, Lanes& lanes, std::size_t r) {
  hn::Store(value, Doubles(), lanes.of + r * lanes_of_register);
}
/// sum_j J_ij x_j; the neighbours of a lattice's site are known to be `degree`, and all J the same: then without J.
template <std::size_t degree>
HWY_INLINE Register neighbours(const std::uint32_t* neighbour, const double* coupling, std::uint32_t begin,
                               std::uint32_t end, const Lanes* x, std::size_t r) {
  if constexpr (degree > 0) {
    Register sum = load(x[neighbour[begin]], r);
    HWY_UNROLL(8) for (std::size_t e = 1; e < degree; ++e) sum = hn::Add(sum, load(x[neighbour[begin + e]], r));
    return sum;
  } else {
    Register sum = hn::Zero(Doubles());
    for (std::uint32_t e = begin; e < end; ++e)
      sum = hn::MulAdd(hn::Set(Doubles(), coupling[e]), load(x[neighbour[e]], r), sum);
    return sum;
  }
}

/// p -= kick (stiffness (x - mean) + lambda dE/dx), kick of each state. pushed: something acts where x = 0.
template <std::size_t degree, bool pushed>
HWY_NOINLINE void kick(const Phi4Sites& sites, const Flight& flight, const Lanes& kick) {
  const Doubles d;
  const std::uint32_t *first = sites.graph->first().data(), *neighbour = sites.graph->neighbour().data();
  const double *coupling = sites.graph->coupling().data(), *field = sites.graph->fields().data();
  const double* stiffness = sites.stiffness.data();
  const Lanes* x = flight.x.data();
  Lanes* p = flight.p.data();
  Register pull[registers], bonds[registers], quartic[registers], own[registers], push[registers];
  for (std::size_t r = 0; r < registers; ++r) {
    const Register by = load(kick, r);
    pull[r] = hn::Mul(by, load(flight.lambda, r));
    bonds[r] = degree > 0 ? hn::Mul(pull[r], hn::Set(d, sites.coupling)) : pull[r];
    quartic[r] = hn::Mul(pull[r], hn::Set(d, 4 * sites.quartic));
    own[r] = hn::Mul(by, load(flight.stiffness, r));
    push[r] = hn::Mul(own[r], hn::Set(d, flight.mean));
  }
  for (std::size_t i = 0; i < flight.x.size(); ++i) {
    const std::uint32_t begin = degree > 0 ? static_cast<std::uint32_t>(degree * i) : first[i],
                        end = degree > 0 ? 0 : first[i + 1];
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < registers; ++r) {
      const Register phi = load(x[i], r), others = neighbours<degree>(neighbour, coupling, begin, end, x, r);
      const Register back =
          hn::MulAdd(quartic[r], hn::Mul(phi, phi), hn::MulAdd(pull[r], hn::Set(d, stiffness[i]), own[r]));
      Register to = hn::NegMulAdd(phi, back, hn::MulAdd(bonds[r], others, load(p[i], r)));
      if (pushed) to = hn::Add(to, hn::MulAdd(pull[r], hn::Set(d, field[i]), push[r]));
      store(to, p[i], r);
    }
  }
}

void drift(const Flight& flight, const Lanes& step) {
  Lanes* x = flight.x.data();
  const Lanes* p = flight.p.data();
  Register h[registers];
  for (std::size_t r = 0; r < registers; ++r) h[r] = load(step, r);
  for (std::size_t i = 0; i < flight.x.size(); ++i) HWY_UNROLL(4)
  for (std::size_t r = 0; r < registers; ++r) store(hn::MulAdd(h[r], load(p[i], r), load(x[i], r)), x[i], r);
}

template <std::size_t degree>
void fly_by_degree(const Phi4Sites& sites, const Flight& flight) {
  const bool pushed = sites.fields || flight.mean != 0;
  const std::uint32_t longest = *std::max_element(flight.steps.begin(), flight.steps.end());
  if (longest == 0) return;
  for (std::uint32_t k = 0; k <= longest; ++k) {
    Lanes kicks, steps;  // those that have arrived stay; two half kicks follow one another, but at the ends
    for (std::size_t s = 0; s < Lanes::count; ++s) {
      const bool moves = k < flight.steps[s], arrives = k == flight.steps[s] && k > 0;
      steps.of[s] = moves ? flight.step.of[s] : 0;
      kicks.of[s] = moves && k > 0 ? flight.step.of[s] : moves || arrives ? 0.5 * flight.step.of[s] : 0;
    }
    pushed ? kick<degree, true>(sites, flight, kicks) : kick<degree, false>(sites, flight, kicks);
    if (k < longest) drift(flight, steps);
  }
}

void fly(const Phi4Sites& sites, const Flight& flight) {
  switch (sites.degree) {
    case 2:
      return fly_by_degree<2>(sites, flight);
    case 4:
      return fly_by_degree<4>(sites, flight);
    case 6:
      return fly_by_degree<6>(sites, flight);
    default:
      return fly_by_degree<0>(sites, flight);
  }
}

void weigh(const Phi4Sites& sites, std::span<const Lanes> x, Lanes& energy, Lanes* gradient) {
  const Doubles d;
  const std::uint32_t *first = sites.graph->first().data(), *neighbour = sites.graph->neighbour().data();
  const double *coupling = sites.graph->coupling().data(), *field = sites.graph->fields().data();
  const Register half_mass = hn::Set(d, 0.5 * sites.mass_squared), mass = hn::Set(d, sites.mass_squared),
                 g = hn::Set(d, sites.quartic), four_g = hn::Set(d, 4 * sites.quartic);
  Register sum[registers];
  for (std::size_t r = 0; r < registers; ++r) sum[r] = hn::Zero(d);
  for (std::size_t i = 0; i < x.size(); ++i) HWY_UNROLL(4)
  for (std::size_t r = 0; r < registers; ++r) {
    const Register phi = load(x[i], r), square = hn::Mul(phi, phi), h = hn::Set(d, field[i]);
    Register pull = hn::Zero(d), bonds = hn::Zero(d);
    for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) {
      const Register step = hn::Sub(phi, load(x[neighbour[e]], r)), drawn = hn::Mul(hn::Set(d, coupling[e]), step);
      pull = hn::Add(pull, drawn);
      bonds = hn::MulAdd(drawn, step, bonds);
    }
    sum[r] = hn::MulAdd(hn::Set(d, 0.25), bonds, sum[r]);
    sum[r] = hn::MulAdd(hn::MulAdd(g, square, half_mass), square, sum[r]);
    sum[r] = hn::NegMulAdd(h, phi, sum[r]);
    if (gradient != nullptr) store(hn::Sub(hn::MulAdd(hn::MulAdd(four_g, square, mass), phi, pull), h), gradient[i], r);
  }
  for (std::size_t r = 0; r < registers; ++r) store(sum[r], energy, r);
}

}  // namespace gibbsite::phi4::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gibbsite {
namespace phi4 {
HWY_EXPORT(fly);
HWY_EXPORT(weigh);
}  // namespace phi4

Phi4Sites phi4_sites(const Graph& graph, double mass_squared, double quartic) {
  Phi4Sites sites;
  sites.graph = &graph;
  sites.mass_squared = mass_squared;
  sites.quartic = quartic;
  const auto first = graph.first();
  const auto coupling = graph.coupling(), field = graph.fields();
  bool alike = graph.common_coupling().has_value() && graph.max_degree() > 0;
  for (std::size_t i = 0; i < graph.sites(); ++i) {
    double stiffness = mass_squared;
    for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) stiffness += coupling[e];
    sites.stiffness.push_back(stiffness);
    alike = alike && graph.degree(i) == graph.max_degree();
    sites.fields = sites.fields || field[i] != 0;
  }
  if (alike) sites.degree = graph.max_degree();
  if (alike) sites.coupling = *graph.common_coupling();
  return sites;
}

void phi4_fly(const Phi4Sites& sites, const Flight& flight) { HWY_DYNAMIC_DISPATCH(phi4::fly)(sites, flight); }
void phi4_weigh(const Phi4Sites& sites, std::span<const Lanes> x, Lanes& energy, std::span<Lanes> gradient) {
  HWY_DYNAMIC_DISPATCH(phi4::weigh)(sites, x, energy, gradient.empty() ? nullptr : gradient.data());
}

}  // namespace gibbsite
#endif

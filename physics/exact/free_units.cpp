#include "physics/exact/free_units.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

// Loops over the states of a block, in vectors as wide as the machine's.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define GIBBSITE_BEST_TARGET __attribute__((target_clones("avx2", "default")))
#define GIBBSITE_INLINE __attribute__((always_inline)) inline
#else
#define GIBBSITE_BEST_TARGET
#define GIBBSITE_INLINE inline
#endif

namespace gibbsite {
namespace {

/// Arguments of exp_negative end here. Not a constant, lest the compiler give that case a path of its own, and the loop
/// no vectors.
volatile double least_exponent = -700;

/// e^x for x <= 0, without branches, to 2e-16; e^least for all below: 2^k e^r, |r| <= ln(2)/2, by its Taylor series.
GIBBSITE_INLINE double exp_negative(double x, double least) {
  constexpr double magic = 0x1.8p52;  // its last bits then hold the nearest integer
  x = x > least ? x : least;
  const double shifted = x * std::numbers::log2e + magic, k = shifted - magic;
  const double r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
  double p = 1. / 6227020800;
  p = p * r + 1. / 479001600;
  p = p * r + 1. / 39916800;
  p = p * r + 1. / 3628800;
  p = p * r + 1. / 362880;
  p = p * r + 1. / 40320;
  p = p * r + 1. / 5040;
  p = p * r + 1. / 720;
  p = p * r + 1. / 120;
  p = p * r + 1. / 24;
  p = p * r + 1. / 6;
  p = p * r + 0.5;
  p = p * (r * r) + r + 1;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// One unit in all states of a block.
struct Lane {
  double base, offset, lambda;  // f = base + table, g = offset + lambda f
  const double* table;
  double* mean;
};

template <UnitKind kind, bool averages>
GIBBSITE_INLINE void add_two_valued(const Lane& lane, std::size_t states, const FreeSums& sums) {
  const double* __restrict table = lane.table;
  double* __restrict log_weight = sums.log_weight;
  double* __restrict product = sums.product;
  double* __restrict energy = sums.energy;
  double* __restrict variance = sums.variance;
  double* __restrict mean = lane.mean;
  const double least = least_exponent;
  for (std::size_t x = 0; x < states; ++x) {
    const double f = lane.base + table[x], g = lane.offset + lane.lambda * f, size = std::abs(g);
    const double t = exp_negative(kind == UnitKind::spin ? -2 * size : -size, least);
    log_weight[x] += kind == UnitKind::spin ? size : (g + size) / 2;
    product[x] *= 1 + t;
    if constexpr (averages) mean[x] = t;
  }
  if constexpr (averages)  // apart, lest there be more arrays than the compiler will tell apart
    for (std::size_t x = 0; x < states; ++x) {
      const double f = lane.base + table[x], g = lane.offset + lane.lambda * f, t = mean[x];
      const double share = 1 / (1 + t), rest = t * share;  // of the likelier value and of the other
      const double lean = std::copysign(share - rest, g), m = kind == UnitKind::spin ? lean : (1 + lean) / 2;
      mean[x] = m;
      energy[x] -= f * m;
      variance[x] += f * f * (share * rest) * (kind == UnitKind::spin ? 4 : 1);
    }
}

GIBBSITE_BEST_TARGET void binary_log(const Lane& lane, std::size_t states, const FreeSums& sums) {
  add_two_valued<UnitKind::binary, false>(lane, states, sums);
}
GIBBSITE_BEST_TARGET void binary_averages(const Lane& lane, std::size_t states, const FreeSums& sums) {
  add_two_valued<UnitKind::binary, true>(lane, states, sums);
}
GIBBSITE_BEST_TARGET void spin_log(const Lane& lane, std::size_t states, const FreeSums& sums) {
  add_two_valued<UnitKind::spin, false>(lane, states, sums);
}
GIBBSITE_BEST_TARGET void spin_averages(const Lane& lane, std::size_t states, const FreeSums& sums) {
  add_two_valued<UnitKind::spin, true>(lane, states, sums);
}

/// Factors fit into a double.
void make_room(double bits, std::size_t states, FreeSums& sums) {
  if (sums.bits + bits > 900) take_logs(states, sums);
  sums.bits += bits;
}

void add_two_valued_units(const Layer& layer, const Fields& fields, const Tilt& tilt, FreeSums& sums) {
  const bool spin = layer.kind == UnitKind::spin;
  const auto add = sums.mean == nullptr ? (spin ? spin_log : binary_log) : (spin ? spin_averages : binary_averages);
  for (std::size_t j = 0; j < layer.units; ++j) {
    make_room(1, fields.states, sums);
    add({fields.base[j], (1 - tilt.lambda) * tilt.reference[j], tilt.lambda, fields.table + j * fields.states,
         sums.mean == nullptr ? nullptr : sums.mean + j * fields.states},
        fields.states, sums);
  }
}

/// One categorical unit in all states of a block; p: room for its probabilities, [unit state][state].
GIBBSITE_BEST_TARGET void add_categorical(std::size_t q, const Fields& fields, const Tilt& tilt, double* probability,
                                          const FreeSums& sums) {
  constexpr std::size_t few = 512;  // states at a time
  double most[few], sum[few], mean[few];
  double* __restrict p = probability;
  const std::size_t n = fields.states;
  const double least = least_exponent;
  for (std::size_t begin = 0; begin < n; begin += few) {
    const std::size_t end = n - begin < few ? n : begin + few;
    for (std::size_t k = 0; k < q; ++k) {
      const double base = fields.base[k], offset = (1 - tilt.lambda) * tilt.reference[k], lambda = tilt.lambda;
      const double* __restrict table = fields.table + k * n;
      for (std::size_t x = begin; x < end; ++x) {
        const double g = p[k * n + x] = offset + lambda * (base + table[x]);
        most[x - begin] = k == 0 || g > most[x - begin] ? g : most[x - begin];
      }
    }
    for (std::size_t x = begin; x < end; ++x) sum[x - begin] = mean[x - begin] = 0;
    for (std::size_t k = 0; k < q; ++k)
      for (std::size_t x = begin; x < end; ++x)
        sum[x - begin] += p[k * n + x] = exp_negative(p[k * n + x] - most[x - begin], least);
    for (std::size_t x = begin; x < end; ++x) {
      sums.log_weight[x] += most[x - begin];
      sums.product[x] *= sum[x - begin];
    }
    if (sums.mean == nullptr) continue;
    for (std::size_t k = 0; k < q; ++k)
      for (std::size_t x = begin; x < end; ++x) {
        p[k * n + x] /= sum[x - begin];
        mean[x - begin] += p[k * n + x] * (fields.base[k] + fields.table[k * n + x]);
      }
    for (std::size_t k = 0; k < q; ++k)
      for (std::size_t x = begin; x < end; ++x) {
        const double away = fields.base[k] + fields.table[k * n + x] - mean[x - begin];
        sums.variance[x] += p[k * n + x] * away * away;
      }
    for (std::size_t x = begin; x < end; ++x) sums.energy[x] -= mean[x - begin];
  }
}

void add_categorical_units(const Layer& layer, const Fields& fields, const Tilt& tilt, FreeSums& sums) {
  const std::size_t q = layer.states, n = fields.states;
  std::vector<double> scratch(sums.mean == nullptr ? q * n : 0);
  for (std::size_t at = 0; at < layer.width(); at += q) {
    make_room(std::log2(static_cast<double>(q)), n, sums);
    add_categorical(q, {fields.base + at, fields.table + at * n, n}, {tilt.lambda, tilt.reference + at, nullptr},
                    sums.mean == nullptr ? scratch.data() : sums.mean + at * n, sums);
  }
}

void add_gaussian(const Layer& layer, const Fields& fields, const Tilt& tilt, std::size_t j, FreeSums& sums) {
  const double s2 = layer.variance[j], b = layer.bias[j], m = tilt.reference[j], v = tilt.variance[j];
  const double away = (1 - tilt.lambda) / v, tau = away + tilt.lambda / s2;
  const double constant = std::log(2 * std::numbers::pi / tau) / 2 - away * m * m / 2 - tilt.lambda * b * b / (2 * s2);
  const double base = fields.base[j];
  const double* __restrict table = fields.table + j * fields.states;
  for (std::size_t x = 0; x < fields.states; ++x) {
    const double mu = (away * m + tilt.lambda * (base + table[x]) / s2) / tau;
    sums.log_weight[x] += constant + tau * mu * mu / 2;
    if (sums.mean != nullptr) sums.mean[j * fields.states + x] = mu;
  }
  if (sums.mean == nullptr) return;
  const double* __restrict mean = sums.mean + j * fields.states;
  for (std::size_t x = 0; x < fields.states; ++x) {
    const double f = base + table[x], mu = mean[x];
    sums.energy[x] += (mu * mu - 2 * f * mu + b * b + 1 / tau) / (2 * s2);
    sums.variance[x] += ((mu - f) * (mu - f) / tau + 1 / (2 * tau * tau)) / (s2 * s2);
  }
}

}  // namespace

void add_free_units(const Layer& layer, const Fields& fields, const Tilt& tilt, FreeSums& sums) {
  switch (layer.kind) {
    case UnitKind::binary:
    case UnitKind::spin:
      return add_two_valued_units(layer, fields, tilt, sums);
    case UnitKind::categorical:
      return add_categorical_units(layer, fields, tilt, sums);
    case UnitKind::gaussian:
      for (std::size_t i = 0; i < layer.units; ++i) add_gaussian(layer, fields, tilt, i, sums);
  }
}

void take_logs(std::size_t states, FreeSums& sums) {
  for (std::size_t x = 0; x < states; ++x) {
    sums.log_weight[x] += std::log(sums.product[x]);
    sums.product[x] = 1;
  }
  sums.bits = 0;
}

GIBBSITE_BEST_TARGET void exponentiate(const double* log_weight, double most, std::size_t states, double* out) {
  const double* __restrict from = log_weight;
  double* __restrict to = out;
  const double least = least_exponent;
  for (std::size_t x = 0; x < states; ++x) to[x] = exp_negative(from[x] - most, least);
}

}  // namespace gibbsite

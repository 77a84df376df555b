#include "samplers/kernels/side_by_side.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "samplers/simd/random/normals.hpp"

namespace gibbsite {

void put_side_by_side(std::span<const double> rows, std::span<const std::size_t> which, std::span<Lanes> out) {
  const double* row[Lanes::count];
  for (std::size_t s = 0; s < Lanes::count; ++s)
    row[s] = rows.data() + which[std::min(s, which.size() - 1)] * out.size();
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t s = 0; s < Lanes::count; ++s) out[i].of[s] = row[s][i];
}

void take_lane(std::span<const Lanes> lanes, std::size_t s, std::span<double> row) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = lanes[i].of[s];
}

Lanes half_squares(std::span<const Lanes> x, double mean) {
  Lanes sum;
  for (const Lanes& value : x)
    for (std::size_t s = 0; s < Lanes::count; ++s) sum.of[s] += (value.of[s] - mean) * (value.of[s] - mean);
  for (double& half : sum.of) half *= 0.5;
  return sum;
}

Lanes potentials(const ContinuousReference& reference, std::span<const Lanes> x, const Lanes& energy,
                 const Lanes& lambda) {
  Lanes out;
  if (!reference.is_box()) {
    out = half_squares(x, reference.mean());
    for (std::size_t s = 0; s < Lanes::count; ++s)
      out.of[s] = reference.stiffness(lambda.of[s]) * out.of[s] + lambda.of[s] * energy.of[s];
    return out;
  }
  for (std::size_t s = 0; s < Lanes::count; ++s) out.of[s] = lambda.of[s] * energy.of[s];
  for (const Lanes& value : x)
    for (std::size_t s = 0; s < Lanes::count; ++s)
      if (!(value.of[s] >= reference.low() && value.of[s] <= reference.high()))
        out.of[s] = std::numeric_limits<double>::infinity();
  return out;
}

namespace {

/// A key of 104 random bits.
simd::Cipher next_cipher(Chance& chance) {
  const auto low = std::bit_cast<std::uint64_t>(chance.uniform()),
             high = std::bit_cast<std::uint64_t>(chance.uniform());
  return {low, high};
}

}  // namespace

void draw_normals(std::span<double> out, Chance& chance) {
  if (simd::fill_normals(next_cipher(chance), out)) return;
  for (double& value : out) value = chance.normal();
}

void draw_exponentials(std::span<double> out, Chance& chance) {
  if (simd::fill_exponentials(next_cipher(chance), out)) return;
  for (double& value : out) value = -std::log(chance.uniform());
}

}  // namespace gibbsite

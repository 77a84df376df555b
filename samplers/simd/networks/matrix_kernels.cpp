#include "samplers/simd/networks/matrix_kernels.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#include <cstring>

namespace gibbsite::simd::matrix {

/// [pair of planes][tile of 16 groups][plane][output][64 inputs], bytes: what one pass reads stands together.
void build(const std::int32_t* weights, std::size_t count, std::int32_t* table) {
  auto* byte = reinterpret_cast<std::uint8_t*>(table);
  for (std::size_t pair = 0; pair < planes; pair += 2)
    for (std::size_t tile = 0; tile < count / groups; ++tile)
      for (std::size_t plane = pair; plane < pair + 2; ++plane)
        for (std::size_t o = 0; o < outputs; ++o)
          for (std::size_t i = 0; i < groups * bits; ++i) {
            const auto w = static_cast<std::uint32_t>(weights[(tile * groups * bits + i) * outputs + o]);
            *byte++ = static_cast<std::uint8_t>(w >> (8 * plane));
          }
}

#if defined(__x86_64__) && defined(__linux__)
namespace {

constexpr std::size_t tile_bytes = 1024;
constexpr std::size_t fetched = tile_bytes * planes / (vectors / 2) / (planes / 2);  // ahead, per step of a pass

struct alignas(64) Configuration {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr Configuration configuration;

#define GIBBSITE_AMX __attribute__((target("amx-tile,amx-int8,avx512f")))

/// Sixteen lanes that wrap.
using Lanes [[gnu::vector_size(64)]] = std::uint32_t;
GIBBSITE_AMX inline Lanes load(const std::int32_t* from) {
  Lanes to;
  std::memcpy(&to, from, sizeof to);
  return to;
}

/// Two planes of one or two vectors, over all inputs; sums: [plane][vector][output][lane].
template <std::size_t vectors_at_once>
GIBBSITE_AMX void pass(const Product& p, std::size_t plane, std::size_t vector, std::size_t count,
                       std::int32_t (*sums)[2][outputs * lanes]) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  const auto* table = reinterpret_cast<const std::uint8_t*>(p.table);
  // The next product's table follows: all passes of a full block together fetch it from afar.
  const std::size_t steps = (p.groups[0] + p.groups[1]) / groups;
  const char* ahead = reinterpret_cast<const char*>(table) + steps * planes * tile_bytes;
  ahead += (plane / 2 * (vectors / 2) + vector / 2) * steps * fetched;
  for (std::size_t input = 0; input < 2; ++input) {
    const std::size_t bytes = p.groups[input] * entries * sizeof(std::int32_t);
    const std::uint8_t* at = table + bytes / planes * plane;
    const std::uint32_t* words = p.words[input] + vector * lanes;
    for (std::size_t g = 0; g < p.groups[input]; g += groups, at += 2 * tile_bytes, words += groups * count * lanes) {
      _tile_loadd(4, at, 64);
      for (std::size_t byte = 0; byte < fetched; byte += 64) _mm_prefetch(ahead + byte, _MM_HINT_T1);
      ahead += fetched;
      _tile_loadd(6, words, count * 64);
      _tile_dpbuud(0, 4, 6);
      if (vectors_at_once == 2) {
        _tile_loadd(7, words + lanes, count * 64);
        _tile_dpbuud(1, 4, 7);
      }
      _tile_loadd(5, at + tile_bytes, 64);
      _tile_dpbuud(2, 5, 6);
      if (vectors_at_once == 2) _tile_dpbuud(3, 5, 7);
    }
    table += bytes;
  }
  _tile_stored(0, sums[0][0], 64);
  _tile_stored(2, sums[1][0], 64);
  if (vectors_at_once == 2) {
    _tile_stored(1, sums[0][1], 64);
    _tile_stored(3, sums[1][1], 64);
  }
}

}  // namespace

GIBBSITE_AMX void product(const Product& p, std::size_t count) {
  alignas(64) std::int32_t sums[2][2][outputs * lanes];
  _tile_loadconfig(&configuration);
  for (std::size_t plane = 0; plane < planes; plane += 2)
    for (std::size_t vector = 0; vector < count; vector += 2) {
      const std::size_t width = vector + 1 < count ? 2 : 1;
      width == 2 ? pass<2>(p, plane, vector, count, sums) : pass<1>(p, plane, vector, count, sums);
      for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t v = 0; v < width; ++v) {
          const Lanes low = load(sums[0][v] + o * lanes), high = load(sums[1][v] + o * lanes);
          std::int32_t* out = p.fields + (o * count + vector + v) * lanes;
          const Lanes both = low + (high << 8);
          const Lanes sum = plane == 0 ? both + static_cast<std::uint32_t>(p.bias[o]) : load(out) + (both << 16);
          std::memcpy(out, &sum, sizeof sum);
        }
    }
  _tile_release();
}

bool runs() {
  static const bool answer = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const auto leaf = [&] {
      asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
      return d;
    };
    constexpr unsigned tile = 1U << 24, int8 = 1U << 25;
    if ((leaf() & (tile | int8)) != (tile | int8)) return false;
    constexpr long request_permission = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
  }();
  return answer;
}
#else
void product(const Product&, std::size_t) {}
bool runs() { return false; }
#endif

}  // namespace gibbsite::simd::matrix

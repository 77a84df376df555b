#include "samplers/ensembles/packed_replicas_layout.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/simd/replicas/replica_kernels.hpp"

namespace gibbsite {

std::vector<std::uint32_t> visits_of(const Graph& graph, ScanOrder order) {
  struct NoChance {
    std::size_t pick(std::size_t) { return 0; }
  } none;
  std::vector<std::uint32_t> sites;
  Scan(order, graph).sweep(Direction::forward, none, [&](std::size_t i) {
    sites.push_back(static_cast<std::uint32_t>(i));
  });
  return sites;
}

std::optional<double> field_strength(const Graph& graph) {
  if (const auto common = graph.common_field()) return std::abs(*common);
  const double strength = std::abs(graph.fields().front());
  const bool alike =
      std::all_of(graph.fields().begin(), graph.fields().end(), [&](double h) { return std::abs(h) == strength; });
  return alike ? std::optional(strength) : std::nullopt;
}

Graph with_fields_aligned(const Graph& graph) {
  const std::span<const double> h = graph.fields();
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  for (Bond& bond : bonds)
    if ((h[bond.i] < 0) != (h[bond.j] < 0)) bond.J = -bond.J;
  std::vector<double> fields(h.begin(), h.end());
  for (double& field : fields) field = std::abs(field);
  return {std::move(bonds), std::move(fields)};
}

// Costs here are the shortest of many sweeps on one core of an Intel Xeon at 3.6 GHz that had other work, too. Those of
// widths: per replica, heat bath in the order of sites on the square lattice L = 32 and the cubic +-J glass L = 8. A
// word costs more in narrow packs, whose rows are gathered and whose batches are short (at L = 128, only 1.6 for 64).
// Since rows that stand in runs are loaded at once it is 1.3 for 64, but widths decide draws, so they are chosen as ever.
namespace {
constexpr std::pair<std::size_t, double> widths[] = {{512, 1.0}, {256, 1.25}, {128, 1.55}, {64, 2.1}};  // and a word
}

std::size_t cheapest_pack(std::size_t replicas) {
  std::size_t best = 0;
  double least = 0;
  for (const auto& [width, cost] : widths) {
    const double all = cost * static_cast<double>((replicas + width - 1) / width * width);
    if (best != 0 && all >= least) continue;
    best = width;
    least = all;
  }
  return best;
}

bool packed_replicas_supported(const Graph& graph, LocalMove kernel, ScanOrder order) {
  if (order == ScanOrder::random || simd::replica_kernels().empty()) return false;
  const auto strength = graph.common_strength(), field = field_strength(graph);
  if (!strength || !field || graph.max_degree() > simd::most_degree) return false;
  if (kernel == LocalMove::heat_bath) return true;
  return *field == 0 && *strength > 0 && !graph.any_alone();
}

bool packed_replicas_are_faster(const Graph& graph, LocalMove kernel, ScanOrder order, std::size_t replicas,
                                std::optional<double> packed_lattice) {
  if (!packed_replicas_supported(graph, kernel, order)) return false;
  const std::size_t width = cheapest_pack(replicas), sites = graph.sites(), packs = (replicas + width - 1) / width;
  if (replicas >= 64 && !packed_lattice) return true;
  constexpr std::size_t largest = std::size_t{1} << 24;  // beyond, to find out costs seconds
  if (sites > largest) return false;
  const auto most = static_cast<double>(simd::group * simd::word_bits / width);                   // sites of a batch
  const auto cost = [&](double sweep, double word, double batch, double words, double batches) {  // ns
    return static_cast<double>(packs) * (sweep + word * words + batch * batches);
  };
  // With the widest instructions and packs of 64, a sweep is 230 + 25 to 31 a word + 40 a batch. AVX2, seen at two
  // sizes, fits 55 to 65 a word if a batch, too, costs twice as much, which is assumed; that decides, for a plain visit
  // (7.4 to 10.7) costs the same everywhere.
  constexpr double plain = 8;
  double word = 55, batch = 80, other = plain * static_cast<double>(sites * replicas);
  if (packed_lattice) {  // both with the widest instructions: with others, both are as much slower
    const double relative =
        std::find_if(std::begin(widths), std::end(widths), [&](auto& w) { return w.first == width; })->second;
    constexpr std::size_t cache = std::size_t{1} << 20;  // bytes; beyond, words are waited for
    word = (sites * width / 8 > cache ? 1.5 : 1) * 20 * relative;
    batch = 40;
    other = static_cast<double>(replicas) * *packed_lattice;
  }
  // At best words and batches are full; if that is too slow they need not be found.
  const auto n = static_cast<double>(sites);
  if (cost(230, word, batch, n * static_cast<double>(width) / simd::word_bits, n / most) >= other) return false;
  double words = 0;
  const auto batches = simd::independent_batches(graph, visits_of(graph, order), simd::group * simd::word_bits / width);
  for (const auto& b : batches) words += std::ceil(static_cast<double>(b.size() * width) / simd::word_bits);
  return cost(230, word, batch, words, static_cast<double>(batches.size())) < other;
}

}  // namespace gibbsite

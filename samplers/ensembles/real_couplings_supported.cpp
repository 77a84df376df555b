#include <cmath>

#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_products = 4096;  // sites whose tables still are small
constexpr double most_rounding = 0x1p-16;    // of a site's largest local field

}  // namespace

bool real_couplings_supported(const Graph& graph, RealCouplings how) {
  if (how.scan == ScanOrder::random || simd::field_kernels().empty()) return false;
  const simd::DyadicGraph rounded(graph);
  const auto distance = [&](double x, std::int64_t whole) {
    return std::abs(x - rounded.grid * static_cast<double>(whole));
  };
  for (std::size_t i = 0; i < graph.sites(); ++i) {
    double largest = std::abs(graph.fields()[i]), error = distance(graph.fields()[i], rounded.h[i]);
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
      largest += std::abs(graph.coupling()[e]);
      error += distance(graph.coupling()[e], rounded.coupling(e));
    }
    if (error > most_rounding * largest) return false;
  }
  return true;
}

bool real_couplings_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas) {
  const bool dense = field_layout(graph) == FieldLayout::made_anew;
  constexpr std::size_t worth_a_tile = 128;  // sites, of one replica: a tile moves sixteen
  // Of couplings and fields of one strength each, bits know more.
  const bool bits = packed_replicas_supported(graph, how.move, how.scan);
  return ((dense && (replicas > 1 || graph.sites() >= worth_a_tile)) || (replicas > 1 && !bits)) &&
         real_couplings_supported(graph, how);
}

FieldLayout field_layout(const Graph& graph) {
  const auto n = static_cast<double>(graph.sites());
  const bool dense = 16 * static_cast<double>(graph.bond_count()) >= n * n && graph.sites() >= 64;
  return dense && graph.sites() <= most_products ? FieldLayout::made_anew : FieldLayout::kept;
}

}  // namespace gibbsite

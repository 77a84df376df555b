#include "samplers/ensembles/quartet_places.hpp"

#include <algorithm>
#include <cmath>

#include "samplers/ensembles/packed_replicas_layout.hpp"
#include "samplers/simd/bits/runs.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"

namespace gibbsite {
namespace {

constexpr std::uint32_t no_site_of_quartet = 0xFFFFFFFF;

std::uint32_t four_bytes(int value) { return (static_cast<std::uint32_t>(value) & 0xFFU) * 0x01010101U; }

/// The largest number of which all |J| are whole multiples; 0 where it is too small to matter.
double unit_of(const Graph& graph) {
  if (const auto strength = graph.common_strength()) return *strength;
  double unit = 0, largest = 0;
  for (const double J : graph.coupling()) {
    double a = std::abs(J), b = unit;  // Euclid: remainders of floating point numbers are exact
    largest = std::max(largest, a);
    while (b != 0) {
      const double rest = std::fmod(a, b);
      a = b;
      b = rest;
    }
    unit = a;
    if (unit * simd::most_classes < largest) return 0;
  }
  return unit;
}

}  // namespace

std::optional<WholeCouplings> WholeCouplings::of(const Graph& graph) {
  WholeCouplings all;
  all.unit = unit_of(graph);
  const auto strength = field_strength(graph);
  if (all.unit == 0 || !strength) return std::nullopt;
  all.field = graph.common_field().value_or(*strength);
  if (!graph.common_field())
    for (const double h : graph.fields()) all.sign.push_back(h < 0 ? -1 : 1);
  all.k.reserve(graph.coupling().size());
  bool odd = false, even = false;
  for (std::size_t i = 0; i < graph.sites(); ++i) {
    int sum = 0;
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
      const int k = static_cast<int>(std::lround(graph.coupling()[e] / all.unit));
      sum += std::abs(k);
      all.k.push_back(all.sign.empty() ? k : k * all.sign[i] * all.sign[graph.neighbour()[e]]);
    }
    all.most = std::max(all.most, sum);
    (sum % 2 == 0 ? even : odd) = true;
  }
  all.step = odd && even ? 2 : 1;
  return all.classes() <= simd::most_classes ? std::optional(std::move(all)) : std::nullopt;
}

QuartetPlaces::QuartetPlaces(const Graph& graph, const WholeCouplings& whole, ScanOrder scan)
    : classes_(whole.classes()), place_(graph.sites()), first_{0} {
  using simd::lanes;
  std::vector<std::uint32_t> visits(graph.sites());
  std::vector<std::vector<std::uint32_t>> vectors;
  if (scan == ScanOrder::random) {
    for (std::uint32_t i = 0; i < graph.sites(); ++i) {
      if (i % lanes == 0) vectors.emplace_back();
      vectors.back().push_back(i);
    }
    degree_ = graph.max_degree();
  } else {
    vectors = simd::independent_batches(graph, visits_of(graph, scan), lanes);
  }
  site_.assign(vectors.size() * lanes, no_site_of_quartet);
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    count_.push_back(static_cast<std::uint8_t>(vectors[v].size()));
    std::uint32_t degree = 0;
    for (std::size_t k = 0; k < vectors[v].size(); ++k) {
      const std::uint32_t i = vectors[v][k];
      site_[v * lanes + k] = i;
      place_[i] = static_cast<std::uint32_t>(v * lanes + k);
      degree = std::max(degree, static_cast<std::uint32_t>(graph.degree(i)));
    }
    first_.push_back(first_.back() + degree);
  }
  const bool fixed = scan != ScanOrder::random;
  base_ = simd::Buffer<std::uint32_t>(size());
  turned_ = simd::Buffer<std::uint32_t>(whole.sign.empty() ? 0 : size());
  neighbour_ = simd::Buffer<std::int32_t>(fixed ? first_.back() * lanes : 0);
  weight_ = simd::Buffer<std::uint32_t>(neighbour_.size());
  rows_ = simd::Buffer<std::uint32_t>(fixed ? 0 : size() * 2 * degree_);
  run_ = simd::Buffer<std::int32_t>(fixed ? first_.back() : 0);
  std::fill_n(run_.data(), run_.size(), -1);
  struct Edge {
    std::uint32_t place, weight;
  };
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    std::vector<std::vector<Edge>> edges;  // [lane]
    for (const std::uint32_t i : vectors[v]) {
      edges.emplace_back();
      int sum = 0;
      for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
        edges.back().push_back({place_[graph.neighbour()[e]], four_bytes(whole.step * whole.k[e])});
        sum += whole.k[e];
      }
      base_[place_[i]] = four_bytes(whole.step * (whole.most - sum) / 2);
      if (!whole.sign.empty() && whole.sign[i] < 0) turned_[place_[i]] = ~std::uint32_t{0};
    }
    const auto place = [](const Edge& edge) { return std::size_t{edge.place}; };
    const std::size_t runs = fixed ? simd::put_runs_first(edges, 0, lanes, 1, place) : 0;
    for (std::size_t k = 0; k < runs; ++k) run_[first_[v] + k] = static_cast<std::int32_t>(edges[0][k].place);
    for (std::size_t lane = 0; lane < edges.size(); ++lane)
      for (std::size_t k = 0; k < edges[lane].size(); ++k) {
        const auto [other, weight] = edges[lane][k];
        const std::size_t at = (first_[v] + k) * lanes + lane, row = (v * lanes + lane) * 2 * degree_ + k;
        if (fixed) {
          neighbour_[at] = static_cast<std::int32_t>(other);
          weight_[at] = weight;
        } else {
          rows_[row] = other;
          rows_[row + degree_] = weight;
        }
      }
  }
}

simd::QuartetCouplings QuartetPlaces::couplings() const noexcept {
  simd::QuartetCouplings all;
  all.sites = place_.size();
  all.vectors = size() / simd::lanes;
  all.classes = classes_;
  all.count = count_.data();
  all.base = base_.data();
  all.first = first_.data();
  all.neighbour = neighbour_.data();
  all.run = run_.data();
  all.weight = weight_.data();
  all.degree = degree_;
  all.rows = rows_.data();
  all.turned = turned_.size() == 0 ? nullptr : turned_.data();
  return all;
}

}  // namespace gibbsite

#include "samplers/ensembles/site_places.hpp"

#include <algorithm>
#include <numbers>

#include "samplers/simd/bits/runs.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"

namespace gibbsite {

using simd::lanes;

SitePlaces SitePlaces::dense(const simd::DyadicGraph& graph, const std::vector<std::uint32_t>& visits) {
  std::vector<std::vector<std::uint32_t>> vectors;
  for (std::size_t k = 0; k < visits.size(); ++k) {
    if (k % lanes == 0) vectors.emplace_back();
    vectors.back().push_back(visits[k]);
  }
  SitePlaces all(graph, vectors);
  all.rows_ = simd::Buffer<std::int32_t>(all.size() * all.size());
  const std::vector<std::uint32_t> place = all.places();
  all.each([&](std::size_t p, std::size_t i) {
    for (std::uint32_t e = graph.first[i]; e < graph.first[i + 1]; ++e) {
      std::int32_t& entry = all.rows_[p * all.size() + place[graph.neighbour[e]]];  // of several bonds, the sum
      entry = static_cast<std::int32_t>(static_cast<std::uint32_t>(entry) + static_cast<std::uint32_t>(graph.twice[e]));
    }
  });
  return all;
}

SitePlaces SitePlaces::sparse(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors) {
  SitePlaces all(graph, vectors);
  all.first_.push_back(0);
  for (const auto& sites : vectors) {
    std::uint32_t degree = 0;
    for (const std::uint32_t i : sites) degree = std::max(degree, graph.first[i + 1] - graph.first[i]);
    all.first_.push_back(all.first_.back() + degree);
  }
  all.neighbour_ = simd::Buffer<std::int32_t>(all.first_.back() * lanes);
  all.twice_ = simd::Buffer<std::int32_t>(all.first_.back() * lanes);
  all.run_ = simd::Buffer<std::int32_t>(all.first_.back());
  std::fill_n(all.run_.data(), all.run_.size(), -1);
  struct Edge {
    std::uint32_t place;
    std::int32_t twice;
  };
  const std::vector<std::uint32_t> place = all.places();
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    std::vector<std::vector<Edge>> edges;  // [lane]
    for (const std::uint32_t i : vectors[v]) {
      edges.emplace_back();
      for (std::uint32_t e = graph.first[i]; e < graph.first[i + 1]; ++e)
        edges.back().push_back({place[graph.neighbour[e]], graph.twice[e]});
    }
    const std::size_t runs =
        simd::put_runs_first(edges, 0, lanes, 1, [](const Edge& e) { return std::size_t{e.place}; });
    for (std::size_t lane = 0; lane < edges.size(); ++lane)
      for (std::size_t k = 0; k < edges[lane].size(); ++k) {
        const std::size_t entry = all.first_[v] + k;
        all.neighbour_[entry * lanes + lane] = static_cast<std::int32_t>(edges[lane][k].place);
        all.twice_[entry * lanes + lane] = edges[lane][k].twice;
        if (lane == 0 && k < runs) all.run_[entry] = static_cast<std::int32_t>(edges[lane][k].place);
      }
  }
  return all;
}

SitePlaces::SitePlaces(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors)
    : sites_(graph.sites()),
      grid_(graph.grid),
      site_(vectors.size() * lanes, no_site),
      h_(site_.size()),
      base_(site_.size()) {
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    count_.push_back(static_cast<std::uint8_t>(vectors[v].size()));
    std::copy(vectors[v].begin(), vectors[v].end(), site_.begin() + static_cast<std::ptrdiff_t>(v * lanes));
  }
  each([&](std::size_t p, std::size_t i) {
    h_[p] = graph.h[i];
    base_[p] = graph.local_field(i, [](std::size_t) { return false; });
  });
}

std::vector<std::uint32_t> SitePlaces::places() const {
  std::vector<std::uint32_t> place(sites_);
  each([&](std::size_t p, std::size_t i) { place[i] = static_cast<std::uint32_t>(p); });
  return place;
}

std::int64_t SitePlaces::sum_of_all_down() const {
  std::int64_t sum = 0;
  each([&](std::size_t p, std::size_t) { sum -= std::int64_t{base_[p]} + h_[p]; });
  return sum;
}

float SitePlaces::scale(double lambda) const {
  constexpr double most = 1e28;
  return static_cast<float>(std::min(2 * lambda * grid_ * std::numbers::log2e, most));
}

void SitePlaces::find_fields(const std::int32_t* up, std::int32_t* fields) const {
  const auto add = [](std::int32_t& sum, std::int32_t term) {  // modulo 2^32: a field fits, parts of it may not
    sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(term));
  };
  std::copy_n(base_.data(), size(), fields);
  if (is_dense()) {
    for (std::size_t q = 0; q < size(); ++q) {
      const std::int32_t* const row = rows_.data() + q * size();
      for (std::size_t p = 0; up[q] != 0 && p < size(); ++p) add(fields[p], row[p]);
    }
    return;
  }
  for (std::size_t v = 0; v + 1 < first_.size(); ++v)
    for (std::size_t at = first_[v] * lanes; at < first_[v + 1] * lanes; ++at)
      add(fields[v * lanes + at % lanes], up[neighbour_[at]] & twice_[at]);
}

simd::SiteCouplings SitePlaces::couplings() const {
  return {.sites = sites_,
          .vectors = size() / lanes,
          .outside = h_.data(),
          .count = count_.data(),
          .first = first_.data(),
          .neighbour = neighbour_.data(),
          .run = run_.data(),
          .twice = twice_.data(),
          .base = base_.data(),
          .rows = rows_.data()};
}

}  // namespace gibbsite

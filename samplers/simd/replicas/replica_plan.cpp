#include "samplers/simd/replicas/replica_plan.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>

#include "samplers/simd/replicas/word_rows.hpp"

namespace gibbsite::simd {
namespace {

/// Bonds of a site, J < 0 first.
std::vector<std::uint32_t> edges_of(const Graph& graph, std::uint32_t site) {
  std::vector<std::uint32_t> edges(graph.degree(site));
  std::iota(edges.begin(), edges.end(), graph.first()[site]);
  std::stable_partition(edges.begin(), edges.end(), [&](std::uint32_t e) { return graph.coupling()[e] < 0; });
  return edges;
}
std::size_t negative_bonds(const Graph& graph, std::uint32_t site) {
  const auto J = graph.coupling().begin();
  return static_cast<std::size_t>(
      std::count_if(J + graph.first()[site], J + graph.first()[site + 1], [](double j) { return j < 0; }));
}

}  // namespace

std::vector<std::vector<std::uint32_t>> independent_batches(const Graph& graph, std::span<const std::uint32_t> order,
                                                            std::size_t most) {
  const std::size_t n = graph.sites();
  std::vector<std::uint32_t> turn(n), height(n), waits(n);
  for (std::uint32_t k = 0; k < n; ++k) turn[order[k]] = k;
  const auto for_neighbours = [&](std::uint32_t i, auto&& see) {
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) see(graph.neighbour()[e]);
  };
  for (std::size_t k = n; k-- > 0;)
    for_neighbours(order[k], [&](std::uint32_t j) {
      if (turn[j] > k) height[order[k]] = std::max(height[order[k]], height[j] + 1);  // visits that must follow
      waits[order[k]] += turn[j] < k;
    });
  // Sites that wait for none, by degree: heaps, first the one that most must follow, then in the order of visits.
  std::map<std::size_t, std::vector<std::uint32_t>> ready;
  const auto later = [&](std::uint32_t a, std::uint32_t b) {
    return height[a] != height[b] ? height[a] < height[b] : turn[a] > turn[b];
  };
  const auto enter = [&](std::uint32_t i) {
    auto& heap = ready[graph.degree(i)];
    heap.push_back(i);
    std::push_heap(heap.begin(), heap.end(), later);
  };
  for (const std::uint32_t i : order)
    if (waits[i] == 0) enter(i);
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::size_t done = 0; done < n; done += batches.back().size()) {
    auto& fullest = std::max_element(ready.begin(), ready.end(), [](const auto& a, const auto& b) {
                      return a.second.size() < b.second.size();
                    })->second;
    std::vector<std::uint32_t>& batch = batches.emplace_back();
    for (std::size_t left = std::min(most, fullest.size()); left > 0; --left) {
      std::pop_heap(fullest.begin(), fullest.end(), later);
      batch.push_back(fullest.back());
      fullest.pop_back();
    }
    for (const std::uint32_t i : batch)
      for_neighbours(i, [&](std::uint32_t j) {
        if (turn[j] > turn[i] && --waits[j] == 0) enter(j);
      });
  }
  return batches;
}

ReplicaPlan::ReplicaPlan(const Graph& graph, Decide how, std::span<const std::uint32_t> order, std::size_t pack)
    : decide(how), width(pack), row_(graph.sites()) {
  const std::size_t per_word = rows_per_word(), parts_per_row = width / 64;
  const auto visits = independent_batches(graph, order, group * per_word);
  std::vector<std::size_t> stage_of(graph.sites(), visits.size());
  for (std::size_t b = 0; b < visits.size(); ++b) {
    const bool meets = std::any_of(visits[b].begin(), visits[b].end(), [&](std::uint32_t i) {
      const auto others = graph.neighbour().subspan(graph.first()[i], graph.degree(i));
      return std::any_of(others.begin(), others.end(),
                         [&](std::uint32_t j) { return stage_of[j] + 1 == stages.size(); });
    });
    if (b == 0 || meets) stages.push_back(b);
    for (const std::uint32_t i : visits[b]) stage_of[i] = stages.size() - 1;
  }
  stages.push_back(visits.size());
  for (const auto& sites : visits) {
    for (std::size_t k = 0; k < sites.size(); ++k)
      row_[sites[k]] = static_cast<std::uint32_t>(words * word_parts + k * parts_per_row);
    words += (sites.size() + per_word - 1) / per_word;
  }
  const auto zero = static_cast<std::uint32_t>(words * word_parts);
  WordRows entries(per_word, zero), bonds(per_word, zero);
  real = Buffer<std::uint64_t>(words * word_parts);
  for (const std::uint32_t row : row_) std::fill_n(real.data() + row, parts_per_row, ~std::uint64_t{0});

  std::uint32_t word = 0;
  for (const auto& sites : visits) {
    const auto degree = static_cast<std::uint32_t>(graph.degree(sites[0]));
    const auto count = static_cast<std::uint32_t>((sites.size() + per_word - 1) / per_word);
    Batch batch{word, count, static_cast<std::uint32_t>(entries.size()), first_class(graph, degree), degree};
    word += count;
    std::vector<std::uint8_t> turn(count);
    std::iota(turn.begin(), turn.end(), std::uint8_t{0});
    if (per_word == 1) {
      const auto negative = [&](std::uint8_t w) { return negative_bonds(graph, sites[w]); };
      std::stable_sort(turn.begin(), turn.end(),
                       [&](std::uint8_t a, std::uint8_t b) { return negative(a) < negative(b); });
      for (const std::uint8_t w : turn) ++batch.negative[negative(w)];
    }
    turns.insert(turns.end(), turn.begin(), turn.end());
    batches.push_back(batch);
    for (const std::uint8_t w : turn) {
      const std::size_t begin = w * per_word, present = std::min(per_word, sites.size() - begin);
      std::vector<std::vector<Row>> edges, later;  // all, and those of bonds that no word behind this one counts
      for (std::size_t p = 0; p < present; ++p) {
        edges.emplace_back();
        for (const std::uint32_t e : edges_of(graph, sites[begin + p]))
          edges[p].push_back({row_[graph.neighbour()[e]], graph.coupling()[e] < 0});
      }
      put_in_runs(edges, per_word);
      for (std::uint32_t k = 0; k < degree; ++k) entries.add(present, [&](std::size_t p) { return edges[p][k]; });
      if (per_word == 1) continue;
      std::size_t most = 0;
      for (std::size_t p = 0; p < present; ++p) {
        const std::uint32_t own = row_[sites[begin + p]];
        later.emplace_back();
        std::copy_if(edges[p].begin(), edges[p].end(), std::back_inserter(later[p]),
                     [&](const Row& other) { return other.begin > own; });
        most = std::max(most, later[p].size());
      }
      put_in_runs(later, per_word);
      for (std::size_t k = 0; k < most; ++k) {
        const auto is = [&](std::size_t p) { return k < later[p].size(); };
        bonds.add(present, [&](std::size_t p) { return Row{is(p) ? row_[sites[begin + p]] : zero, false}; });
        bonds.add(present, [&](std::size_t p) { return is(p) ? later[p][k] : Row{zero, false}; });
      }
    }
  }
  signs = entries.signs();
  neighbours = entries.begin();
  runs = entries.runs();

  if (per_word == 1) {
    std::vector<Bond> all(graph.bonds().begin(), graph.bonds().end());
    const auto negative = std::stable_partition(all.begin(), all.end(), [](const Bond& bond) { return bond.J > 0; });
    positive_bonds = static_cast<std::size_t>(negative - all.begin());
    for (const Bond& bond : all)
      for (const std::uint32_t end : {bond.i, bond.j}) bonds.add(1, [&](std::size_t) { return Row{row_[end], false}; });
  }
  bond_signs = bonds.signs();
  bond_ends = bonds.begin();
  bond_runs = bonds.runs();
}

std::uint32_t ReplicaPlan::first_class(const Graph& graph, std::uint32_t degree) {
  assert(degree <= most_degree && (degree > 0 || decide != Decide::metropolis));
  for (const Classes& known : classes)
    if (known.degree == degree) return known.first;
  const double J = graph.common_strength().value(), h = graph.common_field().value();
  Classes more{degree, classes.empty() ? 0 : static_cast<std::uint32_t>(all_classes()), {}};
  for (std::uint32_t c = 0; c < classes_of(decide, degree); ++c) {
    const double twice = 2 * static_cast<double>(c);
    if (decide == Decide::heat_bath_in_field)
      more.fields.push_back(-J * (twice - degree) - h);
    else
      more.fields.push_back(J * (twice + (degree == 0 ? 0 : degree % 2 == 1 ? 1 : 2)));
  }
  classes.push_back(std::move(more));
  return classes.back().first;
}

}  // namespace gibbsite::simd

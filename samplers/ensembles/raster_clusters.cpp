#include "samplers/ensembles/raster_clusters.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "physics/chance.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t chunk = 64;                // words whose coins are drawn at once
constexpr std::size_t most_diagonals = 64;       // more distances than this are no lattice
constexpr std::uint32_t others_unit = 1U << 30;  // of the random words; a diagonal's is its place in the list
constexpr std::uint32_t roots_unit = others_unit + 1, ghost_unit = others_unit + 2;

/// Rem's algorithm with splicing. parent(i) <= i.
inline void unite(std::uint32_t* parent, std::uint32_t i, std::uint32_t j) {
  while (parent[i] != parent[j]) {
    if (parent[i] < parent[j]) std::swap(i, j);
    const std::uint32_t up = parent[i];
    parent[i] = parent[j];
    if (up == i) return;
    i = up;
  }
}
/// Bits of the sites at a distance from the 64 sites of a word.
inline std::uint64_t shifted(const std::uint64_t* bits, std::size_t word, std::size_t distance) {
  const std::uint64_t* at = bits + word - distance / 64;
  const std::size_t shift = distance % 64;
  return shift == 0 ? at[0] : at[0] << shift | at[-1] >> (64 - shift);
}
inline std::uint32_t root(const std::uint32_t* parent, std::uint32_t i) {
  while (parent[i] != i) i = parent[i];
  return i;
}

}  // namespace

BondRaster::BondRaster(const Graph& graph) : sites_(graph.sites()) {
  if (!graph.common_strength()) grid_ = simd::DyadicGraph(graph).grid;
  std::map<std::size_t, std::size_t> count;
  const auto distance = [](const Bond& bond) { return std::max(bond.i, bond.j) - std::min(bond.i, bond.j); };
  struct Known {
    std::size_t distance = 0;
    std::size_t* bonds = nullptr;
  };
  std::array<Known, 61> known;  // of the many bonds of a lattice most have one of a few distances
  graph.visit_bonds([&](std::span<const Bond> some) {
    for (const Bond& bond : some) {
      Known& at = known[distance(bond) % known.size()];
      if (at.bonds == nullptr || at.distance != distance(bond)) at = {distance(bond), &count[distance(bond)]};
      ++*at.bonds;
    }
  });
  for (const auto& [d, bonds] : count)
    if (4 * bonds >= sites_ && diagonals_.size() < most_diagonals)
      diagonals_.push_back({d, std::vector<std::uint64_t>(words()), std::vector<std::uint64_t>(words()),
                            std::vector<std::uint32_t>(grid_ == 0 ? 0 : 64 * words())});
  if (!diagonals_.empty()) front_ += diagonals_.back().distance / 64;
  const auto whole = [&](const Bond& bond) { return std::llrint(std::abs(bond.J) / grid_); };
  const auto enter = [&](const Bond& bond) {
    const auto found = std::find_if(diagonals_.begin(), diagonals_.end(),
                                    [&](const Diagonal& diagonal) { return diagonal.distance == distance(bond); });
    const std::size_t i = std::max(bond.i, bond.j);
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (found == diagonals_.end() || (found->has[i / 64] & bit) != 0) {  // or a parallel bond
      others_.push_back(bond);
      return;
    }
    found->has[i / 64] |= bit;
    if (bond.J < 0) found->negative[i / 64] |= bit;
    if (grid_ == 0) return;
    found->strength[i] = static_cast<std::uint32_t>(whole(bond));
    found->all_strengths += whole(bond);
  };
  graph.visit_bonds([&](std::span<const Bond> some) { std::for_each(some.begin(), some.end(), enter); });
}

void BondRaster::pack(std::span<const std::uint8_t> spins, std::vector<std::uint64_t>& packed) const {
  packed.resize(front_ + words());
  for (std::size_t w = 0; w < words(); ++w) {
    std::uint64_t word = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) {
      std::uint64_t eight;
      std::memcpy(&eight, spins.data() + 64 * w + 8 * byte, 8);
      word |= (eight * 0x0102040810204080ULL >> 56) << (8 * byte);
    }
    packed[front_ + w] = word;
  }
}

std::int64_t BondRaster::satisfaction(const std::vector<std::uint64_t>& packed,
                                      const simd::CoinKernels& kernels) const noexcept {
  std::int64_t sum = 0;
  for (const Diagonal& diagonal : diagonals_) {
    if (grid_ == 0) {
      for (std::size_t w = 0; w < words(); ++w)
        sum += 2 * std::popcount(satisfied(diagonal, packed.data(), w)) - std::popcount(diagonal.has[w]);
      continue;
    }
    for (std::size_t begin = 0; begin < words(); begin += chunk) {
      const std::size_t n = std::min(chunk, words() - begin);
      std::uint64_t bits[chunk];
      for (std::size_t w = 0; w < n; ++w) bits[w] = satisfied(diagonal, packed.data(), begin + w);
      sum += 2 * static_cast<std::int64_t>(kernels.sum_of_set(bits, n, diagonal.strength.data() + 64 * begin));
    }
    sum -= diagonal.all_strengths;
  }
  const auto up = [&](std::uint32_t i) { return (packed[front_ + i / 64] >> (i % 64) & 1) != 0; };
  for (const Bond& bond : others_) {
    const std::int64_t strength = grid_ == 0 ? 1 : std::llrint(strength_of(bond) / grid_);
    sum += (up(bond.i) == up(bond.j)) == (bond.J > 0) ? strength : -strength;
  }
  return sum;
}

double BondRaster::strength_of(const Bond& bond) const noexcept {
  return grid_ == 0 ? std::abs(bond.J) : grid_ * std::nearbyint(std::abs(bond.J) / grid_);
}

BondCoins::BondCoins(const BondRaster& raster, double at_beta) : beta(at_beta) {
  const auto threshold = [&](double strength) { return Coin(-std::expm1(-2 * beta * strength)).threshold; };
  for (const BondRaster::Diagonal& diagonal : raster.diagonals()) {
    std::vector<std::uint32_t>& mine = high.emplace_back();
    mine.reserve(diagonal.strength.size());
    for (const std::uint32_t strength : diagonal.strength)
      mine.push_back(static_cast<std::uint32_t>(threshold(raster.grid() * strength) >> 32));
  }
  for (const Bond& bond : raster.others()) others.push_back(threshold(raster.strength_of(bond)));
}

void RasterClusters::draw_coins(const BondRaster& raster, const Draws& draws, std::size_t diagonal, std::size_t begin,
                                std::size_t n, std::uint64_t* coins) {
  const auto unit = static_cast<std::uint32_t>(diagonal);
  if (draws.each == nullptr) return draws.kernels->coins(*draws.cipher, unit, begin, n, draws.threshold, coins);
  std::uint64_t ties[chunk];
  if (!draws.kernels->coins_each(*draws.cipher, unit, begin, n, draws.each->high[diagonal].data() + 64 * begin, coins,
                                 ties)) [[likely]]
    return;
  for (std::size_t w = 0; w < n; ++w)
    for (std::uint64_t left = ties[w]; left != 0; left &= left - 1) {
      const auto b = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t i = 64 * (begin + w) + b;
      const double strength = raster.grid() * raster.diagonals()[diagonal].strength[i];
      const auto low = static_cast<std::uint32_t>(Coin(-std::expm1(-2 * draws.beta * strength)).threshold);
      coins[w] |= std::uint64_t{draws.kernels->second(*draws.cipher, unit, i) < low} << b;
    }
}

void RasterClusters::join(const BondRaster& raster, const Draws& draws, Stripe& stripe) {
  std::uint32_t* const parent = parent_.data();
  const auto diagonals = raster.diagonals();
  const auto first_site = static_cast<std::uint32_t>(64 * stripe.begin);
  auto& active = stripe.active;
  auto& carry = stripe.carry;  // of each diagonal: whether the site before has an active bond
  active.resize(diagonals.size() * chunk);
  carry.assign(diagonals.size(), 0);
  std::uint32_t run = 0;  // where the run of sites joined by bonds of distance 1 begins
  stripe.across.clear();
  const auto set_aside = [&](std::uint64_t& bits, std::uint32_t i, std::size_t distance) {
    if (i >= first_site + distance) return;
    const std::size_t below = first_site + distance - i;
    for (std::uint64_t left = below < 64 ? bits & ((std::uint64_t{1} << below) - 1) : bits; left != 0;
         left &= left - 1) {
      const auto at = static_cast<std::uint32_t>(i + std::countr_zero(left));
      stripe.across.emplace_back(at, static_cast<std::uint32_t>(at - distance));
    }
    bits = below < 64 ? bits & ~((std::uint64_t{1} << below) - 1) : 0;
  };
  for (std::size_t begin = stripe.begin; begin < stripe.end; begin += chunk) {
    const std::size_t n = std::min(chunk, stripe.end - begin);
    for (std::size_t k = 0; k < diagonals.size(); ++k) {
      std::uint64_t* bits = active.data() + k * chunk;
      draw_coins(raster, draws, k, begin, n, bits);
      for (std::size_t w = 0; w < n; ++w) bits[w] &= raster.satisfied(diagonals[k], packed_.data(), begin + w);
    }
    for (std::size_t w = 0; w < n; ++w) {
      const auto i = static_cast<std::uint32_t>(64 * (begin + w));
      std::size_t k = 0;
      std::uint64_t runs = 0;
      if (!diagonals.empty() && diagonals[0].distance == 1) {
        set_aside(active[w], i, 1);
        runs = active[w];
        k = 1;
      }
      runs_[raster.front() + begin + w] = runs;
      for (std::uint32_t b = 0; b < 64; ++b) {
        run = (runs >> b & 1) != 0 ? run : i + b;
        parent[i + b] = run;
      }
      for (; k < diagonals.size(); ++k) {
        const auto distance = static_cast<std::uint32_t>(diagonals[k].distance);
        std::uint64_t bits = active[k * chunk + w];
        const std::uint64_t before = carry[k];
        carry[k] = bits >> 63;
        set_aside(bits, i, distance);
        if (i >= first_site + distance + 64)  // the site before has joined the same two runs
          bits &= ~((bits << 1 | before) & runs & shifted(runs_.data() + raster.front(), begin + w, distance));
        for (; bits != 0; bits &= bits - 1) {
          const std::uint32_t at = i + static_cast<std::uint32_t>(std::countr_zero(bits));
          unite(parent, at, at - distance);
        }
      }
    }
  }
}

void RasterClusters::link(std::uint32_t i, std::uint32_t j) {
  const std::uint32_t a = root(parent_.data(), i), b = root(parent_.data(), j);
  parent_[std::max(a, b)] = std::min(a, b);
  linked_.push_back(std::max(a, b));
}

void RasterClusters::draw_each_of_others(const Draws& draws, std::size_t begin, std::size_t n, std::uint64_t* coins) {
  std::fill_n(coins, chunk, 0);
  std::uint32_t word[simd::lanes];
  for (std::size_t k = 0; k < n; ++k) {
    const std::uint64_t number = begin + k, threshold = draws.each->others[number];
    if (k % simd::lanes == 0) draws.kernels->words(*draws.cipher, others_unit, number / simd::lanes, 1, word);
    const auto high = static_cast<std::uint32_t>(threshold >> 32);
    bool coin = word[k % simd::lanes] < high;
    if (word[k % simd::lanes] == high)
      coin = draws.kernels->second(*draws.cipher, others_unit, number) < static_cast<std::uint32_t>(threshold);
    coins[k / 64] |= std::uint64_t{coin} << (k % 64);
  }
}

void RasterClusters::join_others(const BondRaster& raster, const Draws& draws) {
  const auto others = raster.others();
  const auto up = [&](std::uint32_t i) { return (packed_[raster.front() + i / 64] >> (i % 64) & 1) != 0; };
  std::uint64_t coins[chunk];
  for (std::size_t begin = 0; begin < others.size(); begin += 64 * chunk) {
    const std::size_t n = std::min(64 * chunk, others.size() - begin);
    if (draws.each == nullptr)
      draws.kernels->coins(*draws.cipher, others_unit, begin / 64, (n + 63) / 64, draws.threshold, coins);
    else
      draw_each_of_others(draws, begin, n, coins);
    for (std::size_t k = 0; k < n; ++k) {
      const Bond& bond = others[begin + k];
      if ((coins[k / 64] >> (k % 64) & 1) != 0 && (up(bond.i) == up(bond.j)) == (bond.J > 0)) link(bond.i, bond.j);
    }
  }
}

void RasterClusters::hold(std::span<const std::uint8_t> spins, const Draws& draws) {
  std::uint32_t* const parent = parent_.data();
  pull_.assign(sites_, 0);
  for (std::size_t i = 0; i < sites_; ++i) {
    parent[i] = parent[parent[i]];  // parents before children
    const double h = draws.fields[i];
    if ((spins[i] != 0) == (h > 0)) pull_[parent[i]] += std::abs(h);
  }
  held_.assign(fate_.size(), 0);
  std::uint32_t word[simd::lanes], second[simd::lanes];
  for (std::size_t r = 0; r < sites_; ++r) {
    if (r % simd::lanes == 0) draws.kernels->words(*draws.cipher, ghost_unit, r / simd::lanes, 1, word);
    if (parent[r] != r || pull_[r] == 0) continue;
    const std::uint64_t free = Coin(std::exp(-2 * draws.beta * pull_[r])).threshold;
    const auto high = static_cast<std::uint32_t>(free >> 32);
    bool held = word[r % simd::lanes] >= high;
    if (word[r % simd::lanes] == high) {
      draws.kernels->words(*draws.cipher, ghost_unit + 1, r / simd::lanes, 1, second);
      held = second[r % simd::lanes] >= static_cast<std::uint32_t>(free);
    }
    held_[r / 64] |= std::uint64_t{held} << (r % 64);
  }
  for (std::size_t w = 0; w < fate_.size(); ++w) fate_[w] &= ~held_[w];
}

/// Turns the clusters of a stripe over; find(i): the root of site i.
template <class Find>
void RasterClusters::turn(std::span<std::uint8_t> spins, Stripe& stripe, Find&& find) {
  const std::uint64_t* const fate = fate_.data();
  std::uint8_t* const s = spins.data();
  std::size_t turned = 0;
  const std::size_t end = std::min(64 * stripe.end, sites_);
  for (std::size_t i = 64 * stripe.begin; i < end; ++i) {
    const std::uint32_t r = find(i);
    const auto bit = static_cast<std::uint8_t>(fate[r / 64] >> (r % 64) & 1);
    s[i] ^= bit;
    turned += bit;
  }
  stripe.turned = turned;
}

std::size_t RasterClusters::sweep(const BondRaster& raster, std::span<std::uint8_t> spins, const Draws& draws,
                                  std::size_t threads) {
  const std::size_t words = raster.words();
  sites_ = raster.sites();
  raster.pack(spins, packed_);
  parent_.resize(64 * words);
  runs_.assign(raster.front() + words, 0);
  fate_.resize((words + 7) / 8 * 8);
  held_.clear();
  draws.kernels->words(*draws.cipher, roots_unit, 0, fate_.size() / 8, reinterpret_cast<std::uint32_t*>(fate_.data()));
  // More stripes than threads, so that a thread that loses its core does not hold up the rest.
  const std::size_t stripes = threads == 1 ? 1 : std::max<std::size_t>(1, std::min(4 * threads, words / chunk));
  stripes_.resize(std::max(stripes, stripes_.size()));
  const std::span<Stripe> all = std::span(stripes_).first(stripes);
  for (std::size_t t = 0; t < stripes; ++t) {
    all[t].begin = t * words / stripes;
    all[t].end = (t + 1) * words / stripes;
  }
  std::uint32_t* const parent = parent_.data();
  const auto compress = [parent](std::size_t i) { return parent[i] = parent[parent[i]]; };  // parents before children
  std::size_t turned = 0;
  if (stripes == 1) {
    join(raster, draws, all[0]);
    join_others(raster, draws);
    if (draws.fields.any()) hold(spins, draws);
    turn(spins, all[0], compress);
    return all[0].turned;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(static_cast <int>(threads))
  for (std::size_t t = 0; t < stripes; ++t) {
    join(raster, draws, all[t]);
    for (std::size_t i = 64 * all[t].begin; i < 64 * all[t].end; ++i) compress(i);
  }
  linked_.clear();
  for (const Stripe& stripe : all)
    for (const auto& [i, j] : stripe.across) link(i, j);
  join_others(raster, draws);
  for (const std::uint32_t r : linked_) parent[r] = root(parent, r);
  if (draws.fields.any()) hold(spins, draws);
#pragma omp parallel for schedule(dynamic, 1) num_threads(static_cast <int>(threads))
  for (std::size_t t = 0; t < stripes; ++t) turn(spins, all[t], [parent](std::size_t i) { return parent[parent[i]]; });
  for (const Stripe& stripe : all) turned += stripe.turned;
  return turned;
}

double RasterClusters::mean_cluster() const {
  std::vector<std::uint32_t> size(sites_, 0);
  for (std::size_t i = 0; i < sites_; ++i) ++size[parent_[parent_[i]]];
  for (std::size_t r = 0; r < sites_ && !held_.empty(); ++r)
    if ((held_[r / 64] >> (r % 64) & 1) != 0) size[r] = 0;
  double sum = 0;
  for (const double c : size) sum += c * c;
  return sum / static_cast<double>(sites_);
}

}  // namespace gibbsite

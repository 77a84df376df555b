#include "studies/methods/chain_doubts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gibbsite {
namespace {

constexpr std::uint64_t fewest_turnovers = 3;

ChainStart as_chain_start(StartKind kind) {
  switch (kind) {
    case StartKind::ordered:
      return ChainStart::cold;
    case StartKind::turned:
      return ChainStart::turned;
    case StartKind::annealed:
      return ChainStart::annealed;
    case StartKind::quenched:
      return ChainStart::quenched;
    default:
      return ChainStart::hot;
  }
}

/// Changes of sign over all pairs of chains at beta b; zeros do not count.
std::uint64_t sign_changes(const ChainDraws& s, const Field& overlap, std::size_t b) {
  const std::vector<double> q = series_at(s, overlap, b);
  const std::size_t draws = s.method.trace().draws();
  std::uint64_t changes = 0;
  for (std::size_t begin = 0; begin < q.size(); begin += draws) {
    double last = 0;
    for (std::size_t t = begin; t < begin + draws; ++t) {
      if (q[t] * last < 0) ++changes;
      if (q[t] != 0) last = q[t];
    }
  }
  return changes;
}

/// Glasses: whether chains turned over, which they do from valley to valley.
void doubt_turnovers(const ChainDraws& s, std::vector<std::string>& warnings) {
  if (!s.system.frustrated() || !s.system.symmetric()) return;
  const Field* overlap = find_role(s.method.fields(), Role::of_pairs);
  const auto alone = s.method.chain_trace().turnovers();
  if (overlap == nullptr && alone.empty()) return;
  double first = unknown;
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    const std::uint64_t changes = overlap != nullptr ? sign_changes(s, *overlap, b) : alone[b];
    if (changes < fewest_turnovers && s.beta[b] > 0 && std::isnan(first)) first = s.beta[b];
  }
  if (std::isnan(first)) return;
  warnings.push_back(
      fmt::format("from beta = {:.6g} on {} never, or hardly ever, turned over: other valleys of this glass, if there "
                  "are any, were not "
                  "seen; use tempering, a longer ladder or more sweeps",
                  first, s.method.chain_trace().chains() == 1 ? "the chain" : "the chains"));
}

/// One chain against witnesses that began elsewhere.
void doubt_by_witnesses(const ChainDraws& s, std::vector<std::string>& warnings) {
  const Field* field = find_role(s.method.fields(), Role::energy);
  if (s.method.chain_trace().witnesses().empty() || field == nullptr) return;
  const std::vector<double> run = series_at(s, *field, s.beta.size() - 1);
  const Witness* lowest = nullptr;
  for (const Witness& w : s.method.chain_trace().witnesses())
    if (stands_below(w.energy, run) && (lowest == nullptr || w.energy.back() < lowest->energy.back())) lowest = &w;
  if (lowest == nullptr) return;
  warnings.push_back(fmt::format(
      "a chain {} stays at energies near {:.6g} at beta = {:.6g}, where this run never came below {:.6g}: it "
      "misses a phase or valley that may well outweigh what it saw; use method.chains = 4 or more with start "
      "= \"mixed\", and a sampler that crosses between them",
      words_for(lowest->kind), lowest->energy.back(), s.beta.back(), *std::min_element(run.begin(), run.end())));
}

}  // namespace

std::vector<ChainStart> chain_starts(const ChainOptions& options) {
  std::vector<ChainStart> starts;
  for (std::size_t c = 0; c < options.chains; ++c)
    starts.push_back(as_chain_start(start_of(options.start, c, options.ordered)));
  if (std::all_of(starts.begin(), starts.end(), [&](ChainStart s) { return s == starts[0]; })) starts.clear();
  return starts;
}

bool stands_below(std::span<const double> witness, std::span<const double> run) {
  if (witness.size() < 8 || run.empty()) return false;
  std::vector<double> sorted(run.begin(), run.end());
  const auto low = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 1000);
  std::nth_element(sorted.begin(), low, sorted.end());
  const double highest = *std::max_element(witness.begin(), witness.end());
  const std::size_t half = witness.size() / 2;
  const double early = mean(witness.first(half)), late = mean(witness.last(half)), gap = mean(run) - late;
  return highest < *low && std::abs(late - early) < 0.1 * gap;
}

void add_chain_doubts(const char* kind, const ChainDraws& s, const ChainOptions& options,
                      std::vector<std::string>& warnings, std::vector<std::string>& notes) {
  doubt_turnovers(s, warnings);
  doubt_by_witnesses(s, warnings);
  if (options.start == Starts::cold || options.start == Starts::given)
    warnings.push_back(
        fmt::format("all {}s were started from {}: if they are trapped there together, nothing here can "
                    "tell; start = \"mixed\" can",
                    kind, options.start == Starts::given ? "the same state" : "ordered states"));
  else if (options.chains == 1)
    notes.push_back(
        fmt::format("one {}: it cannot tell whether it is trapped; method.chains = 4 begins in four ways", kind));
  else if (options.start == Starts::hot)
    notes.push_back(fmt::format(
        "all {}s began in random states: what only other starts would find was not looked for; start = \"mixed\" does",
        kind));
}

}  // namespace gibbsite

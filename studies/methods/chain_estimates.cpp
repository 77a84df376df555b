#include "studies/methods/chain_estimates.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <set>

#include "estimators/autocorrelation.hpp"
#include "estimators/exponential_average.hpp"
#include "estimators/histogram.hpp"
#include "estimators/rare_events.hpp"
#include "studies/files/variables.hpp"

namespace gibbsite {

namespace {

/// Whether an observable changes its sign under what is a symmetry here: such a one may be slow while all others are
/// not.
bool odd(const ChainDraws& s, const Observable& what) {
  return s.mean_magnetization() == MeanMagnetization::zero_by_symmetry && what.parity == Parity::odd;
}

/// Observables that were measured, not what is kept beside them or follows from them.
bool is_observable(const Field& field) {
  const std::string& name = field.what.name;
  return field.moment == Moment::value && field.what.measured() && !name.starts_with("log_ratio") && name != "replica";
}

/// Draws at b and at the next hotter beta as one sample of b, where they overlap well enough. From energies of whole
/// states, not from ratios of weights: those of a network can have its hidden units summed out, and then say nothing of
/// what depends on them.
std::optional<PooledWeights> pool_with_hotter(const ChainDraws& s, std::size_t b, bool pairs) {
  const Field* energy = find_role(s.method.fields(), Role::energy);
  if (b == 0 || energy == nullptr || s.system.path() != PathKind::temperature) return std::nullopt;
  const auto ratios = [&](std::size_t at, double step) {
    std::vector<double> x = values_at(s, *energy, at);
    const std::size_t draws = x.size() * s.beta.size() / energy->count;
    if (pairs) {  // a pair has the weights of both
      const std::size_t count = energy->count / s.beta.size() / 2;
      for (std::size_t p = 0; p < count; ++p)
        for (std::size_t t = 0; t < draws; ++t) x[p * draws + t] = x[2 * p * draws + t] + x[(2 * p + 1) * draws + t];
      x.resize(count * draws);
    }
    const double centre = x.front();
    for (double& v : x) v = step * (v - centre);
    return std::pair(x, step * centre);
  };
  const double step = s.beta[b] - s.beta[b - 1];
  auto [down, below] = ratios(b, step);
  auto [up, above] = ratios(b - 1, -step);
  for (double& v : up) v += above + below;  // around one centre, so that a large offset costs no digits
  PooledWeights pool = pooled_weights(down, up);
  const double independent = static_cast<double>(pool.own.size()) / std::max(1.0, 2 * s.longest_tau(b));
  if (pool.own.empty() || pool.overlap * independent < fewest_effective_draws) return std::nullopt;
  return pool;
}

/// Values of an observable a little beyond those seen; `even`: of its absolute value.
std::vector<double> beyond_seen(const Observable& what, std::span<const double> x, bool even) {
  if (what.role == Role::energy || what.role == Role::energy_density) return beyond_hot_side(x, 0);
  if (!even) return beyond_both_sides(x, what.lowest, what.highest);
  std::vector<double> size(x.begin(), x.end());
  for (double& v : size) v = std::abs(v);
  return beyond_both_sides(size, 0, what.highest);
}

/// Edges of bins of the overlap, symmetric about 0. Where its values are -1, -1 + step, ..., 1: bins of `per_bin` of
/// them from the middle outwards, so that P(q) can be symmetric; the outermost may hold fewer, and are as much
/// narrower. Else 33 equal bins.
std::vector<double> overlap_edges(const System& system) {
  const double step = system.overlap_step();
  if (step == 0) {
    constexpr int bins = 33;
    std::vector<double> equal;
    for (int k = 0; k <= bins; ++k) equal.push_back((2.0 * k - bins) / bins * (1 + 1e-9));  // 1 itself is inside
    return equal;
  }
  const double sites = std::round(2 / step);
  const double per_bin = 2 * std::floor((sites + 1) / 64 / 2) + 1, outermost = 1 + step / 2;
  const bool zero = std::fmod(sites, 2) == 0;  // whether q = 0 is a value, and so the middle of a bin
  std::vector<double> edges;
  for (double edge = zero ? per_bin * step / 2 : per_bin * step; edge < outermost - step / 4; edge += per_bin * step)
    edges.push_back(edge);
  edges.push_back(outermost);
  const std::size_t half = edges.size();
  if (!zero) edges.push_back(0);
  for (std::size_t k = 0; k < half; ++k) edges.push_back(-edges[k]);
  std::sort(edges.begin(), edges.end());
  return edges;
}

/// A quantity and what it is of the draws.
struct Named {
  const Estimated* what;
  Response response;
};
Response response_of(const ChainDraws& s, Derivation derivation, std::size_t b, double centre) {
  const Conditions at{s.beta[b], s.sites()};
  switch (derivation) {
    case Derivation::specific_heat:
      return specific_heat_response(at, centre);
    case Derivation::susceptibility:
      return susceptibility_response(at, s.mean_magnetization());
    case Derivation::susceptibility_abs:
      return susceptibility_abs_response(at);
    case Derivation::binder:
      return binder_response();
    case Derivation::absolute:
      return absolute_response(std::abs(centre));
    case Derivation::square:
      return square_response(1, centre * centre);
    case Derivation::mean_per_unit:
      return mean_response(centre / s.sites(), s.sites());
    default:
      return mean_response(centre);
  }
}
/// What follows from an observable.
std::vector<Named> responses_of(const ChainDraws& s, const std::string& observable, std::size_t b, double centre) {
  std::vector<Named> all;
  for (const Estimated& what : s.quantities)
    if (what.of == observable) all.push_back({&what, response_of(s, what.derivation, b, centre)});
  return all;
}

/// What people call the level of an observable: the density of an energy, the absolute value of what is odd; nothing
/// where that is not estimated.
std::string name_of_level(std::span<const Named> responses, bool is_odd) {
  const Derivation wanted = is_odd ? Derivation::absolute : Derivation::mean_per_unit;
  for (const Named& named : responses)
    if (named.what->derivation == wanted) return named.what->name;
  return is_odd ? std::string() : responses.front().what->name;
}

/// Mean of the squared deviations of x, or |x|.
double variance_of(std::span<const double> x, bool of_absolute) {
  double sum = 0, squares = 0;
  for (const double v : x) {
    const double off = of_absolute ? std::abs(v) : v - x.front();
    sum += off;
    squares += off * off;
  }
  const double n = static_cast<double>(x.size());
  return squares / n - sum / n * (sum / n);
}

/// Chains that do not mix: what each alone would say lies within the error.
void hold_all_chains(Row& row, std::span<const Named> responses, const ChainSeries& x, const SweepMoments& moments) {
  for (std::size_t c = 0; c < x.chains; ++c)
    for (const Named& what : responses) {
      Estimate& e = row.at(what.what->name);
      const Beyond alone{.moments = moments.part(c * x.draws(), x.draws())};
      const double off = std::abs(estimate(what.response, {x.chain(c), 1, x.memory}, alone).estimate.value - e.value);
      if (off > e.error) e.error = off;
    }
}

}  // namespace

std::vector<double> longest_taus(const ChainDraws& s) {
  std::vector<double> longest(s.beta.size(), 0.0);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t b = 0; b < s.beta.size(); ++b)
    for (const Field& field : s.method.fields()) {
      if (!is_observable(field)) continue;
      const bool of_absolute = odd(s, field.what);
      const Measured x = measured_at(s, field, b);
      const std::vector<double> level = x.level(of_absolute);
      const Autocorrelation a = autocorrelation({level, field.count / s.beta.size()});
      double tau = a.tau;
      const double of_sweeps = x.mean.empty() ? 0 : variance_of(x.value, of_absolute);
      if (of_sweeps > 0) tau *= a.variance / of_sweeps;  // of sweeps, not of their means over a draw
      if (tau > longest[b]) longest[b] = tau;
    }
  return longest;
}

RowReport estimate_row(const ChainDraws& s, std::size_t b) {
  RowReport report;
  // A quantity that depends on a slow mode only weakly shows it too faintly for its own window, yet its error comes
  // from there: nothing is taken to remember less than three times the slowest.
  const std::size_t memory = std::max(s.memory, static_cast<std::size_t>(3 * s.tau[b]));
  const bool drawn_afresh = s.beta[b] == 0;
  std::set<std::string> odd_means;
  const auto pool = pool_with_hotter(s, b, false);
  std::optional<PooledWeights> pool_of_pairs;
  if (find_role(s.method.fields(), Role::of_pairs) != nullptr) pool_of_pairs = pool_with_hotter(s, b, true);
  for (const Field& field : s.method.fields()) {
    if (!is_observable(field)) continue;
    const std::string& name = field.what.name;
    const Measured measured = measured_at(s, field, b);
    const std::vector<double>& x = measured.value;
    const ChainSeries chains{x, field.count / s.beta.size(), memory};
    const bool of_pairs = field.what.role == Role::of_pairs;
    const auto& weights = of_pairs ? pool_of_pairs : pool;
    const std::vector<double> hotter = weights ? values_at(s, field, b - 1) : std::vector<double>();
    const std::vector<Named> responses = responses_of(s, name, b, x.front());
    for (const auto& [what, response] : responses) {
      Beyond beyond{.tau = s.longest_tau(b), .moments = measured.moments()};
      if (weights) {
        beyond.hotter = hotter;
        beyond.weights = &*weights;
      }
      if (!drawn_afresh) beyond.unseen = beyond_seen(field.what, x, what->even);
      const RareEstimate found = estimate(response, chains, beyond);
      report.row[what->name] = found.estimate;
      if (what->derivation == Derivation::mean && odd(s, field.what)) {
        odd_means.insert(what->name);
        continue;
      }
      if (found.events < report.fewest_events || std::isnan(report.fewest_events)) {
        report.fewest_events = found.events;
        report.rarest = what->name;
      }
    }
    if (of_pairs) {
      Beyond beyond{.tau = std::max(0.5, s.longest_tau(b))};
      if (weights) {
        beyond.hotter = hotter;
        beyond.weights = &*weights;
      }
      const std::vector<double> all = series_at(s, field, b);
      report.overlap_distribution = histogram({all, chains.chains, memory}, overlap_edges(s.system), beyond,
                                              s.system.even_overlaps() ? Symmetry::even : Symmetry::none, s.together);
    }
    // By symmetry <m> = 0 and <q> = 0 without fields; that their sign is slow to change is no flaw of what does not
    // depend on it.
    const bool is_odd = odd(s, field.what);
    const std::vector<double> level = measured.level(is_odd);
    const Convergence found =
        check_convergence({level, chains.chains, memory},
                          of_pairs ? std::span<const ChainStart>() : std::span<const ChainStart>(s.starts));
    constexpr double apart = 5;
    if (std::abs(found.z_starts) > apart || std::abs(found.z_chains) > apart)
      hold_all_chains(report.row, std::span(responses).subspan(is_odd ? 1 : 0), chains, measured.moments());
    if (is_odd) {
      Estimate& e = report.row[name];
      e.error = std::max(e.error, std::abs(e.value));
    }
    const std::string level_name = name_of_level(responses, is_odd);
    if (!level_name.empty() && !(is_odd && of_pairs))  // valleys of a glass are slow, and what lies in them is not
      report.findings.push_back({fmt::format("{} at beta = {:.6g}", level_name, s.beta[b]), found});
  }
  report.frozen = s.sites() > 1 && std::all_of(report.row.begin(), report.row.end(), [&](const auto& named) {
                    return odd_means.contains(named.first) || !(named.second.error > 0);
                  });
  return report;
}

/// P(q) over all betas.
void add_overlap_distribution(Group& group, const ChainDraws& s, std::span<const RowReport> reports) {
  if (find_role(s.method.fields(), Role::of_pairs) == nullptr) return;
  const std::vector<double> edges = overlap_edges(s.system);
  std::vector<double> centre;
  std::vector<Estimate> density;
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) centre.push_back((edges[k] + edges[k + 1]) / 2);
  for (const RowReport& report : reports)
    density.insert(density.end(), report.overlap_distribution.begin(), report.overlap_distribution.end());
  const std::size_t bins = centre.size();
  add_coordinate(group, "q", std::move(centre), "1", "overlap, centre of the bin");
  add_estimates(group, "overlap_distribution", {"beta", "q"}, {s.beta.size(), bins}, density, "1",
                "probability density P(q), made even where there are no fields");
}

}  // namespace gibbsite

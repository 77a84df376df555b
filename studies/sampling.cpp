// Series of chains and tempering, one beta at a time: estimates, and the distribution of the overlap.
#include "studies/sampling.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "estimators/autocorrelation.hpp"
#include "estimators/histogram.hpp"
#include "samplers/tempering.hpp"
#include "studies/variables.hpp"

namespace gibbsite {

std::vector<double> series_at(const Trace& trace, const Field& field, std::size_t betas, std::size_t b) {
  const std::size_t chains = field.count / betas, draws = trace.draws();
  std::vector<double> series(chains * draws);
  for (std::size_t t = 0; t < draws; ++t)
    for (std::size_t c = 0; c < chains; ++c) series[c * draws + t] = trace.at(t, field.offset + c * betas + b);
  return series;
}

LadderSeries ladder_series(const Method& method, const Book& book) {
  const std::size_t betas = book.betas(), draws = method.trace().draws();
  LadderSeries series{{}, {}, book.chains(), betas - 1};
  const Field& up = *find_field(method.fields(), "log_ratio_up");
  const Field& down = *find_field(method.fields(), "log_ratio_down");
  for (std::size_t c = 0; c < book.chains(); ++c)
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t k = 0; k + 1 < betas; ++k) {
        series.up.push_back(method.trace().at(t, up.offset + c * betas + k));
        series.down.push_back(method.trace().at(t, down.offset + c * betas + k + 1));
      }
  return series;
}

/// In tempering a rung sees a replica again after about half a round trip (from either end), and remembers.
std::size_t memory_of(const Method& method) {
  const auto* tempering = dynamic_cast<const Tempering*>(&method);
  if (tempering == nullptr) return 0;
  const auto trips = tempering->round_trips();
  const double total = static_cast<double>(std::accumulate(trips.begin(), trips.end(), std::uint64_t{0}));
  return static_cast<std::size_t>(static_cast<double>(trips.size() * tempering->trace().draws()) /
                                  std::max(2 * total, 1.0));
}

namespace {

/// Whether a quantity changes sign with all spins where that is a symmetry: such a one may be slow while all others are
/// not.
bool odd(const Sampling& s, const std::string& name) {
  return s.mean_magnetization() == MeanMagnetization::zero_by_symmetry &&
         (name == "magnetization_density" || name == "overlap");
}

/// What everything at one beta is taken to remember: three times the longest autocorrelation time there. A quantity
/// that hangs on a slow mode only weakly shows it too faintly for its own window, yet its error comes from there.
std::size_t memory_at(const Sampling& s, std::size_t b) {
  double longest = 0;
  for (const Field& field : s.method.fields()) {
    const std::string& name = field.what.name;
    if (name.starts_with("log_ratio") || name == "replica" || name == "energy" || odd(s, name)) continue;
    const std::vector<double> x = series_at(s.method.trace(), field, s.beta.size(), b);
    const double tau = autocorrelation({x, field.count / s.beta.size()}).tau;
    if (tau > longest) longest = tau;
  }
  return std::max(s.memory, static_cast<std::size_t>(3 * longest));
}

}  // namespace

Row estimate_row(const Sampling& s, std::size_t b, std::vector<Finding>& findings) {
  Row row;
  const Trace& trace = s.method.trace();
  const std::size_t memory = memory_at(s, b);
  for (const Field& field : s.method.fields()) {
    const std::string& name = field.what.name;
    if (name.starts_with("log_ratio") || name == "replica") continue;
    const std::vector<double> x = series_at(trace, field, s.beta.size(), b);
    const Chains chains{x, field.count / s.beta.size(), memory};
    row[name] = estimate_mean(chains);
    if (odd(s, name)) row[name].error = std::max(row[name].error, std::abs(row[name].value));  // it is 0, by symmetry
    // By symmetry <m> = 0 and <q> = 0 without fields; that their sign is slow to change is no flaw of what does not
    // depend on it.
    if (!odd(s, name) && name != "energy")
      findings.push_back({fmt::format("{} at beta = {:.6g}", name, s.beta[b]),
                          check_convergence(chains, name == "overlap" ? std::span<const ChainStart>()
                                                                      : std::span<const ChainStart>(s.starts))});
    const Conditions at{s.beta[b], s.sites()};
    if (name == "energy" && s.system.path() == PathKind::temperature) row["specific_heat"] = specific_heat(chains, at);
    if (name == "magnetization_density") {
      row["susceptibility"] = susceptibility(chains, at, s.mean_magnetization());
      row["susceptibility_abs"] = susceptibility_abs(chains, at);
      row["binder_cumulant"] = binder_cumulant(chains);
    }
    if (name == "overlap") {
      std::vector<double> size = x, square = x;
      for (double& q : size) q = std::abs(q);
      for (double& q : square) q *= q;
      row["abs_overlap"] = estimate_mean({size, chains.chains, memory});
      row["overlap_squared"] = estimate_mean({square, chains.chains, memory});
      row["overlap_binder"] = binder_cumulant(chains);
    }
  }
  return row;
}

/// P(q) on bins symmetric about 0.
void add_overlap_distribution(Group& group, const Sampling& s) {
  const Field* field = find_field(s.method.fields(), "overlap");
  if (field == nullptr) return;
  // The values of q are -1, -1 + step, ..., 1. Bins of `per_bin` of them from the middle outwards, so that P(q) can be
  // symmetric; the outermost may hold fewer, and are as much narrower.
  const double step = 2 / s.sites(), per_bin = 2 * std::floor((s.sites() + 1) / 64 / 2) + 1, outermost = 1 + step / 2;
  const bool zero = std::fmod(s.sites(), 2) == 0;  // whether q = 0 is a value, and so the middle of a bin
  std::vector<double> edges, centre, density, error;
  for (double edge = zero ? per_bin * step / 2 : per_bin * step; edge < outermost - step / 4; edge += per_bin * step)
    edges.push_back(edge);
  edges.push_back(outermost);
  const std::size_t half = edges.size();
  if (!zero) edges.push_back(0);
  for (std::size_t k = 0; k < half; ++k) edges.push_back(-edges[k]);
  std::sort(edges.begin(), edges.end());
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) centre.push_back((edges[k] + edges[k + 1]) / 2);
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    const std::vector<double> q = series_at(s.method.trace(), *field, s.beta.size(), b);
    for (const Estimate& p : histogram({q, field->count / s.beta.size(), s.memory}, edges)) {
      density.push_back(p.value);
      error.push_back(p.error);
    }
  }
  const std::size_t bins = centre.size();
  add_coordinate(group, "q", std::move(centre), "1", "overlap, centre of the bin");
  add(group, "overlap_distribution", {"beta", "q"}, {s.beta.size(), bins}, std::move(density), "1",
      "probability density P(q)");
  add(group, "overlap_distribution_error", {"beta", "q"}, {s.beta.size(), bins}, std::move(error), "1",
      "standard error of overlap_distribution");
}

}  // namespace gibbsite

// Chains and tempering: series, estimates with errors, ln Z along the grid, and what there is to doubt.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>

#include "estimators/autocorrelation.hpp"
#include "estimators/free_energy.hpp"
#include "estimators/histogram.hpp"
#include "estimators/thermodynamics.hpp"
#include "estimators/verdict.hpp"
#include "samplers/mcmc.hpp"
#include "samplers/tempering.hpp"
#include "studies/report.hpp"
#include "studies/variables.hpp"

namespace gibbsite {
namespace {

/// One field of the trace at one beta, as [chain][draw].
std::vector<double> series_at(const Trace& trace, const Field& field, std::size_t betas, std::size_t b) {
  const std::size_t chains = field.count / betas, draws = trace.draws();
  std::vector<double> series(chains * draws);
  for (std::size_t t = 0; t < draws; ++t)
    for (std::size_t c = 0; c < chains; ++c) series[c * draws + t] = trace.at(t, field.offset + c * betas + b);
  return series;
}

/// All estimates at one beta, by name.
using Row = std::map<std::string, Estimate>;

struct Sampling {
  const System& system;
  const Method& method;
  const Book& book;
  std::vector<double> beta;
  std::vector<ChainStart> starts;
  std::size_t memory = 0;  // draws, see Chains

  double sites() const { return static_cast<double>(system.ising->units()); }
  MeanMagnetization mean_magnetization() const {
    const auto fields = system.ising->graph().fields();
    const bool none = std::all_of(fields.begin(), fields.end(), [](double h) { return h == 0; });
    return none ? MeanMagnetization::zero_by_symmetry : MeanMagnetization::measured;
  }
};

/// In tempering a rung sees a replica again after about half a round trip (from either end), and remembers.
std::size_t memory_of(const Method& method) {
  const auto* tempering = dynamic_cast<const Tempering*>(&method);
  if (tempering == nullptr) return 0;
  const auto trips = tempering->round_trips();
  const double total = static_cast<double>(std::accumulate(trips.begin(), trips.end(), std::uint64_t{0}));
  return static_cast<std::size_t>(static_cast<double>(trips.size() * tempering->trace().draws()) /
                                  std::max(2 * total, 1.0));
}

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
    if (name == "energy") row["specific_heat"] = specific_heat(chains, at);
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

Group estimates_group(const Sampling& s, const std::vector<Row>& rows, double every) {
  Group group{.name = "estimates"};
  add_beta(group, s.beta);
  for (const Estimated& what : estimated_quantities()) {
    if (!rows[0].contains(what.name)) continue;
    std::vector<Estimate> estimates;
    for (const Row& row : rows) estimates.push_back(row.at(what.name));
    add_estimates(group, what.name, {"beta"}, {rows.size()}, estimates, what.units, what.meaning);
    const auto column = [&](double Estimate::*part, double scale) {
      std::vector<double> values;
      for (const Estimate& e : estimates) values.push_back(scale * e.*part);
      return values;
    };
    add(group, what.name + "_tau", {"beta"}, {rows.size()}, column(&Estimate::tau, every), "sweep",
        "integrated autocorrelation time of " + what.name);
    add(group, what.name + "_ess", {"beta"}, {rows.size()}, column(&Estimate::ess, 1), "1",
        "effective sample size of " + what.name);
    add(group, what.name + "_rhat", {"beta"}, {rows.size()}, column(&Estimate::rhat, 1), "1",
        "split R-hat of " + what.name);
  }
  add_overlap_distribution(group, s);
  return group;
}

/// ln Z along the grid where it begins at the reference: stepping stone and Bennett.
Group free_energy_group(const Sampling& s, const std::vector<Row>& rows, double log_z_reference,
                        std::vector<std::string>& warnings) {
  Group group{.name = "free_energy"};
  const std::size_t betas = s.beta.size(), pairs = betas - 1, chains = s.book.chains(),
                    draws = s.method.trace().draws();
  if (betas < 2 || s.beta[0] != 0) return group;
  const Field& up = *find_field(s.method.fields(), "log_ratio_up");
  const Field& down = *find_field(s.method.fields(), "log_ratio_down");
  std::vector<double> ups(chains * draws * pairs), downs(ups.size());
  for (std::size_t c = 0, at = 0; c < chains; ++c)
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t k = 0; k < pairs; ++k, ++at) {
        ups[at] = s.method.trace().at(t, up.offset + c * betas + k);
        downs[at] = s.method.trace().at(t, down.offset + c * betas + k + 1);
      }
  const LadderRatios ratios{ups, downs, chains, pairs, s.memory};
  const LadderFreeEnergy stones = stepping_stone(ratios), bar = bennett_ladder(ratios);
  std::vector<std::vector<Estimate>> log_z = {bar.log_z, stones.log_z};
  for (auto& route : log_z)
    for (Estimate& e : route) e.value += log_z_reference;
  std::vector<Estimate> energy;
  for (const Row& row : rows) energy.push_back(row.at("energy"));
  add_free_energy(group, s.beta, {"bar", "stepping_stone"}, log_z, energy, s.sites());
  for (std::string& warning : overlap_warnings(bar, s.beta)) warnings.push_back(std::move(warning));
  return group;
}

Group diagnostics_group(const Sampling& s, std::vector<std::string>& warnings) {
  Group group{.name = "diagnostics"};
  add_beta(group, s.beta);
  const auto* tempering = dynamic_cast<const Tempering*>(&s.method);
  const auto* mcmc = dynamic_cast<const Mcmc*>(&s.method);
  const auto tally = tempering != nullptr ? tempering->tally() : mcmc->tally();
  const auto settings = tempering != nullptr ? tempering->settings() : mcmc->settings();
  std::vector<double> acceptance, stride;
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    Tally sum;
    for (std::size_t slot = b; slot < tally.size(); slot += s.beta.size()) {
      sum.tried += tally[slot].tried;
      sum.accepted += tally[slot].accepted;
    }
    acceptance.push_back(sum.accepted / sum.tried);
    stride.push_back(settings[b].stride);
  }
  add(group, "acceptance", {"beta"}, {s.beta.size()}, std::move(acceptance), "1", "spins changed per spin and sweep");
  add(group, "stride", {"beta"}, {s.beta.size()}, std::move(stride), "1", "clusters per sweep (wolff); 1 elsewhere");
  if (tempering == nullptr) return group;
  add_tempering_diagnostics(group, *tempering, warnings);
  add_scalar(group, "memory", static_cast<double>(s.memory), "1",
             "draws that a rung remembers, half a round trip: no window of an autocorrelation time is shorter");
  return group;
}

}  // namespace

Group chain_series(const Study& study, const Method& method, std::span<const double> beta, const Book& book) {
  Group group{.name = "series"};
  const Trace& trace = method.trace();
  const std::size_t betas = beta.size(), draws = trace.draws();
  add_beta(group, beta);
  add_index(group, "chain", book.chains(),
            dynamic_cast<const Tempering*>(&method) != nullptr ? "independent ladder" : "independent chain");
  std::vector<std::int64_t> sweep;
  for (std::size_t t = 0; t < draws; ++t)
    sweep.push_back(study.method.thermalization + static_cast<std::int64_t>(t + 1) * study.method.every);
  add_index(group, "draw", draws, "draw");
  add(group, "sweep", {"draw"}, {draws}, std::move(sweep), "sweep", "sweeps from the start to the draw");
  for (const Field& field : method.fields()) {
    if (field.what.name.starts_with("log_ratio")) continue;  // they follow from the others
    const std::size_t rows = field.count / betas;
    std::vector<double> values(rows * draws * betas);
    for (std::size_t c = 0, at = 0; c < rows; ++c)
      for (std::size_t t = 0; t < draws; ++t)
        for (std::size_t b = 0; b < betas; ++b, ++at) values[at] = trace.at(t, field.offset + c * betas + b);
    const bool pairs = field.what.name == "overlap";
    if (pairs) add_index(group, "pair", rows, "pair of chains: 0 and 1, 2 and 3, ...");
    std::vector<std::string> dims = {pairs ? "pair" : "chain", "draw", "beta"};
    if (field.what.name == "replica") {
      std::vector<std::int64_t> replica(values.begin(), values.end());
      add(group, field.what.name, std::move(dims), {rows, draws, betas}, std::move(replica), field.what.units,
          field.what.meaning);
    } else {
      add(group, field.what.name, std::move(dims), {rows, draws, betas}, std::move(values), field.what.units,
          field.what.meaning);
    }
  }
  return group;
}

Findings chain_findings(const Study& study, const System& system, const Method& method, const Book& book) {
  const Starts start = dynamic_cast<const Mcmc*>(&method) != nullptr
                           ? dynamic_cast<const Mcmc&>(method).options().start
                           : dynamic_cast<const Tempering&>(method).options().start;
  Sampling s{system, method, book, betas_of(study, method), {}, memory_of(method)};
  for (std::size_t c = 0; c < book.chains(); ++c)
    s.starts.push_back(starts_cold(start, c) ? ChainStart::cold : ChainStart::hot);
  if (start != Starts::mixed) s.starts.clear();
  std::vector<Row> rows(s.beta.size());
  std::vector<std::vector<Finding>> findings(s.beta.size());
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    try {
      rows[b] = estimate_row(s, b, findings[b]);
    } catch (...) {
#pragma omp critical(gibbsite_report)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
  std::vector<Finding> all;
  for (auto& f : findings) all.insert(all.end(), f.begin(), f.end());
  Findings found;
  found.estimates = estimates_group(s, rows, static_cast<double>(study.method.every));
  found.diagnostics = diagnostics_group(s, found.warnings);
  for (std::string& sentence : verdict(all)) found.warnings.push_back(std::move(sentence));
  found.free_energy = free_energy_group(s, rows, static_cast<double>(system.ising->log_states()), found.warnings);
  return found;
}

}  // namespace gibbsite

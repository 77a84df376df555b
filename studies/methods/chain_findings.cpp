// Chains and tempering: series, estimates with errors, ln Z along the grid, and what there is to doubt.
#include "studies/methods/chain_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "estimators/free_energy.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/chain_doubts.hpp"
#include "studies/methods/chain_estimates.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {
namespace {

Group estimates_group(const ChainDraws& s, const std::vector<RowReport>& rows) {
  Group group{.name = "estimates"};
  const auto every = static_cast<double>(s.method.options().every), together = static_cast<double>(s.together);
  group.attributes.emplace_back("sweeps_per_draw", every);
  if (s.method.chain_trace().sums_sweeps()) group.attributes.emplace_back("means_over_sweeps", std::int64_t{1});
  add_beta(group, s.beta);
  for (const Estimated& what : s.quantities) {
    if (!rows[0].row.contains(what.name)) continue;
    std::vector<Estimate> estimates;
    for (const RowReport& row : rows) estimates.push_back(row.row.at(what.name));
    add_estimates(group, what.name, {"beta"}, {rows.size()}, estimates, what.units, what.meaning);
    const auto column = [&](double Estimate::*part, double scale) {
      std::vector<double> values;
      for (const Estimate& e : estimates) values.push_back(scale * e.*part);
      return values;
    };
    add(group, what.name + "_tau", {"beta"}, {rows.size()}, column(&Estimate::tau, every * together), "sweep",
        "integrated autocorrelation time of " + what.name + ", 1/2 where sweeps are independent");
    add(group, what.name + "_ess", {"beta"}, {rows.size()}, column(&Estimate::ess, 1), "1",
        "effective sample size of " + what.name);
    add(group, what.name + "_rhat", {"beta"}, {rows.size()}, column(&Estimate::rhat, 1), "1",
        "split R-hat of " + what.name);
  }
  add_overlap_distribution(group, s, rows);
  return group;
}

/// beta E of every draw, [chain][draw][beta].
std::vector<double> reduced_energies(const ChainDraws& s) {
  const Trace& trace = s.method.trace();
  const Field& energy = *find_field(s.method.fields(), "energy");
  std::vector<double> x;
  x.reserve(energy.count * trace.draws());
  for (std::size_t c = 0; c < s.method.chain_trace().chains(); ++c)
    for (std::size_t t = 0; t < trace.draws(); ++t)
      for (std::size_t b = 0; b < s.beta.size(); ++b)
        x.push_back(s.beta[b] * trace.at(t, energy.offset + c * s.beta.size() + b));
  return x;
}

/// ln Z along the grid where it begins at the reference: stepping stone and Bennett.
Group free_energy_group(const ChainDraws& s, const std::vector<RowReport>& rows, double log_z_reference,
                        std::vector<std::string>& warnings) {
  Group group{.name = "free_energy"};
  if (s.beta.size() < 2 || s.beta[0] != 0) return group;
  const LadderSeries series = ladder_series(s.method);
  LadderRatios ratios = series.ratios(s.memory * s.together);
  std::vector<double> reduced;  // beta E, which makes the entropy of ln Z
  if (s.system.path() == PathKind::temperature) reduced = reduced_energies(s);
  ratios.added = reduced;
  std::vector<double> reduced_error;
  for (std::size_t b = 0; b < s.beta.size(); ++b) reduced_error.push_back(s.beta[b] * rows[b].row.at("energy").error);
  ratios.added_error = reduced_error;
  const LadderFreeEnergy stones = stepping_stone(ratios), bar = bennett_ladder(ratios);
  std::vector<std::vector<Estimate>> log_z = {bar.log_z, stones.log_z}, entropy = {bar.sum, stones.sum};
  for (auto* routes : {&log_z, &entropy})
    for (auto& route : *routes)
      for (Estimate& e : route) e.value += log_z_reference;
  add_free_energy(group, s.beta, {"bar", "stepping_stone"}, log_z, entropy, s.system);
  for (std::string& warning : overlap_warnings(bar, s.beta)) warnings.push_back(std::move(warning));
  return group;
}

Group diagnostics_group(const ChainDraws& s) {
  Group group{.name = "diagnostics"};
  add_beta(group, s.beta);
  std::vector<double> acceptance, stride;
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    const Tally sum = tally_at(s.method.tally(), b, s.beta.size());
    acceptance.push_back(sum.accepted / sum.tried);
    stride.push_back(s.method.settings()[b].stride);
  }
  add(group, "acceptance", {"beta"}, {s.beta.size()}, std::move(acceptance), "1", "spins changed per spin and sweep");
  add(group, "stride", {"beta"}, {s.beta.size()}, std::move(stride), "1", "clusters per sweep (wolff); 1 elsewhere");
  return group;
}

/// Where nothing ever moved, and where a beta stands alone and its estimates rest on a handful of events.
void add_rare_events(const ChainDraws& s, const std::vector<RowReport>& reports, std::vector<std::string>& warnings) {
  for (std::size_t b = 0; b < reports.size(); ++b)
    if (reports[b].frozen)
      warnings.push_back(fmt::format(
          "nothing changed in any chain at beta = {:.6g}: no event was seen, so that no error can be given; add hotter "
          "betas close by, which see them, or use tempering",
          s.beta[b]));
  for (std::size_t b = 0; b < reports.size(); ++b)
    if (reports[b].fewest_events < 10)
      warnings.push_back(
          fmt::format("{} at beta = {:.6g} rests on about {:.0f} independent events, and its error allows for one more "
                      "that was not "
                      "seen; run longer, or add a hotter beta close by, which sees them more often",
                      reports[b].rarest, s.beta[b], reports[b].fewest_events));
}

}  // namespace

Findings chain_findings(const ChainRun& run,
                        const std::function<void(Group& diagnostics, std::vector<std::string>& warnings)>& add_more) {
  const ChainOptions& options = run.method.options();
  const auto lambda = run.method.lambda();
  ChainDraws s{run.system,
               run.method,
               estimated_quantities(run.system),
               {lambda.begin(), lambda.end()},
               chain_starts(options),
               columns_of(run.method.trace()),
               draws_together(run.method.trace().draws())};
  s.memory = run.method.memory() / s.together;
  s.tau = longest_taus(s);
  std::vector<RowReport> reports(s.beta.size());
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t b = 0; b < s.beta.size(); ++b) {
    try {
      reports[b] = estimate_row(s, b);
    } catch (...) {
#pragma omp critical(gibbsite_report)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
  std::vector<Finding> all;
  for (const RowReport& report : reports) all.insert(all.end(), report.findings.begin(), report.findings.end());
  Findings found;
  found.estimates = estimates_group(s, reports);
  found.diagnostics = diagnostics_group(s);
  if (add_more) add_more(found.diagnostics, found.warnings);
  for (std::string& sentence : verdict(all)) found.warnings.push_back(std::move(sentence));
  add_chain_doubts(run.kind, s, options, found.warnings, found.notes);
  add_rare_events(s, reports, found.warnings);
  found.free_energy = free_energy_group(s, reports, run.ensemble.layout().log_z_reference, found.warnings);
  return found;
}

}  // namespace gibbsite

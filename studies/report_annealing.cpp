// Annealing: weights, weighted estimates, ln Z from the way there, the way back, and both.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/thermodynamics.hpp"
#include "estimators/two_sided.hpp"
#include "estimators/weighted.hpp"
#include "studies/report.hpp"
#include "studies/variables.hpp"

namespace gibbsite {
namespace {

/// Particles at one reported lambda.
struct Population {
  const Annealing& annealing;
  std::size_t row;
  std::vector<std::size_t> family;

  Population(const Annealing& a, std::size_t r) : annealing(a), row(r) {
    for (const double f : values("family")) family.push_back(static_cast<std::size_t>(f));
  }
  std::span<const double> values(const std::string& name) const {
    const Field& field = *find_field(annealing.fields(), name);
    return std::span(annealing.trace().rows).subspan(row * annealing.trace().width + field.offset, field.count);
  }
  ParticleWeights weights() const { return {values("log_weight"), family}; }
};

std::vector<Estimate> estimates_of(const Population& p, const Conditions& at, MeanMagnetization known,
                                   const std::string& name) {
  const ParticleWeights w = p.weights();
  if (name == "specific_heat") return {specific_heat(w, p.values("energy"), at)};
  if (find_field(p.annealing.fields(), name) != nullptr) return {weighted_mean(w, p.values(name))};
  if (find_field(p.annealing.fields(), "magnetization_density") == nullptr) return {};
  const auto m = p.values("magnetization_density");
  if (name == "susceptibility") return {susceptibility(w, m, at, known)};
  if (name == "susceptibility_abs") return {susceptibility_abs(w, m, at)};
  if (name == "binder_cumulant") return {binder_cumulant(w, m)};
  return {};
}

/// ln Z + beta E, with the largest error it can have.
std::vector<Estimate> bounded_entropy(std::span<const double> beta, const std::vector<Estimate>& log_z,
                                      std::span<const Estimate> energy) {
  std::vector<Estimate> entropy;
  for (std::size_t b = 0; b < beta.size(); ++b)
    entropy.push_back(
        beta[b] > 0 ? Estimate{log_z[b].value + beta[b] * energy[b].value, log_z[b].error + beta[b] * energy[b].error}
                    : log_z[b]);
  return entropy;
}

std::vector<double> betas_reported(const Annealing& annealing) {
  const auto& report = annealing.options().report;
  return {report.begin(), report.begin() + static_cast<std::ptrdiff_t>(annealing.trace().draws())};
}

}  // namespace

Group annealing_series(const Annealing& annealing) {
  Group group{.name = "series"};
  const std::vector<double> beta = betas_reported(annealing);
  const Trace& trace = annealing.trace();
  const std::size_t particles = annealing.fields()[0].count, last = beta.size() - 1;
  add_beta(group, beta);
  add_index(group, "particle", particles, "particle");
  for (const Field& field : annealing.fields()) {
    std::vector<double> values(particles * beta.size());
    for (std::size_t r = 0, at = 0; r < particles; ++r)
      for (std::size_t b = 0; b < beta.size(); ++b, ++at) values[at] = trace.at(b, field.offset + r);
    if (field.what.name == "log_weight") {
      const double* w = trace.rows.data() + last * trace.width + field.offset;
      add(group, "log_weight", {"particle"}, {particles}, std::vector<double>(w, w + particles), "1",
          "ln of the importance weight at the last beta");
      add(group, "log_weight_path", {"particle", "beta"}, {particles, beta.size()}, std::move(values), "1",
          "ln of the importance weight at every beta");
    } else if (field.what.name == "family") {
      add(group, "family", {"particle", "beta"}, {particles, beta.size()},
          std::vector<std::int64_t>(values.begin(), values.end()), "1", field.what.meaning);
    } else {
      add(group, field.what.name, {"particle", "beta"}, {particles, beta.size()}, std::move(values), field.what.units,
          field.what.meaning);
    }
  }
  if (annealing.done() && !annealing.reverse_log_weight().empty())
    add(group, "log_weight_reverse", {"particle"}, {particles},
        std::vector<double>(annealing.reverse_log_weight().begin(), annealing.reverse_log_weight().end()), "1",
        "ln of the weight on the way back");
  return group;
}

Findings annealing_findings(const System& system, const Ensemble& ensemble, const Annealing& annealing) {
  Findings found;
  const std::vector<double> beta = betas_reported(annealing);
  const double sites = system.sites(), reference = ensemble.layout().log_z_reference;
  const auto known = system.symmetric() ? MeanMagnetization::zero_by_symmetry : MeanMagnetization::measured;
  std::vector<Population> populations;
  for (std::size_t b = 0; b < beta.size(); ++b) populations.emplace_back(annealing, b);

  add_beta(found.estimates, beta);
  std::vector<Estimate> energy;
  for (const Estimated& what : estimated_quantities(system)) {
    std::vector<Estimate> column;
    for (std::size_t b = 0; b < beta.size(); ++b)
      for (const Estimate& e : estimates_of(populations[b], {beta[b], sites}, known, what.name)) column.push_back(e);
    if (column.empty()) continue;
    if (what.name == "energy") energy = column;
    add_estimates(found.estimates, what.name, {"beta"}, {beta.size()}, column, what.units, what.meaning);
    std::vector<double> ess;
    for (const Estimate& e : column) ess.push_back(e.ess);
    add(found.estimates, what.name + "_ess", {"beta"}, {beta.size()}, std::move(ess), "1",
        "effective sample size of " + what.name);
  }

  std::vector<Estimate> forward;
  std::vector<double> ess, family_ess, share;
  for (std::size_t b = 0; b < beta.size(); ++b) {
    const LogZ z = log_z_from_weights(populations[b].weights());
    forward.push_back(z.log_z);
    forward.back().value += reference;
    ess.push_back(z.quality.ess);
    family_ess.push_back(z.quality.family_ess);
    share.push_back(z.quality.largest_share);
    if (!z.quality.trusted)
      found.warnings.push_back(
          fmt::format("the weights at beta = {:.6g} are carried by only {:.1f} of {} particles: ln Z there is a lower "
                      "bound in expectation, "
                      "and its error is not to be trusted; use more temperatures or particles",
                      beta[b], z.quality.effective, populations[b].family.size()));
  }
  std::vector<std::string> names = {"ais"};
  std::vector<std::vector<Estimate>> routes = {forward};
  if (annealing.done() && !annealing.reverse_log_weight().empty()) {
    const bool resampled = annealing.options().resample_below > 0;
    const std::vector<std::size_t> ancestor(annealing.reverse_family().begin(), annealing.reverse_family().end());
    const ParticleWeights back{annealing.reverse_log_weight(), ancestor};
    const auto at_target = [&](Estimate e) {  // known at the last beta alone
      std::vector<Estimate> route(beta.size());
      e.value += reference;
      route.back() = e;
      return route;
    };
    const TwoSided both = two_sided(populations.back().weights(), back);
    names.emplace_back("ais_reverse");
    routes.push_back(at_target(both.reverse.log_z));
    if (!resampled) {
      names.emplace_back("ais_two_sided");
      routes.push_back(at_target(both.combined));
    }
    add_scalar(found.diagnostics, "two_sided_z", both.z, "1", "forward against reverse, in their errors");
    add_scalar(found.diagnostics, "two_sided_overlap", both.overlap, "1",
               "overlap of forward and reverse paths, 0 to 1");
    found.diagnostics.attributes.emplace_back("two_sided_check", both.trusted
                                                                     ? "forward and reverse annealing agree"
                                                                     : "forward and reverse annealing do not meet");
    if (!both.trusted)
      found.warnings.push_back(
          fmt::format("forward and reverse annealing do not meet (ln Z = {:.6g} and {:.6g}, overlap of paths {:.2g}): "
                      "use more temperatures, or more thermalization at the target",
                      forward.back().value, both.reverse.log_z.value + reference, both.overlap));
  }
  std::vector<std::vector<Estimate>> entropy;
  if (system.path() == PathKind::temperature)
    for (const std::vector<Estimate>& route : routes) entropy.push_back(bounded_entropy(beta, route, energy));
  add_free_energy(found.free_energy, beta, names, routes, entropy, system);

  Group& d = found.diagnostics;
  add_beta(d, beta);
  add(d, "weight_ess", {"beta"}, {beta.size()}, std::move(ess), "1", "effective sample size of the weights");
  add(d, "family_ess", {"beta"}, {beta.size()}, std::move(family_ess), "1", "effective number of families");
  add(d, "largest_share", {"beta"}, {beta.size()}, std::move(share), "1",
      "largest share of all weight that one family holds");
  add_scalar(d, "acceptance", annealing.tally().accepted / std::max(annealing.tally().tried, 1.0), "1",
             "spins changed per spin and sweep");
  const auto schedule = annealing.schedule();
  if (schedule.size() > 1) {
    add_coordinate(d, "schedule", std::vector<double>(schedule.begin(), schedule.end()), "1/J",
                   "betas of the annealing schedule");
    std::vector<double> effective(annealing.effective_fraction().begin(), annealing.effective_fraction().end());
    effective.insert(effective.begin(), 1.0);
    effective.resize(schedule.size(), unknown);
    add(d, "effective_fraction", {"schedule"}, {schedule.size()}, std::move(effective), "1",
        "effective share of the particles");
  }
  return found;
}

}  // namespace gibbsite

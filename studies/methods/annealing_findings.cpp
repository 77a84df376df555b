// Annealing: weights, weighted estimates, ln Z from the way there, the way back, and both.
#include "studies/methods/annealing_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "estimators/thermodynamics.hpp"
#include "estimators/two_sided.hpp"
#include "estimators/weighted.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/annealing_doubts.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {
namespace {

/// Particles at one reported lambda, and those of hotter rows with the weights that they have here.
struct Population {
  const Annealing& annealing;
  std::size_t row;
  std::vector<std::size_t> family;
  std::vector<std::vector<double>> hotter;

  Population(const Annealing& a, std::size_t r) : annealing(a), row(r) {
    for (const double f : values("family")) family.push_back(static_cast<std::size_t>(f));
  }
  std::span<const double> values(const std::string& name) const { return of(row, name); }
  /// As averages want them: the values of this row, then those of the hotter ones.
  std::vector<double> all(const std::string& name) const {
    const auto own = values(name);
    std::vector<double> out(own.begin(), own.end());
    for (std::size_t k = 0; k < hotter.size(); ++k) {
      const auto more = of(k, name);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }
  /// Hotter rows become witnesses, by their energies: where lambda is an inverse temperature.
  void ask_hotter() {
    const auto lambda = annealing.recorded();
    for (std::size_t k = 0; k < row; ++k) {
      const auto log_w = of(k, "log_weight"), energy = of(k, "energy");
      std::vector<double> here(log_w.begin(), log_w.end());
      for (std::size_t i = 0; i < here.size(); ++i) here[i] -= (lambda[row] - lambda[k]) * energy[i];
      hotter.push_back(std::move(here));
    }
  }
  ParticleWeights weights() const { return {values("log_weight"), family, 0, hotter}; }

 private:
  std::span<const double> of(std::size_t any_row, const std::string& name) const {
    const Field& field = *find_field(annealing.fields(), name);
    return std::span(annealing.trace().rows).subspan(any_row * annealing.trace().width + field.offset, field.count);
  }
};

/// Nothing of pairs of replicas.
std::optional<Estimate> estimate_of(const Population& p, const Conditions& at, MeanMagnetization known,
                                    const Estimated& what) {
  const ParticleWeights w = p.weights();
  if (find_field(p.annealing.fields(), what.name) != nullptr) return weighted_mean(w, p.all(what.name));
  if (find_field(p.annealing.fields(), what.of) == nullptr) return std::nullopt;
  const std::vector<double> x = p.all(what.of);
  switch (what.derivation) {
    case Derivation::specific_heat:
      return specific_heat(w, x, at);
    case Derivation::susceptibility:
      return susceptibility(w, x, at, known);
    case Derivation::susceptibility_abs:
      return susceptibility_abs(w, x, at);
    case Derivation::binder:
      return binder_cumulant(w, x);
    default:
      return std::nullopt;
  }
}

/// ln Z + beta E at every beta of a route: made of the same families, by_family[beta] (none: of others).
std::vector<Estimate> entropy_of(std::span<const Population> populations, std::span<const double> beta,
                                 const std::vector<Estimate>& log_z,
                                 const std::vector<std::vector<double>>& by_family) {
  std::vector<Estimate> entropy;
  for (std::size_t b = 0; b < beta.size(); ++b)
    entropy.push_back(std::isnan(log_z[b].value) ? Estimate{}
                      : beta[b] > 0              ? plus_mean(log_z[b], by_family[b], populations[b].weights(),
                                                             populations[b].all("energy"), beta[b])
                                                 : log_z[b]);
  return entropy;
}

/// The rows of reported lambdas, as far as there are any.
std::vector<std::size_t> rows_reported(const Annealing& annealing) {
  const auto& report = annealing.options().report;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < annealing.trace().draws(); ++row)
    if (std::binary_search(report.begin(), report.end(), annealing.recorded()[row])) rows.push_back(row);
  return rows;
}
std::vector<double> betas_reported(const Annealing& annealing) {
  std::vector<double> beta;
  for (const std::size_t row : rows_reported(annealing)) beta.push_back(annealing.recorded()[row]);
  return beta;
}

}  // namespace

Group annealing_series(const StoreKeys& stored, const Annealing& annealing) {
  Group group{.name = "series"};
  const std::vector<double> beta = betas_reported(annealing);
  const std::vector<std::size_t> rows = rows_reported(annealing);
  const Trace& trace = annealing.trace();
  const std::size_t particles = annealing.fields()[0].count, last = rows.back();
  add_beta(group, beta);
  add_index(group, "particle", particles, "particle");
  const auto wanted = [&](const std::string& name) { return stored.all() || stored.has(name); };
  for (const Field& field : annealing.fields()) {
    const bool weights = field.what.name == "log_weight";
    if (!field.what.measured() || (!wanted(field.what.name) && !(weights && wanted("log_weight_path")))) continue;
    std::vector<double> values(particles * beta.size());
    for (std::size_t r = 0, at = 0; r < particles; ++r)
      for (std::size_t b = 0; b < beta.size(); ++b, ++at) values[at] = trace.at(rows[b], field.offset + r);
    if (weights) {
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
  if (wanted("log_weight_reverse") && annealing.done() && !annealing.reverse_log_weight().empty())
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
  for (const std::size_t row : rows_reported(annealing)) {
    populations.emplace_back(annealing, row);
    if (system.path() == PathKind::temperature) populations.back().ask_hotter();
  }

  add_beta(found.estimates, beta);
  for (const Estimated& what : estimated_quantities(system)) {
    std::vector<Estimate> column;
    for (std::size_t b = 0; b < beta.size(); ++b)
      if (const auto e = estimate_of(populations[b], {beta[b], sites}, known, what)) column.push_back(*e);
    if (column.empty()) continue;
    add_estimates(found.estimates, what.name, {"beta"}, {beta.size()}, column, what.units, what.meaning);
    std::vector<double> ess;
    for (const Estimate& e : column) ess.push_back(e.ess);
    add(found.estimates, what.name + "_ess", {"beta"}, {beta.size()}, std::move(ess), "1",
        "effective sample size of " + what.name);
  }

  std::vector<Estimate> forward;
  std::vector<std::vector<double>> by_family;
  std::vector<double> ess, family_ess, share;
  for (std::size_t b = 0; b < beta.size(); ++b) {
    const LogZ z = log_z_from_weights(populations[b].weights());
    forward.push_back(z.log_z);
    forward.back().value += reference;
    by_family.push_back(z.by_family);
    ess.push_back(z.quality.ess);
    family_ess.push_back(z.quality.family_ess);
    share.push_back(z.quality.largest_share);
    if (!z.quality.trusted)
      found.warnings.push_back(
          fmt::format("at beta = {:.6g} {}", beta[b], doubt_of_weights(z.quality, populations[b].family.size())));
  }
  std::vector<std::string> names = {"ais"};
  std::vector<std::vector<Estimate>> routes = {forward};
  std::vector<std::vector<std::vector<double>>> families = {by_family};  // [route][beta], the forward ones
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
    TwoSided both = two_sided(populations.back().weights(), back);
    if (resampled) expect_unseen(both.reverse, 2 * annealing.unseen());  // copies of one particle see the same
    names.emplace_back("ais_reverse");
    routes.push_back(at_target(both.reverse.log_z));
    families.emplace_back(beta.size());
    if (!resampled) {
      names.emplace_back("ais_two_sided");
      routes.push_back(at_target(both.combined));
      families.emplace_back(beta.size());
      families.back().back() = both.by_family;
    }
    add_scalar(found.diagnostics, "two_sided_z", both.z, "1", "forward against reverse, in their errors");
    add_scalar(found.diagnostics, "two_sided_overlap", both.overlap, "1",
               "overlap of forward and reverse paths, 0 to 1");
    if (const std::string phases = doubt_of_phases(annealing); !phases.empty()) found.warnings.push_back(phases);
    const std::string doubt = doubt_of_both(both, resampled);
    found.diagnostics.attributes.emplace_back("two_sided_check", !both.meet ? "forward and reverse do not meet"
                                                                 : doubt.empty()
                                                                     ? "forward and reverse agree: no phase that "
                                                                       "annealing reaches was missed"
                                                                     : "too weak to tell");
    if (!doubt.empty())
      found.warnings.push_back(fmt::format("{} (ln Z = {:.6g} and {:.6g})", doubt, forward.back().value,
                                           both.reverse.log_z.value + reference));
  }
  std::vector<std::vector<Estimate>> entropy;
  if (system.path() == PathKind::temperature)
    for (std::size_t r = 0; r < routes.size(); ++r)
      entropy.push_back(entropy_of(populations, beta, routes[r], families[r]));
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

#include "studies/methods/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "estimators/significance.hpp"
#include "physics/exact/exact.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/tempering.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

const ChainTrace* chain_trace_of(const Method& method) {
  if (const auto* mcmc = dynamic_cast<const Mcmc*>(&method)) return &mcmc->chain_trace();
  if (const auto* tempering = dynamic_cast<const Tempering*>(&method)) return &tempering->chain_trace();
  return nullptr;
}

Findings findings_of(const Study& study, const System& system, const Ensemble& ensemble, const Method& method) {
  if (const ChainTrace* chain_trace = chain_trace_of(method))
    return chain_findings(study, system, ensemble, method, *chain_trace);
  return annealing_findings(system, ensemble, dynamic_cast<const Annealing&>(method));
}

/// Whether there are draws enough to estimate from.
bool can_estimate(const Method& method) {
  if (chain_trace_of(method) != nullptr) return method.trace().draws() >= 2;
  return dynamic_cast<const Annealing&>(method).reported() >= 1;
}

/// Canonical bytes as a variable: int8 or double units.
Column units_of(const Layout& layout, std::span<const std::byte> bytes) {
  const auto copy = [&]<class T>(std::vector<T> values) {
    values.resize(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(values.data()));
    return values;
  };
  if (layout.unit_type == UnitType::float64) return copy(std::vector<double>());
  return copy(std::vector<std::int8_t>());
}

}  // namespace

std::vector<double> betas_of(const Study& study, const Method& method) {
  const auto* tempering = dynamic_cast<const Tempering*>(&method);
  if (tempering == nullptr) return study.method.beta;
  return {tempering->lambda().begin(), tempering->lambda().end()};
}

std::optional<Group> exact_group(const System& system, std::span<const double> beta) {
  const auto answers = system.exact(beta, Effort::beside_a_run);
  if (std::holds_alternative<std::string>(answers)) return std::nullopt;
  return exact_as_group(std::get<ExactAnswers>(answers), beta, system);
}

Group exact_as_group(const ExactAnswers& answers, std::span<const double> beta, const System& system) {
  Group group{.name = "exact"};
  group.attributes.emplace_back("source", answers.source);
  add_beta(group, beta);
  const auto value = [&](std::size_t b, const std::string& name) {
    const auto found = answers.at[b].values.find(name);
    return found == answers.at[b].values.end() ? unknown : found->second;
  };
  for (const Estimated& what : estimated_quantities(system)) {
    std::vector<double> column;
    for (std::size_t b = 0; b < beta.size(); ++b) column.push_back(value(b, what.name));
    if (std::all_of(column.begin(), column.end(), [](double v) { return std::isnan(v); })) continue;
    add(group, what.name, {"beta"}, {beta.size()}, std::move(column), what.units, "exact " + what.meaning);
  }
  if (std::isnan(value(0, "log_z"))) return group;
  std::vector<double> total, density, free_energy, entropy;
  const double sites = system.sites();
  for (std::size_t b = 0; b < beta.size(); ++b) {
    const double log_z = value(b, "log_z");
    total.push_back(log_z);
    density.push_back(log_z / sites);
    free_energy.push_back(beta[b] > 0 ? -log_z / (beta[b] * sites) : unknown);
    entropy.push_back((log_z + beta[b] * value(b, "energy")) / sites);
  }
  add(group, "log_z", {"beta"}, {beta.size()}, std::move(total), "1",
      "exact ln of the sum over states of exp(-beta E)");
  add(group, "log_z_density", {"beta"}, {beta.size()}, std::move(density), "1", "exact ln Z per site");
  if (system.path() == PathKind::temperature) {
    add(group, "free_energy_density", {"beta"}, {beta.size()}, std::move(free_energy), "J",
        "exact free energy per site");
    add(group, "entropy_density", {"beta"}, {beta.size()}, std::move(entropy), "1", "exact entropy per site");
  }
  for (const auto& [name, constant] : answers.constants)
    add_scalar(group, name, constant, name == "ground_energy" ? "J" : "1",
               name == "ground_energy" ? "lowest energy" : "number of states of lowest energy");
  return group;
}

std::optional<Group> configurations_group(const Ensemble& ensemble, const Method& method) {
  const ChainTrace* chain_trace = chain_trace_of(method);
  const Lowest& lowest =
      chain_trace != nullptr ? chain_trace->lowest() : dynamic_cast<const Annealing&>(method).lowest();
  if (!lowest.known()) return std::nullopt;
  const Layout& layout = ensemble.layout();
  Group group{.name = "configurations"};
  add_index(group, "site", layout.units, "site");
  add_scalar(group, "lowest_energy", lowest.energy(), "J", "lowest energy seen at any draw");
  add(group, "lowest_energy_configuration", {"site"}, {layout.units}, units_of(layout, lowest.state()), "1",
      "configuration of the lowest energy seen");
  if (chain_trace == nullptr || chain_trace->snapshots().empty()) return group;
  const std::size_t snapshots = chain_trace->snapshots().size() / (layout.state_bytes() * chain_trace->slots());
  add_index(group, "snapshot", snapshots, "snapshot");
  std::vector<std::int64_t> draw;
  for (std::size_t k = 1; k <= snapshots; ++k)
    draw.push_back(static_cast<std::int64_t>(k * chain_trace->every_snapshot()) - 1);
  add(group, "draw", {"snapshot"}, {snapshots}, std::move(draw), "1", "draw at which the snapshot was taken");
  add_index(group, "chain", chain_trace->chains(), "chain");
  std::vector<std::size_t> shape = {snapshots, chain_trace->chains(), chain_trace->betas(), layout.units};
  add(group, "configuration", {"snapshot", "chain", "beta", "site"}, std::move(shape),
      units_of(layout, chain_trace->snapshots()), "1", "configuration");
  return group;
}

namespace {

/// What shows only in the whole: a target not reached, starts that cannot tell, exact answers that are missed.
void add_doubts(const Study& study, const Group& root, Findings& found, const Method& method) {
  const Study::Method& m = study.method;
  if (m.target_error > 0 && method.done()) {
    double largest = 0;
    for (const double error : doubles(m.target == "log_z" ? found.free_energy : found.estimates, m.target + "_error"))
      largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
    if (largest > m.target_error)
      found.warnings.push_back(
          fmt::format("method.target_error = {} was not reached: the largest error of {} is {:.2g} after all {} sweeps",
                      m.target_error, m.target, largest, m.sweeps));
  }
  Group whole;
  whole.groups = {found.estimates, found.free_energy};
  if (const Group* exact = root.child("exact")) whole.groups.push_back(*exact);
  std::vector<double> z;
  for (const ResultRow& e : estimates_of(whole)) z.push_back(e.normal_z);
  for (const ResultRow& e : free_energies_of(whole)) z.push_back(e.normal_z);
  if (const Largest largest = largest_z(z); largest.exceeds)
    found.warnings.push_back(fmt::format(
        "exact answers are missed by up to {:.1f} standard errors, where {:.1f} are exceeded once in 1000 studies: "
        "the run was too short, or trapped, and its errors are not to be trusted",
        std::abs(largest.z), largest.threshold));
}

/// Where beta is a place on a path, it says so, and no temperature stands beside it.
void name_mixture(Group& group) {
  std::erase_if(group.variables, [](const Variable& v) { return v.name == "temperature"; });
  for (Variable& v : group.variables)
    if (v.name == "beta") {
      v.units = "1";
      v.long_name = "place on the path, 0: reference, 1: model";
    }
  for (Group& child : group.groups) name_mixture(child);
}

}  // namespace

Group report(const std::string& name, const Study& study, const System& system, const Ensemble& ensemble,
             const Method& method) {
  Group root{.name = name};
  const std::vector<double> beta = betas_of(study, method);
  root.groups.push_back(system.record());
  if (can_estimate(method)) {
    const ChainTrace* chain_trace = chain_trace_of(method);
    root.groups.push_back(chain_trace != nullptr ? chain_series(study, method, beta, *chain_trace)
                                                 : annealing_series(dynamic_cast<const Annealing&>(method)));
    if (auto configurations = configurations_group(ensemble, method)) {
      if (configurations->find("configuration") != nullptr) add_beta(*configurations, beta);
      root.groups.push_back(std::move(*configurations));
    }
    Findings found = findings_of(study, system, ensemble, method);
    system.add_diagnostics(found.diagnostics);
    for (std::string& doubt : system.doubts()) found.warnings.push_back(std::move(doubt));
    root.groups.push_back(std::move(found.estimates));
    if (!found.free_energy.variables.empty()) root.groups.push_back(std::move(found.free_energy));
    if (auto exact = exact_group(system, beta)) root.groups.push_back(std::move(*exact));
    add_doubts(study, root, found, method);
    add_warnings(found.diagnostics, found.warnings);
    add_notes(found.diagnostics, found.notes);
    found.diagnostics.attributes.emplace_back("layout", ensemble.layout().name);
    root.groups.push_back(std::move(found.diagnostics));
  }
  if (system.path() == PathKind::mixture) name_mixture(root);
  return root;
}

void check_target(const Study& study, const System& system) {
  const Study::Method& m = study.method;
  std::vector<std::string> names = {"log_z"};
  for (const Estimated& what : estimated_quantities(system)) names.push_back(what.name);
  if (std::find(names.begin(), names.end(), m.target) == names.end())
    throw RequestError(fmt::format("method.target = \"{}\" is unknown{}", m.target,
                                   and_then(did_you_mean(m.target, names), "allowed: " + join(names, ", "))));
  if (m.target == "log_z" && (m.beta.size() < 2 || m.beta.front() != 0))
    throw RequestError("method.target = \"log_z\" needs a method.beta of several values that begins at 0");
  const bool overlap = std::any_of(
      lattice_quantities().begin(), lattice_quantities().end(),
      [&](const Estimated& what) { return what.name == m.target && what.name.find("overlap") != std::string::npos; });
  if (overlap && (!system.disordered() || m.chains < 2))
    throw RequestError(fmt::format(
        "method.target = \"{}\" needs disordered couplings or a couplings file, and method.chains of 2 or more",
        m.target));
}

double largest_error(const std::string& name, const Study& study, const System& system, const Ensemble& ensemble,
                     const Method& method) {
  if (!can_estimate(method)) return std::numeric_limits<double>::infinity();
  const Findings found = findings_of(study, system, ensemble, method);
  const Group& group = name == "log_z" ? found.free_energy : found.estimates;
  const auto errors = doubles(group, name + "_error");
  if (errors.empty()) throw RequestError("method.target = \"" + name + "\": this study does not estimate it");
  double largest = 0;
  for (const double error : errors)
    largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
  return largest;
}

}  // namespace gibbsite

#include "studies/methods/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "estimators/significance.hpp"
#include "physics/exact/exact.hpp"
#include "samplers/methods/method_support.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/optimum.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

Column units_of(const Layout& layout, std::span<const std::byte> bytes) {
  const auto copy = [&]<class T>(std::vector<T> values) {
    values.resize(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(values.data()));
    return values;
  };
  if (layout.unit_type == UnitType::float64) return copy(std::vector<double>());
  return copy(std::vector<std::int8_t>());
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

namespace {

std::optional<Group> configurations_group(const MethodEntry& entry, const Ensemble& ensemble, const Method& method) {
  const Lowest& lowest = method.lowest();
  if (!lowest.known()) return std::nullopt;
  const Layout& layout = ensemble.layout();
  Group group{.name = "configurations"};
  add_index(group, "site", layout.units, "site");
  add_scalar(group, "lowest_energy", lowest.energy(), "J", "lowest energy seen at any draw");
  add(group, "lowest_energy_configuration", {"site"}, {layout.units}, units_of(layout, lowest.state(ensemble)), "1",
      "configuration of the lowest energy seen");
  entry.add_snapshots(group, ensemble, method);
  return group;
}

/// Infinite where an error is not known.
double largest_error_in(const Group& group, const Target& target) {
  double largest = 0;
  for (const double error : doubles(group, target.quantity + "_error"))
    largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
  return largest;
}

/// What shows only in the whole: a target not reached, starts that cannot tell, exact answers that are missed.
void add_doubts(const Target& target, const Group& root, Findings& found, const Method& method) {
  if (target.error > 0 && method.done()) {
    const double largest = largest_error_in(target.quantity == "log_z" ? found.free_energy : found.estimates, target);
    if (largest > target.error)
      found.warnings.push_back(
          fmt::format("method.target_error = {} was not reached: the largest error of {} is {:.2g} after all {} sweeps",
                      target.error, target.quantity, largest, target.sweeps));
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
      v.units = std::string("1");
      v.long_name = std::string("place on the path, 0: reference, 1: model");
    }
  for (Group& child : group.groups) name_mixture(child);
}

/// The layout's name; of the plain one, with what kept the replicas from a fast one.
std::string layout_of(const Study& study, const System& system, const Layout& layout) {
  constexpr std::string_view plain = "plain";
  if (!layout.name.starts_with(plain)) return layout.name;
  const std::string why = system.why_plain(study, layout.replicas);
  return why.empty() ? layout.name : fmt::format("{}, because {}", layout.name, why);
}

}  // namespace

Group report(const std::string& name, const MethodEntry& entry, const Study& study, const System& system,
             const Ensemble& ensemble, const Method& method) {
  Group root{.name = name};
  root.groups.push_back(system.record());
  if (entry.can_estimate(method)) {
    Findings found = entry.findings(study, system, ensemble, method);  // first: they and the series are both large
    if (!study.keys<StoreKeys>().none()) root.groups.push_back(entry.series(study, method));
    if (auto configurations = configurations_group(entry, ensemble, method))
      root.groups.push_back(std::move(*configurations));
    const auto* chains = dynamic_cast<const ChainMethod*>(&method);
    const bool lowest = chains != nullptr && seeks_lowest(study);
    if (lowest) report_optimum(study, root.groups.front(), *chains, found);
    system.add_diagnostics(found.diagnostics);
    for (std::string& doubt : system.doubts()) found.warnings.push_back(std::move(doubt));
    root.groups.push_back(std::move(found.estimates));
    if (!found.free_energy.variables.empty()) root.groups.push_back(std::move(found.free_energy));
    if (auto exact = exact_group(system, method.lambda())) root.groups.push_back(std::move(*exact));
    if (!lowest) add_doubts(entry.target(study), root, found, method);
    add_warnings(found.diagnostics, found.warnings);
    add_notes(found.diagnostics, found.notes);
    found.diagnostics.attributes.emplace_back("layout", layout_of(study, system, ensemble.layout()));
    root.groups.push_back(std::move(found.diagnostics));
  }
  if (system.path() == PathKind::mixture) name_mixture(root);
  return root;
}

double largest_error(const Target& target, const MethodEntry& entry, const Study& study, const System& system,
                     const Ensemble& ensemble, const Method& method) {
  if (!entry.can_estimate(method)) return std::numeric_limits<double>::infinity();
  const Findings found = entry.findings(study, system, ensemble, method);
  const Group& group = target.quantity == "log_z" ? found.free_energy : found.estimates;
  if (doubles(group, target.quantity + "_error").empty())
    throw RequestError(fmt::format("method.target = \"{}\": this study does not estimate it", target.quantity));
  return largest_error_in(group, target);
}

}  // namespace gibbsite

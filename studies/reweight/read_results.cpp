// Result files as curves over temperature.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/version.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

Group read_result(const std::filesystem::path& file) {
  Group root;
  try {
    root = read_archive(file);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
  const bool result = root.child("model") != nullptr || root.child("tasks") != nullptr;
  if (text_attribute(root, "program").empty() || !result)
    throw RequestError(fmt::format("{} is an HDF5 file, but not a result of `gibbsite run`", file.string()));
  note_format(root, file.string());
  return root;
}

/// Sites of the system in a result's group /model, and whether there are fields.
std::pair<double, bool> sites_of(const Group& model, const std::string& name) {
  if (text_attribute(model, "path") == "mixture")
    throw RequestError(
        fmt::format("{} went from base rates (0) to a model (1): its beta is no temperature, and energies "
                    "alone cannot carry its draws elsewhere; use reference = \"uniform\"",
                    name));
  for (const auto& [attribute, value] : model.attributes)
    if (attribute == "sites") {
      const auto* sites = std::get_if<std::int64_t>(&value);
      if (sites == nullptr || *sites < 1)
        throw RequestError(fmt::format("{} is damaged, or not of gibbsite: its number of sites is none", name));
      return {static_cast<double>(*sites), has_fields(model).value_or(true)};
    }
  const auto h = doubles(model, "h");
  if (h.empty()) throw RequestError(fmt::format("{} does not say what system it is of: /model/h is missing", name));
  return {static_cast<double>(h.size()), *has_fields(model)};
}

/// Errors are of squares of fourth powers of magnetisations, and of squares of energies, which are to be numbers too.
void check_sizes(const Group& series, const std::string& name) {
  for (const auto& [quantity, most] : {std::pair("energy", 1e70), {"magnetization_density", 1e30}})
    for (const double x : doubles(series, quantity))
      if (!(std::abs(x) <= most))
        throw RequestError(
            fmt::format("{}: {} holds {}, beyond the {} that can be reweighted; scale the couplings, or "
                        "restore the file if it is damaged",
                        name, quantity, x, most));
}

/// The curve of one task, whose groups stand in `task`; `name`: file and task, for messages.
ReweightedCurve curve_of(const Group& task, const std::string& name) {
  const Group *series = task.child("series"), *model = task.child("model"), *ln_z = task.child("free_energy");
  if (model == nullptr)
    throw RequestError(fmt::format("{} does not say what system it is of: /model is missing", name));
  if (series == nullptr)
    throw RequestError(fmt::format("{} holds fewer than two draws; run it longer, then reweight", name));
  const Variable* energy = series->find("energy");
  const std::vector<std::string> chains = {"chain", "draw", "beta"};
  if (energy == nullptr || energy->dims != chains) {
    const bool annealing = series->find("log_weight") != nullptr;
    throw RequestError(fmt::format("{} {}; reweighting needs the draws of `mcmc` or `tempering`", name,
                                   annealing ? "comes from annealing" : "holds no energies of chains"));
  }
  check_sizes(*series, name);
  const auto beta = doubles(*series, "beta");
  const auto [sites, field] = sites_of(*model, name);
  const Group* diagnostics = task.child("diagnostics");
  const auto memory = diagnostics == nullptr ? std::span<const double>() : doubles(*diagnostics, "memory");
  if (!memory.empty() && !(memory.front() >= 0 && memory.front() < 1e15))
    throw RequestError(
        fmt::format("{} is damaged, or not of gibbsite: diagnostics/memory is {} draws", name, memory.front()));
  const SystemDraws draws{beta,
                          doubles(*series, "energy"),
                          doubles(*series, "magnetization_density"),
                          energy->shape[0],
                          sites,
                          field ? MeanMagnetization::measured : MeanMagnetization::zero_by_symmetry,
                          memory.empty() ? 0 : static_cast<std::size_t>(memory.front())};
  std::optional<double> start;
  if (ln_z != nullptr && !beta.empty() && beta.front() == 0)
    if (const auto log_z = doubles(*ln_z, "log_z"); !log_z.empty()) start = log_z.front();
  try {
    return {.file = "",
            .at = {},
            .label = "",
            .study = "",
            .sites = draws.sites,
            .field = field,
            .log_z_start = start,
            .curves = TemperatureCurves(draws)};
  } catch (const std::logic_error& e) {
    throw RequestError(fmt::format("{}: {}", name, e.what()));
  }
}

}  // namespace

std::vector<ReweightedCurve> curves_of(const Group& root, const std::string& name) {
  const bool partial = text_attribute(root, "state") == "partial";
  std::vector<ReweightedCurve> curves;
  const std::vector<Group> tasks = tasks_of(root);
  if (tasks.empty() && root.child("tasks") == nullptr) {
    curves.push_back(curve_of(root, name));
  } else {
    for (const Group& task : tasks) {
      std::vector<std::pair<std::string, std::string>> at;
      std::string label;
      for (const auto& [key, value] : task.attributes)
        if (const auto* text = std::get_if<std::string>(&value);
            text != nullptr && key.find('.') != std::string::npos) {
          at.emplace_back(key, *text);
          label += fmt::format("{}{} = {}", label.empty() ? "" : ", ", key.substr(key.rfind('.') + 1), *text);
        }
      curves.push_back(curve_of(task, fmt::format("{} ({})", name, label)));
      curves.back().at = std::move(at);
      curves.back().label = std::move(label);
    }
  }
  if (curves.empty()) throw RequestError(fmt::format("{} holds no finished task; continue its run", name));
  for (ReweightedCurve& curve : curves) {
    curve.file = name;
    curve.partial = partial;
    curve.study = text_attribute(root, "study");
  }
  return curves;
}

std::vector<ReweightedCurve> read_curves(const std::filesystem::path& file) {
  return curves_of(read_result(file), file.string());
}

std::vector<ReweightedCurve> read_all_curves(const std::vector<std::string>& files) {
  std::vector<ReweightedCurve> curves;
  for (std::size_t k = 0; k < files.size(); ++k) {
    for (std::size_t before = 0; before < k; ++before) {
      std::error_code ignored;
      if (files[k] == files[before] || std::filesystem::equivalent(files[k], files[before], ignored))
        throw RequestError(fmt::format("{} is given twice; name each file once", files[k]));
    }
    for (ReweightedCurve& curve : read_curves(files[k])) {
      if (files.size() > 1) curve.label = curve.file + (curve.label.empty() ? "" : ": " + curve.label);
      curves.push_back(std::move(curve));
    }
  }
  return curves;
}

}  // namespace gibbsite

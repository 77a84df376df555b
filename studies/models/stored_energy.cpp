#include "studies/models/stored_energy.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "studies/files/archive.hpp"
#include "studies/models/energy_group.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

StoredEnergy stored_energy(const Group& group, const std::string& where) {
  const Place place(group, where);
  place.refuse_newer_than(model_format);
  StoredEnergy out{.kind = place.text("model"), .energy = nullptr};
  out.energy = energy_from(out.kind, group, where);
  const std::size_t units = out.energy->units();
  out.treatment = treatment_from(group, units, where);
  out.note = place.text("note");
  out.learned_log_z = place.number<double>("learned_log_z").value_or(unknown);
  out.kappa = place.number<double>("kappa").value_or(0);
  if (place.has("base_rates")) {
    const Place rates = place.child("base_rates");
    const auto samples = rates.number<std::int64_t>("samples");
    if (!samples || *samples < 1) rates.refuse("it needs the attribute samples, how many data these are the means of");
    out.samples = static_cast<std::size_t>(*samples);
    out.data = rates.text("data");
    out.mean = rates.numbers("mean", {units}, "(unit)");
    out.deviation = rates.numbers("variance", {units}, "(unit)");
    for (double& v : out.deviation) v = std::sqrt(v);
  } else if (place.has_variable("confining_mean")) {
    out.mean = place.numbers("confining_mean", {units}, "(unit)");
    out.deviation = place.numbers("confining_deviation", {units}, "(unit)");
  }
  if (place.has("levels")) {
    const Place levels = place.child("levels");
    out.sigma = levels.numbers("sigma", levels.shape("sigma"), "");
  }
  return out;
}

bool is_stored_energy(const Group& group) { return is_model(group) && files_keep(text_attribute(group, "model")); }

std::string energy_kind_in(const std::filesystem::path& path) {
  const std::string kind = model_kind_in(path);
  return files_keep(kind) ? kind : "";
}

StoredEnergy read_stored_energy(const std::filesystem::path& path) {
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
  const Group* inside = root.child("model");
  const bool result = !is_model(root) && inside != nullptr && is_model(*inside);
  if (!result && !is_model(root))
    throw RequestError(fmt::format(
        "{}: it is an HDF5 file, but holds no model; make one with `gibbsite train`, or see `gibbsite help energies`",
        path.string()));
  const Group& group = result ? *inside : root;
  if (const std::string kind = text_attribute(group, "model"); !files_keep(kind))
    throw RequestError(
        fmt::format("{}: it holds a model of the kind `{}`, which is no energy of real numbers", path.string(), kind));
  return stored_energy(group, result ? path.string() + ": model" : path.string());
}

}  // namespace gibbsite

#include "studies/results/result_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/files/variables.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {
namespace {

using Coordinates = std::vector<std::pair<std::string, std::string>>;

/// Adds variable `name` of `group` (if it is there), which stands on (keys ..., [estimator], beta or rung).
void add(std::vector<ResultRow>& out, const Group& group, const Group* exact, const std::string& name,
         const Coordinates& outer) {
  const Variable* v = group.find(name);
  const auto values = doubles(group, name), errors = doubles(group, name + "_error"),
             degrees = doubles(group, name + "_degrees");
  if (v == nullptr || values.empty() || v->dims.empty()) return;
  if (std::find(v->dims.begin(), v->dims.end(), "q") != v->dims.end()) return;  // a distribution is no line of a table
  const std::span<const double> truth = exact == nullptr ? std::span<const double>() : doubles(*exact, name);
  const auto beta = doubles(group, "beta");
  const bool has_estimator = std::find(v->dims.begin(), v->dims.end(), "estimator") != v->dims.end();
  std::vector<std::size_t> at(v->shape.size(), 0);
  for (std::size_t flat = 0; flat < values.size(); ++flat) {
    ResultRow m;
    m.name = name;
    m.at = outer;
    std::size_t same = 0;  // flat index without the estimator
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::string& dim = v->dims[d];
      const Variable* coordinate = group.find(dim);
      if (dim == "estimator")
        m.estimator = coordinate_text(*coordinate, at[d]);
      else if (dim != "beta" && dim != "rung")
        m.at.emplace_back(dim, coordinate != nullptr ? coordinate_text(*coordinate, at[d]) : fmt::format("{}", at[d]));
      if (dim != "estimator") same = same * v->shape[d] + at[d];
    }
    const std::size_t betas = v->shape.back();
    m.beta = beta.size() == betas ? beta[at.back()] : same < beta.size() ? beta[same] : unknown;
    m.value = values[flat];
    m.error = errors.size() == values.size() ? errors[flat] : unknown;
    if (truth.size() * (has_estimator ? group.find("estimator")->shape[0] : 1) == values.size()) m.exact = truth[same];
    m.degrees = degrees.size() == values.size() ? degrees[flat] : unknown;
    if (std::isfinite(m.exact)) {
      const Estimate estimate{.value = m.value, .error = m.error, .degrees = m.degrees};
      m.z = z_score(estimate, m.exact);
      m.normal_z = normal_z(estimate, m.exact);
    }
    out.push_back(std::move(m));
    for (std::size_t d = at.size(); d-- > 0 && ++at[d] == v->shape[d];) at[d] = 0;
  }
}

template <class Visit>
void for_each_part(const Group& root, const std::string& part, Visit visit) {
  if (const Group* group = root.child(part)) return visit(*group, root, Coordinates{});
  const Group* tasks = root.child("tasks");
  if (tasks == nullptr) return;
  for (const Group& task : tasks->groups) {
    Coordinates at;
    for (const auto& [key, value] : task.attributes)
      if (const auto* text = std::get_if<std::string>(&value); text != nullptr && key.find('.') != std::string::npos)
        at.emplace_back(key.substr(key.rfind('.') + 1), *text);
    if (const Group* group = task.child(part)) visit(*group, task, at);
  }
}

}  // namespace

std::string coordinate_text(const Variable& coordinate, std::size_t index) {
  return std::visit([&](const auto& data) { return fmt::format("{}", data[index]); }, coordinate.data);
}

std::string readable(const std::string& coordinate) {
  constexpr std::size_t long_number = 12;  // characters
  double number = 0;
  const char* const end = coordinate.data() + coordinate.size();
  const auto parsed = std::from_chars(coordinate.data(), end, number);
  if (coordinate.size() < long_number || coordinate.find('.') == coordinate.npos || parsed.ec != std::errc() ||
      parsed.ptr != end)
    return coordinate;
  const std::string rounded = fmt::format("{:.12g}", number);
  return rounded.size() < coordinate.size() ? rounded : coordinate;
}

std::vector<ResultRow> estimates_of(const Group& root) {
  std::vector<ResultRow> out;
  for_each_part(root, "estimates", [&](const Group& group, const Group& parent, const Coordinates& at) {
    for (const Variable& v : group.variables)
      if (group.find(v.name + "_error") != nullptr && group.find("q") != &v &&
          !v.name.starts_with("overlap_distribution"))
        add(out, group, parent.child("exact"), v.name, at);
  });
  return out;
}

std::vector<ResultRow> rows_of(const Group& root, const std::string& part, const std::string& variable) {
  std::vector<ResultRow> out;
  for_each_part(root, part, [&](const Group& group, const Group& parent, const Coordinates& at) {
    add(out, group, parent.child("exact"), variable, at);
  });
  return out;
}

std::vector<ResultRow> mixing_of(const Group& root) {
  std::vector<ResultRow> tau, rhat;
  for_each_part(root, "estimates", [&](const Group& group, const Group&, const Coordinates& at) {
    const auto every = std::find_if(group.attributes.begin(), group.attributes.end(),
                                    [](const auto& a) { return a.first == "sweeps_per_draw"; });
    const bool means = std::any_of(group.attributes.begin(), group.attributes.end(),
                                   [](const auto& a) { return a.first == "means_over_sweeps"; });
    const double step = means || every == group.attributes.end() ? 1 : std::get<double>(every->second);
    std::vector<ResultRow> here;
    add(here, group, nullptr, "energy_density_tau", at);
    for (ResultRow& m : here) {  // draws that forget each other say no more than that
      m.name = "tau (energy)";
      m.below = step > 1 && m.value <= 0.7 * step;
      if (m.below) m.value = step;
    }
    tau.insert(tau.end(), here.begin(), here.end());
    std::vector<ResultRow> worst;
    for (const Variable& v : group.variables) {
      constexpr std::string_view rhat_of = "_rhat";
      if (!v.name.ends_with(rhat_of)) continue;
      if (quantity_named(v.name.substr(0, v.name.size() - rhat_of.size())).odd) continue;
      std::vector<ResultRow> one;
      add(one, group, nullptr, v.name, at);
      if (worst.empty()) worst = one;
      for (std::size_t k = 0; k < std::min(one.size(), worst.size());
           ++k)  // a constant has none, and says nothing of the others
        if (!std::isnan(one[k].value) && !(worst[k].value >= one[k].value)) worst[k].value = one[k].value;
    }
    rhat.insert(rhat.end(), worst.begin(), worst.end());
  });
  for (ResultRow& m : rhat) m.name = "R-hat";
  tau.insert(tau.end(), rhat.begin(), rhat.end());
  return tau;
}

std::vector<ResultRow> free_energies_of(const Group& root) {
  std::vector<ResultRow> out = rows_of(root, "free_energy", "log_z");
  std::erase_if(out, [](const ResultRow& m) { return std::isnan(m.value); });
  return out;
}

namespace {

std::vector<std::string> sentences_of(const Group& root, const char* name) {
  std::vector<std::string> out;
  const auto add_from = [&](const Group& group, const Coordinates& at) {
    const Variable* v = group.find(name);
    if (v == nullptr) return;
    std::string where;
    for (const auto& [key, value] : at) where += fmt::format("{} = {}, ", key, readable(value));
    if (!where.empty()) where.replace(where.size() - 2, 2, ": ");
    for (const std::string& sentence : std::get<std::vector<std::string>>(v->data)) out.push_back(where + sentence);
  };
  for_each_part(root, "diagnostics",
                [&](const Group& group, const Group&, const Coordinates& at) { add_from(group, at); });
  if (const Group* tasks = root.child("tasks"); tasks != nullptr && root.child("diagnostics") != nullptr) {
    Group parts;
    parts.groups.push_back(*tasks);
    for_each_part(parts, "diagnostics",
                  [&](const Group& group, const Group&, const Coordinates& at) { add_from(group, at); });
  }
  return out;
}

}  // namespace

std::vector<std::string> warnings_of(const Group& root) { return sentences_of(root, "warnings"); }
std::vector<std::string> notes_of(const Group& root) { return sentences_of(root, "notes"); }

std::optional<bool> has_fields(const Group& model) {
  for (const auto& [name, value] : model.attributes)
    if (name == "field") {
      if (const auto* real = std::get_if<double>(&value)) return *real != 0;
      if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer != 0;
    }
  const auto h = doubles(model, "h");
  if (h.empty()) return std::nullopt;
  return std::any_of(h.begin(), h.end(), [](double field) { return field != 0; });
}

}  // namespace gibbsite

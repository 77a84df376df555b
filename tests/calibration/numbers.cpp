#include "tests/calibration/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/files/variables.hpp"

namespace gibbsite::calibration {
namespace {

constexpr std::string_view average = "_disorder_average";

bool is_multiple(const std::string& name) {
  constexpr std::array multiples = {"energy_density", "log_z_density", "free_energy_density"};
  return std::any_of(multiples.begin(), multiples.end(), [&](const std::string multiple) {
    return name == multiple || name == multiple + std::string(average);
  });
}

std::string text_at(const Group& group, const std::string& coordinate, std::size_t index) {
  const Variable* v = group.find(coordinate);
  const auto* texts = v == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&v->data);
  return texts == nullptr ? fmt::format("{}", index) : (*texts)[index];
}

/// Edges of the bins of P(q) from their centres: symmetric about 0, the outermost end half a step beyond 1.
std::vector<double> edges_of(std::span<const double> centre, double sites) {
  std::vector<double> edges(centre.size() + 1);
  edges.back() = 1 + 1 / sites;
  for (std::size_t k = centre.size(); k-- > 0;) edges[k] = 2 * centre[k] - edges[k + 1];
  return edges;
}

void add_all(std::vector<Number>& out, const Group& group, const Variable& v, const Group& root, bool disorder) {
  const auto values = doubles(group, v.name), errors = doubles(group, v.name + "_error");
  if (values.empty() || errors.size() != values.size()) return;
  const auto degrees = doubles(group, v.name + "_degrees"), beta = doubles(group, "beta"),
             reference = doubles(group, "reference_beta");
  const bool averaged = v.name.ends_with(average);
  if (disorder && !averaged && (group.name == "estimates" || group.name == "free_energy")) return;
  std::vector<std::size_t> at(v.shape.size(), 0);
  for (std::size_t flat = 0; flat < values.size(); ++flat) {
    Number n{.quantity = v.name, .estimate = {.value = values[flat], .error = errors[flat]}};
    if (degrees.size() == values.size()) n.estimate.degrees = degrees[flat];
    std::size_t without_estimator = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::string& dim = v.dims[d];
      if (dim == "estimator") {
        n.estimator = text_at(group, dim, at[d]);
        continue;
      }
      without_estimator = without_estimator * v.shape[d] + at[d];
      if (dim == "beta" || dim == "rung") {
        n.place = at[d];
      } else if (dim == "q") {
        const Group* model = root.child("model");
        if (model == nullptr) return;  // of a grid
        const auto edges = edges_of(doubles(group, "q"), static_cast<double>(model->find("h")->shape[0]));
        n.low = edges[at[d]];
        n.high = edges[at[d] + 1];
        n.quantity = fmt::format("P(q = {:.3g})", doubles(group, "q")[at[d]]);
      } else if (dim == "quantity") {
        n.quantity = fmt::format("peak of {}: {}", text_at(group, dim, at[d]), v.name);
      } else if (dim == "crossing") {
        n.quantity = fmt::format("crossing: {}", v.name);
        n.place = at[d];
      } else {
        n.task = n.task * v.shape[d] + at[d];
      }
    }
    if (group.name != "peaks" && group.name != "crossings" && !beta.empty())
      n.beta = beta.size() == v.shape.back() || v.dims.back() == "q" ? beta[n.place] : beta[without_estimator];
    if (v.name == "log_z_ratio") n.reference = reference.size() == 1 ? reference[0] : reference[n.task];
    out.push_back(std::move(n));
    for (std::size_t d = at.size(); d-- > 0 && ++at[d] == v.shape[d];) at[d] = 0;
  }
}

}  // namespace

std::vector<Number> numbers_of(const Group& root) {
  std::vector<Number> out;
  for (const char* part : {"estimates", "free_energy", "curves", "peaks", "crossings"}) {
    const Group* group = root.child(part);
    if (group == nullptr) continue;
    const bool disorder = std::any_of(group->variables.begin(), group->variables.end(),
                                      [](const Variable& v) { return v.name.ends_with(average); });
    for (const Variable& v : group->variables)
      if (!is_multiple(v.name) && group->find(v.name + "_error") != nullptr) add_all(out, *group, v, root, disorder);
  }
  return out;
}

double z_of(const Number& number, double exact) { return normal_z(number.estimate, exact); }

}  // namespace gibbsite::calibration

/// Files of samples, as `gibbsite show` prints them.
#include <fmt/format.h>

#include <cmath>

#include "estimators/estimate.hpp"
#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/sample/command.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

struct SamplesFound {
  std::size_t states = 0, units = 0;
  double rhat = unknown, mean_energy = unknown;
};

SamplesFound found_in(const Group& root) {
  SamplesFound found;
  if (const Variable* samples = root.find("samples"); samples != nullptr && samples->shape.size() == 2)
    found.states = samples->shape[0], found.units = samples->shape[1];
  for (const auto& [name, value] : root.attributes)
    if (const auto* number = std::get_if<double>(&value); number != nullptr && name == "energy_rhat")
      found.rhat = *number;
  const auto energy = doubles(root, "energy");
  double sum = 0;
  for (const double e : energy) sum += e;
  if (!energy.empty()) found.mean_energy = sum / static_cast<double>(energy.size());
  return found;
}

}  // namespace

bool is_samples(const Group& root) { return text_attribute(root, "content") == "samples"; }

void print_samples(const Group& root, const std::string& path) {
  const SamplesFound found = found_in(root);
  fmt::print("{}: {} states of {} units\n", printable(path), found.states, found.units);
  for (const char* name : {"system", "plan"})
    if (const std::string text = text_attribute(root, name); !text.empty()) fmt::print("  {}\n", wrapped(text, 2));
  if (!std::isnan(found.mean_energy)) fmt::print("  mean energy {:.6g}", found.mean_energy);
  if (!std::isnan(found.rhat)) fmt::print("; R-hat of the chains' energies {:.3f}", found.rhat);
  fmt::print("\n");
  for (const std::string& warning : warnings_of(root)) fmt::print("  warning: {}\n", wrapped(warning, 4));
}

std::string samples_as_json(const Group& root) {
  const SamplesFound found = found_in(root);
  return Json{{"states", found.states},
              {"units", found.units},
              {"system", text_attribute(root, "system")},
              {"plan", text_attribute(root, "plan")},
              {"mean_energy", found.mean_energy},
              {"energy_rhat", found.rhat},
              {"warnings", warnings_of(root)}}
      .dump();
}

}  // namespace gibbsite

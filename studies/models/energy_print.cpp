#include "studies/models/energy_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_values = 16;  // that people read

struct EnergyNumbers {
  NumberBlock block;
  std::vector<double> values;
};

/// What describe_energy writes, means and directions in rows of a point or an expert each.
void collect_numbers(const Group& group, std::size_t units, std::vector<EnergyNumbers>& out) {
  for (const Variable& v : group.variables) {
    const auto values = doubles(group, v.name);
    if (values.empty()) continue;  // an index
    std::vector<std::size_t> shape = v.shape;
    const bool in_rows = v.name == "means" || v.name == "directions" || v.name == "precision";
    if (in_rows && units > 1) shape = {values.size() / units, units};
    const std::string name = group.name.empty() ? v.name : fmt::format("{} of {}", v.name, group.name);
    out.push_back({block(name, std::move(shape), values), {values.begin(), values.end()}});
  }
  for (const Group& child : group.groups) collect_numbers(child, units, out);
}

std::vector<EnergyNumbers> numbers_of_energy(const ContinuousEnergy& energy) {
  Group group;
  describe_energy(energy, group);
  std::vector<EnergyNumbers> out;
  collect_numbers(group, energy.units(), out);
  return out;
}

/// "means = (-2, 2), (2, 2)".
std::string values_text(const EnergyNumbers& numbers) {
  std::vector<std::string> parts;
  const std::size_t width = numbers.block.shape.back();
  const bool in_rows = numbers.block.shape.size() == 2;
  for (std::size_t k = 0; k < numbers.values.size(); k += in_rows ? width : 1)
    parts.push_back(in_rows ? fmt::format("({:.5g})", fmt::join(std::span(numbers.values).subspan(k, width), ", "))
                            : fmt::format("{:.5g}", numbers.values[k]));
  return fmt::format("{} = {}", numbers.block.name, join(parts, ", "));
}

std::string words_of_net(const Group& root, const StoredEnergy& file) {
  const bool of_data = root.find("confining_mean") != nullptr;
  const std::string net = text_attribute(root, "net");
  return fmt::format("{}{}; confined by {}", net,
                     net.ends_with("logsumexp") ? ", a sum over answers, whose p(y | x) `gibbsite predict` tells" : "",
                     of_data ? std::string("a gaussian with mean and deviation of each number of the data")
                             : fmt::format("{} |x|^2/2", file.kappa));
}

std::vector<std::string> remarks_of(const Group& root, const StoredEnergy& file) {
  std::vector<std::string> out;
  if (is_net(*file.energy)) out.push_back(words_of_net(root, file));
  if (!file.note.empty()) out.push_back(file.note);
  if (file.samples > 0 && (file.data.empty() || file.note.find(file.data) == std::string::npos))
    out.push_back(fmt::format("it learned from {} data{}", file.samples, file.data.empty() ? "" : ": " + file.data));
  if (file.treatment.any()) out.push_back("treatment of the data: " + description(file.treatment));
  if (!file.sigma.empty())
    out.push_back(fmt::format("it knows {} levels of noise, from {:.4g} to {:.4g}; this is the energy at the last",
                              file.sigma.size(), file.sigma.front(), file.sigma.back()));
  return out;
}

}  // namespace

NumberBlock block(std::string name, std::vector<std::size_t> shape, std::span<const double> values) {
  NumberBlock b{std::move(name), std::move(shape)};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  b.least = *least, b.most = *most;
  for (const double v : values) b.rms += v * v;
  b.rms = std::sqrt(b.rms / static_cast<double>(values.size()));
  return b;
}

std::vector<std::vector<std::string>> rows_of_blocks(const std::vector<NumberBlock>& blocks) {
  std::vector<std::vector<std::string>> rows = {{"", "shape", "least", "largest", "rms"}};
  for (const NumberBlock& b : blocks)
    rows.push_back({b.name, fmt::format("{}", fmt::join(b.shape, " x ")), fmt::format("{:.5g}", b.least),
                    fmt::format("{:.5g}", b.most), fmt::format("{:.5g}", b.rms)});
  return rows;
}

Json json_of(const NumberBlock& b) {
  return {{"name", b.name}, {"shape", b.shape}, {"min", b.least}, {"max", b.most}, {"rms", b.rms}};
}

ModelSummary summary_of_energy(const Group& root, const std::string& path) {
  const StoredEnergy file = stored_energy(root, path);
  ModelSummary out{.sentence = fmt::format("{}: {}", file.kind, words_of_energy(*file.energy)),
                   .remarks = remarks_of(root, file),
                   .rows = {}};
  std::vector<NumberBlock> blocks;
  for (const EnergyNumbers& numbers : numbers_of_energy(*file.energy)) {
    if (numbers.values.size() <= most_values && !is_net(*file.energy)) out.remarks.push_back(values_text(numbers));
    blocks.push_back(numbers.block);
  }
  out.rows = rows_of_blocks(blocks);
  return out;
}

Json energy_as_json(const Group& root, const std::string& path) {
  const StoredEnergy file = stored_energy(root, path);
  Json out = {{"model", file.kind},
              {"words", words_of_energy(*file.energy)},
              {"units", file.energy->units()},
              {"parameters", Json::list()},
              {"note", file.note},
              {"treatment", nullptr},
              {"base_rates", nullptr}};
  for (const EnergyNumbers& numbers : numbers_of_energy(*file.energy)) {
    Json one = json_of(numbers.block);
    if (numbers.values.size() <= most_values) one["values"] = numbers.values;
    out["parameters"].push_back(std::move(one));
  }
  if (file.treatment.any()) out["treatment"] = description(file.treatment);
  if (file.samples > 0) out["base_rates"] = {{"samples", file.samples}, {"mean", file.mean}};
  if (!file.data.empty()) out["base_rates"]["data"] = file.data;
  if (!file.sigma.empty()) out["sigma"] = file.sigma;
  return out;
}

}  // namespace gibbsite

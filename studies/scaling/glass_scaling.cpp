#include "studies/scaling/glass_scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "studies/files/variables.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr const char* seed_key = "model.disorder_seed";

/// "[6, 6, 6]", "6" or "6x6": the side of a cube.
double cube_side(std::string text) {
  std::replace(text.begin(), text.end(), 'x', ',');
  std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == '"' || c == ' '; });
  double side = unknown;
  for (const std::string_view word : split(text, ',')) {
    const double one = read_number<double>(word).value_or(unknown);
    if (!std::isnan(side) && one != side) return unknown;
    side = one;
  }
  return side;
}

std::string size_in_study(const std::string& study) {
  const std::size_t begin = study.find("\nsize = ");
  return begin == std::string::npos ? "" : study.substr(begin + 8, study.find('\n', begin + 1) - begin - 8);
}

void add_sample(GlassOfSize& glass, const Group& estimates, const std::vector<std::size_t>& at) {
  const auto read = [&](const char* name, std::vector<std::vector<Estimate>>& into) {
    const auto value = doubles(estimates, name), error = doubles(estimates, std::string(name) + "_error");
    into.resize(at.size());
    for (std::size_t k = 0; k < at.size(); ++k)
      into[k].push_back({.value = value[at[k]], .error = error.size() == value.size() ? error[at[k]] : unknown});
  };
  read("overlap_squared", glass.curve.squares);
  read("overlap_binder", glass.curve.binders);
  ++glass.samples;
}

std::string cell_of(const Estimate& e) { return with_error(e.value, e.error); }

}  // namespace

bool is_of_glasses(const Group& root) {
  for (const Group& task : tasks_of(root)) {
    const Group* estimates = task.child("estimates");
    return !text_attribute(task, seed_key).empty() && estimates != nullptr &&
           !doubles(*estimates, "overlap_binder").empty();
  }
  return false;
}

SizedGlasses sized_glasses(const std::vector<std::pair<std::string, Group>>& files, double low, double high) {
  SizedGlasses glasses;
  std::map<double, GlassOfSize> sizes;
  std::map<double, std::string> others;  // of each size: what its tasks share besides
  std::vector<double> all;
  for (const auto& [file, root] : files)
    for (const Group& task : tasks_of(root)) {
      const Group* estimates = task.child("estimates");
      if (estimates == nullptr || doubles(*estimates, "overlap_binder").empty())
        throw RequestError(fmt::format("{} has no overlaps; a glass needs disorder and two chains or more", file));
      const std::string text = text_attribute(task, "model.size");
      const double side = cube_side(text.empty() ? size_in_study(text_attribute(root, "study")) : text);
      if (!(side > 1)) throw RequestError(fmt::format("{}: scaling of glasses needs cubes, with one side", file));
      const auto beta = doubles(*estimates, "beta");
      if (all.empty()) all.assign(beta.begin(), beta.end());
      if (!std::equal(all.begin(), all.end(), beta.begin(), beta.end()))
        throw RequestError(
            fmt::format("{}: betas differ from sample to sample or size to size; use method.ladder = \"fixed\" and the "
                        "same betas",
                        file));
      std::string rest;
      for (const auto& [key, value] : task.attributes)
        if (key.find('.') != std::string::npos && key != seed_key && key != "model.size")
          rest += key + " = " + text_attribute(task, key) + " ";
      const auto [known, fresh] = others.emplace(side, file + rest);
      if (!fresh && known->second != file + rest)
        throw RequestError(fmt::format("size {} is there twice, or of several systems; give each size once", side));
      GlassOfSize& glass = sizes[side];
      glass.size = side;
      glass.file = file;
      std::vector<std::size_t> at;
      for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k] > 0 && !(all[k] * high < 1 - 1e-9) && !(all[k] * low > 1 + 1e-9)) at.push_back(k);
      if (at.size() < 2) throw RequestError("there are fewer than two temperatures to look at");
      add_sample(glass, *estimates, at);
      if (glasses.beta.empty())
        for (const std::size_t k : at) glasses.beta.push_back(all[k]);
    }
  if (sizes.size() < 2)
    throw RequestError("scaling needs at least two sizes; give results of others too, or a grid over model.size");
  for (auto& [side, glass] : sizes) glasses.sizes.push_back(std::move(glass));
  for (std::size_t a = 0; a < glasses.sizes.size(); ++a) {
    const GlassOfSize& first = glasses.sizes[a];
    if (first.samples < fewest_samples)
      glasses.warnings.push_back(fmt::format("size {} has {} samples of disorder: without {} there are no errors",
                                             first.size, first.samples, fewest_samples));
    else if (first.samples < few_samples)
      glasses.warnings.push_back(fmt::format(
          "size {} has {} samples of disorder only: samples that look alike hide rare ones; {} or more are safer",
          first.size, first.samples, few_samples));
    for (std::size_t b = a + 1; b < glasses.sizes.size(); ++b) {
      const auto found = glass_crossings(glasses.beta, first.curve, glasses.sizes[b].curve);
      for (const GlassCrossing& c : found) {
        const double beta = c.beta.value;
        glasses.crossings.push_back(
            {a,
             b,
             c.beta,
             {.value = 1 / beta, .error = c.beta.error / (beta * beta), .degrees = c.beta.degrees},
             c.value});
      }
      if (found.empty())
        glasses.warnings.push_back(fmt::format(
            "the Binder cumulants of sizes {} and {} do not cross beyond doubt between T = {:.6g} and {:.6g}: "
            "use more samples, or look farther",
            first.size, glasses.sizes[b].size, 1 / glasses.beta.back(), 1 / glasses.beta.front()));
    }
  }
  return glasses;
}

Group glasses_record(const SizedGlasses& glasses) {
  Group root, averages{.name = "sizes"};
  std::vector<double> size, samples;
  std::vector<Estimate> binder;
  for (const GlassOfSize& glass : glasses.sizes) {
    size.push_back(glass.size);
    samples.push_back(static_cast<double>(glass.samples));
    for (std::size_t k = 0; k < glasses.beta.size(); ++k)
      binder.push_back(binder_over_samples(glass.curve.squares[k], glass.curve.binders[k]));
  }
  const std::size_t sizes = size.size();
  add_coordinate(averages, "size", size, "1", "linear size");
  add_beta(averages, glasses.beta);
  add(averages, "samples", {"size"}, {sizes}, samples, "1", "samples of disorder");
  add_estimates(averages, "overlap_binder", {"size", "beta"}, {sizes, glasses.beta.size()}, binder, "1",
                "Binder cumulant of the overlap, of moments averaged over disorder");
  root.groups.push_back(std::move(averages));
  if (!glasses.crossings.empty()) {
    Group group{.name = "crossings"};
    std::vector<double> first, second;
    std::vector<Estimate> beta, temperature, value;
    for (const auto& c : glasses.crossings) {
      first.push_back(size[c.first]);
      second.push_back(size[c.second]);
      beta.push_back(c.beta);
      temperature.push_back(c.temperature);
      value.push_back(c.value);
    }
    const std::size_t n = first.size();
    add_index(group, "crossing", n, "crossing of two Binder cumulants");
    add(group, "first", {"crossing"}, {n}, std::move(first), "1", "one linear size");
    add(group, "second", {"crossing"}, {n}, std::move(second), "1", "the other linear size");
    add_estimates(group, "temperature", {"crossing"}, {n}, temperature, "J", "temperature of the crossing");
    add_estimates(group, "beta", {"crossing"}, {n}, beta, "1/J", "inverse temperature of the crossing");
    add_estimates(group, "overlap_binder", {"crossing"}, {n}, value, "1", "Binder cumulant at the crossing");
    root.groups.push_back(std::move(group));
  }
  if (glasses.warnings.empty()) return root;
  Group diagnostics{.name = "diagnostics"};
  add_warnings(diagnostics, glasses.warnings);
  root.groups.push_back(std::move(diagnostics));
  return root;
}

Json glasses_as_json(const SizedGlasses& glasses) {
  Json crossings = Json::list(), sizes = Json::list();
  for (const auto& c : glasses.crossings)
    crossings.push_back({{"name", "overlap_binder"},
                         {"first", glasses.sizes[c.first].size},
                         {"second", glasses.sizes[c.second].size},
                         {"temperature", c.temperature.value},
                         {"temperature_error", c.temperature.error},
                         {"beta", c.beta.value},
                         {"beta_error", c.beta.error},
                         {"value", c.value.value},
                         {"value_error", c.value.error}});
  for (const GlassOfSize& glass : glasses.sizes)
    for (std::size_t k = 0; k < glasses.beta.size(); ++k) {
      const Estimate binder = binder_over_samples(glass.curve.squares[k], glass.curve.binders[k]);
      sizes.push_back({{"size", glass.size},
                       {"samples", glass.samples},
                       {"beta", glasses.beta[k]},
                       {"temperature", 1 / glasses.beta[k]},
                       {"overlap_binder", binder.value},
                       {"error", binder.error}});
    }
  return {{"crossings", crossings}, {"sizes", sizes}, {"warnings", glasses.warnings}};
}

void print_glasses(const SizedGlasses& glasses) {
  std::vector<std::string> names, header = {"T"};
  for (const GlassOfSize& glass : glasses.sizes) {
    names.push_back(fmt::format("{:g} ({} samples)", glass.size, glass.samples));
    header.push_back(fmt::format("g of L = {:g}", glass.size));
  }
  fmt::print("Glasses of L = {}; g = 1 - [<q^4>] / (3 [<q^2>]^2), moments averaged over disorder\n", join(names, ", "));
  Table table(header);
  for (std::size_t k = glasses.beta.size(); k-- > 0;) {
    std::vector<std::string> row = {fmt::format("{:.6g}", 1 / glasses.beta[k])};
    for (const GlassOfSize& glass : glasses.sizes)
      row.push_back(cell_of(binder_over_samples(glass.curve.squares[k], glass.curve.binders[k])));
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
  if (!glasses.crossings.empty()) {
    Table crossings({"L", "L'", "T", "beta", "g"});
    for (const auto& c : glasses.crossings)
      crossings.add({fmt::format("{:g}", glasses.sizes[c.first].size),
                     fmt::format("{:g}", glasses.sizes[c.second].size), cell_of(c.temperature), cell_of(c.beta),
                     cell_of(c.value)});
    fmt::print("\ng of L and L' cross\n{}", crossings.text());
  }
  if (!glasses.warnings.empty()) fmt::print("\nWarnings\n");
  for (const std::string& warning : glasses.warnings) fmt::print("  - {}\n", wrapped(warning, 4, page_width()));
  std::fflush(stdout);
}

}  // namespace gibbsite

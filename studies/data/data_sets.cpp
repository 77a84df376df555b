#include "studies/data/data_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "studies/data/sequences.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// Of the random words of a sample: binarisation has 0 (studies/data/data.cpp).
constexpr std::uint64_t stream_of_points = 1;

}  // namespace

Data bars_and_stripes(std::size_t side) {
  Data data{0, side * side, {}, "bars-and-stripes", 0};
  const std::size_t masks = std::size_t{1} << side;
  const auto add = [&](std::size_t mask, bool rows) {
    for (std::size_t i = 0; i < side; ++i)
      for (std::size_t j = 0; j < side; ++j) data.values.push_back(mask >> (rows ? i : j) & 1);
    ++data.samples;
  };
  for (std::size_t mask = 0; mask < masks; ++mask) add(mask, true);
  if (side > 1)
    for (std::size_t mask = 1; mask + 1 < masks; ++mask) add(mask, false);  // all off and all on are there already
  return data;
}

Data shifter(std::size_t bits) {
  Data data{0, 2 * bits + 3, {}, "shifter", 0};
  for (std::size_t mask = 0; mask < std::size_t{1} << bits; ++mask)
    for (std::size_t direction = 0; direction < 3; ++direction) {  // left, none, right
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back(mask >> i & 1);
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back(mask >> (i + bits + 1 - direction) % bits & 1);
      for (std::size_t k = 0; k < 3; ++k) data.values.push_back(k == direction ? 1 : 0);
      ++data.samples;
    }
  return data;
}

Data two_clusters(std::size_t bits) {
  Data data{0, bits, {}, "two-clusters", 0};
  constexpr std::size_t copies = 4, on_copies = 1;
  for (std::size_t copy = 0; copy < copies; ++copy)
    for (std::size_t k = 0; k < 2 * bits; ++k, ++data.samples)  // half of them with one bit that is not as the rest
      for (std::size_t i = 0; i < bits; ++i) data.values.push_back((copy < on_copies) != (i == k) ? 1 : 0);
  return data;
}

namespace {

struct PatternSet {
  std::string_view name, argument;
  Data (*make)(std::size_t);
};
constexpr PatternSet pattern_sets[] = {{"bars-and-stripes", "the side", bars_and_stripes},
                                       {"shifter", "the bits", shifter},
                                       {"two-clusters", "the bits", two_clusters}};

using Arguments = std::vector<std::string>;

struct PointSet {
  std::string_view name, arguments;  ///< after the number of samples: ":WEIGHT:AT"
  std::unique_ptr<const KnownDensity> (*make)(const Arguments&);
};
template <std::unique_ptr<const KnownDensity> (*Make)()>
std::unique_ptr<const KnownDensity> plain(const Arguments&) {
  return Make();
}
std::unique_ptr<const KnownDensity> modes_with(const Arguments& given) {
  const auto number = [&](std::size_t k, double otherwise) {
    if (k >= given.size()) return otherwise;
    const auto value = read_number<double>(given[k]);
    if (!value) throw std::invalid_argument(fmt::format("`{}` is no number", given[k]));
    return *value;
  };
  return two_modes(number(0, 0.2), number(1, 5));
}
constexpr PointSet point_sets[] = {
    {"two-moons", "", plain<two_moons>},       {"rings", "", plain<four_rings>},
    {"checkerboard", "", plain<checkerboard>}, {"pinwheel", "", plain<pinwheel>},
    {"swiss-roll", "", plain<swiss_roll>},     {"eight-gaussians", "", plain<eight_gaussians>},
    {"double-well", "", plain<well_of_two>},   {"correlated", "", plain<correlated_gaussian>},
    {"two-modes", ":WEIGHT:PLACE", modes_with}};
constexpr std::size_t usual_samples = 2000;

std::string_view name_part(std::string_view name) { return name.substr(0, name.find(':')); }

const PointSet* point_set_named(const std::string& name) {
  for (const PointSet& set : point_sets)
    if (name_part(name) == set.name) return &set;
  return nullptr;
}

/// The density of a set, and how many samples of it.
std::pair<std::unique_ptr<const KnownDensity>, std::size_t> points_of(const PointSet& set, const std::string& name) {
  Arguments given;
  for (const auto& part : split(name, ':')) given.emplace_back(part);
  given.erase(given.begin());
  const auto count = given.empty() ? std::optional(usual_samples) : read_number<std::size_t>(given.front());
  constexpr std::size_t most = 100'000'000;
  const std::size_t arguments = static_cast<std::size_t>(std::ranges::count(set.arguments, ':'));
  if (!count || *count < 1 || *count > most || given.size() > 1 + arguments)
    throw RequestError(fmt::format("data `{}`: say how many samples, from 1 to {}, as {}:{}{}", name, most, set.name,
                                   usual_samples, set.arguments));
  if (!given.empty()) given.erase(given.begin());
  try {
    return {set.make(given), *count};
  } catch (const std::invalid_argument& error) {
    throw RequestError(
        fmt::format("data `{}`: {}; say them as {}:{}{}", name, error.what(), set.name, usual_samples, set.arguments));
  }
}

/// "copy:SAMPLES:SYMBOLS:LENGTH" or "modular-addition:MODULUS".
Data sequences_named(const std::string& name, std::uint64_t seed) {
  std::vector<std::size_t> given;
  bool whole = true;
  for (const auto& part : split(name, ':')) {
    if (part == name_part(name) && given.empty()) continue;
    const auto number = read_number<std::size_t>(part);
    whole = whole && number && *number > 0;
    given.push_back(number.value_or(0));
  }
  constexpr std::size_t most_samples = 1'000'000, most_symbols = 500, most_length = 500;
  if (name_part(name) == "copy") {
    const std::size_t usual[] = {usual_samples, 8, 4};
    const bool few = given.size() <= 3;
    while (given.size() < 3) given.push_back(usual[given.size()]);
    if (!whole || !few || given[0] > most_samples || given[1] < 2 || given[1] > most_symbols || given[2] > most_length)
      throw RequestError(
          fmt::format("data `{}`: say samples, symbols (2 to {}) and how many to copy (1 to {}), as copy:2000:8:4",
                      name, most_symbols, most_length));
    return copy_task(given[0], given[1], given[2], seed);
  }
  if (!whole || given.size() != 1 || given[0] < 2 || given[0] > most_symbols)
    throw RequestError(
        fmt::format("data `{}`: say the modulus, from 2 to {}, as modular-addition:11", name, most_symbols));
  return modular_addition(given[0]);
}

}  // namespace

bool is_sequence_set(const std::string& name) {
  return (name_part(name) == "copy" || name_part(name) == "modular-addition") && !std::filesystem::exists(name);
}

bool is_generated(const std::string& name) {
  const bool pattern =
      std::ranges::any_of(pattern_sets, [&](const PatternSet& set) { return set.name == name_part(name); });
  if (is_sequence_set(name)) return true;
  return (pattern || point_set_named(name) != nullptr) && !std::filesystem::exists(name);
}

std::unique_ptr<const KnownDensity> density_of_set(const std::string& name) {
  const PointSet* set = is_generated(name) ? point_set_named(name) : nullptr;
  return set == nullptr ? nullptr : points_of(*set, name).first;
}

std::optional<Data> generate(const std::string& name, std::uint64_t seed) {
  if (!is_generated(name)) {
    if (!may_be_set(name) || std::filesystem::exists(name)) return std::nullopt;
    std::string names;
    for (const PatternSet& set : pattern_sets) names += fmt::format("{}{}:4", names.empty() ? "" : ", ", set.name);
    names += ", copy:2000, modular-addition:11";
    for (const PointSet& set : point_sets) names += fmt::format(", {}:{}", set.name, usual_samples);
    throw RequestError(
        fmt::format("data `{}`: no file and no generated set is called so; the sets are {}", name, names));
  }
  if (is_sequence_set(name)) {
    Data data = sequences_named(name, seed);
    data.source = name;
    return data;
  }
  for (const PatternSet& set : pattern_sets) {
    if (name_part(name) != set.name) continue;
    constexpr std::size_t most = 12;
    const auto number = name.size() <= set.name.size() + 1
                            ? std::nullopt
                            : read_number<std::size_t>(std::string_view(name).substr(set.name.size() + 1));
    if (!number || *number < 1 || *number > most)
      throw RequestError(fmt::format("data `{}`: {} needs {} from 1 to {}, for example {}:4", name, set.name,
                                     set.argument, most, set.name));
    Data data = set.make(*number);
    data.source = name;
    return data;
  }
  const auto points = points_of(*point_set_named(name), name);
  Data data{points.second, points.first->dimension(), {}, name, 0};
  data.values.resize(data.samples * data.width);
  for (std::size_t s = 0; s < data.samples; ++s) {
    Chance chance(Stream(Key(seed), Purpose::data, s, stream_of_points));
    const std::size_t part = points.first->draw(std::span(data.values).subspan(s * data.width, data.width), chance);
    if (points.first->parts() > 1) data.labels.push_back(part);
  }
  if (points.first->parts() > 1) data.label_states = points.first->parts();
  return data;
}

}  // namespace gibbsite

#include "studies/systems/clamp.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "estimators/estimate.hpp"
#include "studies/data/arrays.hpp"
#include "studies/files/variables.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// What units are held at; nothing: free.
using Held = std::vector<std::optional<double>>;

void hold_unit(Held& held, std::size_t unit, double value, const std::string& words) {
  if (unit >= held.size())
    throw RequestError(
        fmt::format("model.clamp = {}: there is no unit {}; units are 0 to {}", words, unit, held.size() - 1));
  if (held[unit]) throw RequestError(fmt::format("model.clamp = {}: unit {} is given twice", words, unit));
  held[unit] = value;
}

void hold_by_words(Held& held, const std::string& words) {
  for (const std::string_view part : split(words, ',')) {
    const std::size_t middle = part.find('='), colon = part.substr(0, std::min(middle, part.size())).find(':');
    const std::string_view places = part.substr(0, middle);
    const auto begin = read_number<std::size_t>(places.substr(0, colon));
    const auto end = colon == places.npos ? begin : read_number<std::size_t>(places.substr(colon + 1));
    const double value = middle == part.npos ? unknown : read_number<double>(part.substr(middle + 1)).value_or(unknown);
    if (!begin || !end || std::isnan(value) || (colon != places.npos && *end <= *begin))
      throw RequestError(fmt::format(
          "model.clamp = {}: `{}` is not UNIT=VALUE or BEGIN:END=VALUE, counted from 0, for example 0:8=1,20=-1", words,
          trim(part)));
    const std::size_t last = colon == places.npos ? *begin + 1 : std::min(*end, held.size() + 1);
    for (std::size_t unit = *begin; unit < last; ++unit) hold_unit(held, unit, value, words);
  }
}

void hold_by_file(Held& held, const std::string& file) {
  const NumberArray array = read_array(file, "");
  if (array.shape.size() == 2 && array.shape[1] == 2) {
    for (std::size_t k = 0; k + 1 < array.values.size(); k += 2) {
      const double unit = array.values[k];
      if (!(unit >= 0) || unit != std::floor(unit) || unit > 1e15)
        throw RequestError(fmt::format("{}: row {} begins with {}, which is no unit; rows are unit (from 0) and value",
                                       file, k / 2, unit));
      hold_unit(held, static_cast<std::size_t>(unit), array.values[k + 1], file);
    }
    return;
  }
  if (array.values.size() != held.size())
    throw RequestError(
        fmt::format("{}: it holds {} numbers; give one for each of the {} units, nan where it is free, or "
                    "rows of unit and value",
                    file, array.values.size(), held.size()));
  for (std::size_t unit = 0; unit < held.size(); ++unit)
    if (!std::isnan(array.values[unit])) held[unit] = array.values[unit];
}

/// Words, a list of them, or a path.
std::string read_clamp(const Value& value) {
  if (value.list() == nullptr) {
    const std::string& text = read_text(value);
    return text.find('=') != text.npos && !std::filesystem::exists(value.folder / text) ? text : read_path(value);
  }
  std::vector<std::string> parts;
  for (const Value& part : *value.list()) parts.push_back(read_text(part));
  if (parts.empty()) throw BadValue{value, "is an empty list"};
  return join(parts, ",");
}

}  // namespace

void add_clamp_key(KeyTable& table, const char* help) {
  StudyKey& key = Section<ClampKeys>(table, "model")
                      .add(
                          "clamp", "UNIT=VALUE,BEGIN:END=VALUE, or a file", help,
                          [](ClampKeys& keys, const Value& value) { keys.clamp = read_clamp(value); },
                          optional_text(&ClampKeys::clamp));
  key.text = key.file = true;  // a file where it is one: seen by checkpoints, and never overwritten
}

Clamping read_clamping(const std::string& words, std::size_t units, const std::function<bool(double)>& fits,
                       const std::string& allowed) {
  Clamping out{.units = units, .free = {}, .clamped = {}};
  Held held(units);
  if (words.find('=') != words.npos && !std::filesystem::exists(words))
    hold_by_words(held, words);
  else if (!words.empty())
    hold_by_file(held, words);
  for (std::size_t unit = 0; unit < units; ++unit) {
    if (!held[unit]) {
      out.free.push_back(unit);
      continue;
    }
    if (!fits(*held[unit]))
      throw RequestError(
          fmt::format("model.clamp = {}: unit {} cannot be {}; allowed: {}", words, unit, *held[unit], allowed));
    out.clamped.emplace_back(unit, *held[unit]);
  }
  if (out.free.empty()) throw RequestError(fmt::format("model.clamp = {}: it leaves no unit free", words));
  return out;
}

std::string clamped_text(const Clamping& clamping, const std::string& units) {
  if (!clamping.any()) return "";
  return fmt::format("; {} of {} {} clamped", clamping.clamped.size(), clamping.units, units);
}

void add_clamping(Group& model, const Clamping& clamping) {
  if (!clamping.any()) return;
  model.attributes.emplace_back("clamped_energy", clamping.energy);
  Group group{.name = "clamp"};
  std::vector<std::int64_t> held;
  std::vector<double> value;
  for (const auto& [unit, x] : clamping.clamped) {
    held.push_back(static_cast<std::int64_t>(unit));
    value.push_back(x);
  }
  const std::size_t count = held.size();
  add_index(group, "clamped", count, "clamped unit");
  add(group, "clamped_unit", {"clamped"}, {count}, std::move(held), "1", "its place in the whole system");
  add(group, "clamped_value", {"clamped"}, {count}, std::move(value), "1", "what it is held at");
  add_index(group, "free", clamping.free.size(), "free unit, as this file counts units");
  add(group, "free_unit", {"free"}, {clamping.free.size()},
      std::vector<std::int64_t>(clamping.free.begin(), clamping.free.end()), "1", "its place in the whole system");
  model.groups.push_back(std::move(group));
}

std::vector<double> with_clamped(const Clamping& clamping, std::span<const double> free) {
  std::vector<double> all(clamping.units);
  for (std::size_t k = 0; k < clamping.free.size(); ++k) all[clamping.free[k]] = free[k];
  for (const auto& [unit, value] : clamping.clamped) all[unit] = value;
  return all;
}

}  // namespace gibbsite

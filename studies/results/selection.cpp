#include "studies/results/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

bool same_number(double a, double b) { return std::abs(a - b) <= 1e-5 * std::max(std::abs(a), std::abs(b)); }

/// As numbers where both are, else as texts.
bool same_value(const std::string& a, const std::string& b) {
  const auto x = read_number<double>(a), y = read_number<double>(b);
  return x && y ? same_number(*x, *y) : a == b;
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// What a row has for a key, as text; nothing where it has no such key.
std::optional<std::string> value_at(const ResultRow& row, const std::string& key) {
  if (key == "beta" && !std::isnan(row.beta)) return fmt::format("{}", row.beta);
  if (key == "temperature" && row.beta > 0) return fmt::format("{}", 1 / row.beta);
  for (const auto& [name, value] : row.at)
    if (name == key || name == last_part(key)) return value;
  return std::nullopt;
}

void check_where(const std::string& key, const std::string& wanted, const std::vector<ResultRow>& all) {
  std::vector<std::string> keys = {"beta", "temperature"}, values;
  for (const ResultRow& row : all) {
    for (const auto& [name, value] : row.at)
      if (std::find(keys.begin(), keys.end(), name) == keys.end()) keys.push_back(name);
    const auto value = value_at(row, key);
    if (!value) continue;
    if (same_value(*value, wanted)) return;
    const std::string text = key == "beta" || key == "temperature"
                                 ? fmt::format("{:.6g}", read_number<double>(*value).value_or(unknown))
                                 : readable(*value);
    if (std::find(values.begin(), values.end(), text) == values.end()) values.push_back(text);
  }
  if (values.empty())
    throw RequestError(fmt::format("--where {}={}: there is no such key{}", key, wanted,
                                   and_then(did_you_mean(key, keys), "there are " + join(keys, ", "))));
  constexpr std::size_t most = 12;
  const bool more = values.size() > most;
  values.resize(std::min(values.size(), most));
  throw RequestError(fmt::format("--where {}={}: there is none; {} is {}{}", key, wanted, key, join(values, ", "),
                                 more ? ", ..." : ""));
}

}  // namespace

bool Selection::wants(const std::string& name) const {
  if (columns.empty()) return true;
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return column == name || (column == "tau" && name == "tau (energy)");
  });
}

Selection selection_of(const Settings& settings) {
  Selection selection;
  for (const auto& [name, words] : settings)
    for (const std::string_view part : split(words, ',')) {
      const std::string word(trim(part));
      const std::size_t equals = word.find('=');
      if (name == "columns") {
        if (word.empty())
          throw RequestError("--columns has an empty name; give names as in --columns energy_density,R-hat");
        selection.columns.push_back(word);
      } else {
        const std::string key(trim(word.substr(0, equals)));
        const std::string value(equals == word.npos ? "" : trim(word.substr(equals + 1)));
        if (key.empty() || value.empty())
          throw RequestError(fmt::format("--where {} is not KEY=VALUE; for example --where size=64,beta=0.44", word));
        selection.where.emplace_back(key, value);
      }
    }
  return selection;
}

void check_selection(const Selection& selection, const std::vector<ResultRow>& all) {
  std::vector<std::string> names = {"log_z", "tau", "R-hat"};
  for (const ResultRow& row : all)
    if (row.estimator.empty() && std::find(names.begin(), names.end(), row.name) == names.end())
      names.push_back(row.name);
  for (const std::string& column : selection.columns)
    if (std::find(names.begin(), names.end(), column) == names.end())
      throw RequestError(fmt::format("--columns {}: there is no such quantity{}", column,
                                     and_then(did_you_mean(column, names), "there are " + join(names, ", "))));
  for (const auto& [key, value] : selection.where) check_where(key, value, all);
  if (std::none_of(all.begin(), all.end(), [&](const ResultRow& row) { return stands_there(row, selection); }) &&
      !all.empty())
    throw RequestError("nothing stands where --where asks for all at once");
}

bool stands_there(const ResultRow& row, const Selection& selection) {
  return std::all_of(selection.where.begin(), selection.where.end(), [&](const auto& wanted) {
    const auto value = value_at(row, wanted.first);
    return value && same_value(*value, wanted.second);
  });
}

}  // namespace gibbsite

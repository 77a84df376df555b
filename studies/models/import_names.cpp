#include "studies/models/import_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

using Names = std::vector<std::string>;

/// What stands behind the last point or slash.
std::string last_part(const std::string& name) { return name.substr(name.find_last_of("./") + 1); }

bool is_stacked(const std::string& name) {  // W_0, b_1, V_0, r_2
  constexpr std::string_view letters = "WbVr";
  return name.size() > 2 && letters.find(name[0]) != letters.npos && name[1] == '_' &&
         name.find_first_not_of("0123456789", 2) == name.npos;
}

bool is_ours(const std::string& name) {
  static const Names ours = {
      "W", "b", "c", "ov", "oh", "variance", "sigma", "xi", "components_", "intercept_visible_", "intercept_hidden_"};
  return std::find(ours.begin(), ours.end(), name) != ours.end() || is_stacked(name);
}

/// Who renames, so that no array is renamed twice.
class Renaming {
 public:
  Renaming(NamedArrays& all, const std::string& where) : all_(all), where_(where) {}

  bool has(const std::string& name) const {
    return std::any_of(all_.arrays.begin(), all_.arrays.end(), [&](const auto& a) { return a.name == name; });
  }
  void rename(const std::string& from, const std::string& to) {
    for (NumberArray& array : all_.arrays)
      if (array.name == from) array.name = to;
    all_.called[to] = from;
  }
  /// The arrays that are called by one of these names, whatever stands before it.
  Names called(const Names& names) const {
    Names found;
    for (const NumberArray& array : all_.arrays)
      if (!all_.called.contains(array.name) &&
          std::find(names.begin(), names.end(), last_part(array.name)) != names.end())
        found.push_back(array.name);
    return found;
  }
  /// The one array so called is renamed.
  void find(const std::string& ours, const Names& theirs) {
    if (has(ours)) return;
    const Names found = called(theirs);
    if (found.size() > 1)
      throw RequestError(fmt::format("{}: {} may each be {}; say which by --names {}={}", where_, join(found, " and "),
                                     ours, ours, found.front()));
    if (found.size() == 1) rename(found.front(), ours);
  }

 private:
  NamedArrays& all_;
  const std::string& where_;
};

/// Pairs "ours=theirs", each of both once.
std::vector<std::pair<std::string, std::string>> read_pairs(const std::string& words) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::set<std::string> left, right;
  for (const std::string_view part : split(words, ',')) {
    const std::size_t middle = part.find('=');
    if (middle == part.npos)
      throw RequestError(
          fmt::format("--names {}: give pairs of our name and the file's, for example b=v_bias,c=h_bias", words));
    pairs.emplace_back(trim(part.substr(0, middle)), trim(part.substr(middle + 1)));
    const auto& [ours, theirs] = pairs.back();
    if (!is_ours(ours))
      throw RequestError(
          fmt::format("--names {}: no model has an array `{}`; on the left stands one of W, b, c, ov, oh, variance, "
                      "sigma, xi, W_0, "
                      "b_0, V_0, r_0, ...",
                      words, ours));
    if (!left.insert(ours).second || !right.insert(theirs).second)
      throw RequestError(fmt::format("--names {}: {} or {} is given twice", words, ours, theirs));
  }
  return pairs;
}

void rename_as_asked(NamedArrays& all, const std::string& words, const std::string& where) {
  const auto pairs = read_pairs(words);
  std::vector<NumberArray*> chosen;
  for (const auto& [ours, theirs] : pairs) {
    const auto found = std::ranges::find(all.arrays, theirs, &NumberArray::name);
    Names names;
    for (const NumberArray& array : all.arrays) names.push_back(array.name);
    if (found == all.arrays.end())
      throw RequestError(fmt::format("{}: --names {}: there is no array `{}`{}", where, words, theirs,
                                     and_then(did_you_mean(theirs, names), "there are: " + join(names, ", "))));
    chosen.push_back(&*found);
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    for (NumberArray& array : all.arrays)
      if (array.name == pairs[k].first && std::find(chosen.begin(), chosen.end(), &array) == chosen.end())
        array.name += " of the file";  // which nothing reads
    if (pairs[k].first != pairs[k].second) all.called[pairs[k].first] = pairs[k].second;
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) chosen[k]->name = pairs[k].first;
}

}  // namespace

NamedArrays with_our_names(std::vector<NumberArray> arrays, const ImportKeys& keys, NetworkKind kind,
                           const std::string& where) {
  NamedArrays all{std::move(arrays), {}};
  Renaming renaming(all, where);
  if (const auto asked = keys.find("names"); asked != keys.end()) rename_as_asked(all, asked->second, where);
  for (const char* name :
       {"components_", "intercept_visible_", "intercept_hidden_", "variance", "sigma", "ov", "oh", "xi"})
    renaming.find(name, {name});
  Names stacked;
  for (const NumberArray& array : all.arrays)
    if (const std::string name = last_part(array.name); is_stacked(name)) stacked.push_back(name);
  for (const std::string& name : stacked) renaming.find(name, {name});
  const bool restricted = kind == NetworkKind::rbm;
  if (!restricted && kind != NetworkKind::boltzmann && kind != NetworkKind::hopfield) return all;
  renaming.find("W", {"W"});
  if (!renaming.has("components_")) renaming.find("W", {"weight", "weights", "weight_matrix", "_W"});
  if (!restricted) {
    renaming.find("b", {"b", "bias"});
    return all;
  }
  renaming.find("c", {"c", "h_bias", "hbias", "hidden_bias"});
  const Names first = renaming.called({"a", "_a"}), second = renaming.called({"b", "_b"});
  if (!renaming.has("c") && first.size() == 1 &&
      second.size() == 1) {  // Hinton's a of the visible units, b of the hidden
    renaming.rename(second.front(), "c");
    renaming.rename(first.front(), "b");
  }
  renaming.find("b", {"b", "v_bias", "vbias", "visible_bias"});
  return all;
}

}  // namespace gibbsite

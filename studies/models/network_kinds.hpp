/// The kinds of networks, and the words by which studies, model files and `import` call them.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "physics/boltzmann.hpp"

namespace gibbsite {

enum class NetworkKind { rbm, dbm, dbn, boltzmann, hopfield };

inline constexpr std::pair<NetworkKind, std::string_view> network_kinds[] = {{NetworkKind::rbm, "rbm"},
                                                                             {NetworkKind::dbm, "dbm"},
                                                                             {NetworkKind::dbn, "dbn"},
                                                                             {NetworkKind::boltzmann, "boltzmann"},
                                                                             {NetworkKind::hopfield, "hopfield"}};

/// How a Hopfield network stores its patterns, by the words of studies and files.
inline constexpr std::pair<PatternRule, std::string_view> pattern_rules[] = {
    {PatternRule::hebbian, "hebbian"},
    {PatternRule::pseudo_inverse, "pseudo-inverse"},
    {PatternRule::storkey, "storkey"}};

inline std::vector<std::string> names_of_pattern_rules() {
  std::vector<std::string> names;
  for (const auto& [rule, word] : pattern_rules) names.emplace_back(word);
  return names;
}
inline std::optional<PatternRule> pattern_rule_named(std::string_view name) {
  for (const auto& [rule, word] : pattern_rules)
    if (word == name) return rule;
  return std::nullopt;
}

inline std::string name_of(NetworkKind kind) {
  const auto is_it = [&](const auto& entry) { return entry.first == kind; };
  return std::string(std::find_if(std::begin(network_kinds), std::end(network_kinds), is_it)->second);
}

inline std::optional<NetworkKind> network_named(std::string_view name) {
  for (const auto& [kind, word] : network_kinds)
    if (word == name) return kind;
  return std::nullopt;
}

inline std::vector<std::string> names_of_networks() {
  std::vector<std::string> names;
  for (const auto& [kind, word] : network_kinds) names.emplace_back(word);
  return names;
}

}  // namespace gibbsite

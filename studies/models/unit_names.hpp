/// The words by which files and command lines call kinds of units.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "physics/units.hpp"

namespace gibbsite {

inline std::string word_of(UnitKind kind) {
  switch (kind) {
    case UnitKind::binary:
      return "binary";
    case UnitKind::spin:
      return "spin";
    case UnitKind::gaussian:
      return "gaussian";
    case UnitKind::categorical:
      return "categorical";
  }
  return "";
}

inline std::optional<UnitKind> kind_from(std::string_view word) {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin, UnitKind::gaussian, UnitKind::categorical})
    if (word == word_of(kind)) return kind;
  return std::nullopt;
}

}  // namespace gibbsite

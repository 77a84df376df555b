/// Crossings of the Binder cumulants of overlaps between sizes, of results over samples of disorder.
#pragma once

#include <string>
#include <vector>

#include "estimators/disorder_averages.hpp"
#include "studies/files/json.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

struct GlassOfSize {
  double size = unknown;
  std::string file;
  std::size_t samples = 0;
  GlassCurve curve;
};
struct SizedGlasses {
  std::vector<double> beta;
  std::vector<GlassOfSize> sizes;  ///< ascending
  struct Crossing {
    std::size_t first, second;  ///< sizes
    Estimate beta, temperature, value;
  };
  std::vector<Crossing> crossings = {};
  std::vector<std::string> warnings = {};
};

/// Whether a result is a grid over samples of disorder with overlaps.
bool is_of_glasses(const Group& root);
/// files: names and contents. low, high: temperatures to look at, unknown: all. Throws RequestError: fewer than two
/// sizes, betas that differ, no overlaps, several systems of one size.
SizedGlasses sized_glasses(const std::vector<std::pair<std::string, Group>>& files, double low, double high);

Group glasses_record(const SizedGlasses& glasses);
Json glasses_as_json(const SizedGlasses& glasses);
void print_glasses(const SizedGlasses& glasses);

}  // namespace gibbsite

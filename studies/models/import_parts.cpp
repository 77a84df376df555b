#include "studies/models/import_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {

Matrix transposed(const Matrix& m) { return matrix(eigen(m).transpose()); }

bool all_zero(const NumberArray& array) {
  return array.unread.empty() && std::all_of(array.values.begin(), array.values.end(), [](double v) { return v == 0; });
}

void check_same(const ImportSource& source, const std::string& a, std::span<const double> left, const std::string& b,
                std::span<const double> right) {
  constexpr double rounding = 1e-6;  // of float32
  bool same = left.size() == right.size();
  for (std::size_t k = 0; same && k < left.size(); ++k)
    same = std::abs(left[k] - right[k]) <= rounding * (std::abs(left[k]) + std::abs(right[k]));
  if (!same) source.refuse(fmt::format("{} and {} contradict each other; leave one of them out", a, b));
}

std::vector<double> read_variance(const ImportSource& source, std::size_t units) {
  std::vector<double> variance;
  const std::string words = source.key("variance", "");
  for (const char* name : {"variance", "sigma"})
    if (source.find(name) != nullptr && !words.empty())
      source.refuse(fmt::format("it holds {} beside --variance {}; leave one out", name, words));
  const auto per_unit = [&](const char* name) {  // one number is that of all units
    std::vector<double> values = source.array(name).values;
    return values.size() == 1 ? std::vector<double>(units, values[0])
                              : source.vector(name, units, "one per visible unit, or one for all");
  };
  if (source.find("variance") != nullptr) variance = per_unit("variance");
  if (source.find("sigma") != nullptr) {
    std::vector<double> squared = per_unit("sigma");
    for (double& v : squared) v *= v;
    if (!variance.empty()) check_same(source, "variance", variance, "the squares of sigma", squared);
    variance = std::move(squared);
  }
  if (!variance.empty()) return variance;
  const auto number = read_number<double>(words);
  if (!number)
    source.refuse(fmt::format("gaussian units need their variances: {}an array variance or sigma, or --variance NUMBER",
                              words.empty() ? "" : fmt::format("`{}` is no number; give ", words)));
  return std::vector<double>(units, *number);
}

void refuse_offsets(const ImportSource& source, const std::string& why) {
  for (const char* name : {"ov", "oh"})
    if (const NumberArray* offset = source.find(name); offset != nullptr && !all_zero(*offset))
      source.refuse(
          fmt::format("it holds {}, the offsets of a centred machine, {}; put them into the biases (b - W oh, "
                      "c - W' ov) and leave them out",
                      name, why));
}

void refuse_parts_of_others(const ImportSource& source, UnitKind visible) {
  if (visible != UnitKind::gaussian && source.keys().contains("variance"))
    source.refuse("--variance is for gaussian units; say --visible gaussian, or leave it out");
  if (visible != UnitKind::categorical && source.keys().contains("states"))
    source.refuse("--states is for categorical units; say --visible categorical, or leave it out");
  for (const char* name : {"variance", "sigma"})
    if (visible != UnitKind::gaussian && !source.keys().contains("visible") && source.find(name) != nullptr)
      source.refuse(
          fmt::format("it holds {0}, as gaussian units have; say --visible gaussian, or --visible {1} to leave "
                      "{0} out",
                      name, word_of(visible)));
}

}  // namespace gibbsite

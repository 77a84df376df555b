#include "studies/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "physics/random.hpp"
#include "studies/arrays.hpp"
#include "studies/options.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

constexpr double brightest = 255;

std::string place(const Data& data, std::size_t index) {
  return fmt::format("{} (row {}, column {}; both from 0)", data.source, data.first_row + index / data.width,
                     index % data.width);
}

/// The set a name like "shifter:5" means; nothing for files.
std::optional<Data> generate(const std::string& name) {
  struct Set {
    std::string_view name, argument;
    Data (*make)(std::size_t);
  };
  constexpr Set sets[] = {{"bars-and-stripes", "the side", bars_and_stripes}, {"shifter", "the bits", shifter}};
  for (const Set& set : sets) {
    if (name != set.name && !name.starts_with(std::string(set.name) + ':')) continue;
    constexpr std::size_t most = 12;
    const auto number =
        name == set.name ? std::nullopt : read_number<std::size_t>(std::string_view(name).substr(set.name.size() + 1));
    if (!number || *number < 1 || *number > most)
      throw RequestError(fmt::format("data `{}`: {} needs {} from 1 to {}, for example {}:4", name, set.name,
                                     set.argument, most, set.name));
    Data data = set.make(*number);
    data.source = name;
    return data;
  }
  return std::nullopt;
}

Data from_array(NumberArray array, const DataRequest& request) {
  Data data;
  data.source = request.file + (array.name.empty() ? "" : ": " + array.name);
  if (array.shape.empty())
    throw RequestError(fmt::format("{}: it is a single number, not rows of samples", data.source));
  if (array.values.empty())
    throw RequestError(
        fmt::format("{}: it is empty ({}); data need at least one row", data.source, shape_text(array.shape)));
  data.samples = array.shape.front();
  data.width = array.values.size() / data.samples;
  data.values = std::move(array.values);
  return data;
}

void keep_rows(Data& data, const std::string& rows) {
  if (rows.empty()) return;
  const auto parts = split(rows, ':');
  const auto bound = [&](std::string_view words, std::size_t otherwise) {
    const auto number = trim(words).empty() ? std::optional(otherwise) : read_number<std::size_t>(words);
    if (parts.size() != 2 || !number)
      throw RequestError(fmt::format("rows = {}: give them as begin:end, for example 0:1000, or 1000:", rows));
    return *number;
  };
  const std::size_t begin = bound(parts.front(), 0), end = bound(parts.back(), data.samples);
  if (begin >= end || end > data.samples)
    throw RequestError(fmt::format("rows = {}: {} has rows 0 to {}; begin must be below end, and end at most {}", rows,
                                   data.source, data.samples - 1, data.samples));
  const auto at = [&](std::size_t row) { return data.values.begin() + static_cast<std::ptrdiff_t>(row * data.width); };
  data.values.erase(at(end), data.values.end());
  data.values.erase(data.values.begin(), at(begin));
  data.samples = end - begin;
  data.first_row = begin;
}

void check_finite(const Data& data) {
  for (std::size_t k = 0; k < data.values.size(); ++k)
    if (!std::isfinite(data.values[k]))
      throw RequestError(
          fmt::format("{}: {} is not a finite number; remove or fill such entries", place(data, k), data.values[k]));
}

/// Whether these are the pixels of an image of 8 bits.
bool are_intensities(const std::vector<double>& values) {
  const auto whole = [](double v) { return v >= 0 && v <= brightest && v == std::floor(v); };
  return std::all_of(values.begin(), values.end(), whole) && *std::max_element(values.begin(), values.end()) > 1;
}

void binarize_by_threshold(Data& data, double threshold) {
  for (double& v : data.values) v = v > threshold ? 1 : 0;
  const double first = data.values.front();
  if (std::all_of(data.values.begin(), data.values.end(), [&](double v) { return v == first; }))
    throw RequestError(
        fmt::format("{}: binarize = {} makes every value {}; choose a threshold between the values of "
                    "the data (1 and more: in the file's own numbers, below: pixels as 0 to 1)",
                    data.source, threshold, first));
}

void binarize_by_chance(Data& data, std::uint64_t seed) {
  for (std::size_t row = 0; row < data.samples; ++row) {
    Stream stream(Key(seed), Purpose::data, data.first_row + row, 0);
    for (std::size_t k = row * data.width; k < (row + 1) * data.width; ++k) {
      double& v = data.values[k];
      if (v < 0 || v > 1)
        throw RequestError(
            fmt::format("{}: {} is no intensity; stochastic binarisation takes whole numbers from 0 to "
                        "255, or numbers from 0 to 1",
                        place(data, k), v));
      v = stream.next32() * 0x1p-32 < v ? 1 : 0;
    }
  }
}

}  // namespace

Data read_data(const DataRequest& request) {
  const bool by_chance = request.binarize == "stochastic";
  const auto threshold = read_number<double>(request.binarize);
  if (!by_chance && request.binarize != "none" && (!threshold || !std::isfinite(*threshold)))
    throw RequestError(
        fmt::format("binarize = {}: allowed: none, stochastic, or a number, the threshold", request.binarize));
  auto generated = generate(request.file);
  if (generated && !request.dataset.empty())
    throw RequestError(fmt::format("data `{}` are generated and have no dataset `{}`", request.file, request.dataset));
  Data data = generated ? std::move(*generated) : from_array(read_array(request.file, request.dataset), request);
  check_finite(data);
  const bool scale = (by_chance || (threshold && *threshold < 1)) && are_intensities(data.values);
  keep_rows(data, request.rows);
  if (scale)
    for (double& v : data.values) v /= brightest;
  if (threshold) binarize_by_threshold(data, *threshold);
  if (by_chance) binarize_by_chance(data, request.seed);
  return data;
}

}  // namespace gibbsite
